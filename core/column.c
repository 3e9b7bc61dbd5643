/* A sparse array of int64 cells in pages. Pages that outgrow the column's share of memory go to an unlinked file, the one
 * that was not used for longest first (second chance). The directory has two levels, the upper one grows. */
#include "core/spill.h"
#include "core/table.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_BITS = 11, LEAF_BITS = 9, SMALLEST_FRAMES = 4 };
#define PAGE_CELLS ((int64_t)1 << PAGE_BITS)
#define PAGE_BYTES ((size_t)PAGE_CELLS * sizeof(int64_t))
#define LEAF_PAGES ((int64_t)1 << LEAF_BITS)
#define MAX_INDEX  ((int64_t)1 << 48)

/* Where a page is; both 0: it was never touched. */
typedef struct Entry {
    uint32_t frame; /* 1 + its frame, when resident */
    uint32_t place; /* 1 + its place in the file, once it was spilled */
} Entry;

typedef struct Frame {
    int64_t page;
    int64_t *cells;
    bool dirty, used;
} Frame;

struct QbColumn {
    QbRunEnv env;
    Entry **leaf;
    int64_t n_leaf;
    Frame *frame;
    int64_t n_frames, cap_frames, max_frames;
    int64_t hand;
    uint32_t n_places;
    int64_t n_leaves_made;
    int fd;
    int64_t last_page; /* the page used last, and its frame */
    Frame *last;
};

QbColumn *qb_column_new(const QbRunEnv *env)
{
    QbColumn *c = qb_xcalloc(1, sizeof(*c));
    c->env = *env;
    c->fd = -1;
    c->max_frames =
        qb_clamp64((int64_t)(env->spill_above / PAGE_BYTES), SMALLEST_FRAMES, UINT32_MAX - 1);
    c->last_page = -1;
    return c;
}

void qb_column_free(QbColumn *c)
{
    if (!c)
        return;
    for (int64_t k = 0; k < c->n_leaf; k++)
        free(c->leaf[k]);
    for (int64_t k = 0; k < c->n_frames; k++)
        free(c->frame[k].cells);
    free(c->leaf);
    free(c->frame);
    qb_spill_close(c->fd);
    free(c);
}

/* The directory entry of a page, NULL where its leaf was never made. */
static Entry *find(const QbColumn *c, int64_t page)
{
    int64_t top = page >> LEAF_BITS;
    if (top >= c->n_leaf || !c->leaf[top])
        return NULL;
    return &c->leaf[top][page & (LEAF_PAGES - 1)];
}

static bool out_of_memory(QbErr *err)
{
    return qb_err_set(err, "out of memory: a column of a table cannot grow");
}

static Entry *find_or_make(QbColumn *c, int64_t page, QbErr *err)
{
    int64_t top = page >> LEAF_BITS;
    if (top >= c->n_leaf) {
        int64_t n = qb_max64(2 * c->n_leaf, top + 1);
        Entry **leaf = calloc((size_t)n, sizeof(Entry *));
        if (!leaf) {
            out_of_memory(err);
            return NULL;
        }
        if (c->n_leaf > 0)
            memcpy(leaf, c->leaf, (size_t)c->n_leaf * sizeof(Entry *));
        free(c->leaf);
        c->leaf = leaf;
        c->n_leaf = n;
    }
    if (!c->leaf[top]) {
        c->leaf[top] = calloc((size_t)LEAF_PAGES, sizeof(Entry));
        if (!c->leaf[top]) {
            out_of_memory(err);
            return NULL;
        }
        c->n_leaves_made++;
    }
    return &c->leaf[top][page & (LEAF_PAGES - 1)];
}

static int64_t file_offset(uint32_t place)
{
    return ((int64_t)place - 1) * (int64_t)PAGE_BYTES;
}

/* Takes a frame from the page that was not used for longest. */
static Frame *evict(QbColumn *c, QbErr *err)
{
    while (c->frame[c->hand].used) {
        c->frame[c->hand].used = false;
        c->hand = (c->hand + 1) % c->n_frames;
    }
    Frame *f = &c->frame[c->hand];
    Entry *e = find(c, f->page);
    if (f->dirty) {
        if (c->fd < 0 && (c->fd = qb_spill_open(c->env.tmp_dir, err)) < 0)
            return NULL;
        if (e->place == 0)
            e->place = ++c->n_places;
        if (!qb_spill_write(c->fd, file_offset(e->place), f->cells, PAGE_BYTES, err))
            return NULL;
    }
    e->frame = 0;
    c->hand = (c->hand + 1) % c->n_frames;
    return f;
}

