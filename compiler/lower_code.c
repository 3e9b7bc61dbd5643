/* Operators whose code is qbi: the descriptor's rows check the arguments, then the def of the operator's name is expanded
 * with them. The text is parsed when the operator is first asked for. Nodes and mistakes that come of the code carry the
 * place of the call: nobody has to read the library to mend a pipeline. */
#include "compiler/lower_state.h"

#include <string.h>

static const QbStmt *def_of(const QbFile *file, const char *name)
{
    for (int k = 0; k < file->n; k++)
        if (file->stmts[k]->kind == QB_S_DEF && !strcmp(file->stmts[k]->name, name))
            return file->stmts[k];
    QB_BUG("the code of '%s' has no def of it", name);
}

static QbFunc *read_code(QbLower *L, const QbOp *op)
{
    const QbFile *file = qb_parse_file(L->arena, op->code, L->diags);
    QbModule *m = QB_NEW(L->arena, QbModule);
    *m = (QbModule){.file = file,
                    .names = qb_name_map_new(L->arena), /* it sees operators alone */
                    .label = op->name,
                    .is_library = true};
    const QbStmt *s = def_of(file, op->name);
    QB_CHECK(s->n_params == op->n_params);
    for (int k = 0; k < op->n_params; k++)
        QB_CHECK(!strcmp(s->params[k].name, op->params[k].name));
    return qb_lower_make_func(L, m, s, -1);
}

static const QbFunc *code_of(QbLower *L, const QbOp *op)
{
    int known = qb_name_map_get(L->code_names, op->name);
    if (known >= 0)
        return L->codes[known];
    QbFunc *f = read_code(L, op);
    qb_name_map_put(L->code_names, op->name, L->n_codes);
    QB_PUSH(L->arena, L->codes, L->n_codes, L->cap_codes, f);
    return f;
}

static void place(QbSpan *span, const QbOp *op, QbSpan call)
{
    if (span->source == op->code)
        *span = call;
}

/* How far the lists had come before an expansion. */
typedef struct Marks {
    int diags, nodes, lengths;
} Marks;

static void place_at_call(QbLower *L, const QbStep *s, Marks from)
{
    for (int k = from.diags; k < L->diags->n; k++) {
        QbDiag *d = &L->diags->v[k];
        place(&d->span, s->op, s->span);
        if (d->other.source == s->op->code)
            d->other = (QbSpan){0};
    }
    for (int k = from.nodes; k < L->g->n_nodes; k++)
        place(&L->g->nodes[k]->span, s->op, s->span);
    for (int k = from.lengths; k < L->g->n_lengths; k++)
        place(&L->g->lengths[k].span, s->op, s->span);
}

QbVal qb_lower_code(QbLower *L, const QbStep *s)
{
    const QbOp *op = s->op;
    QbStep call = {.func = code_of(L, op), .name_span = s->name_span, .span = s->span};
    call.args = QB_NEW_N(L->arena, QbBound, op->n_params + 1);
    for (int k = 0; k < op->n_params; k++) {
        call.args[k] = s->args[k];
        if (!call.args[k].given)
            call.args[k].given = qb_lower_default(L, &op->params[k], &call.args[k].val);
    }
    Marks from = {L->diags->n, L->g->n_nodes, L->g->n_lengths};
    const char *origin = L->g->origin;
    L->g->origin = origin ? origin : op->name;
    QbVal v = qb_lower_apply(L, &call);
    L->g->origin = origin;
    place_at_call(L, s, from);
    return v;
}
