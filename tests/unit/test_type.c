/* Pixel types, boxes, mirrored indices, types as people read them, and texts' places. */
#include "core/diag.h"
#include "core/type.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(pix, names_and_sizes)
{
    static const char *const names[] = {"u8", "u16", "u32", "i8", "i16", "i32", "f32", "f64"};
    static const size_t bytes[] = {1, 2, 4, 1, 2, 4, 4, 8};
    for (int p = 0; p < QB_PIX_COUNT; p++) {
        cr_expect_eq((int)qb_pix_named(names[p]), p);
        cr_expect_eq(qb_pix_bytes((QbPix)p), bytes[p]);
    }
    cr_expect_eq(qb_pix_named("u64"), QB_PIX_COUNT);
}

static double stored(QbPix p, double v)
{
    unsigned char room[3 * 8] = {0};
    qb_pix_put(p, room, 1, v);
    for (size_t k = 0; k < qb_pix_bytes(p); k++)
        cr_expect_eq(room[k], 0, "the voxel before");
    for (size_t k = 2 * qb_pix_bytes(p); k < sizeof(room); k++)
        cr_expect_eq(room[k], 0, "the voxel after");
    return qb_pix_get(p, room, 1);
}

Test(pix, rounding_and_saturation)
{
    static const struct {
        QbPix pix;
        double v, want;
    } cases[] = {
        {QB_U8, 0.5, 0},
        {QB_U8, 1.5, 2},
        {QB_U8, 2.5, 2},
        {QB_U8, 254.5, 254},
        {QB_U8, 255.5, 255},
        {QB_U8, 1e30, 255},
        {QB_U8, -1, 0},
        {QB_U8, NAN, 0},
        {QB_U8, INFINITY, 255},
        {QB_I8, -128.5, -128},
        {QB_I8, -0.5, 0},
        {QB_I8, -1.5, -2},
        {QB_I8, 127.5, 127},
        {QB_I8, -INFINITY, -128},
        {QB_U16, 65535.5, 65535},
        {QB_U16, 32768.5, 32768},
        {QB_I16, 40000, 32767},
        {QB_I16, -40000, -32768},
        {QB_U32, 4294967295.4, 4294967295.0},
        {QB_U32, 5e9, 4294967295.0},
        {QB_I32, 2147483647.5, 2147483647},
        {QB_I32, -3e9, -2147483648.0},
        {QB_F32, 0.1, 0.1f},
        {QB_F32, 16777217, 16777216},
        {QB_F64, 0.1, 0.1},
        {QB_F64, -0.0, -0.0},
    };
    for (int k = 0; k < QB_COUNT(cases); k++) {
        double got = stored(cases[k].pix, cases[k].v);
        cr_expect(got == cases[k].want, "%.17g as %s is %.17g, not %.17g", cases[k].v,
                  qb_pix_info[cases[k].pix].name, got, cases[k].want);
    }
    cr_expect(isnan(stored(QB_F32, NAN)) && isnan(stored(QB_F64, NAN)));
    cr_expect(isinf(stored(QB_F32, 1e300)));
    cr_expect(signbit(stored(QB_F64, -0.0)));
}

/* Every value of the small types is kept. */
Test(pix, every_value)
{
    static const QbPix small[] = {QB_U8, QB_I8, QB_U16, QB_I16};
    for (int k = 0; k < QB_COUNT(small); k++) {
        const QbPixInfo *info = &qb_pix_info[small[k]];
        for (double v = info->lo; v <= info->hi; v++)
            cr_assert_eq(stored(small[k], v), v);
    }
}

Test(type, mirrored)
{
    static const int want[] = {1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1};
    for (int k = 0; k < QB_COUNT(want); k++)
        cr_expect_eq(qb_mirror(k - 5, 3), want[k], "index %d of 3", k - 5);
    cr_expect_eq(qb_mirror(-1000000007, 1), 0);
    cr_expect_eq(qb_mirror(7, 8), 7);
}

