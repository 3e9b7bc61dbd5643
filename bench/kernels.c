/* Times the kernels of ranks alone, on one core: million voxels a second of each processor variant, over tasks as the planner
 * cuts them. Not built by default: cmake --build … --target bench_kernels. */
#include "core/base.h"
#include "stdlib/kernels/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Case {
    QbPix pix;
    int64_t size[3]; /* size[1] 1: an image */
    double target;   /* million voxels a second on two cores with AVX2; 0: none */
} Case;

static const Case cases[] = {
    {QB_U8, {3, 1, 3}, 4000},  {QB_U8, {5, 1, 5}, 1600},  {QB_U8, {7, 1, 7}, 300},
    {QB_U8, {11, 1, 11}, 300}, {QB_U8, {15, 1, 15}, 0},   {QB_U8, {21, 1, 21}, 0},
    {QB_U8, {31, 1, 31}, 0},   {QB_U8, {101, 1, 101}, 0}, {QB_U16, {3, 1, 3}, 0},
    {QB_U16, {5, 1, 5}, 500},  {QB_U16, {7, 1, 7}, 150},  {QB_U16, {9, 1, 9}, 0},
    {QB_U16, {11, 1, 11}, 0},  {QB_U16, {15, 1, 15}, 0},  {QB_U16, {21, 1, 21}, 0},
    {QB_U16, {31, 1, 31}, 0},  {QB_F32, {3, 1, 3}, 0},    {QB_F32, {5, 1, 5}, 0},
    {QB_F32, {7, 1, 7}, 0},    {QB_F32, {11, 1, 11}, 0},  {QB_F64, {3, 1, 3}, 0},
    {QB_F64, {5, 1, 5}, 0},    {QB_U8, {3, 3, 3}, 1400},  {QB_U8, {5, 5, 5}, 100},
    {QB_U8, {7, 7, 7}, 30},    {QB_U8, {9, 9, 9}, 0},     {QB_U8, {1, 3, 3}, 0},
    {QB_U8, {1, 5, 5}, 0},     {QB_U16, {3, 3, 3}, 280},  {QB_U16, {5, 5, 5}, 32},
    {QB_U16, {7, 7, 7}, 0},    {QB_F32, {3, 3, 3}, 0},    {QB_F32, {5, 5, 5}, 0},
    {QB_F64, {3, 3, 3}, 0},    {QB_F64, {5, 5, 5}, 0},
};

/* Of this thread on a core: other programs do not count. */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Slow waves and noise, as images of cameras have: half the range of the type. */
static void draw(QbPix pix, void *row, int64_t nx, uint64_t *state)
{
    double span = pix == QB_U8 ? 255 : pix == QB_U16 ? 65535 : 1;
    for (int64_t x = 0; x < nx; x++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        double noise = (double)(*state >> 40) / (double)(1 << 24), wave = (double)(x % 257) / 257;
        qb_pix_put(pix, row, x,
                   span * (getenv("QB_BENCH_NOISE") ? noise : 0.1 + 0.4 * wave + 0.2 * noise));
    }
}

typedef struct Bench {
    QbTask task;
    QbType type;
    QbRows in;
    QbRankParams params;
    int64_t ni, ny, nx;
} Bench;

/* One tile of a long image: rows of its own, so that memory is not what is measured. */
static double measure(const Case *c, const QbKernels *cpu)
{
    bool flat = c->size[1] == 1 && c->size[0] > 1;
    Bench b = {.ni = flat ? 64 : 8, .ny = flat ? 1 : 32, .nx = flat ? 2048 : 512};
    size_t bytes = qb_pix_bytes(c->pix);
    memcpy(b.params.size, c->size, sizeof(b.params.size));
    b.params.rank = qb_window_voxels(c->size) / 2;
    b.type =
        (QbType){.kind = QB_IMAGE, .rank = flat ? 2 : 3, .pix = c->pix, .n = {1000, 1000, b.nx}};
    b.in = (QbRows){
        .i0 = 500 - c->size[0] / 2, .y0 = 500 - c->size[1] / 2, .ni = b.ni + c->size[0] - 1};
    b.in.ny = b.ny + c->size[1] - 1;
    b.in.x1 = b.in.nx = b.nx;
    int64_t n_in = b.in.ni * b.in.ny, n_out = b.ni * b.ny;
    unsigned char *in = qb_xmalloc((size_t)(n_in * b.nx) * bytes),
                  *out = qb_xmalloc((size_t)(n_out * b.nx) * bytes);
    const void **rows = qb_xcalloc((size_t)n_in, sizeof(void *));
    void **to = qb_xcalloc((size_t)n_out, sizeof(void *));
    uint64_t state = 1;
    for (int64_t r = 0; r < n_in; r++)
        draw(c->pix, in + (size_t)(r * b.nx) * bytes, b.nx, &state);
    for (int64_t r = 0; r < n_in; r++)
        rows[r] = in + (size_t)(r * b.nx) * bytes;
    for (int64_t r = 0; r < n_out; r++)
        to[r] = out + (size_t)(r * b.nx) * bytes;
    b.in.row = rows;
    const QbType *types[1] = {&b.type};
    void *scratch =
        aligned_alloc(64, qb_round_up(qb_rank_box_scratch(&b.params, types, b.ni, b.ny, b.nx), 64));
    b.task = (QbTask){
        .params = &b.params, .out_type = &b.type, .in_type = types, .n_in = 1, .in = &b.in};
    b.task.out = (QbTile){{{500, 500, 0}, {500 + b.ni, 500 + b.ny, b.nx}}, to};
    b.task.scratch = scratch;
    b.task.cpu = cpu;
    double best = 1e9, start = seconds();
    for (int k = 0; k < 5 || seconds() - start < 0.1; k++) {
        double before = seconds();
        cpu->filter->rank_box(&b.task);
        double wall = seconds() - before;
        best = wall < best ? wall : best;
    }
    free(scratch);
    free(rows);
    free(to);
    free(in);
    free(out);
    return (double)(n_out * b.nx) / best / 1e6;
}

/* Arguments: pixel types, "u8,f32"; none: all. */
int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    const QbKernels *cpu[3];
    int n = qb_kernels_all(cpu);
    printf("%-14s", "Mvoxel/s");
    for (int k = 0; k < n; k++)
        printf("%10s", cpu[k]->name);
    printf("    half of target\n");
    for (int c = 0; c < QB_COUNT(cases); c++) {
        if (only && !strstr(only, qb_pix_info[cases[c].pix].name))
            continue;
        const int64_t *s = cases[c].size;
        printf("%-4s%3lldx%lldx%-4lld", qb_pix_info[cases[c].pix].name, (long long)s[0],
               (long long)s[1], (long long)s[2]);
        for (int k = 0; k < n; k++)
            printf("%10.1f", measure(&cases[c], cpu[k]));
        if (cases[c].target > 0)
            printf("%10.1f", cases[c].target / 2);
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
