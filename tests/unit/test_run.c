/* Plans that run: whatever the number of threads, the chunks and the budget, every voxel is what its rule says, numbers are
 * right, and a failed run leaves nothing behind. Each test is a process of its own, so OpenMP starts in it alone. */
#include "runtime/imgio.h"
#include "runtime/run.h"
#include "tests/unit/support_graph.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

typedef struct How {
    int threads;
    int64_t chunk_i, chunk_y;
    size_t memory;
    QbSpareMemory *spare;
} How;

static const How hows[] = {
    {1, 0, 0, 256 * MIB, NULL}, {2, 0, 0, 256 * MIB, NULL}, {3, 1, 1, 256 * MIB, NULL},
    {4, 2, 5, 256 * MIB, NULL}, {2, 7, 3, 256 * MIB, NULL}, {2, 0, 0, 0, NULL},
};

static char *folder(void)
{
    static const char pattern[] = "/tmp/qbic-test-XXXXXX";
    char *dir = malloc(sizeof(pattern));
    memcpy(dir, pattern, sizeof(pattern));
    cr_assert_not_null(mkdtemp(dir));
    return dir;
}

/* How many files are left; they are removed with the folder. */
static int clear(char *take_dir)
{
    DIR *d = opendir(take_dir);
    int n = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.' && (!e->d_name[1] || e->d_name[1] == '.'))
            continue;
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", take_dir, e->d_name);
        unlink(path);
        n++;
    }
    closedir(d);
    rmdir(take_dir);
    free(take_dir);
    return n;
}

/* A budget of 0: the least that does. */
static QbPlan *plan_of(GraphBench *b, const How *how)
{
    static const QbPassOptions none;
    QbErr err = {0};
    QbPlan *plan = NULL;
    QbPlanOptions o = {.threads = how->threads,
                       .memory = how->memory,
                       .base = 4 * MIB,
                       .chunk_i = how->chunk_i,
                       .chunk_y = how->chunk_y,
                       .passes = &none,
                       .sink_atom = qb_writer_atom,
                       .sink_bound = qb_writer_pack_bound};
    size_t least = how->memory ? how->memory : 5 * MIB;
    for (o.memory = least; !qb_plan_make(b->arena, b->g, &o, &plan, &err); o.memory += MIB) {
        cr_assert(!how->memory && o.memory < 256 * MIB, "%s", err.text);
        err = (QbErr){0};
    }
    return plan;
}

static bool run(GraphBench *b, const How *how, const char *dir, QbRunResult *r, QbErr *err)
{
    qb_passes_run(b->g, NULL);
    const QbPlan *plan = plan_of(b, how);
    QbRunOptions o = {.out_dir = dir,
                      .tmp_dir = "/tmp",
                      .kernels = qb_kernels(NULL),
                      .provenance = "a test",
                      .spare = how->spare,
                      .started = qb_now()};
    *r = (QbRunResult){0};
    return qb_run(plan, &o, r, err);
}

/* The voxels of a .npy of i32; malloc'd. */
static int32_t *read_npy(const char *dir, const char *name, int64_t voxels)
{
    char path[512];
    unsigned char head[10];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f, "no '%s'", path);
    cr_assert_eq(fread(head, 1, 10, f), 10u);
    cr_assert_eq(fseek(f, 10 + head[8] + 256 * head[9], SEEK_SET), 0);
    int32_t *v = malloc((size_t)voxels * 4 + 4);
    cr_assert_eq((int64_t)fread(v, 4, (size_t)voxels + 1, f), voxels, "the size of '%s'", name);
    fclose(f);
    return v;
}

/* Rules, as chains: each step looks at the one below. */
typedef struct Rule {
    const int64_t *n;
    int64_t r;
    int depth;
} Rule;

static int64_t voxel(void *ctx, int64_t i, int64_t y, int64_t x)
{
    const Rule *rule = ctx;
    if (rule->depth == 0)
        return graph_ramp_at(i, y, x);
    Rule below = {rule->n, rule->r, rule->depth - 1};
    return graph_look_at(rule->n, rule->r, voxel, &below, i, y, x);
}

/* All ways, one after the other, in memory that each leaves to the next where there is a `spare`. */
static void check_chain_in(QbSpareMemory *spare, int rank, const int64_t size[3], int64_t r)
{
    int64_t n0 = size[0], n1 = size[1], n2 = size[2];
    for (int k = 0; k < QB_COUNT(hows); k++) {
        How how = hows[k];
        how.spare = spare;
        const int64_t n[3] = {n0, n1, n2};
        GraphBench b = graph_bench();
        QbErr err = {0};
        QbRunResult result;
        char *dir = folder();
        QbNodeId x = graph_look(&b, graph_look(&b, graph_ramp(&b, rank, n0, n1, n2), r), r);
        graph_save(&b, x, "x.npy");
        cr_assert(run(&b, &how, dir, &result, &err), "%s", err.text);
        int32_t *v = read_npy(dir, "x.npy", n0 * n1 * n2);
        Rule rule = {n, r, 2};
        for (int64_t at = 0; at < n0 * n1 * n2; at++)
            cr_assert_eq(v[at], voxel(&rule, at / n2 / n1, at / n2 % n1, at % n2),
                         "voxel %lld, way %d", (long long)at, k);
        cr_expect_eq(result.n_outputs, 1);
        cr_expect_str_eq(result.outputs[0].path, "x.npy");
        free(v);
        qb_run_result_free(&result);
        graph_free(&b);
        cr_expect_eq(clear(dir), 1, "the output and nothing else");
    }
}

