/* Lowering: texts of programs give exact messages, numbers of nodes, and values of parameters. */
#include "tests/unit/support_lower.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The messages of a text, exactly. */
static void says(const char *text, const char *messages)
{
    QbLowered x = qb_lowered(text, NULL);
    cr_expect_str_eq(qb_lowered_messages(&x), messages, "%s\nsays\n%sinstead of\n%s", text,
                     qb_lowered_messages(&x), messages);
    qb_lowered_free(&x);
}

/* The same after `v = zeros([6, 5, 4])` and `p = zeros([6, 5])` on line 1. */
#define IMAGES "v = zeros([6, 5, 4])\np = zeros([6, 5])\nprint v, p\n"

static QbLowered fine(const char *text)
{
    QbLowered x = qb_lowered(text, NULL);
    cr_assert_eq(x.diags.n_errors, 0, "%s\n%s", text, qb_lowered_messages(&x));
    return x;
}

static void sizes_are(const char *expression, int64_t a, int64_t b, int64_t c)
{
    char text[400];
    snprintf(text, sizeof(text), "v = zeros([6, 5, 4])\np = zeros([6, 5])\nsave %s to \"a.tif\"",
             expression);
    QbLowered x = fine(text);
    const int64_t *s = qb_lowered_field(&x, "median", "size");
    cr_expect(s[0] == a && s[1] == b && s[2] == c, "%s: %lld %lld %lld", expression,
              (long long)s[0], (long long)s[1], (long long)s[2]);
    qb_lowered_free(&x);
}

/* ---- files as a whole -------------------------------------------------------------------------------- */

Test(file, without_output)
{
    says("# a comment\n",
         "1:1 QB0601 the file has no output, so nothing would be computed [add 'save … to "
         "\"FILE\"' or 'print …']\n");
    says("a = 1\n", "1:1 QB0601 the file has no output, so nothing would be computed [add 'save … "
                    "to \"FILE\"' or "
                    "'print …']\n");
}

Test(file, dead_definitions_are_noted)
{
    says("a = 1\ntomato = zeros([4, 4])\nuses = tomato + 1\nprint a\n",
         "note 2:1 QB0211 'tomato' is not needed by any output\nnote 3:1 QB0211 'uses' is not "
         "needed by any output\n");
    QbLowered x = fine("tomato = zeros([4, 4])\nuses = median(tomato + 1, 3)\nlive = full([2, 2], "
                       "3)\nprint live\n");
    cr_assert_eq(x.dag->n_definitions, 3);
    cr_expect_eq(x.dag->definitions[0].root, -1);
    cr_expect_str_eq(x.dag->definitions[1].name, "uses");
    cr_expect_str_eq(x.dag->definitions[1].needs[0], "tomato");
    cr_expect_null(x.dag->definitions[1].needs[1]);
    cr_expect_str_eq(x.dag->definitions[1].ops[0], "median");
    cr_expect_eq(x.dag->definitions[2].root, qb_lowered_node(&x, "full")->id);
    cr_expect_str_eq(qb_lowered_node(&x, "full")->name, "live");
    cr_expect_eq(qb_lowered_count(&x, "zeros"), 0);
    qb_lowered_free(&x);
}

Test(file, names)
{
    says("a = 1\na = 2\nprint a\n",
         "2:1 QB0203 'a' is defined twice [a name is defined once: give this one another]\n");
    says("median = 3\nprint median\n",
         "note 1:1 QB0212 here 'median' is this file's own, not the operator\n");
    says("param a: nmuber = 1\nprint a\n",
         "1:10 QB0207 unknown type 'nmuber' [did you mean 'number'?]\n");
    says("def f(x: image, x: number) = x\nprint 1\n",
         "1:17 QB0203 'x' is defined twice in 'f' [a name is defined once: give this one "
         "another]\n");
    says("def f(x: stage) = x\nprint 1\n", "1:10 QB0318 the subject of 'f' cannot be a stage\n");
    says("use shapes\nprint cube(3)\n",
         "1:5 QB0209 unknown module 'shapes' [did you mean 'shape'?]\n");
    says("print medain(zeros([4, 4]), 3)\n",
         "1:7 QB0201 unknown operator 'medain' [did you mean 'median'?]\n");
    says("print zeros([4, 4]) |> cuont\n",
         "1:24 QB0201 unknown operator 'cuont' [did you mean 'count'?]\n");
    says("x = 1\nprint xx\n", "2:7 QB0202 undefined name 'xx' [did you mean 'x'?]\nnote 1:1 QB0211 "
                              "'x' is not needed by any output\n");
}

