/* Diagnostics as people and programs read them: the caret under what it means, whatever characters stand before it. */
#include "lang/print.h"
#include "tests/unit/support_lang.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct Bench {
    QbArena *arena;
    QbDiags diags;
} Bench;

static Bench bench(void)
{
    Bench b = {.arena = qb_arena_new()};
    qb_diags_init(&b.diags, b.arena);
    return b;
}

/* An error at the first place of `word` in the text; "" is the end. */
static QbDiag *point(Bench *b, const QbSource *s, const char *word, const char *message)
{
    const char *at = *word ? strstr(s->text, word) : s->text + s->length;
    uint32_t lo = (uint32_t)(at - s->text);
    return qb_diag_add(&b->diags, QB_ERROR, "QB0999", (QbSpan){s, lo, lo + (uint32_t)strlen(word)},
                       "%s", message);
}

static void expect_text(Bench *b, const char *want)
{
    QbText t = {0};
    qb_diags_text(&b->diags, false, &t);
    lang_expect("as text", t.s ? t.s : "", want);
    qb_text_free(&t);
    qb_arena_free(b->arena);
}

Test(print, example_of_the_manual)
{
    Bench b = bench();
    const QbSource *s =
        lang_source(b.arena, "image = read(\"c.tif\")\nsmooth = image |> medain(5)\n");
    point(&b, s, "medain", "unknown operator 'medain'")->hint = "did you mean 'median'?";
    expect_text(&b, "t.qbi:2:19: error: unknown operator 'medain'\n"
                    "   2 | smooth = image |> medain(5)\n"
                    "     |                   ^~~~~~ did you mean 'median'?\n");
}

/* Columns count characters, carets count the columns that a terminal gives them. */
Test(print, widths)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a = \"gr\303\266\303\237e\" bad\n",
         "t.qbi:1:13: error: m\n   1 | a = \"gr\303\266\303\237e\" bad\n     |             ^~~\n"},
        {"a = \"\344\270\255\346\226\207\" bad\n",
         "t.qbi:1:10: error: m\n   1 | a = \"\344\270\255\346\226\207\" bad\n     |            "
         "^~~\n"},
        {"a = \"e\314\201\" bad\n",
         "t.qbi:1:10: error: m\n   1 | a = \"e\314\201\" bad\n     |         ^~~\n"},
        {"\tbad\n", "t.qbi:1:2: error: m\n   1 |     bad\n     |     ^~~\n"},
        {"ab\tbad\n", "t.qbi:1:4: error: m\n   1 | ab  bad\n     |     ^~~\n"},
        {"\357\273\277bad\n", "t.qbi:1:1: error: m\n   1 | bad\n     | ^~~\n"},
        {"a bad\r\n", "t.qbi:1:3: error: m\n   1 | a bad\n     |   ^~~\n"},
        {"a\033[31m bad\n",
         "t.qbi:1:8: error: m\n   1 | a\357\277\275[31m bad\n     |        ^~~\n"},
        {"a\342\200\256 bad\n", "t.qbi:1:4: error: m\n   1 | a\357\277\275 bad\n     |    ^~~\n"},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        Bench b = bench();
        point(&b, lang_source(b.arena, cases[k].text), "bad", "m");
        expect_text(&b, cases[k].want);
    }
}

Test(print, ends_and_long_ranges)
{
    Bench b = bench();
    const QbSource *s = lang_source(b.arena, "a = f(\nb)");
    qb_diag_add(&b.diags, QB_ERROR, "QB0999", (QbSpan){s, 4, 9}, "over two lines");
    point(&b, s, "", "at the end");
    qb_diag_add(&b.diags, QB_WARNING, "QB0999", (QbSpan){s, 0, 0}, "nothing wide");
    expect_text(&b, "t.qbi:1:5: error: over two lines\n   1 | a = f(\n     |     ^~\n"
                    "t.qbi:2:3: error: at the end\n   2 | b)\n     |   ^\n"
                    "t.qbi:1:1: warning: nothing wide\n   1 | a = f(\n     | ^\n");
}

