/* Times kernels in memory, through the runtime: every case is a pipeline over held images (held.h). Rounds go over all cases, so
 * that a disturbance of the machine meets all of them alike. Prints one JSON object a line, with the seconds of every round;
 * bench/run calls it and knows the goals. */
#include "bench/cases.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ROUNDS 99

/* One case, and what its rounds took. */
typedef struct Row {
    const Case *c;
    HeldPlan *plan;
    Held kept;
    HeldTime time[MAX_ROUNDS];
    BenchSeconds beside[MAX_ROUNDS];
} Row;

typedef struct Bench {
    HeldOptions how;
    Inputs *inputs;
    int rounds;
    bool tiny, list;
    const char *data; /* a folder, or NULL */
    const char *const *only;
    int n_only, n_rows;
    Row *rows;
    RoofMemory *memory;
    double roof[ROOF_UNITS][MAX_ROUNDS]; /* ROOF_NONE: the triad's bytes a second */
} Bench;

/* ---- cases -------------------------------------------------------------------------------------------- */

static bool plan_row(Bench *b, Row *row)
{
    static const char *const frames[][2] = {
        {"print drop(", ")\n"},       {"print keep(", NULL},  {"print ", "\n"},
        {"save ", " to \"t.csv\"\n"}, {"print drop(", ")\n"},
    };
    QbText t = {0};
    qb_text_add(&t, frames[row->c->use][0]);
    bool ok = inputs_expand(b->inputs, row->c->text, &t);
    if (row->c->use == KEEP)
        qb_text_addf(&t, ", at=%llu)\n", (unsigned long long)(uintptr_t)&row->kept);
    else
        qb_text_add(&t, frames[row->c->use][1]);
    row->plan = ok ? held_plan(t.s, &b->how) : NULL;
    qb_text_free(&t);
    return row->plan != NULL;
}

static bool time_row(Row *row, HeldTime *t)
{
    if (row->c->use == DIRECT)
        return held_direct(row->plan, &row->kept, t);
    return held_run(row->plan, t);
}

static BenchSeconds time_beside(const Bench *b, const Row *row)
{
    if (row->c->beside == ALONE)
        return (BenchSeconds){0};
    if (row->c->beside == BESIDE_LIBTIFF)
        return roof_libtiff(inputs_file(b->inputs, row->c->text), b->how.threads);
    const Held *l = inputs_find(b->inputs, "left"), *r = inputs_find(b->inputs, "right");
    return roof_fused((const float *)l->data, (const float *)r->data, row->kept.data,
                      qb_voxels(&l->type), b->how.threads);
}

static double time_roof(Bench *b, RoofUnit unit)
{
    return unit == ROOF_NONE ? roof_triad(b->memory)
                             : roof_peak(unit, b->how.kernels->name, b->how.threads);
}

/* Round −1 is not kept: caches, huge pages and the clock of the processor settle in it. */
static bool run_round(Bench *b, int round)
{
    int keep = round < 0 ? 0 : round;
    for (int u = ROOF_NONE; u < ROOF_UNITS; u++)
        b->roof[u][keep] = time_roof(b, (RoofUnit)u);
    for (int k = 0; k < b->n_rows; k++) {
        if (!time_row(&b->rows[k], &b->rows[k].time[keep]))
            return false;
        b->rows[k].beside[keep] = time_beside(b, &b->rows[k]);
    }
    return true;
}

/* ---- results ------------------------------------------------------------------------------------------ */

/* A field of all rounds. */
static void print_rounds(const Bench *b, const char *name, const void *first, size_t size)
{
    printf(", \"%s\": [", name);
    for (int k = 0; k < b->rounds; k++)
        printf("%s%.6g", k ? ", " : "", *(const double *)((const char *)first + (size_t)k * size));
    printf("]");
}

