/* The lexer: picks the longest token at the cursor and nothing else. What follows from a token (units, line
 * ends, brackets, mistakes) is decided in tokens.c, layout.c and mistakes.c. The source ends in a NUL. */
#include "lang/lexer.h"

#include "lang/parser.h"

#include "lang/grammar.h"

QbToken qb_lexer_next(QbCursor *c)
{
    const unsigned char *start;
#define TOKEN(k)                                                                                   \
    return (QbToken)                                                                               \
    {                                                                                              \
        .kind = (k), .lo = (uint32_t)(start - c->text), .hi = (uint32_t)(c->at - c->text)          \
    }
    for (;;) {
        start = c->at;
        /*!re2c
        re2c:define:YYCTYPE = "unsigned char";
        re2c:define:YYCURSOR = c->at;
        re2c:define:YYMARKER = c->marker;
        re2c:yyfill:enable = 0;

        digit    = [0-9];
        letter   = [A-Za-z_];
        beyond   = [\x80-\xff];
        fraction = digit+ "." digit+;
        exponent = [eE] [+-]? digit+;
        prefix   = [fFrRbBuU] | [rR] [bBfF] | [bBfF] [rR];
        inside   = [^"\\\r\n\x00] | "\\" [^\r\n\x00];

        "\x00"                         { c->at = start; TOKEN(QB_T_END); }
        [ \t]+                         { continue; }
        "#" [^\r\n\x00]*               { continue; }
        "\r"? "\n"                     { TOKEN(QB_T_NEWLINE); }

        "and"                          { TOKEN(QB_T_AND); }
        "def"                          { TOKEN(QB_T_DEF); }
        "else"                         { TOKEN(QB_T_ELSE); }
        "false"                        { TOKEN(QB_T_FALSE); }
        "if"                           { TOKEN(QB_T_IF); }
        "in"                           { TOKEN(QB_T_IN); }
        "not"                          { TOKEN(QB_T_NOT); }
        "or"                           { TOKEN(QB_T_OR); }
        "param"                        { TOKEN(QB_T_PARAM); }
        "print"                        { TOKEN(QB_T_PRINT); }
        "save"                         { TOKEN(QB_T_SAVE); }
        "then"                         { TOKEN(QB_T_THEN); }
        "to"                           { TOKEN(QB_T_TO); }
        "true"                         { TOKEN(QB_T_TRUE); }
        "use"                          { TOKEN(QB_T_USE); }
        "with"                         { TOKEN(QB_T_WITH); }
        letter (letter | digit)*       { TOKEN(QB_T_NAME); }
        (digit+ | fraction) exponent?  { TOKEN(QB_T_NUMBER); }
        ["] inside* ["]                { TOKEN(QB_T_STRING); }

        "|>"                           { TOKEN(QB_T_PIPE); }
        "="                            { TOKEN(QB_T_ASSIGN); }
        "=="                           { TOKEN(QB_T_EQ); }
        "!="                           { TOKEN(QB_T_NE); }
        "<"                            { TOKEN(QB_T_LT); }
        "<="                           { TOKEN(QB_T_LE); }
        ">"                            { TOKEN(QB_T_GT); }
        ">="                           { TOKEN(QB_T_GE); }
        "+"                            { TOKEN(QB_T_PLUS); }
        "-"                            { TOKEN(QB_T_MINUS); }
        "*"                            { TOKEN(QB_T_STAR); }
        "/"                            { TOKEN(QB_T_SLASH); }
        "//"                           { TOKEN(QB_T_FLOORDIV); }
        "%"                            { TOKEN(QB_T_PERCENT); }
        "**"                           { TOKEN(QB_T_POWER); }
        "("                            { TOKEN(QB_T_LPAREN); }
        ")"                            { TOKEN(QB_T_RPAREN); }
        "["                            { TOKEN(QB_T_LBRACKET); }
        "]"                            { TOKEN(QB_T_RBRACKET); }
        "{"                            { TOKEN(QB_T_LBRACE); }
        "}"                            { TOKEN(QB_T_RBRACE); }
        ","                            { TOKEN(QB_T_COMMA); }
        ":"                            { TOKEN(QB_T_COLON); }
        "."                            { TOKEN(QB_T_DOT); }
        ".."                           { TOKEN(QB_T_DOTDOT); }

        (letter | beyond) (letter | digit | beyond)*
                                       { TOKEN(QB_X_NAME); }
        ["] inside* "\\"?              { TOKEN(QB_X_UNTERMINATED); }
        ['] [^'\r\n\x00]* [']          { TOKEN(QB_X_SINGLE_QUOTED); }
        ["]{3} | [']{3}                { TOKEN(QB_X_TRIPLE_QUOTED); }
        prefix (["] inside* ["] | ['] [^'\r\n\x00]* ['])
                                       { TOKEN(QB_X_PREFIXED); }
        "." digit+ exponent?           { TOKEN(QB_X_LEADING_DOT); }
        digit+ "." exponent            { TOKEN(QB_X_TRAILING_DOT); }
        digit+ "." / [^.0-9A-Za-z_]    { TOKEN(QB_X_TRAILING_DOT); }
        "..."                          { TOKEN(QB_X_ELLIPSIS); }
        "&" | "&&"                     { TOKEN(QB_X_AND); }
        "||"                           { TOKEN(QB_X_OR); }
        "!" | "~"                      { TOKEN(QB_X_NOT); }
        ".*" | "./" | ".^" | ".**" | ".+" | ".-"
                                       { TOKEN(QB_X_DOTTED); }
        "^"                            { TOKEN(QB_X_POWER); }
        "==="                          { TOKEN(QB_X_EQUAL); }
        "<>" | "!==" | "~="            { TOKEN(QB_X_NOT_EQUAL); }
        "=<"                           { TOKEN(QB_X_LESS_EQUAL); }
        "=>"                           { TOKEN(QB_X_GREATER_EQUAL); }
        ":="                           { TOKEN(QB_X_DEFINE); }
        [-+*/%] "="                    { TOKEN(QB_X_UPDATE); }
        "->"                           { TOKEN(QB_X_ARROW); }
        "%>%" | ">>" | "|>>"           { TOKEN(QB_X_FOREIGN_PIPE); }
        "|"                            { TOKEN(QB_X_BAR); }
        ";"                            { TOKEN(QB_X_SEMICOLON); }
        "?"                            { TOKEN(QB_X_QUESTION); }
        "\\"                           { TOKEN(QB_X_BACKSLASH); }
        "/*"                           { TOKEN(QB_X_COMMENT); }
        "@"                            { TOKEN(QB_X_AT); }
        "$"                            { TOKEN(QB_X_DOLLAR); }
        "\r"                           { TOKEN(QB_X_CARRIAGE_RETURN); }
        *                              { TOKEN(QB_X_CHARACTER); }
        */
    }
#undef TOKEN
}
