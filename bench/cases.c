/* The tables of the kernel bench: inputs, and pipelines over them. */
#include "bench/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of $picture, $volume and $large the shapes, of $froth and $cells those of inputs. A file of the data folder stands for the
 * text where it is there. */
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
    {"grey", "noise($large, seed=9, type=u8)", NULL},
    {"left", "noise($large, seed=7, spread=uniform, mean=20, deviation=11.5)", NULL},
    {"right", "noise($large, seed=8, spread=uniform, mean=0.5, deviation=0.288)", NULL},
};
#define N_INPUTS QB_COUNT(inputs)

/* Operations: minima and maxima of the sorting networks, counted after what no median depends on is left out; of Gaussians the
 * sums, two for every pair of taps along each axis; of counts the running sums, and of balls two minima and a sum for every
 * distance along each axis. */
const Case bench_cases[] = {
    {"median2d_3_u8", "median(cells, 3)", DROP, 2, 20, ROOF_MINMAX_8, ALONE},
    {"median2d_5_u8", "median(cells, 5)", DROP, 2, 132, ROOF_MINMAX_8, ALONE},
    {"median2d_7_u8", "median(cells, 7)", DROP, 2, 378, ROOF_MINMAX_8, ALONE},
    {"median2d_11_u8", "median(cells, 11)", DROP, 2, 1536, ROOF_MINMAX_8, ALONE},
    {"median2d_3_u16", "median(cells16, 3)", DROP, 4, 20, ROOF_MINMAX_16, ALONE},
    {"median2d_5_u16", "median(cells16, 5)", DROP, 4, 132, ROOF_MINMAX_16, ALONE},
    {"median2d_7_u16", "median(cells16, 7)", DROP, 4, 378, ROOF_MINMAX_16, ALONE},
    {"median2d_5_f32", "median(cells32, 5)", DROP, 8, 132, ROOF_MINMAX_32, ALONE},
    {"median2d_15_u16", "median(cells16, 15)", DROP, 4, 0, 0, ALONE},
    {"median2d_31_f32", "median(cells32, 31)", DROP, 8, 0, 0, ALONE},
    {"median3d_3_u8", "median(froth, 3)", DROP, 2, 112, ROOF_MINMAX_8, ALONE},
    {"median3d_5_u8", "median(froth, 5)", DROP, 2, 1048, ROOF_MINMAX_8, ALONE},
    {"median3d_7_u8", "median(froth, 7)", DROP, 2, 0, 0, ALONE},
    {"median3d_3_u16", "median(froth16, 3)", DROP, 4, 112, ROOF_MINMAX_16, ALONE},
    {"median3d_5_u16", "median(froth16, 5)", DROP, 4, 1048, ROOF_MINMAX_16, ALONE},
    {"median3d_3_f32", "median(froth32, 3)", DROP, 8, 112, ROOF_MINMAX_32, ALONE},
    {"median3d_9_u16", "median(froth16, 9)", DROP, 4, 0, 0, ALONE},
    {"median3d_9_f32", "median(froth32, 9)", DROP, 8, 0, 0, ALONE},
    {"median3d_5_u8_above", "median(froth, 5) > 60", DROP, 2, 10, ROOF_ADD_8, ALONE},
    {"median3d_5_u16_above", "median(froth16, 5) > 15360", DROP, 3, 10, ROOF_ADD_8, ALONE},
    {"gauss3d_1_f32", "gaussian(froth32, 1)", DROP, 8, 24, ROOF_ADD_64, ALONE},
    {"gauss3d_3_f32", "gaussian(froth32, 3)", DROP, 8, 72, ROOF_ADD_64, ALONE},
    {"gauss3d_6_f32", "gaussian(froth32, 6)", DROP, 8, 144, ROOF_ADD_64, ALONE},
    {"gauss2d_1_f32", "gaussian(cells32, 1)", DROP, 8, 16, ROOF_ADD_64, ALONE},
    {"gauss2d_3_f32", "gaussian(cells32, 3)", DROP, 8, 48, ROOF_ADD_64, ALONE},
    {"gauss2d_6_f32", "gaussian(cells32, 6)", DROP, 8, 96, ROOF_ADD_64, ALONE},
    {"label3d_26_bone", "label(bone_mask)", KEEP, 5, 0, 0, ALONE},
    {"label3d_26_foam", "label(froth_mask)", KEEP, 5, 0, 0, ALONE},
    {"label3d_26_noise15", "label(noise15)", KEEP, 5, 0, 0, ALONE},
    {"label3d_26_noise50", "label(noise50)", KEEP, 5, 0, 0, ALONE},
    {"label2d_8", "label(cells_mask)", KEEP, 5, 0, 0, ALONE},
    {"count3d_26_bone", "count(label(bone_mask))", TABLE, 1, 0, 0, ALONE},
    {"count3d_26_foam", "count(label(froth_mask))", TABLE, 1, 0, 0, ALONE},
    {"count3d_26_noise15", "count(label(noise15))", TABLE, 1, 0, 0, ALONE},
    {"count2d_8", "count(label(cells_mask))", TABLE, 1, 0, 0, ALONE},
    {"erode_ball12", "erode(bubbles, ball(12), outside=false)", DROP, 2, 108, ROOF_MINMAX_8, ALONE},
    {"dilate_ball12", "dilate(froth_mask, ball(12))", DROP, 2, 108, ROOF_MINMAX_8, ALONE},
    {"otsu_u8", "otsu(froth)", PRINT, 1, 0, 0, ALONE},
    {"histogram_u8", "histogram(froth)", TABLE, 1, 0, 0, ALONE},
    {"histogram_u16", "histogram(froth16)", TABLE, 2, 0, 0, ALONE},
    {"pointwise", "(left - 10) + (right * 50) > 20", DIRECT, 9, 0, 0, BESIDE_LOOP},
    {"pointwise_pass", "(left - 10) + (right * 50) > 20", KEEP, 9, 0, 0, ALONE},
    {"tiff_deflate", "read($packed)", DROP, 1, 0, 0, BESIDE_LIBTIFF},
    {"tiff_raw", "read($raw)", DROP, 1, 0, 0, BESIDE_LIBTIFF},
};
const int bench_n_cases = QB_COUNT(bench_cases);