Test(file, cycles)
{
    says(
        "a = b\nb = a\nprint a\n",
        "1:1 QB0204 'a' depends on itself: a → b → a [one of them has to do without the others]\n");
    says("a = b\nb = a\nprint 1\n",
         "1:1 QB0204 'a' depends on itself: a → b → a [one of them has to do without the others]\n"
         "note 1:1 QB0211 'a' is not needed by any output\n"
         "note 2:1 QB0211 'b' is not needed by any output\n");
    says("def f(x: image) = f(x)\nprint f(zeros([2, 2]))\n",
         "1:5 QB0204 'f' depends on itself: f → f [a def must not call itself]\n");
}

Test(file, missing_input)
{
    const char *text = "a = read(\"none.tif\")\nsave a |> median(4) to \"a.tif\"\nprint "
                       "median(zeros([4, 4]), 2)\n";
    says(text, "1:10 QB0501 cannot open 'none.tif'\n"
               "2:18 QB0403 'size' of 'median' must be odd, found 4 [3 or 5]\n"
               "3:29 QB0403 'size' of 'median' must be odd, found 2 [1 or 3]\n");
    QbLowerOptions o = {.check_only = true};
    QbLowered x =
        qb_lowered("a = read(\"none.tif\")\nsave (a |> gaussian(otsu))[3] + 1 to \"a.tif\"\n", &o);
    cr_expect_str_eq(
        qb_lowered_messages(&x),
        "note 1:10 QB0502 input 'none.tif' is not there; what depends on it is not checked\n"
        "2:21 QB0312 'sigma' of 'gaussian' must be known before the run, found a stage [a stage "
        "waits for "
        "its image]\n");
    cr_expect(x.diags.v[0].input_missing);
    qb_lowered_free(&x);
    x = qb_lowered("dead = read(\"none.tif\")\nparam unused = read(\"none.tif\")\nprint if true "
                   "then 1 else dead\n",
                   &o);
    cr_expect_str_eq(qb_lowered_messages(&x),
                     "note 1:1 QB0211 'dead' is not needed by any output\n");
    qb_lowered_free(&x);
}

/* ---- arguments --------------------------------------------------------------------------------------- */

Test(arguments, sizes)
{
    sizes_are("median(v, 3)", 3, 3, 3);
    sizes_are("median(v, [1, 3, 5])", 1, 3, 5);
    sizes_are("p |> median([3, 5])", 3, 1, 5);
    sizes_are("p |> median(7)", 7, 1, 7);
    sizes_are("p |> median(3 px)", 3, 1, 3);
    sizes_are("p |> median(2 + 3)", 5, 1, 5);
}

Test(arguments, sizes_that_do_not_fit)
{
    says(IMAGES "print median(v, 4)",
         "4:17 QB0403 'size' of 'median' must be odd, found 4 [3 or 5]\n");
    says(IMAGES "print median(v, 0)",
         "4:17 QB0401 'size' of 'median' must be from 1 to 101, found 0\n");
    says(IMAGES "print median(v, [3, 103, 3])",
         "4:21 QB0401 'size' of 'median' must be from 1 to 101, found 103\n");
    says(IMAGES "print median(v, 1.5)",
         "4:17 QB0402 'size' of 'median' must be a whole number, found 1.5\n");
    says(IMAGES "print median(p, [1, 3, 5])",
         "4:17 QB0404 'size' of 'median' takes a number, or one for each of the image's 2 axes, "
         "found 3 [in the order y, x]\n");
    says(IMAGES "print median(v, \"three\")",
         "4:17 QB0314 'size' of 'median' takes a number or a list, found a string\n");
    says(IMAGES "print gaussian(v, -1)",
         "4:19 QB0401 'sigma' of 'gaussian' must be at least 0, found -1\n");
    says(IMAGES "print rank(v, 1.5)",
         "4:15 QB0402 'rank' of 'rank' must be a whole number, found 1.5\n");
    says(IMAGES "print rank(v, numbers=[])",
         "4:23 QB0404 'numbers' of 'rank' takes 1 to 16 numbers, found 0\n");
    says("print zeros([4])",
         "1:13 QB0404 'shape' of 'zeros' takes a list of 2 or 3 sizes, found 1\n");
    says("print zeros([4, 0])", "1:17 QB0401 'shape' of 'zeros' holds sizes from 1, found 0\n");
    says("print zeros(4)", "1:13 QB0314 'shape' of 'zeros' takes a list of 2 or 3 sizes, found a "
                           "number [such as [64, 64], or [10, 64, 64] for a volume]\n");
}

