/* Thumbnails: the voxels in the middle of the cells of a grid, however the rows are handed over, as PNG bytes. */
#include "core/colour.h"
#include "runtime/picture.h"
#include "runtime/thumb.h"

#include <criterion/criterion.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

static QbErr err;

/* A PNG in memory as 8-bit pixels. */
static uint8_t *decode(const QbText *t, png_image *p, unsigned format)
{
    *p = (png_image){.version = PNG_IMAGE_VERSION};
    cr_assert(png_image_begin_read_from_memory(p, t->s, t->n), "%s", p->message);
    p->format = format;
    uint8_t *pixel = malloc(PNG_IMAGE_SIZE(*p));
    cr_assert(png_image_finish_read(p, NULL, pixel, 0, NULL), "%s", p->message);
    return pixel;
}

/* Hands over all rows of `v` in boxes of some planes and rows, the last first. */
static void take_all(QbThumb *t, const QbType *type, const uint8_t *v, int64_t ni, int64_t ny)
{
    size_t row = (size_t)type->n[2] * qb_pix_bytes(type->pix);
    const void *rows[4096];
    for (int64_t i = (type->n[0] - 1) / ni * ni; i >= 0; i -= ni)
        for (int64_t y = (type->n[1] - 1) / ny * ny; y >= 0; y -= ny) {
            QbBox b = {{i, y, 0},
                       {qb_min64(i + ni, type->n[0]), qb_min64(y + ny, type->n[1]), type->n[2]}};
            int64_t n = 0;
            for (int64_t z = b.lo[0]; z < b.hi[0]; z++)
                for (int64_t k = b.lo[1]; k < b.hi[1]; k++)
                    rows[n++] = v + (size_t)(z * type->n[1] + k) * row;
            qb_thumb_take(t, &b, rows);
        }
}

Test(thumb, small_images_are_shown_as_they_are)
{
    QbType type = {.kind = QB_IMAGE, .rank = 2, .pix = QB_U8, .n = {7, 1, 11}};
    uint8_t v[77];
    for (int k = 0; k < 77; k++)
        v[k] = (uint8_t)(k * 3);
    QbThumb *t = qb_thumb_new(&type, 64);
    take_all(t, &type, v, 3, 1);
    QbText png = {0};
    png_image p;
    cr_assert(qb_thumb_png(t, &png, &err));
    uint8_t *pixel = decode(&png, &p, PNG_FORMAT_GRAY);
    cr_assert_eq(p.width, 11);
    cr_assert_eq(p.height, 7);
    cr_assert_arr_eq(pixel, v, 77);
    free(pixel);
    qb_text_free(&png);
    qb_thumb_free(t);
}

Test(thumb, large_volumes_by_their_middle_slice_and_the_middle_of_cells)
{
    QbType type = {.kind = QB_IMAGE, .rank = 3, .pix = QB_U16, .n = {5, 60, 101}};
    uint16_t *v = malloc(5 * 60 * 101 * 2);
    for (int z = 0; z < 5; z++)
        for (int y = 0; y < 60; y++)
            for (int x = 0; x < 101; x++)
                v[(z * 60 + y) * 101 + x] = (uint16_t)(z * 9000 + y * 100 + x);
    QbText first = {0};
    for (int64_t ny = 1; ny < 61; ny += 13) {
        QbThumb *t = qb_thumb_new(&type, 20);
        QbText png = {0};
        png_image p;
        take_all(t, &type, (uint8_t *)v, ny % 4 + 1, ny);
        cr_assert(qb_thumb_png(t, &png, &err));
        uint8_t *pixel = decode(&png, &p, PNG_FORMAT_GRAY);
        cr_assert_eq(p.width, 20);
        cr_assert_eq(p.height, 11);
        /* Cell (r, c) shows voxel ((2r+1)·60/22, (2c+1)·101/40); the first is black, the last white. */
        double low = 18000 + 60 / 22 * 100 + 101 / 40,
               high = 18000 + 21 * 60 / 22 * 100 + 39 * 101 / 40;
        for (int r = 0; r < 11; r++)
            for (int c = 0; c < 20; c++) {
                double at = 18000 + (2 * r + 1) * 60 / 22 * 100 + (2 * c + 1) * 101 / 40;
                int grey = (int)((at - low) * 255 / (high - low) + 0.5);
                cr_assert_leq(abs(pixel[r * 20 + c] - grey), 1, "%d %d", r, c);
            }
        if (!first.n)
            qb_text_addn(&first, png.s, png.n);
        cr_assert(first.n == png.n && memcmp(first.s, png.s, png.n) == 0);
        free(pixel);
        qb_text_free(&png);
        qb_thumb_free(t);
    }
    qb_text_free(&first);
    free(v);
}

Test(thumb, labels_and_pictures_are_coloured_and_masks_white)
{
    static const QbKind kinds[] = {QB_LABELS, QB_PICTURE, QB_MASK};
    for (int k = 0; k < 3; k++) {
        QbType type = {.kind = kinds[k],
                       .rank = 2,
                       .pix = kinds[k] == QB_MASK ? QB_U8 : QB_U32,
                       .n = {1, 1, 3}};
        const uint32_t wide[3] = {0, 7, 0x00c0ffee & 0xffffff};
        const uint8_t narrow[3] = {0, 1, 1};
        const void *row = kinds[k] == QB_MASK ? (const void *)narrow : wide;
        QbBox box = {{0, 0, 0}, {1, 1, 3}};
        QbThumb *t = qb_thumb_new(&type, 8);
        qb_thumb_take(t, &box, &row);
        QbText png = {0};
        png_image p;
        cr_assert(qb_thumb_png(t, &png, &err));
        uint8_t *pixel = decode(&png, &p, PNG_FORMAT_RGB);
        for (int x = 0; x < 3; x++) {
            uint32_t want = kinds[k] == QB_LABELS    ? qb_colour_of_label(wide[x])
                            : kinds[k] == QB_PICTURE ? wide[x]
                            : narrow[x]              ? 0xffffffu
                                                     : 0;
            cr_assert_eq(qb_colour(pixel[3 * x], pixel[3 * x + 1], pixel[3 * x + 2]), want);
        }
        free(pixel);
        qb_text_free(&png);
        qb_thumb_free(t);
    }
}

Test(thumb, colours_of_labels_differ_and_are_bright)
{
    for (uint32_t a = 1; a < 60; a++) {
        uint32_t one = qb_colour_of_label(a);
        int r = one & 255, g = one >> 8 & 255, b = one >> 16;
        int top = r > g ? r : g;
        cr_assert_geq(top > b ? top : b, 184, "label %u", a);
        for (uint32_t c = a + 1; c < 60; c++)
            cr_assert_neq(one, qb_colour_of_label(c), "labels %u and %u", a, c);
    }
    cr_assert_eq(qb_colour_of_label(0), 0);
}
