/* The canonical layout: what it looks like, that it is a fixed point, and that no tree and no comment changes. */
#include "tests/unit/support_lang.h"

#include "lang/format.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Case {
    const char *text, *layout;
} Case;

static const char *layout(QbArena *a, const char *text)
{
    QbDiags diags;
    QbText out = {0};
    qb_diags_init(&diags, a);
    bool ok = qb_format(a, lang_source(a, text), &diags, &out);
    const char *s = ok ? qb_arena_strdup(a, out.n ? out.s : "") : NULL;
    qb_text_free(&out);
    return s;
}

/* Comments, one a line, without their places. */
static const char *comments(QbArena *a, const char *text)
{
    QbText out = {0};
    bool in_string = false;
    for (const char *c = text; *c; c++) {
        if (in_string && *c == '\\' && c[1])
            c++;
        else if (*c == '"')
            in_string = !in_string;
        else if (*c == '#' && !in_string) {
            size_t n = strcspn(c, "\n"), shown = n;
            while (shown > 0 && strchr(" \t\r", c[shown - 1]))
                shown--;
            qb_text_addf(&out, "%.*s\n", (int)shown, c);
            c += n - 1;
        }
    }
    const char *s = qb_arena_strdup(a, out.n ? out.s : "");
    qb_text_free(&out);
    return s;
}

/* The laws, for a text that is qbi. */
static void expect_laws(QbArena *a, const char *text)
{
    const char *once = layout(a, text);
    cr_assert(once, "no layout of\n%s", text);
    const char *twice = layout(a, once);
    cr_assert(twice, "no layout of the layout\n%s", once);
    lang_expect("laid out twice", twice, once);
    lang_expect(text, lang_parse(a, once), lang_parse(a, text));
    lang_expect(text, comments(a, once), comments(a, text));
    cr_expect(!strstr(once, " \n"), "blanks at the end of a line:\n%s", once);
    cr_expect(!strstr(once, "\n\n\n"), "two blank lines:\n%s", once);
}