Test(arguments, measured_numbers)
{
    says(IMAGES "print median(v, mean(p))",
         "4:17 QB0312 'size' of 'median' must be known before the run, found a measured "
         "number [this one is measured from pixels]\n");
    says(IMAGES "print v[mean(v)]",
         "4:9 QB0312 an index must be known before the run, found a measured number [this one is "
         "measured from pixels]\n");
    says(IMAGES "print zeros([4, mean(v)])",
         "4:17 QB0312 'shape' of 'zeros' must be known before the run, found a measured "
         "number [this one is measured from pixels]\n");
}

Test(arguments, kinds)
{
    says(IMAGES "print median(v > 1, 3)",
         "4:14 QB0314 'median' takes an image, found a mask ['as(u8)' makes an image of a "
         "mask]\n");
    says(IMAGES "print 3 |> median(3)", "4:12 QB0314 'median' takes an image, found a number\n");
    says(IMAGES "print count(v > 0)",
         "4:13 QB0314 'count' takes labels, found a mask ['label' makes labels of a mask]\n");
    says(IMAGES "print project(v, sun)",
         "4:18 QB0405 'how' of 'project' must be 'sum', 'mean' or 'max', found 'sun' [did "
         "you mean 'sum'?]\n");
    says(IMAGES "print as(v, u9)",
         "4:13 QB0405 'type' of 'as' must be 'u8', 'u16', 'u32', 'i8', 'i16', 'i32', 'f32', "
         "'f64', 'mask' or 'labels', found 'u9' [did you mean 'u8'?]\n");
    says(IMAGES "print erode(v > 0, 3)",
         "4:20 QB0314 'element' of 'erode' takes an element, found a number [such as "
         "'ball(3)', 'disk(3)', 'box(3)' or 'cross(3)']\n");
    says(IMAGES "print erode(v > 0, outside=1)", "4:28 QB0314 'outside' of 'erode' takes true or "
                                                 "false, found a number [write true or false]\n");
    says("print read(3)", "1:12 QB0314 'path' of 'read' takes a path, found a number [a string is "
                          "written in double quotes]\n");
}

Test(arguments, values)
{
    QbLowered x =
        fine(IMAGES "print rank(v), project(v, mean), erode(v > 0), gaussian(p, [2, 3])\n");
    const QbNumbers *numbers = qb_lowered_field(&x, "rank", "numbers");
    cr_expect(numbers->n == 2 && numbers->v[1] == 2);
    cr_expect_eq(*(double *)qb_lowered_field(&x, "rank", "edge"), 0.5);
    cr_expect_eq(*(int *)qb_lowered_field(&x, "project", "how"), 1);
    cr_expect_eq(*(bool *)qb_lowered_field(&x, "erode", "outside"), true);
    cr_expect_eq(((QbElement *)qb_lowered_field(&x, "erode", "element"))->r, 1);
    const double *sigma = qb_lowered_field(&x, "gaussian", "sigma");
    cr_expect(sigma[0] == 2 && sigma[1] == 0 && sigma[2] == 3);
    qb_lowered_free(&x);
}

