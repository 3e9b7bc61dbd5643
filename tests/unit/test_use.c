/* `use`: what other files bring in, what they keep, and what is wrong with them. */
#include "tests/unit/support_lower.h"

#include <criterion/criterion.h>
#include <string.h>

static const QbLowerOptions with_files = {
    .use_file = qb_lowered_file, .modules = qb_lowered_modules, .n_modules = 2};

static void says(const char *text, const char *messages)
{
    QbLowered x = qb_lowered(text, &with_files);
    cr_expect_str_eq(qb_lowered_messages(&x), messages, "%s\nsays\n%sinstead of\n%s", text,
                     qb_lowered_messages(&x), messages);
    qb_lowered_free(&x);
}

static QbLowered fine(const char *text, const QbLowerOptions *o)
{
    QbLowered x = qb_lowered(text, o);
    cr_assert_eq(x.diags.n_errors, 0, "%s\n%s", text, qb_lowered_messages(&x));
    return x;
}

#define IMAGE "p = zeros([6, 5])\n"

Test(use, brings_defs_and_params)
{
    QbLowered x = fine("use \"tools.qbi\"\n" IMAGE "save soft(p) to \"a.tif\"\n", &with_files);
    const double *sigma = qb_lowered_field(&x, "gaussian", "sigma");
    const int64_t *size = qb_lowered_field(&x, "median", "size");
    cr_expect_eq(sigma[0], 2);
    cr_expect_eq(size[0], 3); /* the definition of that file */
    cr_expect_str_eq(qb_lowered_node(&x, "median")->span.source->name, "tools.qbi");
    cr_assert_eq(x.dag->n_param_values, 2);
    cr_expect_str_eq(x.dag->param_values[0].name, "sigma");
    cr_assert_eq(x.dag->n_sources, 2);
    cr_expect_str_eq(x.dag->sources[0]->name, "test.qbi");
    cr_expect_str_eq(x.dag->sources[1]->name, "tools.qbi");
    cr_expect_str_eq(qb_lowered_messages(&x),
                     ""); /* no note of its tomato, no word of its output */
    qb_lowered_free(&x);
}

Test(use, modules_by_name)
{
    QbLowered x = fine("use shape\n" IMAGE "print p |> twice\n", &with_files);
    cr_expect_eq(qb_lowered_count(&x, "multiply"), 1);
    qb_lowered_free(&x);
    says("use shpae\nprint 1\n", "1:5 QB0209 unknown module 'shpae' [did you mean 'shape'?]\n");
    says(
        "use bubbles\nprint pop(3)\n",
        "1:5 QB0209 unknown module 'bubbles' [the modules are 'shape', 'files'; a file is named in "
        "quotes: use \"bubbles.qbi\"]\n");
    says("use files\nprint 1\n", "stdlib/files.qbi:1:5 QB0209 no file can be used here\n");
}

Test(use, keeps_definitions)
{
    says("use \"tools.qbi\"\nprint width\n", "2:7 QB0202 undefined name 'width'\n");
    says("use \"tools.qbi\"\nwidth = 5\nprint width\n", "");
}

Test(use, is_not_passed_on)
{
    QbLowered x = fine("use \"deep.qbi\"\n" IMAGE "print deep(p)\n", &with_files);
    cr_expect_eq(x.dag->n_sources, 3);
    qb_lowered_free(&x);
    says("use \"deep.qbi\"\n" IMAGE "print soft(p)\n", "3:7 QB0201 unknown operator 'soft'\n");
    says("use \"deep.qbi\"\nuse \"tools.qbi\"\n" IMAGE "print soft(p), deep(p)\n", "");
}

Test(use, paths_start_at_the_using_file)
{
    says("use \"sub/one.qbi\"\n" IMAGE "print one(p)\n", "");
    says("use \"./sub/two.qbi\"\n" IMAGE "print two(p)\n", "");
    says("use \"one.qbi\"\n" IMAGE "print one(p)\n", "1:5 QB0505 cannot open 'one.qbi'\n");
}

Test(use, a_missing_file_is_a_missing_input)
{
    QbLowered x = qb_lowered("use \"none.qbi\"\n" IMAGE "print f(p, g)\n", &with_files);
    cr_assert_eq(x.diags.n_errors, 1, "%s", qb_lowered_messages(&x));
    cr_expect(x.diags.v[0].input_missing);
    qb_lowered_free(&x);
}