Test(type, boxes)
{
    const int64_t n[3] = {10, 1, 20}, before[3] = {2, 0, 3}, after[3] = {1, 0, 30};
    QbBox b = qb_box_grow((QbBox){{1, 0, 5}, {9, 1, 7}}, before, after, n);
    cr_expect(memcmp(&b, &(QbBox){{0, 0, 2}, {10, 1, 20}}, sizeof(b)) == 0);
    cr_expect_not(qb_box_is_empty(&b));
    cr_expect(qb_box_is_empty(&(QbBox){{0, 1, 0}, {5, 1, 5}}));
}

Test(type, texts)
{
    static const struct {
        QbType type;
        const char *want;
    } cases[] = {
        {{.kind = QB_IMAGE, .rank = 3, .pix = QB_U8, .n = {600, 250, 350}}, "image u8 600×250×350"},
        {{.kind = QB_IMAGE, .rank = 2, .pix = QB_F64, .n = {96, 1, 128}}, "image f64 96×128"},
        {{.kind = QB_MASK, .rank = 2, .pix = QB_U8, .n = {1, 1, 1}}, "mask 1×1"},
        {{.kind = QB_LABELS, .rank = 3, .pix = QB_U32, .n = {1, 2, 3}}, "labels 1×2×3"},
        {{.kind = QB_NUMBER}, "number"},
        {{.kind = QB_TABLE, .n_columns = 2, .columns = {{"label", true}, {"voxels", true}}},
         "table (label, voxels)"},
        {{.kind = QB_TABLE}, "table"},
    };
    char buf[96];
    for (int k = 0; k < QB_COUNT(cases); k++)
        cr_expect_str_eq(qb_type_text(&cases[k].type, buf), cases[k].want);
    QbType wide = {.kind = QB_TABLE, .n_columns = QB_MAX_COLUMNS};
    for (int k = 0; k < QB_MAX_COLUMNS; k++)
        wide.columns[k].name = "a_rather_long_name";
    cr_expect_leq(strlen(qb_type_text(&wide, buf)), 95u);
    cr_expect_str_eq(buf + strlen(buf) - strlen("…)"), "…)");
}

Test(diag, places)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "a\ngr\303\266\303\237e = 1\r\n\tb";
    QbSource s = {.name = "t.qbi", .text = text, .length = sizeof(text) - 1};
    static const struct {
        const char *at;
        int line, column;
    } cases[] = {{"a", 1, 1},   {"gr", 2, 1},  {"e =", 2, 5},
                 {"= 1", 2, 7}, {"\tb", 3, 1}, {"b", 3, 2}};
    int line, column;
    for (int k = 0; k < QB_COUNT(cases); k++) {
        qb_source_place(&s, (uint32_t)(strstr(text, cases[k].at) - text), &line, &column);
        cr_expect(line == cases[k].line && column == cases[k].column, "'%s' is at %d:%d",
                  cases[k].at, line, column);
    }
    qb_source_place(&s, 4000000, &line, &column);
    cr_expect(line == 3 && column == 3, "beyond the end is the end, found %d:%d", line, column);
}

Test(diag, added_once)
{
    QbArena *a = qb_arena_new();
    QbDiags d;
    QbSource s = {.name = "t.qbi", .text = "abc", .length = 3};
    qb_diags_init(&d, a);
    char text[] = "unknown 'x'";
    QbDiag *first = qb_diag_add(&d, QB_ERROR, "QB0201", (QbSpan){&s, 0, 1}, "%s", text);
    first->hint = "a hint";
    text[0] = '?';
    cr_expect_str_eq(d.v[0].message, "unknown 'x'", "the text was copied");
    qb_diag_add(&d, QB_ERROR, "QB0201", (QbSpan){&s, 0, 1}, "unknown 'x'");
    qb_diag_add(&d, QB_ERROR, "QB0201", (QbSpan){&s, 0, 2}, "unknown 'x'");
    qb_diag_add(&d, QB_NOTE, "QB0601", (QbSpan){&s, 0, 1}, "a note");
    cr_expect_eq(d.n, 3);
    cr_expect_eq(d.n_errors, 2);
    cr_expect_str_eq(d.v[0].hint, "a hint");
    qb_arena_free(a);
}