Test(arguments, lengths)
{
    QbLowered x = fine("v = read(\"CMakeLists.txt\")\nprint median(v, 3 um), gaussian(v, [1 um, "
                       "500 nm, 2]), rank(v[3], 1.2 um, "
                       "edge=1 um)\n");
    const int64_t *s =
        qb_lowered_field(&x, "median", "size"); /* 1.5 and 6 voxels, and the nearest odd */
    cr_expect(s[0] == 1 && s[1] == 7 && s[2] == 7, "%d %d %d", (int)s[0], (int)s[1], (int)s[2]);
    const double *sigma = qb_lowered_field(&x, "gaussian", "sigma");
    cr_expect(sigma[0] == 0.5 && sigma[1] == 1 && sigma[2] == 2);
    cr_expect_eq(*(int64_t *)qb_lowered_field(&x, "rank", "rank"), 2);
    cr_expect_eq(*(double *)qb_lowered_field(&x, "rank", "edge"), 2);
    qb_lowered_free(&x);
    says(IMAGES "print median(v, 3 um)",
         "4:17 QB0413 the image has no voxel size, so '3 um' cannot be turned into voxels "
         "[give 'size' in voxels]\n");
    says("print ball(3 um)", "");
    says(IMAGES "print zeros([4, 3 um])",
         "4:17 QB0314 'shape' of 'zeros' takes a list of 2 or 3 sizes, found a length [such as "
         "[64, 64], or [10, 64, 64] for a volume]\n");
}

/* ---- stages and defs --------------------------------------------------------------------------------- */

Test(stages, applied_where_a_number_is_asked_for)
{
    QbLowered x = fine(IMAGES "save v |> gaussian(2) |> threshold(otsu) to \"a.tif\"\n");
    const QbNode *otsu = qb_lowered_node(&x, "otsu"), *gt = qb_lowered_node(&x, "gt");
    cr_expect_eq(gt->in[1], otsu->id);
    cr_expect_eq(gt->in[0], otsu->in[0]);
    cr_expect_eq(otsu->in[0], qb_lowered_node(&x, "gaussian")->id);
    qb_lowered_free(&x);
    QbOverride level = {.name = "level", .value = "gaussian(1) |> otsu", .from = "command line"};
    QbLowerOptions o = {.overrides = &level, .n_overrides = 1};
    x = qb_lowered("param level: number = 3\nprint zeros([4, 4]) |> threshold(level)\n", &o);
    cr_expect_str_eq(qb_lowered_messages(&x), "");
    cr_expect_eq(qb_lowered_count(&x, "otsu"), 1);
    cr_expect_str_eq(x.dag->param_values[0].value, "gaussian(1) |> otsu");
    cr_expect_str_eq(x.dag->param_values[0].from, "command line");
    qb_lowered_free(&x);
    says(IMAGES "print v > otsu",
         "4:11 QB0307 '>' takes numbers and images, found a stage [did you mean 'otsu(v)'?]\n");
    says(IMAGES "print threshold(v, median(3))",
         "4:20 QB0315 'level' of 'threshold' takes a number, and this stage gives an image\n");
    says(IMAGES "print median(3)",
         "4:7 QB0609 'print' writes values, found a stage [a stage waits for its image: 'image |> "
         "median(3)']\n");
    says(IMAGES "s = median(2)\nprint v |> s",
         "4:12 QB0403 'size' of 'median' must be odd, found 2 [1 or 3]\n");
}

Test(defs, expand)
{
    QbLowered x =
        fine("def soft(x: image, s: number = 2) {\n  once = gaussian(x, s)\n  gaussian(once, s) "
             "+ once\n}\n"
             "v = zeros([6, 5, 4])\nsave v |> soft to \"a.tif\"\nsave soft(v, 2) to \"b.tif\"\n");
    cr_expect_eq(qb_lowered_count(&x, "gaussian"), 2);
    cr_expect_eq(x.dag->outputs[0].node, x.dag->outputs[1].node);
    qb_lowered_free(&x);
    says("def f(x: image, s: number) = x * s\nprint f(zeros([2, 2]), \"a\")\n",
         "2:24 QB0314 's' of 'f' takes a number, found a string\n");
    x = fine("def f(x: image, t: number) = x > t\nprint zeros([2, 2]) |> f(otsu)\n");
    cr_expect_eq(qb_lowered_count(&x, "otsu"), 1);
    qb_lowered_free(&x);
}

/* ---- indices ----------------------------------------------------------------------------------------- */

