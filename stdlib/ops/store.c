/* store: keeps a whole image between two passes, in memory, or in an unlinked temporary file when there is no room. Made by the
 * planner only: for operators that need their input in another order, and for images that several passes need. */
#include "core/op.h"
#include "core/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGES \
    ((size_t)8 << 20) /* stores of so many bytes waste less than a part of them on huge pages */

typedef struct Params {
    bool spill;
} Params;

typedef struct Store {
    QbBox box;
    size_t row, bytes; /* of a row, of all */
    unsigned char *memory;
    int fd; /* -1: in memory */
} Store;

static bool check(QbCheck *c)
{
    *c->out = *c->in[0];
    return true;
}

static size_t box_bytes(const QbBox *b, QbPix pix)
{
    size_t n = qb_pix_bytes(pix);
    for (int a = 0; a < 3; a++)
        n *= (size_t)(b->hi[a] - b->lo[a]);
    return n;
}

static size_t state_bytes(const QbFoldCtx *c)
{
    const Params *p = c->params;
    return p->spill ? 4096 : box_bytes(&c->domain, c->in_type[0]->pix);
}

static bool open_store(const QbFoldCtx *c, void **state, QbErr *err)
{
    const Params *p = c->params;
    Store *s = qb_xcalloc(1, sizeof(*s));
    s->box = c->domain;
    s->row = (size_t)(s->box.hi[2] - s->box.lo[2]) * qb_pix_bytes(c->in_type[0]->pix);
    s->bytes = box_bytes(&s->box, c->in_type[0]->pix);
    s->fd = -1;
    *state = s;
    if (p->spill) {
        s->fd = qb_spill_open(c->env->tmp_dir, err);
        return s->fd >= 0;
    }
    void *m = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED)
        return qb_err_set(err, "not enough memory: cannot get %zu MiB: %s", (s->bytes >> 20) + 1,
                          strerror(errno));
    /* First touches of small pages cost six times as much as the copy. */
    if (s->bytes >= HUGE_PAGES)
        madvise(m, s->bytes, MADV_HUGEPAGE);
    s->memory = m;
    return true;
}

static size_t offset_of(const Store *s, int64_t i, int64_t y)
{
    return ((size_t)(i - s->box.lo[0]) * (size_t)(s->box.hi[1] - s->box.lo[1]) +
            (size_t)(y - s->box.lo[1])) *
           s->row;
}

static bool put(const Store *s, const void *from, size_t n, size_t offset, QbErr *err)
{
    if (s->fd < 0) {
        memcpy(s->memory + offset, from, n);
        return true;
    }
    return qb_spill_write(s->fd, (int64_t)offset, from, n, err);
}

static bool get(const Store *s, void *to, size_t n, size_t offset, QbErr *err)
{
    if (s->fd < 0) {
        memcpy(to, s->memory + offset, n);
        return true;
    }
    return qb_spill_read(s->fd, (int64_t)offset, to, n, err);
}

static bool add(const QbTask *t, void *state, void *partial, QbErr *err)
{
    const Store *s = state;
    const QbBox *b = &t->out.box;
    (void)partial;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            if (!put(s, qb_row(&t->in[0], i, y), s->row, offset_of(s, i, y), err))
                return false;
    return true;
}

static bool finish(const QbFoldCtx *c, void *state, QbValue *out, QbErr *err)
{
    (void)c;
    (void)err;
    out->state = state;
    return true;
}

static bool fill(void *state, const QbTile *out, QbErr *err)
{
    const Store *s = state;
    const QbBox *b = &out->box;
    size_t pix = s->row / (size_t)(s->box.hi[2] - s->box.lo[2]);
    size_t n = (size_t)(b->hi[2] - b->lo[2]) * pix, x = (size_t)(b->lo[2] - s->box.lo[2]) * pix;
    for (int64_t i = b->lo[0]; i < b->hi[0]; i++)
        for (int64_t y = b->lo[1]; y < b->hi[1]; y++)
            if (!get(s, qb_tile_row(out, i, y), n, offset_of(s, i, y) + x, err))
                return false;
    return true;
}

static void close_store(void *state)
{
    Store *s = state;
    if (s->memory)
        munmap(s->memory, s->bytes);
    qb_spill_close(s->fd);
    free(s);
}

static double cost(const void *params, const QbType *const *in)
{
    double bytes = (double)qb_pix_bytes(in[0]->pix);
    return (((const Params *)params)->spill ? 0.5 : 0.13) * bytes;
}

static bool read_kept(void *ctx, int64_t offset, void *to, size_t n, QbErr *err)
{
    return get(ctx, to, n, (size_t)offset, err);
}

static bool write_kept(void *ctx, int64_t offset, const void *from, size_t n, QbErr *err)
{
    return put(ctx, from, n, (size_t)offset, err);
}

/* Slices come in order: those that are there stay as they are. */
static bool keep(const QbFoldCtx *c, void *state, QbKeep *k, QbErr *err)
{
    Store *s = state;
    QbGrown g = {.ctx = s, .read = read_kept, .write = write_kept};
    (void)c;
    return qb_keep_grown(k, (int64_t)offset_of(s, k->end, s->box.lo[1]), &g, err);
}

static const QbFoldOps fold = {
    .order = QB_FOLD_ANY,
    .state_bytes = state_bytes,
    .open = open_store,
    .add = add,
    .finish = finish,
    .fill = fill,
    .close = close_store,
    .keep = keep,
};

static const QbParam params[] = {
    {.name = "x",
     .slot = QB_SLOT_INPUT,
     .accepts = QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS),
     .help = "what to keep"},
    {.name = "spill",
     .slot = QB_SLOT_BOOL,
     .offset = offsetof(Params, spill),
     .def = "false",
     .help = "in a file"},
};

const QbOp qb_op_store = {
    .name = "store",
    .class = QB_OP_FOLD,
    .hidden = true,
    .group = "planner",
    .help = "keeps an image between two passes",
    .version = 1,
    .params = params,
    .n_params = QB_COUNT(params),
    .param_size = sizeof(Params),
    .check = check,
    .cost = cost,
    .fold = &fold,
};
