/* The grammar of qbi. Every action is one call of a builder (lang/build.h); which line ends arrive here as
 * "the end of the line" is decided in lang/layout.c. */
%require "3.8"
%define api.pure full
%define api.prefix {qb_grammar_}
%define api.token.prefix {QB_T_}
%define api.value.type union
%define api.location.type {QbSpan}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {QbParser *p}

%code requires {
#include "lang/build.h"
}

%code provides {
/* The first kind that a bit of qb_expect_report's `expected` can mean. */
#define QB_T_FIRST QB_T_START_FILE
const char *qb_grammar_token_name(int kind);
}

%code {
#define YYLLOC_DEFAULT(current, rhs, n)                                                            \
    ((current) = (n) ? qb_span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n))                            \
                     : (QbSpan){YYRHSLOC(rhs, 0).source, YYRHSLOC(rhs, 0).hi, YYRHSLOC(rhs, 0).hi})
#define SIGN(op, at) ((QbSign){(op), (at)})
#define NO_WORD ((QbWord){0})

static int qb_grammar_lex(QB_GRAMMAR_STYPE *value, QB_GRAMMAR_LTYPE *at, QbParser *p);
static void qb_grammar_error(const QB_GRAMMAR_LTYPE *at, QbParser *p, const char *message);
}

%initial-action {
    @$ = (QbSpan){p->source, 0, 0};
}

%token END 0 "the end of the file"
%token START_FILE "a file" START_EXPR "a value"
%token NEWLINE "the end of the line"
%token <QbWord> NAME "a name"
%token <const QbToken *> NUMBER "a number" STRING "a string"
%token QBI "qbi"
%token AND "and" DEF "def" ELSE "else" FALSE "false" IF "if" IN "in" NOT "not" OR "or"
%token PARAM "param" PRINT "print" SAVE "save" THEN "then" TO "to" TRUE "true" USE "use" WITH "with"
%token PIPE "|>" ASSIGN "=" EQ "==" NE "!=" LT "<" LE "<=" GT ">" GE ">="
%token PLUS "+" MINUS "-" STAR "*" SLASH "/" FLOORDIV "//" PERCENT "%" POWER "**"
%token LPAREN "(" RPAREN ")" LBRACKET "[" RBRACKET "]" LBRACE "{" RBRACE "}"
%token COMMA "," COLON ":" DOT "." DOTDOT ".."

%type <QbStmt *> stmt line param_head def_head
%type <QbExpr *> expr pipe or and not comparison chain sum product unary power exponent postfix atom
%type <QbExpr *> default optional
%type <QbArgs *> args some_args elements some_exprs settings
%type <QbIndices *> indices
%type <QbIndex *> index
%type <QbDefParams *> def_params some_def_params
%type <QbDefParam *> def_param
%type <QbLines *> lines
%type <QbDomain *> domain
%type <QbWord> type
%type <QbSign> comparator

%%

start:
    START_FILE stmts END
|   START_EXPR expr NEWLINE END          { p->expr = $expr; }
|   START_EXPR error NEWLINE END
;

/* ---- statements ---------------------------------------------------------------------------------- */

stmts:
    %empty
|   stmts stmt NEWLINE                   { qb_build_add_stmt(p, $stmt); }
|   stmts error NEWLINE                  { qb_build_add_stmt(p, qb_build_failed(p)); yyerrok; }
;

stmt:
    line
|   param_head domain "=" expr           { $$ = qb_build_param(p, @$, $param_head, $domain, $expr); }
|   def_head "=" expr                    { $$ = qb_build_def(@$, $def_head, $expr); }
|   def_head "{" lines "}"               { $$ = qb_build_def_body(p, @$, $def_head, $lines); }
|   "save" expr[value] "to" expr[path]   { $$ = qb_build_save(p, @$, $value, $path, NULL); }
|   "save" expr[value] "to" expr[path] "with" "(" settings ")"
                                         { $$ = qb_build_save(p, @$, $value, $path, $settings); }
|   "print" some_exprs                   { $$ = qb_build_print(p, @$, $some_exprs); }
|   "use" NAME                           { $$ = qb_build_use(p, @$, $NAME); }
|   "use" STRING                         { $$ = qb_build_use_file(p, @$, qb_build_string(p, $STRING)); }
|   "qbi" NUMBER                         { $$ = qb_build_version(p, @$, $NUMBER); }
;

line:
    NAME "=" expr                        { $$ = qb_build_define(p, @$, $NAME, $expr); }