static void slice_is(const char *index, const int64_t start[3], const int64_t step[3],
                     const int64_t count[3], const char *type)
{
    char text[400], found[96];
    snprintf(text, sizeof(text), "v = zeros([6, 5, 4])\nsave v[%s] to \"a.tif\"", index);
    QbLowered x = fine(text);
    const int64_t *s = qb_lowered_field(&x, "slice", "start"),
                  *t = qb_lowered_field(&x, "slice", "step"),
                  *c = qb_lowered_field(&x, "slice", "count");
    for (int a = 0; a < 3; a++)
        cr_expect(s[a] == start[a] && t[a] == step[a] && c[a] == count[a],
                  "[%s], axis %d: %lld %lld %lld", index, a, (long long)s[a], (long long)t[a],
                  (long long)c[a]);
    cr_expect_str_eq(qb_type_text(&qb_lowered_node(&x, "slice")->type, found), type);
    qb_lowered_free(&x);
}

#define AXES(a, b, c) ((const int64_t[3]){a, b, c})

Test(indices, as_numpy)
{
    slice_is("2", AXES(2, 0, 0), AXES(1, 1, 1), AXES(1, 5, 4), "image f32 5×4");
    slice_is("-1", AXES(5, 0, 0), AXES(1, 1, 1), AXES(1, 5, 4), "image f32 5×4");
    slice_is(":, 2", AXES(0, 2, 0), AXES(1, 1, 1), AXES(6, 1, 4), "image f32 6×4");
    slice_is(":, :, 3", AXES(0, 0, 3), AXES(1, 1, 1), AXES(6, 5, 1), "image f32 6×5");
    slice_is("1:100:2, ::-1", AXES(1, 4, 0), AXES(2, -1, 1), AXES(3, 5, 4), "image f32 3×5×4");
    slice_is("-2:", AXES(4, 0, 0), AXES(1, 1, 1), AXES(2, 5, 4), "image f32 2×5×4");
    slice_is("4:1:-2", AXES(4, 0, 0), AXES(-2, 1, 1), AXES(2, 5, 4), "image f32 2×5×4");
    slice_is("-100:-5", AXES(0, 0, 0), AXES(1, 1, 1), AXES(1, 5, 4), "image f32 1×5×4");
}

Test(indices, whole_and_single)
{
    QbLowered x = fine(IMAGES "save v[:, 0:5] to \"a.tif\"\nprint v[1, 2, -1], p[1, 2]\n");
    cr_expect_eq(qb_lowered_count(&x, "slice"), 0);
    cr_expect_eq(qb_lowered_count(&x, "voxel"), 2);
    cr_expect_eq(qb_dag_at(x.dag, x.dag->outputs[2].items[0].node)->type.kind, QB_NUMBER);
    qb_lowered_free(&x);
}

Test(indices, mistakes)
{
    says(IMAGES "print v[6]",
         "4:9 QB0407 index 6 is outside: axis 0 has 6 voxels [0 to 5, or -6 to -1 from the end]\n");
    says(IMAGES "print v[:, -6]", "4:12 QB0407 index -6 is outside: axis 1 has 5 voxels [0 to 4, "
                                  "or -5 to -1 from the end]\n");
    says(IMAGES "print v[3:3]", "4:9 QB0408 the slice '3:3' is empty: axis 0 has 6 voxels\n");
    says(IMAGES "print v[10:]", "4:9 QB0408 the slice '10:' is empty: axis 0 has 6 voxels\n");
    says(IMAGES "print v[::0]", "4:11 QB0409 the step of a slice cannot be 0\n");
    says(IMAGES "print v[1, 2]",
         "4:7 QB0410 the index leaves 1 axis, and an image has 2 or 3 ['1:2' keeps axis 0]\n");
    says(IMAGES "print p[1]",
         "4:7 QB0410 the index leaves 1 axis, and an image has 2 or 3 ['1:2' keeps axis 0]\n");
    says(IMAGES "print p[1, 2, 3]", "4:15 QB0317 3 indices for an image of 2 axes\n");
    says(IMAGES "print v[1.5]", "4:9 QB0402 an index is a whole number, found 1.5\n");
    says(IMAGES "print v[\"a\"]", "4:9 QB0316 an index is a whole number, found a string\n");
    says(
        IMAGES "print v[v > 1]",
        "4:9 QB0316 an index is a whole number, found a mask ['where(mask, a, b)' chooses voxel by "
        "voxel]\n");
    says(IMAGES "print mean(v)[1]",
         "4:7 QB0316 an index goes into an image, found a measured number\n");
    says(IMAGES "a = 3\nprint (a)[1]", "5:7 QB0316 an index goes into an image, found a number\n");
}

