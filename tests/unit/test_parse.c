/* What the language is: texts, and the trees that they mean. Precedence, line ends, units, strings, statements. */
#include "tests/unit/support_lang.h"

#include <criterion/criterion.h>

typedef struct Case {
    const char *text, *tree;
} Case;

static const Case accepted[] = {
    {"a = 1 + 2 * 3\n", "a = (1 + (2 * 3))\n"},
    {"a = 1 - 2 - 3\n", "a = ((1 - 2) - 3)\n"},
    {"a = 2 ** 3 ** 2\n", "a = (2 ** (3 ** 2))\n"},
    {"a = -2 ** 2\n", "a = (-(2 ** 2))\n"},
    {"a = 2 ** -1\n", "a = (2 ** (-1))\n"},
    {"a = (1 + 2) * 3\n", "a = (<(1 + 2)> * 3)\n"},
    {"a = 7 // 2 % 3 / 4\n", "a = (((7 // 2) % 3) / 4)\n"},
    {"a = not b and c or d\n", "a = (((not b) and c) or d)\n"},
    {"a = not x > 1\n", "a = (not (x > 1))\n"},
    {"a = 10 < v <= 200 != w\n", "a = (10 < v <= 200 != w)\n"},
    {"a = v |> median(5) |> label\n", "a = ((v |> median(5)) |> label)\n"},
    {"a = b or c |> f\n", "a = ((b or c) |> f)\n"},
    {"a = -v[1]\n", "a = (-v[1])\n"},
    {"a = v[10:20, :, ::2][-1].name\n", "a = v[10:20, :, ::2][(-1)].name\n"},
    {"a = v[::-1]\n", "a = v[::(-1)]\n"},
    {"a = v[:5]\n", "a = v[:5]\n"},
    {"a = if x > 1 then v |> f else if y then 1 else 2\n",
     "a = (if (x > 1) then (v |> f) else (if y then 1 else 2))\n"},
    {"a = f(v, 5, size=[1, 5, 5], p=true)\n", "a = f(v, 5, size=[1, 5, 5], p=true)\n"},
    {"a = (if c then b else d) |> f\n", "a = (<(if c then b else d)> |> f)\n"},
    {"a = gaussian(sigma=2) |> threshold(otsu)\n", "a = (gaussian(sigma=2) |> threshold(otsu))\n"},
    {"a = v |> (soft(2))\n", "a = (v |> <soft(2)>)\n"},
    {"a = 10px + 2.5 um - 1e-3mm * 3 nm\n", "a = ((10px + 2.5um) - (0.001mm * 3nm))\n"},
    {"t = 5 s\nu = 3 ms\nv = 2min\n", "t = 5s\n"
                                      "u = 3ms\n"
                                      "v = 2min\n"},
    {"a = 5 \302\265m + 5 \316\274m\n", "a = (5um + 5um)\n"},
    {"s = 3\na = 5 * s\n", "s = 3\n"
                           "a = (5 * s)\n"},
    {"px = 3\n", "px = 3\n"},
    {"a = \"x{input.stem}_{n}.csv\"\n", "a = \"x{input.stem}_{n}.csv\"\n"},
    {"a = \"{{b}} \\n\\t\\\"\\\\\"\n", "a = \"{b} \n"
                                       "\t\"\\\"\n"},
    {"a = \"\"\n", "a = \"\"\n"},
    {"a = []\n", "a = []\n"},
    {"param level: number in 0..255 = 10 # grey value\n",
     "param level: number in 0..255 = 10 # grey value\n"},
    {"# first\n# second\nparam a = 1\n", "param a = 1 # first second\n"},
    {"param m in [1, 3, 5] = 3\n", "param m in [1, 3, 5] = 3\n"},
    {"param f: stage = median(5)\n", "param f: stage = median(5)\n"},
    {"def f(v: image, r: number = 2) = v |> median(r)\n",
     "def f(v: image, r: number = 2) = (v |> median(r))\n"},
    {"def f(v) {\n  a = v + 1\n  b = a * 2\n\n  a + b\n}\n",
     "def f(v) = a = (v + 1); b = (a * 2); (a + b)\n"},
    {"save count(v) to \"x.csv\"\n", "save count(v) to \"x.csv\"\n"},
    {"save v to \"x.tif\" with (type=u32, table=\"c\")\n",
     "save v to \"x.tif\" with (type=u32, table=\"c\")\n"},
    {"print \"n =\", n, 3\n", "print \"n =\", n, 3\n"},
    {"use shapes\nuse \"my.qbi\"\n", "use shapes\n"
                                     "use \"my.qbi\"\n"},
    {"qbi 1\na = 1\n", "qbi 1\n"
                       "a = 1\n"},
    {"a = 1 +\n    2\nb = f(1,\n  2)\nc = v\n  |> f\n  # comment\n\n  |> g\n",
     "a = (1 + 2)\n"
     "b = f(1, 2)\n"
     "c = ((v |> f) |> g)\n"},
    {"a =\n  3\n", "a = 3\n"},
    {"a = if x\n  then 1\n  else 2\n", "a = (if x then 1 else 2)\n"},
    {"a = [1,\n2]\n", "a = [1, 2]\n"},
    {"save v to\n  \"x\" with\n (a=1)\n", "save v to \"x\" with (a=1)\n"},
    {"print 1,\n 2\n", "print 1, 2\n"},
    {"a = not\n b\n", "a = (not b)\n"},
    {"a = 1\r\nb = 2\r\n", "a = 1\n"
                           "b = 2\n"},
    {"\357\273\277a = 1\n", "a = 1\n"},
    {"a = 1", "a = 1\n"},
    {"", ""},
    {"# only a comment\n", ""},
    {"a = 1 # c\n", "a = 1\n"},
    {"a = 1.5e3 + 1e-3\n", "a = (1500 + 0.001)\n"},
    {"true_ = 1\n", "true_ = 1\n"},
    {"a = x.stem\n", "a = x.stem\n"},
    {"a = v[1, 2, 3]\n", "a = v[1, 2, 3]\n"},
    {"a = if x then 1\nelse 2\n", "a = (if x then 1 else 2)\n"},
};