Test(use, names_once)
{
    says(
        "use \"tools.qbi\"\nuse \"other.qbi\"\nprint 1\n",
        "2:5 QB0203 'soft' is brought in twice: by 'tools.qbi' and by 'other.qbi' [give one of the "
        "two another name]\n");
    says("use \"other.qbi\"\nuse \"other.qbi\"\nprint 1\n",
         "2:5 QB0203 'other.qbi' is used twice\n");
    says("use \"other.qbi\"\nuse \"./other.qbi\"\nprint 1\n",
         "2:5 QB0203 'other.qbi' is used twice\n");
    says("def soft(x: image) = x\nuse \"other.qbi\"\nprint 1\n",
         "2:5 QB0203 'soft' is defined here, and brought in by 'other.qbi' [give one of the two "
         "another name]\n");
    says("use \"median.qbi\"\n" IMAGE "print median(p)\n",
         "note median.qbi:1:5 QB0212 here 'median' is this file's own, not the operator\n"
         "note 1:5 QB0212 here 'median' is that of 'median.qbi', not the operator\n");
}

Test(use, cycles)
{
    says(
        "use \"a.qbi\"\nprint 1\n",
        "c.qbi:1:5 QB0204 'a.qbi' depends on itself: a.qbi → b.qbi → c.qbi → a.qbi [move what both "
        "need to a file that uses neither]\n");
}

Test(use, errors_name_the_file_and_the_call)
{
    QbLowered x = qb_lowered("use \"wrong.qbi\"\n" IMAGE "print calls(p)\n", &with_files);
    cr_assert_eq(x.diags.n_errors, 1, "%s", qb_lowered_messages(&x));
    const QbDiag *d = &x.diags.v[0];
    cr_expect_str_eq(d->span.source->name, "wrong.qbi");
    cr_expect_str_eq(d->other.source->name, "test.qbi"); /* the outermost call */
    cr_expect_eq(d->other.lo, strlen("use \"wrong.qbi\"\n" IMAGE "print "));
    cr_expect_str_eq(d->other_text, "in this call");
    qb_lowered_free(&x);
    says("use \"unread.qbi\"\n" IMAGE "print f(p), g(p), h(p)\n",
         "unread.qbi:1:17 QB0121 missing ')'\n");
}

Test(use, mistakes_are_told_once)
{
    says("use \"x{a}.qbi\"\n" IMAGE "print f(p)\n",
         "1:5 QB0141 the file of 'use' is a plain name: no parameter can stand in it\n");
    says("use \"\"\n" IMAGE "print f(p)\n", "1:5 QB0141 'use' names no file\n");
    says("use 5\n" IMAGE "print f(p)\n", "1:5 QB0120 expected a name or a string, found '5'\n");
}

/* ---- parameters ---------------------------------------------------------------------------------------- */

Test(use, overrides_reach_every_file)
{
    static const QbOverride v[] = {{.name = "depth", .value = "4", .from = "command line"},
                                   {.name = "sigma", .value = "7", .from = "command line"}};
    QbLowerOptions o = with_files;
    o.overrides = v;
    o.n_overrides = 2;
    QbLowered x = fine("use \"deep.qbi\"\n" IMAGE "save deep(p) to \"a.tif\"\n", &o);
    cr_expect_eq(((double *)qb_lowered_field(&x, "gaussian", "sigma"))[0], 7);
    qb_lowered_free(&x);
    x = qb_lowered("use \"deep.qbi\"\nsigma = 1\n" IMAGE "print deep(p), sigma\n", &o);
    cr_expect_str_eq(
        qb_lowered_messages(&x),
        "1:1 QB0206 unknown parameter 'sigma' [its parameters are 'depth', 'extra']\n");
    qb_lowered_free(&x);
}

Test(use, an_override_sees_the_pipeline)
{
    static const QbOverride v[] = {{.name = "sigma", .value = "mine", .from = "command line"}};
    QbLowerOptions o = with_files;
    o.overrides = v;
    o.n_overrides = 1;
    QbLowered x =
        fine("use \"tools.qbi\"\nparam mine = 6\n" IMAGE "save soft(p) to \"a.tif\"\n", &o);
    cr_expect_eq(((double *)qb_lowered_field(&x, "gaussian", "sigma"))[0], 6);
    qb_lowered_free(&x);
}

Test(use, images_bind_to_own_paths_first)
{
    static const char *const images[] = {"one.tif", "two.tif"};
    QbLowerOptions o = with_files;
    o.images = images;
    o.n_images = 2;
    QbLowered x =
        fine("use \"tools.qbi\"\nprint input, extra\nparam input: path = \"x.tif\"\n", &o);
    cr_expect_str_eq(x.dag->outputs[0].items[0].text, "one.tif");
    cr_expect_str_eq(x.dag->outputs[0].items[1].text, "two.tif");
    qb_lowered_free(&x);
}