/* ---- conditions -------------------------------------------------------------------------------------- */

Test(conditions, measured)
{
    QbLowered x = fine(IMAGES "print if mean(v) > 3 then otsu(v) else 7\n");
    const QbNode *n = qb_lowered_node(&x, "select_scalar");
    cr_expect_eq(n->in[0], qb_lowered_node(&x, "gt")->id);
    cr_expect(n->type.kind == QB_NUMBER && n->type.measured);
    qb_lowered_free(&x);
}

/* ---- outputs ----------------------------------------------------------------------------------------- */

Test(outputs, formats)
{
    QbLowered x = fine("v = zeros([6, 5, 4])\nm = v > 0\nl = label(m)\nsave v to \"a.TIFF\"\nsave "
                       "v to \"b.png\"\nsave m[1] to "
                       "\"c.png\"\nsave l to \"d.npy\"\nsave l to \"e.tif\" with (type=u32)\nsave "
                       "l[1] to \"f.png\"\nsave "
                       "count(l) to \"g.json\"\nsave full([3, 3], 1, type=u8) to \"h.png\"\n");
    const QbOutput *o = x.dag->outputs;
    cr_assert_eq(x.dag->n_outputs, 8);
    cr_expect(o[0].format == QB_FORMAT_TIFF && o[0].low == -1 && o[0].high == -1);
    cr_expect(o[1].format == QB_FORMAT_PNG && o[1].node == qb_lowered_node(&x, "montage")->id);
    cr_expect(o[1].low == qb_lowered_node(&x, "darkest")->id &&
              o[1].high == qb_lowered_node(&x, "brightest")->id);
    cr_expect(o[2].low == -1 && o[2].high == -1);
    cr_expect(o[3].format == QB_FORMAT_NPY && o[3].low == -1 &&
              o[3].high == qb_lowered_node(&x, "largest")->id);
    cr_expect(o[3].label_type == QB_PIX_COUNT && o[4].label_type == QB_U32 && o[4].high == -1);
    cr_expect(o[5].low == -1 && o[5].high == -1);
    cr_expect(o[6].format == QB_FORMAT_JSON);
    cr_expect(o[7].low == -1 && o[7].high == -1);
    qb_lowered_free(&x);
}

Test(outputs, that_do_not_fit)
{
    says(IMAGES "save v to \"a.csv\"",
         "4:11 QB0603 '.csv' holds a table, found an image [an image goes to .tif, .npy or "
         ".png]\n");
    says(IMAGES "save count(label(v > 0)) to \"a.tif\"",
         "4:29 QB0603 '.tif' holds an image, found a table [a table goes to .csv, .tsv, .json or "
         ".db]\n");
    says(IMAGES "save v to \"a.jpg\"",
         "4:11 QB0602 no format is written to files that end in '.jpg' [images: .tif .npy .png, "
         "tables: .csv .tsv .json .db, plots: .png .svg]\n");
    says(IMAGES "save v to \"out/a\"",
         "4:11 QB0602 the path 'out/a' has no ending, which picks the format [images: .tif .npy "
         ".png, tables: .csv .tsv .json .db, plots: .png .svg]\n");
    says(IMAGES "save mean(v) to \"a.csv\"",
         "4:6 QB0609 'save' writes images and tables, found a measured number [write it to "
         "standard output: 'print mean(v)']\n");
    says(IMAGES "save v to 3", "4:11 QB0608 'save' goes to a path, found a number\n");
    says(IMAGES "save v to \"a.tif\" with (type=u32)",
         "4:25 QB0606 'type' is for labels saved as .tif or .npy, found an image ['as(u32)' gives "
         "an image its type]\n");
    says(IMAGES "save label(v > 0) to \"a.tif\" with (type=f32)",
         "4:41 QB0606 the 'type' of saved labels must be 'u16' or 'u32', found 'f32'\n");
    says(IMAGES "save v to \"a.tif\" with (tabel=\"x\")",
         "4:25 QB0605 'save' has no option 'tabel' [did you mean 'table'?]\n");
}

