/* Times kernels in memory, through the runtime: every case is a pipeline over held images (held.h). Rounds go over all cases, so
 * that a disturbance of the machine meets all of them alike. Prints one JSON object a line, with the seconds of every round;
 * bench/run calls it and knows the goals. */
#include "bench/held.h"
#include "bench/roof.h"
#include "core/text.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ROUNDS 99

/* What is held before the clock starts: of $picture, $volume and $large the shapes, of $froth that of an input that is held. A
 * file of the data folder stands for the text where it is there. */
typedef struct Input {
    const char *name, *text, *file;
} Input;

static const Input inputs[] = {
    {"cells", "blobs($picture, seed=1, noise=14)", NULL},
    {"cells16",
     "as(as(cells, f32) * 256 + noise($cells, spread=uniform, mean=128, deviation=73), u16)", NULL},
    {"cells32", "as(cells, f32) / 255", NULL},
    {"cells_mask", "median(cells, 5) > 60", NULL},
    {"froth", "foam($volume, seed=1)", "foam100.tif"},
    {"froth16",
     "as(as(froth, f32) * 256 + noise($froth, spread=uniform, mean=128, deviation=73), u16)", NULL},
    {"froth32", "1 - as(froth, f32) / 255", NULL},
    {"froth_mask", "median(froth, 5) > 60", NULL},
    {"bubbles", "gaussian(froth32, 3) > 0.84", NULL},
    {"bone", "blobs($volume, seed=3)", "bone_7H3A_B1.tif"},
    {"bone_mask", "median(bone, 5) > 10", NULL},
    {"noise15", "noise($volume, seed=5) > 1.0364", NULL},
    {"noise50", "noise($volume, seed=5) > 0", NULL},
    {"left", "noise($large, seed=7, spread=uniform, mean=20, deviation=11.5)", NULL},
    {"right", "noise($large, seed=8, spread=uniform, mean=0.5, deviation=0.288)", NULL},
};

typedef enum Use {
    DROP,  /* an image whose reader does nothing */
    KEEP,  /* an image that is put in memory whole */
    PRINT, /* a number */
    TABLE,
} Use;

/* `bytes` a voxel go to and from memory at least; `ops` of `unit` a voxel are what the method needs (docs/performance.md). */
typedef struct Case {
    const char *name, *text;
    Use use;
    double bytes, ops;
    RoofUnit unit;
} Case;

static const Case cases[] = {
    {"median2d_3_u8", "median(cells, 3)", DROP, 2, 0, 0},
    {"median2d_5_u8", "median(cells, 5)", DROP, 2, 0, 0},
    {"median2d_7_u8", "median(cells, 7)", DROP, 2, 0, 0},
    {"median2d_11_u8", "median(cells, 11)", DROP, 2, 0, 0},
    {"median2d_3_u16", "median(cells16, 3)", DROP, 4, 0, 0},
    {"median2d_5_u16", "median(cells16, 5)", DROP, 4, 0, 0},
    {"median2d_7_u16", "median(cells16, 7)", DROP, 4, 0, 0},
    {"median2d_5_f32", "median(cells32, 5)", DROP, 8, 0, 0},
    {"median3d_3_u8", "median(froth, 3)", DROP, 2, 0, 0},
    {"median3d_5_u8", "median(froth, 5)", DROP, 2, 0, 0},
    {"median3d_7_u8", "median(froth, 7)", DROP, 2, 0, 0},
    {"median3d_3_u16", "median(froth16, 3)", DROP, 4, 0, 0},
    {"median3d_5_u16", "median(froth16, 5)", DROP, 4, 0, 0},
    {"median3d_3_f32", "median(froth32, 3)", DROP, 8, 0, 0},
    {"median3d_5_u8_above", "median(froth, 5) > 60", DROP, 2, 0, 0},
    {"median3d_5_u16_above", "median(froth16, 5) > 15360", DROP, 3, 0, 0},
    {"gauss3d_1_f32", "gaussian(froth32, 1)", DROP, 8, 24, ROOF_ADD_64},
    {"gauss3d_3_f32", "gaussian(froth32, 3)", DROP, 8, 72, ROOF_ADD_64},
    {"gauss3d_6_f32", "gaussian(froth32, 6)", DROP, 8, 144, ROOF_ADD_64},
    {"gauss2d_1_f32", "gaussian(cells32, 1)", DROP, 8, 16, ROOF_ADD_64},
    {"gauss2d_3_f32", "gaussian(cells32, 3)", DROP, 8, 48, ROOF_ADD_64},
    {"gauss2d_6_f32", "gaussian(cells32, 6)", DROP, 8, 96, ROOF_ADD_64},
    {"label3d_26_bone", "label(bone_mask)", KEEP, 5, 0, 0},
    {"label3d_26_foam", "label(froth_mask)", KEEP, 5, 0, 0},
    {"label3d_26_noise15", "label(noise15)", KEEP, 5, 0, 0},
    {"label3d_26_noise50", "label(noise50)", KEEP, 5, 0, 0},
    {"label2d_8", "label(cells_mask)", KEEP, 5, 0, 0},
    {"count3d_26_bone", "count(label(bone_mask))", TABLE, 1, 0, 0},
    {"count3d_26_foam", "count(label(froth_mask))", TABLE, 1, 0, 0},
    {"count3d_26_noise15", "count(label(noise15))", TABLE, 1, 0, 0},
    {"count2d_8", "count(label(cells_mask))", TABLE, 1, 0, 0},
    {"erode_ball12", "erode(bubbles, ball(12), outside=false)", DROP, 2, 0, 0},
    {"dilate_ball12", "dilate(froth_mask, ball(12))", DROP, 2, 0, 0},
    {"otsu_u8", "otsu(froth)", PRINT, 1, 0, 0},
    {"histogram_u8", "histogram(froth)", TABLE, 1, 0, 0},
    {"histogram_u16", "histogram(froth16)", TABLE, 2, 0, 0},
    {"pointwise", "(left - 10) + (right * 50) > 20", KEEP, 9, 0, 0},
};
#define N_INPUTS QB_COUNT(inputs)
#define N_CASES  QB_COUNT(cases)


