/* Labelling in any cut equals a flood fill of the whole image: numbers, voxels, every connectivity, spilled or not. */
#include "tests/unit/support_fold.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

extern const QbOp qb_op_label, qb_op_label_table;

typedef struct Params {
    int64_t connectivity;
} Params;

static const QbRunEnv roomy = {.threads = 2, .spill_above = 64 << 20, .tmp_dir = "/tmp"};
static const QbRunEnv tiny = {.threads = 2, .spill_above = 1, .tmp_dir = "/tmp"};

static bool is_neighbour(int connectivity, int dz, int dy, int dx)
{
    int far = abs(dz) + abs(dy) + abs(dx);
    return far > 0 && far <= (connectivity == 6 || connectivity == 4    ? 1
                              : connectivity == 18 || connectivity == 8 ? 2
                                                                        : 3);
}

/* Labels in raster order by flood fill, and the voxels of each (from 1); returns how many. */
static int64_t flood(const uint8_t *mask, const int64_t n[3], int connectivity, uint32_t *label,
                     int64_t *voxels)
{
    int64_t all = n[0] * n[1] * n[2], count = 0;
    int64_t *stack = malloc((size_t)(all + 1) * sizeof(*stack));
    memset(label, 0, (size_t)all * sizeof(*label));
    for (int64_t v = 0; v < all; v++) {
        if (!mask[v] || label[v])
            continue;
        int64_t top = 0;
        label[v] = (uint32_t)++count;
        voxels[count] = 0;
        stack[top++] = v;
        while (top > 0) {
            int64_t u = stack[--top], z = u / (n[1] * n[2]), y = u / n[2] % n[1], x = u % n[2];
            voxels[count]++;
            for (int k = 0; k < 27; k++) {
                int dz = k / 9 - 1, dy = k / 3 % 3 - 1, dx = k % 3 - 1;
                int64_t a = z + dz, b = y + dy, c = x + dx, w = (a * n[1] + b) * n[2] + c;
                if (!is_neighbour(connectivity, dz, dy, dx) || a < 0 || b < 0 || c < 0 ||
                    a >= n[0] || b >= n[1] || c >= n[2] || !mask[w] || label[w])
                    continue;
                label[w] = (uint32_t)count;
                stack[top++] = w;
            }
        }
    }
    free(stack);
    return count;
}

static void check_table(const FoldCase *c, const QbValue *value, const int64_t *voxels, int64_t n)
{
    QbType type = {
        .kind = QB_TABLE, .n_columns = 2, .columns = {{"label", true}, {"voxels", true}}};
    FoldCase t = {.op = &qb_op_label_table,
                  .in = {{.type = c->out_type, .value = value}},
                  .n_in = 1,
                  .out_type = &type,
                  .env = c->env,
                  .cpu = c->cpu};
    QbValue out = fold_eval(&t);
    QbErr err = {0};
    cr_assert_eq(out.table->n_rows, n, "%lld rows, expected %lld", (long long)out.table->n_rows,
                 (long long)n);
    for (int64_t k = 0; k < n; k++) {
        int64_t label, v;
        cr_assert(qb_table_get_whole(out.table, k, 0, &label, &err));
        cr_assert(qb_table_get_whole(out.table, k, 1, &v, &err));
        cr_assert_eq(label, k + 1);
        cr_assert_eq(v, voxels[k + 1], "label %lld", (long long)label);
    }
    qb_table_free(out.table);
}

static void check_mask(const uint8_t *mask, const int64_t n[3], int rank, int connectivity,
                       uint64_t seed)
{
    int64_t all = n[0] * n[1] * n[2];
    uint32_t *expected = malloc((size_t)all * sizeof(*expected));
    int64_t *voxels = malloc((size_t)(all + 2) * sizeof(*voxels));
    int64_t count = flood(mask, n, connectivity, expected, voxels);
    QbKernels cpu[3];
    int n_cpu = fold_kernels(cpu);
    QbType in = fold_type(QB_MASK, QB_U8, rank, n), out = fold_type(QB_LABELS, QB_U32, rank, n);
    Params p = {connectivity};
    FoldCase c = {.op = &qb_op_label,
                  .params = &p,
                  .in = {{&in, mask, NULL}},
                  .n_in = 1,
                  .out_type = &out,
                  .env = seed % 3 ? &roomy : &tiny,
                  .cpu = &cpu[seed % (uint64_t)n_cpu],
                  .wants_image = seed % 5 != 1,
                  .seed = seed};
    QbValue value;
    void *state;
    fold_run(&c, &value, &state);
    check_table(&c, &value, voxels, count);
    if (c.wants_image) {
        uint32_t *got = fold_image(&c, state);
        for (int64_t v = 0; v < all; v++)
            cr_assert_eq(
                got[v], expected[v],
                "connectivity %d seed %llu shape %lldx%lldx%lld voxel %lld: %u, expected %u",
                connectivity, (unsigned long long)seed, (long long)n[0], (long long)n[1],
                (long long)n[2], (long long)v, got[v], expected[v]);
        free(got);
    }
    c.op->fold->close(state);
    free(expected);
    free(voxels);
}

static const int connectivities[] = {6, 18, 26, 4, 8};

static void check_all(const uint8_t *mask, const int64_t n[3], uint64_t seed)
{
    for (int k = 0; k < 3; k++)
        check_mask(mask, n, 3, connectivities[k], seed + (uint64_t)k);
    if (n[1] == 1) {
        check_mask(mask, n, 2, 4, seed);
        check_mask(mask, n, 2, 8, seed + 1);
    }
}