Test(outputs, one_path_or_name_twice)
{
    says("save zeros([2, 2]) to \"a.tif\"\nsave zeros([3, 3]) to \"./a.tif\"\n",
         "2:1 QB0604 two outputs go to './a.tif' [save one of them to another path]\n");
    says("l = label(zeros([2, 2]) > 0)\nm = label(zeros([3, 3]) > 0)\nsave count(l) to "
         "\"x/a.csv\"\nsave count(m) to "
         "\"y/a.csv\"\n",
         "4:1 QB0607 two tables are called 'a' ['with (table=\"NAME\")' gives one another name]\n");
    says("v = read(\"CMakeLists.txt\")\nparam out: path = \"CMakeLists.txt\"\nsave v to "
         "\"a.tif\"\nsave v to \"{out}.tif\"\n",
         "");
    says("v = read(\"./tests/../README.md\")\nsave v to \"README.md.tif\"\nsave v to \"b.tif\"\n",
         "");
}

Test(outputs, over_an_input)
{
    FILE *f = fopen("build/in.tif", "w");
    cr_assert(f != NULL);
    fclose(f);
    says("save read(\"build/in.tif\") to \"build//in.tif\"\n",
         "1:1 QB0504 'build//in.tif' is an input of this run, and would be written over [save to "
         "another path]\n");
    QbLowerOptions o = {.out_dir = "elsewhere"};
    QbLowered x = qb_lowered("save read(\"build/in.tif\") to \"build/in.tif\"\n", &o);
    cr_expect_str_eq(qb_lowered_messages(&x), "");
    cr_assert_eq(x.dag->n_input_paths, 1);
    cr_expect_str_eq(x.dag->input_paths[0], "build/in.tif");
    qb_lowered_free(&x);
    remove("build/in.tif");
}

static void table_is(const char *save, const char *name)
{
    char text[500];
    snprintf(
        text, sizeof(text),
        "param input: path = \"d/in.tif\"\nl = label(zeros([2, 2]) > 0)\ncells = count(l)\n%s\n",
        save);
    QbLowered x = fine(text);
    cr_expect_str_eq(x.dag->outputs[0].table, name);
    qb_lowered_free(&x);
}

Test(outputs, names_of_tables)
{
    table_is("save cells to \"x.csv\"", "cells");
    table_is("save (cells) to \"x.csv\" with (table=\"other\")", "other");
    table_is("save count(l) to \"out.d/{input.stem}_objects.csv\"", "objects");
    table_is("save count(l) to \"a-{input.stem}.{input.name}-b.csv\"", "ab");
    table_is("save count(l) to \"{input.stem}.csv\"", "in");
}

Test(outputs, printing)
{
    QbLowered x = fine("param a = 3\nparam f: path = \"x.tif\"\nv = zeros([2, 2])\nprint \"a\", a, "
                       "f, [1, 2], 5 um, v, v > 1, "
                       "true, ball(3)\n");
    const QbPrintItem *it = x.dag->outputs[0].items;
    cr_assert_eq(x.dag->outputs[0].n_items, 9);
    cr_expect_str_eq(it[0].text, "a");
    cr_expect(it[1].text == NULL && qb_dag_at(x.dag, it[1].node)->number == 3);
    cr_expect_str_eq(it[2].text, "x.tif");
    cr_expect_str_eq(it[3].text, "[1, 2]");
    cr_expect_str_eq(it[4].text, "5 um");
    cr_assert(it[5].low >= 0 && it[5].high >= 0);
    cr_expect_str_eq(qb_dag_at(x.dag, it[5].low)->op->name, "min");
    cr_expect_eq(qb_dag_at(x.dag, it[5].high)->in[0], it[5].node);
    cr_expect(it[6].node >= 0 && it[6].low >= 0 && it[6].high >= 0 && it[6].low != it[5].low);
    cr_expect_eq(qb_dag_at(x.dag, it[7].node)->type.kind, QB_BOOL);
    cr_expect_str_eq(it[8].text, "ball(3)");
    qb_lowered_free(&x);
}

