/* Nodes and evaluation of the operator laboratory: the checker's call, compositions, maps as programs of one operator.
 * Knows descriptors by core/op.h and core/prog.h alone; neither compiler nor runtime. */
#include "tests/ops/support.h"

#include "core/prog.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t qb_rng_next(QbRng *r)
{
    uint64_t z = r->s += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

int64_t qb_rng_whole(QbRng *r, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(qb_rng_next(r) % (uint64_t)(hi - lo + 1));
}

double qb_rng_real(QbRng *r, double lo, double hi)
{
    return lo + (hi - lo) * ((double)(qb_rng_next(r) >> 11) / 9007199254740992.0);
}

bool qb_rng_chance(QbRng *r, int percent)
{
    return qb_rng_whole(r, 0, 99) < percent;
}

bool qb_lab_fault(QbLab *lab, const char *fmt, ...)
{
    if (lab->fault[0])
        return false;
    va_list args;
    va_start(args, fmt);
    vsnprintf(lab->fault, sizeof(lab->fault), fmt, args);
    va_end(args);
    return false;
}

QbLab *qb_lab_new(void)
{
    QbArena *a = qb_arena_new();
    QbLab *lab = QB_NEW(a, QbLab);
    lab->arena = a;
    lab->env = (QbRunEnv){.threads = 3, .spill_above = 1 << 16, .tmp_dir = "/tmp"};
    return lab;
}

void qb_lab_forget(QbLab *lab)
{
    for (int k = 0; k < lab->n; k++) {
        QbLabNode *n = lab->nodes[k];
        if (!n->op || n->state == QB_LAB_IDLE)
            continue;
        if (!n->is_copy)
            qb_table_free(n->value.table);
        if (n->has_state && n->op->fold->close)
            n->op->fold->close(n->fold);
        free(n->data);
        n->data = NULL;
        n->value = (QbValue){0};
        n->has_state = n->is_copy = false;
        n->state = QB_LAB_IDLE;
    }
}

void qb_lab_free(QbLab *lab)
{
    qb_lab_forget(lab);
    qb_arena_free(lab->arena);
}

static int add_node(QbLab *lab, QbLabNode node)
{
    node.expanded = -1;
    QbLabNode *n = qb_arena_memdup(lab->arena, &node, sizeof(node));
    QB_PUSH(lab->arena, lab->nodes, lab->n, lab->cap, n);
    return lab->n - 1;
}

int qb_lab_image(QbLab *lab, const QbOracleImage *image)
{
    QbLabNode n = {.type = image->type, .state = QB_LAB_DONE};
    int64_t voxels = qb_voxels(&image->type);
    n.data = qb_arena_alloc(lab->arena, (size_t)voxels * 8 + 8);
    for (int64_t k = 0; k < voxels; k++)
        qb_pix_put(image->type.pix, n.data, k, image->v[k]);
    return add_node(lab, n);
}

int qb_lab_number(QbLab *lab, double v, bool measured)
{
    QbLabNode n = {.type = {.kind = QB_NUMBER, .measured = measured},
                   .state = QB_LAB_DONE,
                   .is_fixed = !measured};
    n.value.number = v;
    return add_node(lab, n);
}

/* ---- checking and composing ---------------------------------------------------------------------------- */

static QB_PRINTF(4, 5) bool refuse(QbCheck *c, int param, const char *hint, const char *fmt, ...)
{
    QbLab *lab = c->ctx;
    (void)param;
    if (lab->message[0])
        return false;
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(lab->message, sizeof(lab->message), fmt, args);
    va_end(args);
    if (hint && n >= 0 && (size_t)n < sizeof(lab->message))
        snprintf(lab->message + n, sizeof(lab->message) - (size_t)n, " (%s)", hint);
    return false;
}

static bool refuse_file(QbCheck *c, int param, const QbErr *err)
{
    return refuse(c, param, NULL, "%s", err->text);
}

static QbCheck check_of(QbLab *lab, const QbLabNode *n, const QbType **types, QbType *out)
{
    double *number = QB_NEW_N(lab->arena, double, QB_MAX_INPUTS);
    for (int k = 0; k < n->n_in; k++) {
        types[k] = n->in[k] < 0 ? NULL : &lab->nodes[n->in[k]]->type;
        number[k] = n->in[k] < 0 ? NAN : lab->nodes[n->in[k]]->value.number;
    }
    return (QbCheck){.op = n->op,
                     .params = n->params,
                     .in = types,
                     .n_in = n->n_in,
                     .number = number,
                     .out = out,
                     .arena = lab->arena,
                     .fail = refuse,
                     .fail_file = refuse_file,
                     .ctx = lab};
}

static QbNodeId build_node(QbBuild *b, const char *op, const void *params, const QbNodeId *in,
                           int n_in)
{
    QbLab *lab = b->ctx;
    const QbOp *found = qb_op_find(qb_ops, qb_n_ops, op);
    if (!found) {
        qb_lab_fault(lab, "'%s' is composed of '%s', which no descriptor has", b->check->op->name,
                     op);
        return -1;
    }
    return qb_lab_node(lab, found, params, in, n_in);
}

static QbNodeId build_number(QbBuild *b, double v)
{
    return qb_lab_number(b->ctx, v, false);
}

/* Inputs of cases are given: no mask of theirs is known to be a comparison. */
static bool build_within(QbBuild *b, QbNodeId mask, QbNodeId *image, double *low, double *high)
{
    (void)b, (void)mask, (void)image, (void)low, (void)high;
    return false;
}

static const QbType *build_type(QbBuild *b, QbNodeId id)
{
    QbLab *lab = b->ctx;
    return &lab->nodes[id]->type;
}

static int compose(QbLab *lab, const QbLabNode *n)
{
    const QbType *types[QB_MAX_INPUTS];
    QbType out = n->type;
    QbCheck c = check_of(lab, n, types, &out);
    QbBuild b = {.check = &c,
                 .in = n->in,
                 .node = build_node,
                 .number = build_number,
                 .type = build_type,
                 .within = build_within,
                 .ctx = lab};
    int id = n->op->compose(&b);
    if (id < 0 && n->op->class == QB_OP_COMPOSED)
        qb_lab_fault(lab, "'%s' cannot be composed: %s", n->op->name, lab->message);
    return id;
}

int qb_lab_node(QbLab *lab, const QbOp *op, const void *params, const int *in, int n_in)
{
    QbLabNode n = {
        .op = op, .n_in = n_in, .params = qb_arena_alloc(lab->arena, op->param_size + 16)};
    if (params)
        memcpy(n.params, params, op->param_size);
    for (int k = 0; k < n_in; k++)
        n.in[k] = in[k];
    const QbType *types[QB_MAX_INPUTS];
    QbCheck c = check_of(lab, &n, types, &n.type);
    if (op->check && !op->check(&c)) {
        if (!lab->message[0])
            qb_lab_fault(lab, "'%s' was refused without a message", op->name);
        return -1;
    }
    return op->class == QB_OP_COMPOSED ? compose(lab, &n) : add_node(lab, n);
}

/* ---- evaluating ---------------------------------------------------------------------------------------- */

/* The operator and parameters that run a map: its program. Inputs that are fixed are constants of it. */
static const QbOp *program(QbLab *lab, const QbLabRun *r, QbMapParams *params)
{
    QbProg *prog = QB_NEW(lab->arena, QbProg);
    QbEmit e = {
        .arena = lab->arena, .prog = prog, .in_type = r->in_type, .out_type = &r->node->type};
    int reg[QB_MAX_INPUTS] = {0};
    bool fixed[QB_MAX_INPUTS] = {false};
    double number[QB_MAX_INPUTS] = {0};
    for (int k = 0; k < r->n_in; k++) {
        if (!r->in[k])
            continue;
        fixed[k] = r->in[k]->is_fixed;
        number[k] = r->in[k]->value.number;
        reg[k] = qb_is_raster(r->in_type[k]->kind) ? qb_emit_load(&e, k, r->in_type[k])
                 : fixed[k]                        ? qb_emit_const(&e, number[k], QB_REG_F64)
                                                   : qb_emit_value(&e, k);
    }
    e.fixed = fixed;
    e.number = number;
    int result = r->op->emit(&e, r->params, reg);
    QbType store = r->node->type;
    if (!qb_is_raster(store.kind))
        store = (QbType){.kind = QB_IMAGE, .rank = 2, .pix = QB_F64, .n = {1, 1, 1}};
    qb_emit_store(&e, result, &store);
    params->prog = prog;
    return qb_op_find(qb_ops, qb_n_ops, "map");
}

static bool run_tiles(QbLabRun *r, const QbBox *part, unsigned char *data)
{
    const QbSourceOps *source = r->op->source;
    int64_t atom = source && source->atom ? source->atom(r->params, &r->node->type) : 1;
    QbLabTiles tiles = qb_lab_tiles(r, part, atom);
    int *order = QB_NEW_N(r->lab->arena, int, tiles.n + 1);
    qb_lab_shuffle(&r->rng, order, tiles.n);
    void *state = NULL;
    QbErr err = {0};
    if (source && source->open &&
        !source->open(r->params, &r->node->type, &r->lab->env, &state, &err))
        return qb_lab_fault(r->lab, "'%s': open failed: %s", r->op->name, err.text);
    bool ok = true;
    for (int k = 0; ok && k < tiles.n; k++) {
        QbLabTask t;
        qb_lab_task_open(r, &tiles.box[order[k]], true, &t);
        t.task.worker = (int)qb_rng_whole(&r->rng, 0, r->lab->env.threads - 1);
        if (!source)
            r->op->run(&t.task);
        else if (!source->fill(&t.task, state, &err))
            ok = qb_lab_fault(r->lab, "'%s': fill failed: %s", r->op->name, err.text);
        ok = qb_lab_task_close(r, &t, part, data) && ok;
    }
    if (source && source->close)
        source->close(state);
    return ok;
}

/* A number, or a truth, made of numbers: the program runs on one voxel. */
static bool run_number(QbLabRun *r, QbLabNode *node)
{
    QbType one = {.kind = QB_IMAGE, .rank = 2, .pix = QB_F64, .n = {1, 1, 1}};
    QbLabNode shaped = {.type = one};
    QbBox box = {{0, 0, 0}, {1, 1, 1}};
    r->node = &shaped;
    return run_tiles(r, &box, (unsigned char *)&node->value.number);
}

static bool run_node(QbLab *lab, QbLabNode *n, const QbLabCut *cut, const QbBox *part,
                     unsigned char *data)
{
    QbLabRun r = {
        .lab = lab, .op = n->op, .params = n->params, .node = n, .n_in = n->n_in, .cut = cut};
    r.rng.s = cut->seed;
    QbMapParams map;
    for (int k = 0; k < n->n_in; k++) {
        r.in[k] = n->in[k] < 0 ? NULL : lab->nodes[n->in[k]];
        r.in_type[k] = r.in[k] ? &r.in[k]->type : NULL;
        r.value[k] = r.in[k] && (!r.in[k]->data || r.in[k]->has_state) ? &r.in[k]->value : NULL;
    }
    switch (n->op->class) {
    case QB_OP_MAP:
        r.op = program(lab, &r, &map);
        r.params = &map;
        return qb_is_raster(n->type.kind) ? run_tiles(&r, part, data) : run_number(&r, n);
    case QB_OP_KERNEL:
    case QB_OP_SOURCE:
        return run_tiles(&r, part, data);
    case QB_OP_FOLD:
        if (!n->has_state && !qb_lab_run_fold(&r, n))
            return false;
        return !data || !n->op->fold->fill || qb_lab_fill_fold(&r, n, part, data);
    case QB_OP_SCALAR:
        return qb_lab_run_scalar(&r, n);
    case QB_OP_COMPOSED:
    case QB_OP_VALUE:
        break;
    }
    return qb_lab_fault(lab, "'%s' is of a class that cannot run", n->op->name);
}

/* The node that stands for this one: itself, or what it is composed of. */
static int resolve(QbLab *lab, int id, const QbLabCut *cut)
{
    QbLabNode *n = lab->nodes[id];
    bool can_run = n->op && (n->op->class != QB_OP_KERNEL || n->op->run) &&
                   (n->op->class != QB_OP_FOLD || n->op->fold);
    if (!n->op || !n->op->compose || (can_run && !cut->expand))
        return id;
    if (n->expanded == -1) {
        n->expanded = compose(lab, n);
        if (n->expanded == -1 || n->expanded == id)
            n->expanded = -2;
    }
    return n->expanded < 0 ? id : resolve(lab, n->expanded, cut);
}

static QbBox whole_of(const QbType *t)
{
    return (QbBox){{0, 0, 0}, {t->n[0], t->n[1], t->n[2]}};
}

/* Makes `n` a copy of what it is composed of; the copy owns nothing but its rows. */
static void copy_result(QbLabNode *n, const QbLabNode *from)
{
    n->value = from->value;
    n->is_copy = true;
    if (from->data) {
        size_t bytes = (size_t)qb_voxels(&from->type) * qb_pix_bytes(from->type.pix);
        n->data = qb_xmalloc(bytes + 1);
        memcpy(n->data, from->data, bytes);
    }
    n->state = QB_LAB_DONE;
}

static bool evaluate(QbLab *lab, int id, const QbLabCut *cut, bool wants_image)
{
    int by = resolve(lab, id, cut);
    QbLabNode *n = lab->nodes[by];
    if (n->state == QB_LAB_IDLE) {
        for (int k = 0; k < n->n_in; k++)
            if (n->in[k] >= 0 &&
                !evaluate(lab, n->in[k], cut, cut->wants_image || n->op->class != QB_OP_SCALAR))
                return false;
        n->wants_image = wants_image;
        if (wants_image && qb_is_raster(n->type.kind))
            n->data = qb_xcalloc((size_t)qb_voxels(&n->type) + 1, qb_pix_bytes(n->type.pix));
        n->state = QB_LAB_DONE;
        QbBox whole = whole_of(&n->type);
        if (!run_node(lab, n, cut, &whole, n->data))
            return false;
    }
    QbLabNode *asked = lab->nodes[id];
    if (by != id && asked->state == QB_LAB_IDLE) {
        if (n->type.kind != asked->type.kind || n->type.pix != asked->type.pix ||
            qb_voxels(&n->type) != qb_voxels(&asked->type))
            return qb_lab_fault(lab, "'%s' is composed of nodes of another type", asked->op->name);
        copy_result(asked, n);
    }
    return true;
}

bool qb_lab_eval(QbLab *lab, int id, const QbLabCut *cut)
{
    return evaluate(lab, id, cut, true);
}

/* What is composed of nothing: its own input. */
static void copy_part(const QbLabNode *n, const QbBox *part, unsigned char *data)
{
    size_t bytes = qb_pix_bytes(n->type.pix), row = (size_t)(part->hi[2] - part->lo[2]) * bytes;
    for (int64_t z = part->lo[0]; z < part->hi[0]; z++)
        for (int64_t y = part->lo[1]; y < part->hi[1]; y++, data += row) {
            int64_t at = (z * n->type.n[1] + y) * n->type.n[2] + part->lo[2];
            memcpy(data, n->data + (size_t)at * bytes, row);
        }
}

bool qb_lab_eval_part(QbLab *lab, int id, const QbLabCut *cut, const QbBox *part,
                      unsigned char *data)
{
    int by = resolve(lab, id, cut);
    QbLabNode *n = lab->nodes[by];
    if (!n->op) {
        copy_part(n, part, data);
        return true;
    }
    for (int k = 0; k < n->n_in; k++)
        if (n->in[k] >= 0 && !qb_lab_eval(lab, n->in[k], cut))
            return false;
    n->wants_image = true;
    n->state = QB_LAB_DONE; /* a fold keeps its state until it is forgotten */
    return run_node(lab, n, cut, part, data);
}