static Frame *take_frame(QbColumn *c, QbErr *err)
{
    if (c->n_frames == c->max_frames)
        return evict(c, err);
    if (c->n_frames == c->cap_frames) {
        int64_t cap = qb_min64(c->cap_frames ? 2 * c->cap_frames : 4, c->max_frames);
        Frame *v = realloc(c->frame, (size_t)cap * sizeof(*v));
        if (!v) {
            out_of_memory(err);
            return NULL;
        }
        c->frame = v;
        c->cap_frames = cap;
    }
    int64_t *cells = malloc(PAGE_BYTES);
    if (!cells) {
        out_of_memory(err);
        return NULL;
    }
    Frame *f = &c->frame[c->n_frames++];
    *f = (Frame){.page = -1, .cells = cells};
    return f;
}

/* Makes the page resident. `e` stays where it is: leaves never move. */
static Frame *load(QbColumn *c, int64_t page, Entry *e, QbErr *err)
{
    c->last_page = -1; /* frames may move, or be taken */
    if (e->frame == 0) {
        Frame *f = take_frame(c, err);
        if (!f)
            return NULL;
        f->page = page;
        f->dirty = e->place == 0;
        e->frame = (uint32_t)(f - c->frame) + 1;
        if (e->place == 0)
            memset(f->cells, 0, PAGE_BYTES);
        else if (!qb_spill_read(c->fd, file_offset(e->place), f->cells, PAGE_BYTES, err))
            return NULL;
    }
    Frame *f = &c->frame[e->frame - 1];
    f->used = true;
    c->last_page = page;
    c->last = f;
    return f;
}

static inline int64_t page_of(int64_t index)
{
    QB_CHECK(index >= 0 && index < MAX_INDEX);
    return index >> PAGE_BITS;
}

bool qb_column_get(QbColumn *c, int64_t index, int64_t *value, QbErr *err)
{
    int64_t page = page_of(index);
    if (page != c->last_page) {
        Entry *e = find(c, page);
        if (!e || (e->frame == 0 && e->place == 0)) {
            *value = 0;
            return true;
        }
        if (!load(c, page, e, err))
            return false;
    }
    *value = c->last->cells[index & (PAGE_CELLS - 1)];
    return true;
}

/* The cell, on a resident page that is marked as changed; NULL on an error. */
static int64_t *cell(QbColumn *c, int64_t index, QbErr *err)
{
    int64_t page = page_of(index);
    if (page != c->last_page) {
        Entry *e = find_or_make(c, page, err);
        if (!e || !load(c, page, e, err))
            return NULL;
    }
    c->last->dirty = true;
    return &c->last->cells[index & (PAGE_CELLS - 1)];
}

bool qb_column_set(QbColumn *c, int64_t index, int64_t value, QbErr *err)
{
    int64_t *p = cell(c, index, err);
    if (!p)
        return false;
    *p = value;
    return true;
}

bool qb_column_add(QbColumn *c, int64_t index, int64_t value, QbErr *err)
{
    int64_t *p = cell(c, index, err);
    if (!p)
        return false;
    *p += value;
    return true;
}

int64_t qb_column_next(const QbColumn *c, int64_t from)
{
    int64_t page = from >> PAGE_BITS;
    for (int64_t top = page >> LEAF_BITS; top < c->n_leaf; top++) {
        if (!c->leaf[top])
            continue;
        int64_t first = qb_max64(page, top << LEAF_BITS);
        for (int64_t p = first; p < (top + 1) << LEAF_BITS; p++) {
            const Entry *e = &c->leaf[top][p & (LEAF_PAGES - 1)];
            if (e->frame != 0 || e->place != 0)
                return qb_max64(from, p << PAGE_BITS);
        }
    }
    return -1;
}

size_t qb_column_memory(const QbColumn *c)
{
    return sizeof(*c) + (size_t)c->n_frames * PAGE_BYTES + (size_t)c->cap_frames * sizeof(Frame) +
           (size_t)c->n_leaf * sizeof(Entry *) +
           (size_t)c->n_leaves_made * (size_t)LEAF_PAGES * sizeof(Entry);
}
