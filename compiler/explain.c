/* Keeps what the graph was after each pass: nodes as lines, and numbers for them that hold from one pass to the next. */
#include "compiler/explain.h"

#include "compiler/opinfo.h"

#include <string.h>

static QbExplainStage *last_stage(const QbExplain *e)
{
    return e->n_stages ? &e->stages[e->n_stages - 1] : NULL;
}

static void make_room(QbExplain *e, int n)
{
    if (n <= e->n_numbers)
        return;
    int *number = QB_NEW_N(e->arena, int, 2 * n);
    if (e->n_numbers)
        memcpy(number, e->number, sizeof(int) * (size_t)e->n_numbers);
    e->number = number;
    e->n_numbers = 2 * n;
}

/* ---- numbers ------------------------------------------------------------------------------------------ */

static bool is_rebuilt(const QbExplainLine *before, const QbNode *n)
{
    return before->op == n->op && before->span.source == n->span.source &&
           before->span.lo == n->span.lo && before->span.hi == n->span.hi &&
           (!n->op->param_size || !memcmp(before->params, n->params, n->op->param_size));
}

/* A node that was there, or that is one that was there over other inputs, keeps its number. `taken`: one a line before. */
static void give_number(QbExplain *e, const QbNode *n, const unsigned char *live, bool *taken)
{
    const QbExplainStage *before = last_stage(e);
    if (e->number[n->id])
        return;
    for (int i = 0; before && i < before->n_lines; i++) {
        const QbExplainLine *line = &before->lines[i];
        if (taken[i] || live[line->node] || !is_rebuilt(line, n))
            continue;
        taken[i] = true;
        e->number[n->id] = line->number;
        return;
    }
    e->number[n->id] = ++e->next;
}

/* ---- lines -------------------------------------------------------------------------------------------- */

static QbExplainLine line_of(const QbExplain *e, const QbDag *g, const QbNode *n)
{
    char type[96];
    QbText t = {0};
    qb_explain_node(g, n, e->number, &t);
    QbExplainLine line = {
        .number = e->number[n->id], .mark = '+', .node = n->id, .op = n->op, .params = n->params};
    line.span = n->span;
    line.text = qb_arena_strdup(e->arena, t.s);
    line.type = qb_arena_strdup(e->arena, qb_type_text(&n->type, type));
    line.name = n->name;
    line.origin = !strcmp(n->op->name, "map") ? NULL : n->origin;
    qb_text_free(&t);
    return line;
}

static void compare(const QbExplain *e, const QbExplainStage *before, QbExplainStage *now)
{
    if (!before) {
        for (int i = 0; i < now->n_lines; i++)
            now->lines[i].mark = ' ';
        return;
    }
    QbExplainLine **by_number = QB_NEW_N(e->arena, QbExplainLine *, e->next + 1);
    for (int i = 0; i < now->n_lines; i++)
        by_number[now->lines[i].number] = &now->lines[i];
    now->gone = QB_NEW_N(e->arena, QbExplainLine, before->n_lines + 1);
    for (int i = 0; i < before->n_lines; i++) {
        const QbExplainLine *old = &before->lines[i];
        QbExplainLine *line = by_number[old->number];
        if (line) {
            line->mark = strcmp(line->text, old->text) ? '~' : ' ';
            continue;
        }
        now->gone[now->n_gone] = *old;
        now->gone[now->n_gone++].mark = '-';
    }
}

/* ---- what it takes ------------------------------------------------------------------------------------ */

static void add_cost(const QbDag *g, const QbNode *n, QbExplainStage *s)
{
    const QbType *in[QB_MAX_INPUTS] = {NULL};
    const QbType *over = qb_is_raster(n->type.kind) ? &n->type : NULL;
    for (int k = 0; k < n->n_in; k++) {
        in[k] = n->in[k] >= 0 ? &qb_dag_at(g, n->in[k])->type : NULL;
        if (!over && in[k] && qb_is_raster(in[k]->kind))
            over = in[k];
    }
    if (!over || qb_node_is_scalar(g, n))
        return;
    double ns = n->op->cost ? n->op->cost(n->params, in) : 0.5;
    s->work += 1e-9 * ns * (double)over->n[0] * (double)over->n[1] * (double)over->n[2];
    if (qb_is_raster(n->type.kind)) {
        s->images++;
        s->bytes += (double)over->n[0] * (double)over->n[1] * (double)over->n[2] *
                    (double)qb_pix_bytes(over->pix);
    }
}

void qb_explain_watch(void *explain, const QbDag *g, const QbPassNote *note)
{
    QbExplain *e = explain;
    const QbExplainStage *before = last_stage(e);
    unsigned char *live = QB_NEW_N(e->arena, unsigned char, g->n_nodes + 1);
    bool *taken = QB_NEW_N(e->arena, bool, (before ? before->n_lines : 0) + 1);
    QbExplainStage s = {.lines = QB_NEW_N(e->arena, QbExplainLine, g->n_nodes + 1)};
    make_room(e, g->n_nodes);
    qb_dag_mark_live(g, live);
    if (note)
        s.note = *note;
    for (int i = 0; i < g->n_nodes; i++) {
        const QbNode *n = g->nodes[i];
        if (!live[i] || !n->op)
            continue;
        give_number(e, n, live, taken);
        s.lines[s.n_lines++] = line_of(e, g, n);
        add_cost(g, n, &s);
    }
    compare(e, before, &s);
    QB_PUSH(e->arena, e->stages, e->n_stages, e->cap_stages, s);
}