|   expr                                 { $$ = qb_build_bare(p, $expr); }
;

lines:
    %empty                               { $$ = qb_build_lines(p); }
|   lines[before] line NEWLINE           { $$ = qb_build_add_line(p, $before, $line); }
|   lines[before] error NEWLINE
                                         { $$ = qb_build_add_line(p, $before, qb_build_failed(p)); yyerrok; }
;

param_head:
    "param" NAME type                    { $$ = qb_build_param_head(p, $NAME, $type); }
;

type:
    %empty                               { $$ = NO_WORD; }
|   ":" NAME                             { $$ = $NAME; }
;

domain:
    %empty                               { $$ = NULL; }
|   "in" sum                             { $$ = qb_build_choice(p, $sum); }
|   "in" sum[lo] ".." sum[hi]            { $$ = qb_build_range(p, $lo, $hi); }
;

def_head:
    "def" NAME "(" def_params ")"        { $$ = qb_build_def_head(p, $NAME, $def_params); }
;

def_params:
    %empty                               { $$ = qb_build_def_params(p); }
|   some_def_params
;

some_def_params:
    def_param                            { $$ = qb_build_add_def_param(p, qb_build_def_params(p), $1); }
|   some_def_params[before] "," def_param
                                         { $$ = qb_build_add_def_param(p, $before, $def_param); }
;

def_param:
    NAME type default                    { $$ = qb_build_def_param(p, @$, $NAME, $type, $default); }
;

default:
    %empty                               { $$ = NULL; }
|   "=" expr                             { $$ = $expr; }
;

settings:
    NAME "=" expr                        { $$ = qb_build_add_arg(p, qb_build_args(p), $NAME, $expr); }
|   settings[before] "," NAME "=" expr   { $$ = qb_build_add_arg(p, $before, $NAME, $expr); }
;

/* ---- expressions, loosest first ------------------------------------------------------------------ */

expr:
    pipe
|   "if" expr[c] "then" expr[a] "else" expr[b]
                                         { $$ = qb_build_if(p, @$, $c, $a, $b); }
;

/* Right of |> any operand is read; what may not stand there is told of with the mend. */
pipe:
    or
|   pipe[left] "|>"[sign] or[right]      { $$ = qb_build_pipe(p, $left, @sign, $right); }
;

or:
    and
|   or[left] "or"[sign] and[right]       { $$ = qb_build_binary(p, $left, SIGN(QB_OR, @sign), $right); }
;

and:
    not
|   and[left] "and"[sign] not[right]     { $$ = qb_build_binary(p, $left, SIGN(QB_AND, @sign), $right); }
;

not:
    comparison
|   "not"[sign] not[operand]             { $$ = qb_build_unary(p, SIGN(QB_NOT, @sign), $operand); }
;

comparison:
    sum
|   chain
;

chain:
    sum[left] comparator sum[right]      { $$ = qb_build_compare(p, $left, $comparator, $right); }
|   chain[left] comparator sum[right]    { $$ = qb_build_compare_on(p, $left, $comparator, $right); }
;

comparator:
    "<"                                  { $$ = SIGN(QB_LT, @1); }
|   "<="                                 { $$ = SIGN(QB_LE, @1); }
|   ">"                                  { $$ = SIGN(QB_GT, @1); }
|   ">="                                 { $$ = SIGN(QB_GE, @1); }
|   "=="                                 { $$ = SIGN(QB_EQ, @1); }
|   "!="                                 { $$ = SIGN(QB_NE, @1); }
;

sum:
    product
|   sum[left] "+"[sign] product[right]   { $$ = qb_build_binary(p, $left, SIGN(QB_ADD, @sign), $right); }
|   sum[left] "-"[sign] product[right]   { $$ = qb_build_binary(p, $left, SIGN(QB_SUB, @sign), $right); }
;

product:
    unary
|   product[left] "*"[sign] unary[right] { $$ = qb_build_binary(p, $left, SIGN(QB_MUL, @sign), $right); }
|   product[left] "/"[sign] unary[right] { $$ = qb_build_binary(p, $left, SIGN(QB_DIV, @sign), $right); }
|   product[left] "//"[sign] unary[right]
                                    { $$ = qb_build_binary(p, $left, SIGN(QB_FLOORDIV, @sign), $right); }
|   product[left] "%"[sign] unary[right] { $$ = qb_build_binary(p, $left, SIGN(QB_MOD, @sign), $right); }
;

unary:
    power