typedef struct Bench {
    HeldOptions how;
    int rounds;
    bool tiny;
    const char *data; /* a folder, or NULL */
    const char *const *only;
    int n_only;
    Held held[N_INPUTS], kept[N_CASES];
    char *text[N_CASES];
    bool wanted[N_CASES];
    HeldTime time[N_CASES][MAX_ROUNDS];
    double fused[MAX_ROUNDS];
} Bench;

/* ---- texts -------------------------------------------------------------------------------------------- */

static int input_named(const char *s, size_t n)
{
    for (int k = 0; k < N_INPUTS; k++)
        if (strlen(inputs[k].name) == n && memcmp(inputs[k].name, s, n) == 0)
            return k;
    return -1;
}

static size_t word_length(const char *s)
{
    return strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789");
}

static void add_shape(const Bench *b, const char *name, size_t n, QbText *out)
{
    static const char *const shapes[][3] = {{"picture", "[4096, 4096]", "[96, 80]"},
                                            {"volume", "[64, 512, 512]", "[24, 40, 48]"},
                                            {"large", "[512, 512, 512]", "[24, 40, 48]"}};
    for (int k = 0; k < QB_COUNT(shapes); k++)
        if (strlen(shapes[k][0]) == n && memcmp(shapes[k][0], name, n) == 0) {
            qb_text_add(out, shapes[k][b->tiny ? 2 : 1]);
            return;
        }
    const QbType *t = &b->held[input_named(name, n)].type;
    if (t->rank == 2)
        qb_text_addf(out, "[%lld, %lld]", (long long)t->n[0], (long long)t->n[2]);
    else
        qb_text_addf(out, "[%lld, %lld, %lld]", (long long)t->n[0], (long long)t->n[1],
                     (long long)t->n[2]);
}

static bool hold(Bench *b, int k);

/* The text with shapes for $names and addresses for inputs, which are held from here on. */
static bool expand(Bench *b, const char *text, QbText *out)
{
    while (*text) {
        bool shape = *text == '$';
        size_t n = word_length(text + shape);
        int input = n ? input_named(text + shape, n) : -1;
        if (input >= 0 && !hold(b, input))
            return false;
        if (shape)
            add_shape(b, text + 1, n, out);
        else if (input >= 0)
            qb_text_addf(out, "held(at=%llu)", (unsigned long long)(uintptr_t)&b->held[input]);
        else
            qb_text_addf(out, "%.*s", (int)(n ? n : 1), text);
        text += shape + (n || shape ? n : 1);
    }
    return true;
}

/* The path of an input's file; false: there is none. */
static bool file_of(const Bench *b, const char *name, char path[QB_MAX_PATH])
{
    if (!b->data || !name || b->tiny)
        return false;
    snprintf(path, QB_MAX_PATH, "%s/%s", b->data, name);
    return access(path, R_OK) == 0;
}

static bool hold(Bench *b, int k)
{
    char path[QB_MAX_PATH];
    QbText t = {0};
    HeldTime time;
    if (b->held[k].data)
        return true;
    qb_text_add(&t, "print keep(");
    bool ok = true;
    if (file_of(b, inputs[k].file, path))
        qb_text_addf(&t, "read(\"%s\")", path);
    else
        ok = expand(b, inputs[k].text, &t);
    qb_text_addf(&t, ", at=%llu)\n", (unsigned long long)(uintptr_t)&b->held[k]);
    ok = ok && held_run(t.s, &b->how, &time);
    qb_text_free(&t);
    return ok;
}