/* ---- files -------------------------------------------------------------------------------------------- */

/* Uncompressed, and in Deflate: a file of the data folder, or made of an input with libtiff. */
typedef struct File {
    const char *name, *input, *file;
    bool deflate;
} File;

static const File files[] = {{"raw", "grey", NULL, false},
                             {"packed", "froth", "bone_7H3A_B1.tif", true}};
#define N_FILES QB_COUNT(files)

struct Inputs {
    HeldOptions how;
    const char *data;
    bool tiny;
    Held held[N_INPUTS];
    char folder[64]; /* "": none yet */
    char path[N_FILES][QB_MAX_PATH];
    bool made[N_FILES];
};

static bool is_word(const char *word, const char *s, size_t n)
{
    return strlen(word) == n && memcmp(word, s, n) == 0;
}

static int input_named(const char *s, size_t n)
{
    for (int k = 0; k < N_INPUTS; k++)
        if (is_word(inputs[k].name, s, n))
            return k;
    return -1;
}

static int file_named(const char *s, size_t n)
{
    for (int k = 0; k < N_FILES; k++)
        if (is_word(files[k].name, s, n))
            return k;
    return -1;
}

/* The path of a file of the data folder; false: it is not there. */
static bool find_file(const Inputs *in, const char *name, char path[QB_MAX_PATH])
{
    if (!in->data || !name || in->tiny)
        return false;
    snprintf(path, QB_MAX_PATH, "%s/%s", in->data, name);
    return access(path, R_OK) == 0;
}

static bool hold(Inputs *in, int k);

static bool make_file(Inputs *in, int k)
{
    static const char pattern[] = "/var/tmp/qbic-bench-XXXXXX";
    if (in->path[k][0] || find_file(in, files[k].file, in->path[k]))
        return true;
    int input = input_named(files[k].input, strlen(files[k].input));
    if (!in->folder[0]) {
        memcpy(in->folder, pattern, sizeof(pattern));
        if (!mkdtemp(in->folder))
            return false;
    }
    snprintf(in->path[k], QB_MAX_PATH, "%s/%s.tif", in->folder, files[k].name);
    in->made[k] = true;
    return hold(in, input) && roof_write_tiff(in->path[k], &in->held[input].type,
                                              in->held[input].data, files[k].deflate);
}

