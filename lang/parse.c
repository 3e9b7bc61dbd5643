/* The order of the phases (check, tokens, layout, grammar) and what they share: the hand-over of tokens, errors
 * that are told once a statement, the order of the reports. */
#include "lang/parser.h"

#include "lang/build.h"
#include "lang/grammar.h"

#include <stdarg.h>
#include <stdio.h>

QbDiag *qb_parser_error(QbParser *p, const char *code, QbSpan span, const char *fmt, ...)
{
    if (p->quiet)
        return NULL;
    p->quiet = true;
    char message[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    return qb_diag_add(p->diags, QB_ERROR, code, span, "%s", message);
}

static bool begins_anew(int kind_before)
{
    return kind_before == QB_T_NEWLINE || kind_before == QB_T_LBRACE ||
           kind_before == QB_T_START_FILE || kind_before == QB_T_START_EXPR;
}

const QbToken *qb_parser_next(QbParser *p)
{
    const QbToken *t = &p->tokens[p->next];
    if (p->next > 0 && begins_anew(t[-1].kind)) {
        p->first = p->next;
        p->quiet = false;
    }
    p->quiet = p->quiet || t->bad;
    if (p->next < p->n_tokens - 1)
        p->next++;
    return t;
}

static void run(QbParser *p)
{
    if (!qb_source_check(p))
        return;
    int n;
    const QbToken *raw = qb_tokens_read(p, &n);
    qb_layout(p, raw, n);
    qb_grammar_parse(p);
}

QbFile *qb_parse_file(QbArena *arena, const QbSource *source, QbDiags *diags)
{
    QbParser p = {.arena = arena, .source = source, .diags = diags, .whole_file = true};
    int from = diags->n;
    run(&p);
    qb_diags_sort(diags, from);
    QbFile *file = QB_NEW(arena, QbFile);
    *file = (QbFile){.source = source, .stmts = p.stmts, .n = p.n_stmts};
    return file;
}

QbExpr *qb_parse_expr(QbArena *arena, const QbSource *source, QbDiags *diags)
{
    QbParser p = {.arena = arena, .source = source, .diags = diags};
    int from = diags->n, errors = diags->n_errors;
    run(&p);
    qb_diags_sort(diags, from);
    if (p.expr && diags->n_errors == errors)
        return p.expr;
    return qb_build_node(&p, QB_E_ERROR, (QbSpan){source, 0, (uint32_t)source->length});
}