Test(print, long_line)
{
    Bench b = bench();
    QbText t = {0};
    for (int k = 0; k < 40; k++)
        qb_text_add(&t, "0123456789");
    memcpy(t.s + 200, "bad", 3);
    point(&b, lang_source(b.arena, qb_arena_strdup(b.arena, t.s)), "bad", "m");
    qb_text_free(&t);
    QbText out = {0};
    qb_diags_text(&b.diags, false, &out);
    const char *line = strstr(out.s, "   1 | \342\200\246"), *caret = strrchr(out.s, '^');
    cr_assert(line && caret, "%s", out.s);
    const char *bad = strstr(line, "bad"), *start = strrchr(out.s, '|');
    cr_expect_eq((bad - line) - 2, (caret - start) + 5, "the caret of a cut line:\n%s", out.s);
    cr_expect(strlen(line) < 400, "cut: %s", out.s);
    qb_text_free(&out);
    qb_arena_free(b.arena);
}

Test(print, second_place_and_no_place)
{
    Bench b = bench();
    const QbSource *s = lang_source(b.arena, "a = (1\nb = 2\n");
    QbDiag *d = point(&b, s, "b", "missing ')'");
    d->other = (QbSpan){s, 4, 5};
    d->other_text = "'(' opened here";
    qb_diag_add(&b.diags, QB_ERROR, "QB0999", (QbSpan){0}, "no parameter 'x'")->hint =
        "did you mean 'y'?";
    expect_text(&b, "t.qbi:2:1: error: missing ')'\n   2 | b = 2\n     | ^\n"
                    "t.qbi:1:5: note: '(' opened here\n   1 | a = (1\n     |     ^\n"
                    "qbic: error: no parameter 'x'\n  did you mean 'y'?\n");
}

/* Twenty errors are enough to read; notes come last, and the same report is made once. */
Test(print, order_and_number)
{
    Bench b = bench();
    const QbSource *s = lang_source(b.arena, "x\n");
    qb_diag_add(&b.diags, QB_NOTE, "QB0999", (QbSpan){s, 0, 1}, "a note");
    for (int k = 0; k < 23; k++)
        qb_diag_add(&b.diags, QB_ERROR, "QB0999", (QbSpan){s, 0, 1}, "error %d", k);
    QbDiag *first = qb_diag_add(&b.diags, QB_ERROR, "QB0999", (QbSpan){s, 0, 1}, "error 0");
    cr_expect_str_eq(first->message, "error 0");
    cr_expect_eq(b.diags.n, 24);
    cr_expect_eq(b.diags.n_errors, 23);
    QbText t = {0};
    qb_diags_text(&b.diags, false, &t);
    cr_expect(strstr(t.s, "error 19\n"));
    cr_expect_null(strstr(t.s, "error 20\n"));
    cr_expect(strstr(t.s, "and 3 more errors\nt.qbi:1:1: note: a note\n"), "%s", t.s);
    qb_text_free(&t);
    qb_arena_free(b.arena);
}

Test(print, colour)
{
    Bench b = bench();
    point(&b, lang_source(b.arena, "bad\n"), "bad", "m");
    QbText t = {0};
    qb_diags_text(&b.diags, true, &t);
    lang_expect("in colour", t.s,
                "\033[1mt.qbi:1:1: \033[1;31merror: \033[0m\033[1mm\033[0m\n"
                "\033[34m   1 | \033[0mbad\n\033[34m     | \033[0m\033[1;31m^~~\033[0m\n");
    qb_text_free(&t);
    qb_arena_free(b.arena);
}

Test(print, json)
{
    Bench b = bench();
    const QbSource *s = lang_source(b.arena, "a = \"\303\244\" bad\n");
    QbDiag *d = point(&b, s, "bad", "say \"no\"\n");
    d->hint = "h";
    qb_diag_add(&b.diags, QB_NOTE, "QB0998", (QbSpan){0}, "no place")->input_missing = true;
    QbText t = {0};
    qb_diags_json(&b.diags, &t);
    lang_expect("JSON", t.s,
                "{\"severity\":\"error\",\"code\":\"QB0999\",\"message\":\"say "
                "\\\"no\\\"\\n\",\"file\":\"t.qbi\",\"line\":1,"
                "\"column\":9,\"end_line\":1,\"end_column\":12,\"hint\":\"h\",\"replacement\":null,"
                "\"other\":null}\n"
                "{\"severity\":\"note\",\"code\":\"QB0998\",\"message\":\"no "
                "place\",\"file\":null,\"line\":null,\"column\":null,"
                "\"end_line\":null,\"end_column\":null,\"hint\":null,\"replacement\":null,"
                "\"other\":null}\n");
    qb_text_free(&t);
    qb_arena_free(b.arena);
}