static const Case cases[] = {
    /* blanks between tokens */
    {"a=1+2*3\n", "a = 1 + 2 * 3\n"},
    {"a = - 1 - -2 ** - b\n", "a = -1 - -2 ** -b\n"},
    {"a = not( b )and c\n", "a = not (b) and c\n"},
    {"a = f ( v , size = [1,5 , 5] )\n", "a = f(v, size=[1, 5, 5])\n"},
    {"a=v [1 , : , :: -1] . name\n", "a = v[1, :, ::-1].name\n"},
    {"a = v[ 10 : 20 ]\n", "a = v[10:20]\n"},
    {"a = 2um+3   px\n", "a = 2 um + 3 px\n"},
    {"a = 2\302\265m\n", "a = 2 \302\265m\n"},
    {"a = 1.50e+3\n", "a = 1.50e+3\n"},
    {"a = 1<b<=c\n", "a = 1 < b <= c\n"},
    {"a = v|>(soft( 2 ))|>f\n", "a = v |> (soft(2)) |> f\n"},
    {"a = if c then(1)else 2\n", "a = if c then (1) else 2\n"},
    {"a = \"x # {b.stem} \\\" y\"\n", "a = \"x # {b.stem} \\\" y\"\n"},
    {"a = [ ]\n", "a = []\n"},
    {"print \"n\" , n,3\n", "print \"n\", n, 3\n"},
    {"use  \"my.qbi\"\nuse   shapes\n", "use \"my.qbi\"\nuse shapes\n"},
    {"qbi   1\n", "qbi 1\n"},
    {"save v to \"x.tif\" with(type=u32,table=\"c\")\n",
     "save v to \"x.tif\" with (type=u32, table=\"c\")\n"},
    {"param m in[1,3,5]=3\n", "param m in [1, 3, 5] = 3\n"},
    {"param level :number in 0 .. 255=10\n", "param level: number in 0..255 = 10\n"},
    {"def f(v:image,r=2 ,s:stage=gaussian(sigma=2))=v\n",
     "def f(v: image, r = 2, s: stage = gaussian(sigma=2)) = v\n"},
    {"\357\273\277a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n"},
    {"a = 1", "a = 1\n"},
    {"", ""},
    {"\n\n", ""},
    {"a = v\n    |> f\n    |> g\n", "a = v |> f |> g\n"},
    {"a = f(\n  1,\n  2)\n", "a = f(1, 2)\n"},
    /* blank lines and comments between statements */
    {"\n\na = 1\n\n\n\nb = 2\n\n\n", "a = 1\n\nb = 2\n"},
    {"# only a comment", "# only a comment\n"},
    {"  # above   \na = 1\n# last\n", "# above\na = 1\n# last\n"},
    {"# x\n\n\n# y\n\na = 1\n", "# x\n\n# y\n\na = 1\n"},
    {"a = 1 # c\n#d\n", "a = 1  # c\n#d\n"},
    /* what is aligned */
    {"a = 1\nlong = 2\n\nb = 3\n", "a    = 1\nlong = 2\n\nb = 3\n"},
    {"a = 1\n# apart\nlong = 2\n", "a = 1\n# apart\nlong = 2\n"},
    {"a = 1\nprint a\nlong = 2\n", "a = 1\nprint a\nlong = 2\n"},
    {"a = 1\na_very_long_name_indeed = 2\n", "a = 1\na_very_long_name_indeed = 2\n"},
    {"param a: path = \"x\" # 1\nparam bb: number in 0..1 = 0 # 2\nparam ccc: number = 3 # 3\n",
     "param a: path     = \"x\"       # 1\nparam bb: number in 0..1 = 0  # 2\n"
     "param ccc: number = 3         # 3\n"},
    {"a = 1 # one\nb = 22 # two\nc = 3\nd = 4444 # four\n",
     "a = 1   # one\nb = 22  # two\nc = 3\nd = 4444  # four\n"},
    /* bodies */
    {"def f(v){a=v+1 # one\n\n# two\nbcd=a\n\n\n a+bcd}\n",
     "def f(v) {\n    a = v + 1  # one\n\n    # two\n    bcd = a\n\n    a + bcd\n}\n"},
    {"def f(v) { # why\n v\n # end\n} # after\n",
     "def f(v) {  # why\n    v\n    # end\n}  # after\n"},
    /* comments inside a statement */
    {"a = v # one\n  # two\n\n  |> f\n", "a = v  # one\n    # two\n    |> f\n"},
    {"a = f(1, # one\n 2)\n", "a = f(\n    1,  # one\n    2\n)\n"},
    {"a = [1, 2 # last\n]\n", "a = [\n    1, 2  # last\n]\n"},
    {"a = # why\n  3 + 4\n", "a =  # why\n    3 + 4\n"},
    {"a = 1 + # one\n 2\n", "a = 1 +  # one\n    2\n"},
    /* help stays help */
    {"# first\n# second\nparam a = 1\n", "# first\n# second\nparam a = 1\n"},
    {"param a = f(1, # help\n  2)\n", "param a = f(1, # help\n  2)\n"},
    {"param a = f(1,   \n # note\n  2) # help\n", "param a = f(1,\n # note\n  2)  # help\n"},
    /* long pipes, one stage a line */
    {"a = v |> f |> g |> h\n", "a = v |> f |> g |> h\n"},
    {"a = v |> f |> g |> h |> i\n", "a = v\n    |> f\n    |> g\n    |> h\n    |> i\n"},
    {"save v |> f |> g |> h |> i to \"x\"\n",
     "save v\n    |> f\n    |> g\n    |> h\n    |> i to \"x\"\n"},
};

#define WORD "abcdefghijklmnopqrstuvwxyz"

/* Beyond 100 columns. */
static const Case long_cases[] = {
    {"a = " WORD " + " WORD " * " WORD " - " WORD "\n",
     "a = " WORD " +\n    " WORD " * " WORD " -\n    " WORD "\n"},
    {"a = " WORD "(" WORD ", " WORD ", n=" WORD ")\n",
     "a = " WORD "(\n    " WORD ",\n    " WORD ",\n    n=" WORD "\n)\n"},
    {"a = " WORD " |> " WORD "(1) |> " WORD "(2) |> " WORD "\n",
     "a = " WORD "\n    |> " WORD "(1)\n    |> " WORD "(2)\n    |> " WORD "\n"},
    {"a = if " WORD " > 1 then " WORD " |> f else if " WORD " then " WORD " else 2\n",
     "a = if " WORD " > 1\n    then " WORD " |> f\n    else if " WORD "\n    then " WORD
     "\n    else 2\n"},
    {"def f(" WORD ": image, r: number = 2) = " WORD " |> gaussian(r) |> " WORD "\n",
     "def f(" WORD ": image, r: number = 2) =\n    " WORD " |> gaussian(r) |> " WORD "\n"},
    {"save count(" WORD ", " WORD ", " WORD ") to \"" WORD "\"\n",
     "save count(" WORD ", " WORD ", " WORD ") to\n    \"" WORD "\"\n"},
    {"save count(" WORD ", " WORD ") to \"x.csv\" with (table=\"" WORD "\", n=2)\n",
     "save count(" WORD ", " WORD ") to \"x.csv\" with (\n    table=\"" WORD "\",\n    n=2\n)\n"},
    {"print " WORD ", " WORD ", " WORD ", " WORD "\n",
     "print " WORD ",\n    " WORD ",\n    " WORD ",\n    " WORD "\n"},
};

