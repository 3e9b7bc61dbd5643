/* The label engine: tiles that were labelled apart become one numbering. Components get 64-bit slots in the raster order of
 * their first voxels while the image streams; labels come at the end. What it must not know: threads, files, and
 * which operators read its result. */
#ifndef QB_STDLIB_LABEL_STATE_H
#define QB_STDLIB_LABEL_STATE_H

#include "core/keep.h"
#include "stdlib/kernels/label.h"

/* A stored tile: what fill needs to find its rows. Coordinates are relative to the domain. */
typedef struct QbStoredTile {
    int64_t i0, i1, y0, y1;
    int64_t beams_at, runs_at; /* offsets in the log of runs */
    int64_t comps_at;          /* index of its first component among those of all tiles */
    int64_t n_comps;
} QbStoredTile;

/* The last slice that was merged: its bits, and the runs of its beams. A run's comp is an index into `slot`. Bounded by
 * the worst case of one slice. */
typedef struct QbLiveSet {
    int64_t i;       /* the slice; −1: none yet */
    uint64_t *bits;  /* ny rows of `pitch` words */
    uint64_t *heads; /* of each beam, as many */
    uint32_t *beam;  /* of each row */
    uint32_t *start; /* of each beam, and one more */
    uint32_t *comp;  /* of each run */
    size_t run_cap;
    int64_t *slot;
    int64_t
        *root_slot; /* while merging: the smallest slot of a set of live components, at its root */
    uint32_t n;
    size_t slot_cap;
} QbLiveSet;

typedef struct QbLabelState {
    QbRunEnv env;
    QbBeams beams;
    const QbLabelKernels *cpu;
    bool wants_image;
    QbBox domain;
    int64_t ny, nx, pitch;
    QbLiveSet live;
    uint32_t *parent,
        *mark; /* of the nodes of one merge: live components, then those of its tiles */
    size_t node_cap;
    int64_t n_slots, n_labels;
    QbColumn *voxels; /* of each slot; 0: it lost a union */
    QbColumn
        *forward; /* of a slot that lost: the winner, which is smaller; after finish: the label */
    QbLog *runs, *slots, *labels, *index;
    int64_t n_tiles, n_comps;
} QbLabelState;

/* Resident bytes of the state at their worst, and of a tile's partial with its share of the merge. */
size_t qb_label_state_bytes(const QbFoldCtx *c, const QbBeams *b);
size_t qb_label_partial_bytes(const QbBeams *b, int64_t ni, int64_t ny, int64_t nx);
bool qb_label_open(const QbFoldCtx *c, const QbBeams *b, QbLabelState **state, QbErr *err);
void qb_label_close(QbLabelState *s);
/* Merges the tiles of one quantum, which lie in layers of equal [i0, i1), lower y first. */
bool qb_label_merge(QbLabelState *s, void *const *partials, const QbBox *boxes, int n, QbErr *err);
/* The state between two quanta, into a checkpoint or back. */
bool qb_label_keep(QbLabelState *s, QbKeep *k, QbErr *err);
bool qb_label_finish(QbLabelState *s, QbErr *err);
/* Writes the labels of any box; from any thread, after finish. */
bool qb_label_fill(const QbLabelState *s, const QbTile *out, QbErr *err);
/* The rows (label, voxels) of a finished state, appended to an empty table. */
bool qb_label_rows(QbLabelState *s, QbTable *t, QbErr *err);

/* label_store.c: puts a merged tile's runs, and the slots of its components (from parent and mark), into the logs. */
bool qb_label_store(QbLabelState *s, const QbLabelTile *t, const QbBox *box, uint32_t base,
                    QbErr *err);
/* The slot of a node whose parents are flattened. */
static inline int64_t qb_label_slot(const QbLabelState *s, uint32_t node)
{
    uint32_t root = s->parent[node];
    return root < s->live.n ? s->live.root_slot[root] : s->n_slots + s->mark[root] - 1;
}

#endif