Test(parse, accepts)
{
    for (int k = 0; k < QB_COUNT(accepted); k++) {
        QbArena *a = qb_arena_new();
        lang_expect(accepted[k].text, lang_parse(a, accepted[k].text), accepted[k].tree);
        qb_arena_free(a);
    }
}

/* The value of an override is one expression, over as many lines as it likes. */
static const char *one_expr(QbArena *a, const char *text)
{
    QbDiags diags;
    QbText out = {0};
    qb_diags_init(&diags, a);
    lang_add_expr(&out, qb_parse_expr(a, lang_source(a, text), &diags));
    qb_text_add(&out, "\n");
    lang_add_diags(&out, &diags);
    const char *result = qb_arena_strdup(a, out.s);
    qb_text_free(&out);
    return result;
}

Test(parse, one_expression)
{
    static const Case cases[] = {
        {"20", "20\n"},
        {"gaussian(sigma=2) |> median(3)", "(gaussian(sigma=2) |> median(3))\n"},
        {"", "?\n1:1+0 QB0120 error: expected an expression, found the end of the value\n"},
        {"1 2", "?\n1:3+1 QB0120 error: expected an operator or the end of the value, found '2'\n"},
        {"a = 3", "?\n1:3+1 QB0120 error: expected an operator or the end of the value, found '=' "
                  "| to compare, write '=='\n"},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbArena *a = qb_arena_new();
        lang_expect(cases[k].text, one_expr(a, cases[k].text), cases[k].tree);
        qb_arena_free(a);
    }
}

/* A tree that is deep, or brackets that are, end in one error and no overflow of the stack. */
static const char *repeated(QbArena *a, const char *head, const char *part, int n, const char *tail)
{
    QbText t = {0};
    qb_text_add(&t, head);
    for (int k = 0; k < n; k++)
        qb_text_add(&t, part);
    qb_text_add(&t, tail);
    const char *text = qb_arena_strdup(a, t.s);
    qb_text_free(&t);
    return text;
}

static int errors_of(QbArena *a, const char *text, const char **message)
{
    QbDiags diags;
    qb_diags_init(&diags, a);
    qb_parse_file(a, lang_source(a, text), &diags);
    *message = diags.n ? diags.v[0].message : "";
    return diags.n_errors;
}

Test(parse, depth)
{
    QbArena *a = qb_arena_new();
    const char *message;
    cr_expect_eq(errors_of(a, repeated(a, "a = 1", " + 1", 900, "\n"), &message), 0, "%s", message);
    cr_expect_eq(errors_of(a, repeated(a, "a = 1", " + 1", 2000, "\n"), &message), 1);
    cr_expect_str_eq(message, "this expression nests deeper than 1000 levels");
    cr_expect_eq(errors_of(a, repeated(a, "a = ", "-", 20000, "1\n"), &message), 1);
    cr_expect_eq(errors_of(a, repeated(a, "a = ", "(", 300, "1\n"), &message), 1);
    cr_expect_str_eq(message, "brackets nest deeper than 256 levels here");
    cr_expect_eq(errors_of(a, repeated(a, "a = 1", " < 1", 5000, "\n"), &message), 0, "%s",
                 message);
    qb_arena_free(a);
}

Test(parse, many_statements)
{
    QbArena *a = qb_arena_new();
    QbDiags diags;
    qb_diags_init(&diags, a);
    QbFile *f =
        qb_parse_file(a, lang_source(a, repeated(a, "", "a = f(1, [2, 3])\n", 20000, "")), &diags);
    cr_expect_eq(f->n, 20000);
    cr_expect_eq(diags.n, 0);
    qb_arena_free(a);
}