static bool write_text(Bench *b, int k)
{
    static const char *const before[] = {"print drop(", "print keep(", "print ", "save "};
    QbText t = {0};
    qb_text_add(&t, before[cases[k].use]);
    if (!expand(b, cases[k].text, &t))
        return false;
    if (cases[k].use == KEEP)
        qb_text_addf(&t, ", at=%llu", (unsigned long long)(uintptr_t)&b->kept[k]);
    qb_text_add(&t, cases[k].use == TABLE   ? " to \"t.csv\"\n"
                    : cases[k].use == PRINT ? "\n"
                                            : ")\n");
    b->text[k] = t.s;
    return true;
}

/* ---- rounds ------------------------------------------------------------------------------------------- */

static bool is_wanted(const Bench *b, const char *name)
{
    for (int k = 0; k < b->n_only; k++)
        if (fnmatch(b->only[k], name, 0) == 0)
            return true;
    return b->n_only == 0;
}

/* Round −1 is not kept: caches, huge pages and the clock of the processor settle in it. */
static bool run_round(Bench *b, int round)
{
    HeldTime unkept;
    for (int k = 0; k < N_CASES; k++) {
        if (!b->wanted[k])
            continue;
        if (!held_run(b->text[k], &b->how, round < 0 ? &unkept : &b->time[k][round]))
            return false;
        if (strcmp(cases[k].name, "pointwise") != 0)
            continue;
        const Held *l = &b->held[input_named("left", 4)], *r = &b->held[input_named("right", 5)];
        double s =
            roof_fused((const float *)l->data, (const float *)r->data, b->kept[k].data,
                       qb_voxels(&l->type), b->how.threads);
        if (round >= 0)
            b->fused[round] = s;
    }
    return true;
}

static void print_seconds(const char *name, const HeldTime *t, int n, size_t offset)
{
    printf(", \"%s\": [", name);
    for (int k = 0; k < n; k++)
        printf("%s%.6g", k ? ", " : "", *(const double *)((const char *)&t[k] + offset));
    printf("]");
}

static void print_case(const Bench *b, int k)
{
    const Case *c = &cases[k];
    printf("{\"name\": \"%s\", \"text\": \"%s\", \"voxels\": %lld, \"bytes\": %g", c->name, c->text,
           (long long)b->time[k][0].voxels, c->bytes);
    if (c->ops > 0)
        printf(", \"ops\": %g, \"unit\": \"%s\"", c->ops, roof_unit_names[c->unit]);
    print_seconds("wall", b->time[k], b->rounds, offsetof(HeldTime, wall));
    print_seconds("kernel", b->time[k], b->rounds, offsetof(HeldTime, kernel));
    print_seconds("cpu", b->time[k], b->rounds, offsetof(HeldTime, cpu));
    if (strcmp(c->name, "pointwise") == 0) {
        printf(", \"fused\": [");
        for (int r = 0; r < b->rounds; r++)
            printf("%s%.6g", r ? ", " : "", b->fused[r]);
        printf("]");
    }
    printf("}\n");
}

static void print_roof(const Bench *b)
{
    int threads = b->how.threads;
    printf("{\"roof\": {\"triad\": %.6g", roof_triad(threads, b->tiny ? 1 << 16 : 1 << 25));
    for (int u = ROOF_NONE + 1; u < ROOF_UNITS; u++)
        printf(", \"%s\": %.6g", roof_unit_names[u],
               roof_peak((RoofUnit)u, b->how.kernels->name, threads));
    printf("}, \"cpu\": \"%s\", \"threads\": %d}\n", b->how.kernels->name, threads);
}

static bool bench(Bench *b)
{
    for (int k = 0; k < N_CASES; k++) {
        b->wanted[k] = is_wanted(b, cases[k].name);
        if (b->wanted[k] && !write_text(b, k))
            return false;
    }
    print_roof(b);
    for (int r = -1; r < b->rounds; r++)
        if (!run_round(b, r))
            return false;
    for (int k = 0; k < N_CASES; k++)
        if (b->wanted[k])
            print_case(b, k);
    return true;
}

static bool options(Bench *b, int argc, char **argv)
{
    const char *cpu = NULL;
    b->rounds = 5;
    b->how.threads = 2;
    for (int o; (o = getopt(argc, argv, "r:t:c:d:s")) != -1;) {
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
        else
            return false;
    }
    b->only = (const char *const *)argv + optind;
    b->n_only = argc - optind;
    b->how.kernels = qb_kernels(cpu);
    return b->how.kernels && b->rounds >= 1 && b->rounds <= MAX_ROUNDS && b->how.threads >= 1;
}

int main(int argc, char **argv)
{
    Bench *b = qb_xcalloc(1, sizeof(*b));
    if (!options(b, argc, argv)) {
        fprintf(stderr, "usage: bench_kernels [-r ROUNDS] [-t THREADS] [-c VARIANT] [-d FOLDER] "
                        "[-s] [NAME…]\n");
        return 2;
    }
    bool ok = bench(b);
    for (int k = 0; k < N_INPUTS; k++)
        held_free(&b->held[k]);
    for (int k = 0; k < N_CASES; k++) {
        held_free(&b->kept[k]);
        free(b->text[k]);
    }
    free(b);
    return ok ? 0 : 1;
}