static void check_chain(int rank, int64_t n0, int64_t n1, int64_t n2, int64_t r)
{
    check_chain_in(NULL, rank, (const int64_t[3]){n0, n1, n2}, r);
}

Test(run, memory_that_is_kept, .timeout = 60)
{
    QbSpareMemory spare = {0};
    check_chain_in(&spare, 3, (const int64_t[3]){23, 17, 40}, 2);
    cr_expect_not_null(spare.rings.p);
    check_chain_in(&spare, 2, (const int64_t[3]){31, 1, 37}, 3);
    check_chain_in(&spare, 3, (const int64_t[3]){9, 60, 130}, 1);
    qb_spare_free(&spare);
    cr_expect_null(spare.rings.p);
}

Test(run, volume, .timeout = 60)
{
    check_chain(3, 23, 17, 40, 2);
}

Test(run, halo_beyond_the_extent, .timeout = 60)
{
    check_chain(3, 3, 4, 5, 9);
}

Test(run, picture, .timeout = 60)
{
    check_chain(2, 119, 1, 83, 3);
}

Test(run, one_voxel, .timeout = 60)
{
    check_chain(2, 1, 1, 1, 1);
}

/* A total in one pass, what depends on it in the next; the flipped image is stored on the way. */
Test(run, passes, .timeout = 60)
{
    const int64_t n = 31 * 12 * 10;
    int64_t total = 0;
    for (int64_t at = 0; at < n; at++)
        total += graph_ramp_at(at / 120, at / 10 % 12, at % 10);
    for (int k = 0; k < QB_COUNT(hows); k++) {
        GraphBench b = graph_bench();
        QbErr err = {0};
        QbRunResult result;
        char *dir = folder();
        QbNodeId x = graph_ramp(&b, 3, 31, 12, 10), sum = graph_unary(&b, "total", x);
        graph_print(&b, sum);
        graph_save(&b, graph_unary(&b, "half", graph_unary(&b, "flip", graph_look(&b, x, 1))),
                   "h.npy");
        cr_assert(run(&b, &hows[k], dir, &result, &err), "%s", err.text);
        cr_expect_str_eq(result.printed.s, qb_arena_printf(b.arena, "%lld\n", (long long)total));
        int32_t *v = read_npy(dir, "h.npy", 16 * 120);
        const int64_t shape[3] = {31, 12, 10};
        Rule rule = {shape, 1, 1};
        for (int64_t at = 0; at < 16 * 120; at++)
            cr_assert_eq(v[at], voxel(&rule, 30 - 2 * (at / 120), at / 10 % 12, at % 10),
                         "voxel %lld, way %d", (long long)at, k);
        free(v);
        qb_run_result_free(&result);
        graph_free(&b);
        cr_expect_eq(clear(dir), 1);
    }
}

/* Two outputs, one of which cannot be written: neither is left, nor anything half done. */
Test(run, all_or_nothing, .timeout = 60)
{
    GraphBench b = graph_bench();
    QbErr err = {0};
    QbRunResult result;
    char *dir = folder();
    QbNodeId x = graph_ramp(&b, 3, 20, 20, 20);
    graph_save(&b, x, "first.npy");
    graph_save(&b, graph_look(&b, x, 1), "/proc/no/such/place.npy");
    cr_expect_not(run(&b, &hows[1], dir, &result, &err));
    cr_expect(err.set && strstr(err.text, "/proc/no/such"), "%s", err.text);
    qb_run_result_free(&result);
    graph_free(&b);
    cr_expect_eq(clear(dir), 0, "a file was left");
}

/* An interrupted run stops with its own exit status and leaves nothing. */
Test(run, interrupted, .timeout = 60)
{
    GraphBench b = graph_bench();
    QbErr err = {0};
    QbRunResult result;
    char *dir = folder();
    graph_save(&b, graph_look(&b, graph_ramp(&b, 3, 20, 20, 20), 1), "x.npy");
    qb_run_interrupt();
    cr_expect_not(run(&b, &hows[1], dir, &result, &err));
    cr_expect_eq(err.status, 130);
    qb_run_result_free(&result);
    graph_free(&b);
    cr_expect_eq(clear(dir), 0);
}

/* Every voxel is computed once, and the report's sums are those of the run. */
Test(run, counts, .timeout = 60)
{
    GraphBench b = graph_bench();
    QbErr err = {0};
    QbRunResult result;
    char *dir = folder();
    graph_save(&b, graph_look(&b, graph_ramp(&b, 3, 23, 17, 40), 3), "x.npy");
    cr_assert(run(&b, &hows[3], dir, &result, &err), "%s", err.text);
    for (int k = 0; k < result.n_steps; k++)
        cr_expect(result.steps[k].tasks == 0 || result.steps[k].voxels == 23 * 17 * 40,
                  "step %d: %lld voxels", k, (long long)result.steps[k].voxels);
    cr_expect_gt(result.bytes_written, 23 * 17 * 40 * 4);
    qb_run_result_free(&result);
    graph_free(&b);
    clear(dir);
}
