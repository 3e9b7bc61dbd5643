/* One mistake is one error, and the mend that is offered is one: texts of programs that once were told otherwise. */
#include "tests/unit/support_lower.h"

#include <criterion/criterion.h>

static void says(const char *text, const char *messages)
{
    QbLowered x = qb_lowered(text, NULL);
    cr_expect_str_eq(qb_lowered_messages(&x), messages, "%s\nsays\n%sinstead of\n%s", text,
                     qb_lowered_messages(&x), messages);
    qb_lowered_free(&x);
}

Test(mistakes, a_name_that_was_meant_to_be_defined_is_not_missed)
{
    says("a[0] = 3\nprint a\n",
         "1:6 QB0120 expected an operator or the end of the line, found '=' [voxels are not set "
         "one by one: NAME = where(mask, value, image)]\n");
    says("let a = 3\nprint a\n", "1:1 QB0126 qbi has no 'let' [a definition is written a = ...]\n");
    says("a == 3\nprint a\n",
         "1:1 QB0135 this expression goes nowhere: no name is given to it, and it "
         "is neither saved nor printed [a definition has one '=': a = ...]\n");
}

Test(mistakes, a_definition_that_hides_its_operator)
{
    says("median = zeros([4, 4]) |> median(3)\nprint median\n",
         "note 1:1 QB0212 here 'median' is this file's own, not the operator\n"
         "1:1 QB0204 'median' depends on itself: median → median [here 'median' is this "
         "definition, not "
         "the operator: give it another name]\n");
}

Test(mistakes, what_is_called_may_be_no_stage)
{
    says("a = 3\nprint a()\n", "2:7 QB0311 'a' is no operator or def: it cannot be called\n");
    says("s = median(3)\nprint s(zeros([4, 4]))\n",
         "2:7 QB0311 's' is no operator or def: it cannot be called [a stage is applied with |>: "
         "'image "
         "|> s']\n");
}

Test(mistakes, members)
{
    says("v = zeros([4, 4])\nprint v.shape\n", "2:9 QB0214 an image has no '.shape' [an image's "
                                               "shape is no value: 'print image' shows it]\n");
}

Test(mistakes, a_path_without_quotes)
{
    says("save zeros([4, 4]) to a.tif\n",
         "1:23 QB0202 undefined name 'a' [a path is written in quotes: \"a.tif\"]\n");
}

Test(mistakes, names_that_are_no_ascii)
{
    says("gr\xC3\xB6\xC3\x9F"
         "e = 3\nprint gr\xC3\xB6\xC3\x9F"
         "e\n",
         "1:3 QB0104 unexpected character '\xC3\xB6' [names are ASCII letters, digits and '_']\n");
}

static void value_of(const char *value, const char *text)
{
    const QbOverride v = {.name = "u", .value = value, .from = "file", .literal_string = true};
    QbLowerOptions o = {.overrides = &v, .n_overrides = 1};
    QbLowered x = qb_lowered("param u = 3\nk = u\nprint 1\n", &o);
    cr_expect_str_eq(x.dag->param_values[0].value, text, "%s is %s\n%s", value,
                     x.dag->param_values[0].value, qb_lowered_messages(&x));
    qb_lowered_free(&x);
}

Test(overrides, strings_of_a_file_are_values_where_they_mean_something)
{
    value_of("4", "4");
    value_of("median(5)", "median(5)");
    value_of("none", "\"none\"");
    value_of("medain(5)", "\"medain(5)\"");
    value_of("k", "\"k\""); /* a definition is no value of a parameter */
    value_of("a b", "\"a b\"");
}

/* What a length became is kept for the plan. */
Test(lengths, are_noted)
{
    QbLowered x =
        qb_lowered("param r = 1.3 um\nv = read(\"CMakeLists.txt\")\n"
                   "print median(v, r), gaussian(v, 500 nm + 1 px), median(v, 3), erode(v > 1, "
                   "ball(2))\n",
                   NULL);
    cr_assert_eq(x.dag->n_lengths, 2, "%s", qb_lowered_messages(&x));
    cr_expect_str_eq(x.dag->lengths[0].length, "1.3 um");
    cr_expect_str_eq(x.dag->lengths[0].voxels, "1 × 3 × 3");
    cr_expect_str_eq(x.dag->lengths[0].op, "median");
    cr_expect_str_eq(x.dag->lengths[0].argument, "size");
    cr_expect_str_eq(x.dag->lengths[1].length, "1 px + 0.5 um");
    cr_expect_str_eq(x.dag->lengths[1].voxels, "1.25 × 2 × 2");
    qb_lowered_free(&x);
}

Test(mistakes, one_file_by_two_paths)
{
    says("save zeros([4, 4]) to \"a.tif\"\nsave zeros([4, 5]) to \"none/../a.tif\"\n",
         "2:1 QB0604 two outputs go to 'none/../a.tif' [save one of them to another path]\n");
    says("save zeros([4, 4]) to \"/none/../a.tif\"\nsave zeros([4, 5]) to \"/a.tif\"\n",
         "2:1 QB0604 two outputs go to '/a.tif' [save one of them to another path]\n");
}

Test(mistakes, what_was_not_evaluated_is_needed_all_the_same)
{
    says("a = 1\nb = 2\nc = 3\nprint if nope > 1 then a else b\n",
         "4:10 QB0202 undefined name 'nope'\nnote 3:1 QB0211 'c' is not needed by any output\n");
}

Test(mistakes, lists_of_lists_end)
{
    says(
        "a = [1, 2, 3, 4, 5, 6, 7, 8]\nb = [a, a, a, a, a, a, a, a]\nc = [b, b, b, b, b, b, b, b]\n"
        "d = [c, c, c, c, c, c, c, c]\ne = [d, d, d, d, d, d, d, d]\nf = [e, e, e, e, e, e, e, e]\n"
        "g = [f, f, f, f, f, f, f, f]\nprint g\n",
        "7:5 QB0412 this list holds more than 1048576 values\n");
    QbArena *arena = qb_arena_new();
    const char *text = "a0 = 1\n";
    for (int k = 0; k < 101; k++)
        text = qb_arena_printf(arena, "%sa%d = [a%d]\n", text, k + 1, k);
    says(qb_arena_printf(arena, "%sprint a101\n", text),
         "102:8 QB0412 lists nest deeper than 100 levels here\n");
    qb_arena_free(arena);
}

Test(mistakes, a_stage_that_is_printed)
{
    says("def soft(x: image, r: number) = gaussian(r)\nv = zeros([4, 4])\nprint v |> soft(2)\n",
         "3:7 QB0609 'print' writes values, found a stage [a stage waits for its image: 'image |> "
         "(v |> "
         "soft(2))']\n");
}

Test(mistakes, an_unknown_type_takes_what_comes)
{
    says("def f(x: imge) = 3\nprint f(1)\n",
         "1:10 QB0207 unknown type 'imge' [did you mean 'image'?]\n");
}

Test(mistakes, arguments_of_what_is_unknown_are_needed)
{
    says("a = zeros([4, 4])\nprint medain(a)\n",
         "2:7 QB0201 unknown operator 'medain' [did you mean 'median'?]\n");
}
