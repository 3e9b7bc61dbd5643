/* Which rows make a beam for each connectivity, and how a labelled tile lies in memory. No loops over voxels here. */
#include "stdlib/kernels/label.h"

QbBeams qb_label_beams(int rank, int connectivity)
{
    switch (connectivity) {
    case 8:
        return (QbBeams){.bz = 2, .by = 1, .reach_y = 1, .reach_z = 1, .reach_diag = 1};
    case 26:
        return (QbBeams){.bz = 2, .by = 2, .reach_y = 1, .reach_z = 1, .reach_diag = 1};
    case 18:
        return (QbBeams){1, 1, true, .reach_y = 1, .reach_z = 1, .reach_diag = 0};
    case 4:
    case 6:
        return (QbBeams){1, 1, true, .reach_y = 0, .reach_z = 0, .reach_diag = -1};
    }
    QB_BUG("connectivity %d in %d dimensions", connectivity, rank);
}

typedef struct Layout {
    size_t first, bits, heads, start, comp, link, bytes;
} Layout;

static size_t place(size_t *at, size_t n, size_t size)
{
    size_t here = *at;
    *at = qb_round_up(here + n * size, 64);
    return here;
}

static Layout layout(const QbBeams *b, int64_t ni, int64_t ny, int64_t nx)
{
    int64_t beams = (ni + b->bz - 1) / b->bz * ((ny + b->by - 1) / b->by);
    int64_t most = beams * ((nx + 1) / 2); /* runs, and so components */
    QB_CHECK(ni * ny * nx < UINT32_MAX);
    Layout l;
    size_t at = 64; /* the two counters */
    l.first = place(&at, (size_t)ni + 1, sizeof(uint32_t));
    l.bits = place(&at, (size_t)(ni * ny * qb_label_pitch(nx)), sizeof(uint64_t));
    l.heads = place(&at, (size_t)(beams * qb_label_pitch(nx)), sizeof(uint64_t));
    l.start = place(&at, (size_t)beams + 1, sizeof(uint32_t));
    l.comp = place(&at, (size_t)most, sizeof(uint32_t));
    l.link = place(&at, (size_t)most, sizeof(uint32_t));
    l.bytes = at;
    return l;
}

size_t qb_label_tile_bytes(const QbBeams *b, int64_t ni, int64_t ny, int64_t nx)
{
    return layout(b, ni, ny, nx).bytes;
}

QbLabelTile qb_label_tile_map(const QbBeams *b, void *memory, int64_t ni, int64_t ny, int64_t nx)
{
    Layout l = layout(b, ni, ny, nx);
    char *p = memory;
    return (QbLabelTile){
        .beams = *b,
        .ni = ni,
        .ny = ny,
        .nx = nx,
        .nbz = (ni + b->bz - 1) / b->bz,
        .nby = (ny + b->by - 1) / b->by,
        .pitch = qb_label_pitch(nx),
        .n_runs = memory,
        .n_comps = (uint32_t *)memory + 1,
        .first = (void *)(p + l.first),
        .bits = (void *)(p + l.bits),
        .heads = (void *)(p + l.heads),
        .start = (void *)(p + l.start),
        .comp = (void *)(p + l.comp),
        .link = (void *)(p + l.link),
        .voxels = (void *)(p + l.link),
    };
}