static void print_row(const Bench *b, const Row *row)
{
    const Case *c = row->c;
    printf(
        "{\"name\": \"%s\", \"text\": \"%s\", \"voxels\": %lld, \"bytes\": %g, \"planned\": %.6g",
        c->name, c->text, (long long)row->time[0].voxels, c->bytes, row->time[0].planned);
    if (c->ops > 0)
        printf(", \"ops\": %g, \"unit\": \"%s\"", c->ops, roof_unit_names[c->unit]);
    print_rounds(b, "wall", &row->time[0].wall, sizeof(HeldTime));
    print_rounds(b, "kernel", &row->time[0].kernel, sizeof(HeldTime));
    print_rounds(b, "cpu", &row->time[0].cpu, sizeof(HeldTime));
    if (c->beside != ALONE) {
        print_rounds(b, "beside", &row->beside[0].wall, sizeof(BenchSeconds));
        print_rounds(b, "beside_cpu", &row->beside[0].cpu, sizeof(BenchSeconds));
    }
    printf("}\n");
}

static void print_results(const Bench *b)
{
    printf("{\"variant\": \"%s\", \"threads\": %d", b->how.kernels->name, b->how.threads);
    for (int u = ROOF_NONE; u < ROOF_UNITS; u++)
        print_rounds(b, roof_unit_names[u], b->roof[u], sizeof(double));
    printf("}\n");
    for (int k = 0; k < b->n_rows; k++)
        print_row(b, &b->rows[k]);
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static bool is_wanted(const Bench *b, const char *name)
{
    for (int k = 0; k < b->n_only; k++)
        if (fnmatch(b->only[k], name, 0) == 0)
            return true;
    return b->n_only == 0;
}

static bool bench(Bench *b)
{
    b->rows = qb_xcalloc((size_t)bench_n_cases, sizeof(*b->rows));
    b->inputs = inputs_new(&b->how, b->data, b->tiny);
    b->memory = roof_memory_new(b->how.threads, b->tiny ? 1 << 12 : 1 << 25);
    for (int k = 0; k < bench_n_cases; k++) {
        if (!is_wanted(b, bench_cases[k].name))
            continue;
        b->rows[b->n_rows].c = &bench_cases[k];
        if (!plan_row(b, &b->rows[b->n_rows++]))
            return false;
    }
    for (int r = -1; r < b->rounds; r++)
        if (!run_round(b, r))
            return false;
    print_results(b);
    return true;
}

static void bench_close(Bench *b)
{
    for (int k = 0; k < b->n_rows; k++) {
        held_free(&b->rows[k].kept);
        held_plan_free(b->rows[k].plan);
    }
    free(b->rows);
    inputs_free(b->inputs);
    roof_memory_free(b->memory);
}

static bool options(Bench *b, int argc, char **argv)
{
    const char *cpu = NULL;
    b->rounds = 5;
    b->how.threads = 2;
    for (int o; (o = getopt(argc, argv, "r:t:c:d:sl")) != -1;) {
        if (o == 'r')
            b->rounds = (int)strtol(optarg, NULL, 10);
        else if (o == 't')
            b->how.threads = (int)strtol(optarg, NULL, 10);
        else if (o == 'c')
            cpu = optarg;
        else if (o == 'd')
            b->data = optarg;
        else if (o == 's')
            b->tiny = true;
        else if (o == 'l')
            b->list = true;
        else
            return false;
    }
    b->only = (const char *const *)argv + optind;
    b->n_only = argc - optind;
    b->how.kernels = qb_kernels(cpu);
    return b->how.kernels && b->rounds >= 1 && b->rounds <= MAX_ROUNDS && b->how.threads >= 1 &&
           b->how.threads <= BENCH_MAX_THREADS;
}

static int print_names(void)
{
    for (int k = 0; k < bench_n_cases; k++)
        puts(bench_cases[k].name);
    return 0;
}

int main(int argc, char **argv)
{
    Bench b = {0};
    if (!options(&b, argc, argv)) {
        fprintf(stderr, "usage: bench_kernels [-r ROUNDS] [-t THREADS] [-c VARIANT] [-d FOLDER] "
                        "[-s] [-l] [NAME…]\n");
        return 2;
    }
    if (b.list)
        return print_names();
    bool ok = bench(&b);
    bench_close(&b);
    return ok ? 0 : 1;
}