/* ---- texts -------------------------------------------------------------------------------------------- */

static size_t word_length(const char *s)
{
    return strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789");
}

static void add_shape(const QbType *t, QbText *out)
{
    if (t->rank == 2)
        qb_text_addf(out, "[%lld, %lld]", (long long)t->n[0], (long long)t->n[2]);
    else
        qb_text_addf(out, "[%lld, %lld, %lld]", (long long)t->n[0], (long long)t->n[1],
                     (long long)t->n[2]);
}

static bool add_name(Inputs *in, const char *name, size_t n, QbText *out)
{
    static const char *const shapes[][3] = {{"picture", "[4096, 4096]", "[96, 80]"},
                                            {"volume", "[64, 512, 512]", "[24, 40, 48]"},
                                            {"large", "[512, 512, 512]", "[24, 40, 48]"}};
    int file = file_named(name, n), input = input_named(name, n);
    for (int k = 0; k < QB_COUNT(shapes); k++)
        if (is_word(shapes[k][0], name, n))
            qb_text_add(out, shapes[k][in->tiny ? 2 : 1]);
    if (file >= 0) {
        if (!make_file(in, file))
            return false;
        qb_text_addf(out, "\"%s\"", in->path[file]);
    }
    if (input >= 0) {
        if (!hold(in, input))
            return false;
        add_shape(&in->held[input].type, out);
    }
    return true;
}

static bool add_word(Inputs *in, const char *word, size_t n, QbText *out)
{
    int input = input_named(word, n);
    if (input < 0) {
        qb_text_addf(out, "%.*s", (int)n, word);
        return true;
    }
    qb_text_addf(out, "held(at=%llu)", (unsigned long long)(uintptr_t)&in->held[input]);
    return hold(in, input);
}

bool inputs_expand(Inputs *in, const char *text, QbText *out)
{
    bool ok = true;
    while (*text && ok) {
        bool name = *text == '$';
        size_t n = word_length(text + name);
        if (name)
            ok = add_name(in, text + 1, n, out);
        else if (n)
            ok = add_word(in, text, n, out);
        else
            qb_text_addf(out, "%c", *text);
        text += name || n ? name + n : 1;
    }
    return ok;
}

static bool hold(Inputs *in, int k)
{
    char path[QB_MAX_PATH];
    QbText t = {0};
    HeldTime time;
    if (in->held[k].data)
        return true;
    qb_text_add(&t, "print keep(");
    bool ok = true;
    if (find_file(in, inputs[k].file, path))
        qb_text_addf(&t, "read(\"%s\")", path);
    else
        ok = inputs_expand(in, inputs[k].text, &t);
    qb_text_addf(&t, ", at=%llu)\n", (unsigned long long)(uintptr_t)&in->held[k]);
    HeldPlan *plan = ok ? held_plan(t.s, &in->how) : NULL;
    ok = plan && held_run(plan, &time);
    held_plan_free(plan);
    qb_text_free(&t);
    return ok;
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

Inputs *inputs_new(const HeldOptions *how, const char *data, bool tiny)
{
    Inputs *in = qb_xcalloc(1, sizeof(*in));
    in->how = *how;
    in->data = data;
    in->tiny = tiny;
    return in;
}

void inputs_free(Inputs *in)
{
    for (int k = 0; k < N_INPUTS; k++)
        held_free(&in->held[k]);
    for (int k = 0; k < N_FILES; k++)
        if (in->made[k])
            unlink(in->path[k]);
    if (in->folder[0])
        rmdir(in->folder);
    free(in);
}

const Held *inputs_find(const Inputs *in, const char *name)
{
    const Held *h = &in->held[input_named(name, strlen(name))];
    return h->data ? h : NULL;
}

const char *inputs_file(const Inputs *in, const char *text)
{
    const char *name = strchr(text, '$') + 1;
    return in->path[file_named(name, word_length(name))];
}