static void random_masks(uint64_t rng, int rounds, const int64_t most[3])
{
    for (int k = 0; k < rounds; k++) {
        int64_t n[3];
        for (int a = 0; a < 3; a++)
            n[a] = 1 + fold_pick(&rng, most[a]);
        uint8_t *mask = malloc((size_t)(n[0] * n[1] * n[2]));
        int density = (int)fold_pick(&rng, 101);
        for (int64_t v = 0; v < n[0] * n[1] * n[2]; v++)
            mask[v] = fold_pick(&rng, 100) < density;
        check_all(mask, n, fold_random(&rng) | 1);
        check_all(mask, n, 0);
        free(mask);
    }
}

Test(label, random_volumes)
{
    random_masks(1, 150, (int64_t[3]){12, 14, 40});
}

Test(label, random_long_rows)
{
    random_masks(2, 30, (int64_t[3]){5, 7, 300});
}

/* Rows are joined and read back in spans of some thousand columns; long runs cross their ends, short ones begin there. */
Test(label, rows_of_several_spans)
{
    static const int64_t shapes[][3] = {{3, 4, 2049}, {3, 3, 4097}, {5, 1, 8192}, {2, 3, 12300}};
    uint64_t rng = 4;
    for (int k = 0; k < QB_COUNT(shapes); k++) {
        int64_t all = shapes[k][0] * shapes[k][1] * shapes[k][2];
        uint8_t *mask = malloc((size_t)all);
        for (int64_t most = 2; most <= 6000; most *= 50) {
            for (int64_t v = 0, end = 0, set = 0; v < all; v++) {
                if (v == end) {
                    end += 1 + fold_pick(&rng, most);
                    set = !set;
                }
                mask[v] = (uint8_t)set;
            }
            check_all(mask, shapes[k], fold_random(&rng) | 1);
        }
        free(mask);
    }
}

Test(label, random_images)
{
    random_masks(3, 100, (int64_t[3]){40, 1, 150});
}

Test(label, empty_full_and_single)
{
    static const int64_t shapes[][3] = {{1, 1, 1},  {7, 11, 13}, {1, 5, 64},
                                        {3, 1, 65}, {2, 2, 128}, {5, 3, 129}};
    for (int k = 0; k < QB_COUNT(shapes); k++) {
        int64_t all = shapes[k][0] * shapes[k][1] * shapes[k][2];
        uint8_t *mask = calloc((size_t)all, 1);
        check_all(mask, shapes[k], 11);
        mask[all - 1] = 1;
        check_all(mask, shapes[k], 12);
        memset(mask, 1, (size_t)all);
        check_all(mask, shapes[k], 13);
        check_all(mask, shapes[k], 15);
        free(mask);
    }
}

Test(label, checkerboards)
{
    int64_t n[3] = {9, 11, 67};
    uint8_t *mask = malloc((size_t)(n[0] * n[1] * n[2]));
    for (int step = 1; step <= 2; step++) {
        for (int64_t v = 0; v < n[0] * n[1] * n[2]; v++) {
            int64_t z = v / (n[1] * n[2]), y = v / n[2] % n[1], x = v % n[2];
            mask[v] = step == 1 ? (z + y + x) % 2 : z % 2 + y % 2 + x % 2 == 3;
        }
        for (uint64_t seed = 20; seed < 30; seed++)
            check_all(mask, n, seed);
    }
    free(mask);
}

/* Arms that meet in the last slice alone: every live component is united late. */
Test(label, combs_that_join_late)
{
    int64_t n[3] = {17, 13, 71};
    uint8_t *mask = malloc((size_t)(n[0] * n[1] * n[2]));
    for (int64_t v = 0; v < n[0] * n[1] * n[2]; v++) {
        int64_t z = v / (n[1] * n[2]), y = v / n[2] % n[1], x = v % n[2];
        mask[v] = z == n[0] - 1 || (z > (x * 7 + y * 3) % 5 && y % 2 == 0 && x % 2 == 0);
    }
    for (uint64_t seed = 30; seed < 40; seed++)
        check_all(mask, n, seed);
    free(mask);
}

static bool is_free(const uint8_t *mask, int64_t h, int64_t w, int64_t y, int64_t x)
{
    return y >= 0 && x >= 0 && y < h && x < w && !mask[y * w + x];
}

/* Inwards, one empty pixel between the arms; turns right where it would touch itself. */
static void draw_spiral(uint8_t *mask, int64_t h, int64_t w)
{
    int64_t y = 0, x = 0, dy = 0, dx = 1;
    memset(mask, 0, (size_t)(h * w));
    for (int turns = 0; turns < 2;) {
        mask[y * w + x] = 1;
        int64_t ny = y + dy, nx = x + dx;
        bool inside = ny >= 0 && nx >= 0 && ny < h && nx < w;
        bool edge = ny + dy < 0 || nx + dx < 0 || ny + dy >= h || nx + dx >= w;
        if (inside && is_free(mask, h, w, ny, nx) &&
            (edge || is_free(mask, h, w, ny + dy, nx + dx))) {
            y = ny;
            x = nx;
            turns = 0;
            continue;
        }
        int64_t t = dy;
        dy = dx;
        dx = -t;
        turns++;
    }
}

Test(label, spirals)
{
    int64_t n[3] = {41, 1, 67};
    uint8_t *mask = malloc((size_t)(n[0] * n[2]));
    draw_spiral(mask, n[0], n[2]);
    for (uint64_t seed = 40; seed < 50; seed++)
        check_all(mask, n, seed);
    free(mask);
}
