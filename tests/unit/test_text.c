/* Texts: the shortest numbers, JSON strings, UTF-8, suggestions. */
#include "core/text.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(text, grows)
{
    QbText t = {0};
    for (int k = 0; k < 1000; k++)
        qb_text_addf(&t, "%d,", k);
    qb_text_add(&t, "end");
    qb_text_addn(&t, "xyz", 1);
    cr_expect_eq(t.n, strlen(t.s));
    cr_expect(strncmp(t.s, "0,1,2,3,", 8) == 0);
    cr_expect_str_eq(t.s + t.n - 9, ",999,endx");
    qb_text_free(&t);
    cr_expect_null(t.s);
}

Test(text, numbers)
{
    static const struct {
        double v;
        const char *want;
    } cases[] = {
        {0, "0"},
        {10, "10"},
        {-3, "-3"},
        {0.84, "0.84"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e-7, "1e-07"},
        {1e21, "1e+21"},
        {123456789012, "123456789012"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {1e16, "1e+16"},
        {2.5e-300, "2.5e-300"},
        {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {NAN, "nan"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
    };
    char buf[32];
    for (int k = 0; k < QB_COUNT(cases); k++)
        cr_expect_str_eq(qb_number_text(cases[k].v, buf), cases[k].want);
}

/* A number reads back as itself, and no form with fewer digits does. */
Test(text, shortest_numbers)
{
    uint64_t s = 1;
    for (int k = 0; k < 20000; k++) {
        char buf[32], shorter[512];
        double v;
        s = s * 6364136223846793005u + 1442695040888963407u;
        memcpy(&v, &s, sizeof(v));
        if (!isfinite(v) || fabs(v) < DBL_MIN || v == trunc(v)) /* whole numbers keep their zeros */
            continue;
        const char *text = qb_number_text(v, buf);
        cr_assert_eq(strtod(text, NULL), v, "%s", text);
        int digits = 0;
        for (const char *c = text; *c && *c != 'e'; c++)
            digits += *c >= '0' && *c <= '9' && (digits > 0 || *c != '0');
        snprintf(shorter, sizeof(shorter), "%.*g", digits - 1, v);
        cr_assert(digits < 2 || strtod(shorter, NULL) != v, "%s is as good as %s", shorter, text);
    }
}

Test(text, json)
{
    static const struct {
        const char *s, *want;
    } cases[] = {
        {"", "\"\""},
        {"a \"b\" \\", "\"a \\\"b\\\" \\\\\""},
        {"\n\t\r\b\f", "\"\\n\\t\\r\\b\\f\""},
        {"\001\037\177", "\"\\u0001\\u001f\\u007f\""},
        {"gr\303\266\303\237e \344\270\255", "\"gr\303\266\303\237e \344\270\255\""},
        {"bad \377 \303", "\"bad \\ufffd \\ufffd\""},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbText t = {0};
        qb_text_add_json(&t, cases[k].s);
        cr_expect_str_eq(t.s, cases[k].want);
        qb_text_free(&t);
    }
}

Test(text, utf8)
{
    static const struct {
        const char *s;
        size_t n;
        int length;
        uint32_t code;
    } cases[] = {
        {"a", 1, 1, 'a'},
        {"\302\265m", 3, 2, 0xB5},
        {"\342\202\254", 3, 3, 0x20AC},
        {"\360\237\230\200", 4, 4, 0x1F600},
        {"\364\217\277\277", 4, 4, 0x10FFFF},
        {"", 0, 0, 0},
        {"\342\202", 2, 0, 0},         /* cut short */
        {"\200", 1, 0, 0},             /* no first byte */
        {"\300\200", 2, 0, 0},         /* overlong */
        {"\340\200\200", 3, 0, 0},     /* overlong */
        {"\355\240\200", 3, 0, 0},     /* a surrogate */
        {"\364\220\200\200", 4, 0, 0}, /* beyond Unicode */
        {"\302a", 2, 0, 0},            /* no second byte */
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        uint32_t code = 0;
        cr_expect_eq(qb_utf8_decode(cases[k].s, cases[k].n, &code), cases[k].length, "case %d", k);
        cr_expect_eq(code, cases[k].code, "case %d", k);
    }
}

Test(text, nearest)
{
    static const char *const names[] = {"median", "mean",       "min",         "gaussian",
                                        "dilate", "fill_holes", "connectivity"};
    static const struct {
        const char *word, *want;
    } cases[] = {
        {"medain", "median"},
        {"Median", "median"},
        {"gausian", "gaussian"},
        {"dialte", "dilate"},
        {"fillholes", "fill_holes"},
        {"connec", "connectivity"},
        {"maen", "mean"},
        {"mni", "min"},
        {"banana", NULL},
        {"", NULL},
        {"x", NULL},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        const char *got = qb_nearest(cases[k].word, names, QB_COUNT(names));
        if (cases[k].want)
            cr_expect(got && strcmp(got, cases[k].want) == 0, "'%s': %s", cases[k].word,
                      got ? got : "nothing");
        else
            cr_expect_null(got, "'%s': %s", cases[k].word, got);
    }
    char longest[500];
    memset(longest, 'm', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = 0;
    cr_expect_null(qb_nearest(longest, names, QB_COUNT(names)));
}