|   "-"[sign] unary[operand]             { $$ = qb_build_unary(p, SIGN(QB_NEG, @sign), $operand); }
;

power:
    postfix
|   postfix[left] "**"[sign] exponent[right]
                                         { $$ = qb_build_binary(p, $left, SIGN(QB_POW, @sign), $right); }
;

exponent:
    power
|   "-"[sign] exponent[operand]          { $$ = qb_build_unary(p, SIGN(QB_NEG, @sign), $operand); }
;

postfix:
    atom
|   postfix[callee] "(" args ")"         { $$ = qb_build_call(p, @$, $callee, $args); }
|   postfix[left] "[" indices "]"        { $$ = qb_build_index(p, @$, $left, $indices); }
|   postfix[left] "." NAME               { $$ = qb_build_member(p, $left, $NAME); }
;

atom:
    NUMBER                               { $$ = qb_build_number(p, $NUMBER); }
|   STRING                               { $$ = qb_build_string(p, $STRING); }
|   "true"                               { $$ = qb_build_bool(p, @$, true); }
|   "false"                              { $$ = qb_build_bool(p, @$, false); }
|   NAME                                 { $$ = qb_build_name(p, $NAME); }
|   "[" elements "]"                     { $$ = qb_build_list(p, @$, $elements); }
|   "(" expr ")"                         { $$ = qb_build_group(p, @$, $expr); }
;

/* ---- what stands in brackets ---------------------------------------------------------------------- */

args:
    %empty                               { $$ = qb_build_args(p); }
|   some_args
;

some_args:
    expr                                 { $$ = qb_build_add_arg(p, qb_build_args(p), NO_WORD, $expr); }
|   NAME "=" expr                        { $$ = qb_build_add_arg(p, qb_build_args(p), $NAME, $expr); }
|   some_args[before] "," expr           { $$ = qb_build_add_arg(p, $before, NO_WORD, $expr); }
|   some_args[before] "," NAME "=" expr  { $$ = qb_build_add_arg(p, $before, $NAME, $expr); }
;

elements:
    %empty                               { $$ = qb_build_args(p); }
|   some_exprs
;

some_exprs:
    expr                                 { $$ = qb_build_add_arg(p, qb_build_args(p), NO_WORD, $expr); }
|   some_exprs[before] "," expr          { $$ = qb_build_add_arg(p, $before, NO_WORD, $expr); }
;

indices:
    index                                { $$ = qb_build_indices(p, NULL, $index); }
|   indices[before] "," index            { $$ = qb_build_indices(p, $before, $index); }
;

index:
    expr                                 { $$ = qb_build_at(p, $expr); }
|   optional[start] ":" optional[stop]   { $$ = qb_build_slice(p, @$, $start, $stop, NULL); }
|   optional[start] ":" optional[stop] ":" optional[step]
                                         { $$ = qb_build_slice(p, @$, $start, $stop, $step); }
;

optional:
    %empty                               { $$ = NULL; }
|   expr
;

%%

const char *qb_grammar_token_name(int kind)
{
    return yysymbol_name(YYTRANSLATE(kind));
}

static int qb_grammar_lex(QB_GRAMMAR_STYPE *value, QB_GRAMMAR_LTYPE *at, QbParser *p)
{
    const QbToken *t = qb_parser_next(p);
    *at = qb_token_span(p, t);
    if (t->kind == QB_T_NAME)
        value->QB_T_NAME = (QbWord){qb_token_text(p, t), *at};
    else if (t->kind == QB_T_NUMBER)
        value->QB_T_NUMBER = t;
    else if (t->kind == QB_T_STRING)
        value->QB_T_STRING = t;
    return t->kind;
}

/* Bison calls this for one thing only once the syntax errors are ours: its stack is full. */
static void qb_grammar_error(const QB_GRAMMAR_LTYPE *at, QbParser *p, const char *message)
{
    (void)message;
    qb_parser_error(p, "QB0125", *at, "this expression nests too deep");
}

static int yyreport_syntax_error(const yypcontext_t *context, QbParser *p)
{
    yysymbol_kind_t kinds[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);
    uint64_t expected = 0;
    for (int i = 0; i < n; i++) {
        for (int kind = QB_T_FIRST; kind <= QB_T_DOTDOT; kind++) {
            if (YYTRANSLATE(kind) == kinds[i])
                expected |= UINT64_C(1) << (kind - QB_T_FIRST);
        }
    }
    qb_expect_report(p, expected);
    return 0;
}