/* ---- parameters -------------------------------------------------------------------------------------- */

Test(params, overrides)
{
    const char *text = "param level: number in 0..255 = 10\nparam name: string = \"t\"\nparam "
                       "input: path = \"a.tif\"\nprint "
                       "level, name, input\n";
    QbOverride over[] = {{.name = "level", .value = "20", .from = "file"},
                         {.name = "name", .value = "a{b", .from = "command line"}};
    const char *images[] = {"b.tif", "c.tif"};
    QbLowerOptions o = {.overrides = over, .n_overrides = 2, .images = images, .n_images = 1};
    QbLowered x = qb_lowered(text, &o);
    cr_expect_str_eq(qb_lowered_messages(&x), "");
    cr_expect_str_eq(x.dag->param_values[0].value, "20");
    cr_expect_str_eq(x.dag->param_values[0].from, "file");
    cr_expect_str_eq(x.dag->outputs[0].items[1].text, "a{b");
    cr_expect_str_eq(x.dag->outputs[0].items[2].text, "b.tif");
    qb_lowered_free(&x);
    over[0].value = "300";
    over[1].name = "nmae";
    o.n_images = 2;
    x = qb_lowered(text, &o);
    cr_expect_str_eq(qb_lowered_messages(&x),
                     "1:1 QB0206 unknown parameter 'nmae' [did you mean 'name'?]\n"
                     "0:0 QB0503 2 images given, but the pipeline has 1 path parameter ['qbic "
                     "batch' runs the pipeline once "
                     "for each image]\n"
                     "1:1 QB0406 'level' must be between 0 and 255, found 300\n");
    cr_expect(x.diags.v[2].other.source != NULL);
    qb_lowered_free(&x);
}

Test(params, unused_ones_are_checked)
{
    QbOverride over = {.name = "level", .value = "-1", .from = "command line"};
    QbLowerOptions o = {.overrides = &over, .n_overrides = 1};
    QbLowered x = qb_lowered("param level: number in 0..255 = 10\nprint 1\n", &o);
    cr_expect_str_eq(qb_lowered_messages(&x),
                     "1:1 QB0406 'level' must be between 0 and 255, found -1\n");
    qb_lowered_free(&x);
}

/* ---- equal subexpressions ---------------------------------------------------------------------------- */

Test(graph, equal_subexpressions_are_one_node)
{
    QbLowered x = fine("v = zeros([6, 5, 4])\na = median(v, 3)\nb = v |> median(size=1 + 2)\nprint "
                       "mean(a[2:4]), mean(b[2:4, "
                       ":]), mean(a[2:4:1])\n");
    cr_expect_eq(qb_lowered_count(&x, "median"), 1);
    cr_expect_eq(qb_lowered_count(&x, "slice"), 1);
    cr_expect_eq(qb_lowered_count(&x, "mean"), 1);
    qb_lowered_free(&x);
}

/* An element with a length in a physical unit is made for the image that it is given with. */
Test(arguments, elements_in_physical_units)
{
    says("e = ball(3 um)\nprint erode(zeros([4, 4, 4]) > 1, e)\n",
         "1:10 QB0413 the image has no voxel size, so '3 um' cannot be turned into voxels [give "
         "'r' in "
         "voxels]\n");
    QbLowered x = fine("e = ball(1 um + 2)\nprint e\nprint erode(zeros([4, 4]) > 1, ball(2 px))\n");
    cr_expect_str_eq(x.dag->outputs[0].items[0].text, "ball(2 px + 1 um)");
    const QbElement *e = qb_lowered_field(&x, "erode", "element");
    cr_expect_eq(e->r, 2);
    cr_expect(!qb_element_is_stretched(e));
    qb_lowered_free(&x);
    x = fine("print erode(read(\"CMakeLists.txt\") > 1, ball(3 um))\n");
    e = qb_lowered_field(&x, "erode", "element");
    cr_expect(e->along[0] == 1.5 && e->along[1] == 6 && e->along[2] == 6, "%g %g %g", e->along[0],
              e->along[1], e->along[2]);
    qb_lowered_free(&x);
}