static void expect_cases(const Case *v, int n)
{
    for (int k = 0; k < n; k++) {
        QbArena *a = qb_arena_new();
        const char *got = layout(a, v[k].text);
        lang_expect(v[k].text, got ? got : "(no layout)\n", v[k].layout);
        expect_laws(a, v[k].text);
        qb_arena_free(a);
    }
}

Test(format, layouts)
{
    expect_cases(cases, QB_COUNT(cases));
}

Test(format, long_lines)
{
    expect_cases(long_cases, QB_COUNT(long_cases));
}

Test(format, leaves_what_is_no_qbi)
{
    static const char *const wrong[] = {"a = \n", "a = (1\n", "def f(v) {\n v\n", "a = 'x'\n",
                                        "\377"};
    for (int k = 0; k < QB_COUNT(wrong); k++) {
        QbArena *a = qb_arena_new();
        cr_expect(!layout(a, wrong[k]), "laid out: %s", wrong[k]);
        qb_arena_free(a);
    }
}

/* ---- files, and texts that are spread at random ----------------------------------------------------------- */

static const char *read_file(QbArena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    cr_assert(f, "cannot open %s", path);
    char *text = qb_arena_alloc(a, 1 << 16);
    size_t n = fread(text, 1, (1 << 16) - 1, f);
    fclose(f);
    text[n] = '\0';
    return text;
}

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* The text with blanks, line ends and comments thrown in; may well be no qbi. */
static const char *spread(QbArena *a, const char *text, uint64_t *seed)
{
    static const char *const gaps[] = {
        "  ", "\t", "\n", "\n\n", " # note\n", "\n# own\n", "\n\n  # apart\n\n"};
    QbText out = {0};
    for (const char *c = text; *c; c++) {
        bool may = strchr(" (),[]|>+*:\n", *c) && next(seed) % 12 == 0;
        qb_text_addn(&out, c, 1);
        if (may)
            qb_text_add(&out, gaps[next(seed) % QB_COUNT(gaps)]);
    }
    const char *s = qb_arena_strdup(a, out.n ? out.s : "");
    qb_text_free(&out);
    return s;
}

static int expect_spread(const char *text, int rounds)
{
    uint64_t seed = 1;
    int n = 0;
    for (int k = 0; k < rounds; k++) {
        QbArena *a = qb_arena_new();
        const char *other = spread(a, text, &seed);
        if (layout(a, other)) {
            expect_laws(a, other);
            n++;
        }
        qb_arena_free(a);
    }
    return n;
}

Test(format, files)
{
    glob_t found = {0};
    glob("samples/*.qbi", 0, NULL, &found);
    glob("stdlib/prelude/*.qbi", GLOB_APPEND, NULL, &found);
    glob("stdlib/modules/*.qbi", GLOB_APPEND, NULL, &found);
    cr_assert(found.gl_pathc >= 7);
    for (size_t k = 0; k < found.gl_pathc; k++) {
        QbArena *a = qb_arena_new();
        const char *text = read_file(a, found.gl_pathv[k]);
        expect_laws(a, text);
        lang_expect(found.gl_pathv[k], layout(a, text), text);
        expect_spread(text, 50);
        qb_arena_free(a);
    }
    globfree(&found);
}

Test(format, spread_cases)
{
    int n = 0;
    for (int k = 0; k < QB_COUNT(cases); k++)
        n += expect_spread(cases[k].text, 40);
    for (int k = 0; k < QB_COUNT(long_cases); k++)
        n += expect_spread(long_cases[k].text, 40);
    cr_expect(n > 500, "only %d texts were qbi", n);
}
