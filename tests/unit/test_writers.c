/* Files that are written: TIFF read back by the project's reader and by libtiff, PNG by libpng, .npy and tables byte by byte;
 * they appear whole or not at all. */
#include "tests/unit/support_image.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

typedef bool OpenWriter(const QbWriteSpec *spec, QbImageWriter **w, QbErr *err);

static char folder[64], path[192];
static QbErr err;

static void open_folder(void)
{
    image_folder_new(folder);
    snprintf(path, sizeof(path), "%s/new/deeper/x.file", folder);
}

static void close_folder(void)
{
    image_folder_free(folder);
}

/* Files and folders below. */
static int count_entries(const char *name)
{
    DIR *d = opendir(name);
    int n = -2;
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static QbType type_of(QbKind kind, QbPix pix, int rank, int64_t n0, int64_t n1, int64_t n2)
{
    return (QbType){.kind = kind, .pix = pix, .rank = rank, .n = {n0, n1, n2}};
}

static uint8_t *voxels_of(const QbType *t)
{
    size_t bytes = qb_pix_bytes(t->pix);
    uint8_t *v = malloc((size_t)qb_voxels(t) * bytes);
    for (int64_t k = 0; k < qb_voxels(t); k++) {
        uint64_t h = image_hash((uint64_t)k / 5, 3);
        if (t->kind == QB_MASK)
            v[k] = h & 1;
        else if (t->kind == QB_LABELS)
            ((uint32_t *)(void *)v)[k] = (uint32_t)(h % 60000);
        else if (qb_pix_info[t->pix].is_float)
            qb_pix_put(t->pix, v, k,
                       h % 17 == 0   ? NAN
                       : h % 19 == 0 ? -INFINITY
                                     : (double)(int64_t)h / 1e12);
        else
            memcpy(v + (size_t)k * bytes, &h, bytes);
    }
    return v;
}

/* ---- writing in blocks ----------------------------------------------------------------------------------- */

static bool put_block(QbImageWriter *w, const QbType *t, const uint8_t *v, const QbBox *b)
{
    int64_t ny = b->hi[1] - b->lo[1], n = (b->hi[0] - b->lo[0]) * ny;
    size_t row = (size_t)t->n[2] * qb_pix_bytes(t->pix);
    const void **rows = malloc((size_t)n * sizeof(void *));
    for (int64_t k = 0; k < n; k++)
        rows[k] = v + (size_t)((b->lo[0] + k / ny) * t->n[1] + b->lo[1] + k % ny) * row;
    QbPacked *packed;
    bool ok = qb_writer_pack(w, b, rows, &packed, &err);
    free(rows);
    return ok && qb_writer_append(w, packed, &err);
}

/* Blocks of a few pages and a few strips of each. */
static bool put_blocks(QbImageWriter *w, const QbWriteSpec *spec, const uint8_t *v, uint64_t seed)
{
    const QbType *t = &spec->type;
    int64_t atom = qb_writer_atom(t, spec->store), step[2];
    for (int a = 0; a < 2; a++)
        step[a] = 1 + (int64_t)(image_hash(seed, (uint64_t)a) % 3);
    step[t->rank == 3] *= atom;
    for (int64_t i = 0; i < t->n[0]; i += step[0])
        for (int64_t y = 0; y < t->n[1]; y += step[1]) {
            QbBox b = {{i, y, 0},
                       {qb_min64(i + step[0], t->n[0]), qb_min64(y + step[1], t->n[1]), t->n[2]}};
            if (!put_block(w, t, v, &b))
                return false;
        }
    return true;
}

static bool put_image(OpenWriter *open, const QbWriteSpec *spec, const uint8_t *v, uint64_t seed)
{
    QbImageWriter *w;
    int64_t bytes = 0;
    struct stat st;
    err = (QbErr){0};
    if (!open(spec, &w, &err))
        return false;
    cr_assert(access(spec->path, F_OK) != 0, "it is there before it is whole");
    if (!put_blocks(w, spec, v, seed)) {
        qb_writer_abort(w);
        return false;
    }
    bool ok = qb_writer_commit(w, &bytes, &err);
    cr_assert(!ok || (stat(spec->path, &st) == 0 && st.st_size == bytes));
    return ok;
}

/* ---- TIFF ------------------------------------------------------------------------------------------------ */

/* What a voxel is in the file. */
static double stored(const QbWriteSpec *s, const uint8_t *v, int64_t k)
{
    double d = qb_pix_get(s->type.pix, v, k);
    return s->type.kind == QB_MASK ? 255 * d : d;
}

static void check_by_libtiff(const QbWriteSpec *s, const uint8_t *v)
{
    TIFFSetWarningHandler(NULL);
    TIFF *t = TIFFOpen(s->path, "r");
    uint8_t *row = malloc((size_t)TIFFScanlineSize(t));
    int64_t k = 0, rows = s->type.n[s->type.rank == 3];
    do
        for (int64_t y = 0; y < rows; y++) {
            cr_assert(TIFFReadScanline(t, row, (uint32_t)y, 0) == 1);
            for (int64_t x = 0; x < s->type.n[2]; x++, k++) {
                double got = qb_pix_get(s->store, row, x), want = stored(s, v, k);
                cr_assert(got == want || (isnan(got) && isnan(want)),
                          "libtiff reads %.17g, not %.17g", got, want);
            }
        }
    while (TIFFReadDirectory(t));
    cr_assert(k == qb_voxels(&s->type));
    TIFFClose(t);
    free(row);
}

static void check_tiff(const QbWriteSpec *s)
{
    uint8_t *v = voxels_of(&s->type);
    for (uint64_t seed = 0; seed < 3; seed++) {
        remove(s->path);
        cr_assert(put_image(qb_writer_open_tiff, s, v, seed), "%s", err.text);
        QbReadSpec read = {s->path, -1, -1, -1};
        QbImageInfo info;
        uint8_t *got = image_read(&read, seed, &info, &err);
        cr_assert(got != NULL, "%s", err.text);
        cr_assert(info.type.pix == s->store && info.type.rank == s->type.rank &&
                  memcmp(info.type.n, s->type.n, sizeof(s->type.n)) == 0);
        for (int a = 0; a < 3; a++)
            cr_assert(info.type.spacing[a] == s->type.spacing[a], "voxel size %.17g, not %.17g",
                      info.type.spacing[a], s->type.spacing[a]);
        for (int64_t k = 0; k < qb_voxels(&s->type); k++) {
            double a = qb_pix_get(s->store, got, k), b = stored(s, v, k);
            cr_assert(a == b || (isnan(a) && isnan(b)), "%s voxel %d is %.17g, not %.17g",
                      qb_pix_info[s->store].name, (int)k, a, b);
        }
        free(got);
    }
    check_by_libtiff(s, v);
    free(v);
}

Test(writers, tiff_is_read_back, .init = open_folder, .fini = close_folder)
{
    for (int k = 0; k < QB_PIX_COUNT * 2; k++) {
        QbPix pix = (QbPix)(k % QB_PIX_COUNT);
        QbWriteSpec s = {.path = path,
                         .type = type_of(QB_IMAGE, pix, 3, 4, 37, 3001),
                         .store = pix,
                         .description = "made\nby a test"};
        if (k >= QB_PIX_COUNT)
            s.type = type_of(QB_IMAGE, pix, 2, 67, 1, 5003);
        check_tiff(&s);
    }
    QbWriteSpec mask = {
        .path = path, .type = type_of(QB_MASK, QB_U8, 3, 3, 50, 4000), .store = QB_U8};
    check_tiff(&mask);
    QbWriteSpec labels = {
        .path = path, .type = type_of(QB_LABELS, QB_U32, 2, 90, 1, 4000), .store = QB_U16};
    check_tiff(&labels);
    labels.store = QB_U32;
    check_tiff(&labels);
    QbWriteSpec one = {
        .path = path, .type = type_of(QB_IMAGE, QB_F64, 2, 1, 1, 1), .store = QB_F64};
    check_tiff(&one);
}

Test(writers, voxel_sizes_come_back, .init = open_folder, .fini = close_folder)
{
    static const double sizes[][3] = {{0.65, 0.65, 0.65},
                                      {2, 0.1, 0.3},
                                      {0.37, 12.5, 1e-4},
                                      {1.23456, 7, 1000000},
                                      {3, 0.0625, 0.0625}};
    for (int k = 0; k < QB_COUNT(sizes) * 2; k++) {
        QbWriteSpec s = {.path = path,
                         .type = type_of(QB_IMAGE, QB_U8, 3, 2, 3, 4),
                         .store = QB_U8,
                         .description = k % 3 ? "a description" : NULL};
        if (k >= QB_COUNT(sizes))
            s.type = type_of(QB_IMAGE, QB_U8, 2, 3, 1, 4);
        for (int a = 0; a < 3; a++)
            s.type.spacing[a] = a == 1 && s.type.rank == 2 ? 0 : sizes[k % QB_COUNT(sizes)][a];
        check_tiff(&s);
    }
}

Test(writers, labels_that_do_not_fit, .init = open_folder, .fini = close_folder)
{
    QbWriteSpec s = {.path = path, .type = type_of(QB_LABELS, QB_U32, 2, 3, 1, 4), .store = QB_U16};
    uint32_t v[12] = {0, 1, 2, 65535, 65536};
    cr_assert(!put_image(qb_writer_open_tiff, &s, (const uint8_t *)v, 0));
    cr_assert(strstr(err.text, "65536") && strstr(err.text, "u16"), "%s", err.text);
    cr_assert(count_entries(folder) == 0, "something is left");
}

/* The first bytes of the only file below `folder`. */
static void peek(const char *name, uint8_t *to, size_t n)
{
    char inner[400] = "";
    DIR *d = opendir(name);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (strlen(e->d_name) > 2)
            snprintf(inner, sizeof(inner), "%.100s/%.250s", name, e->d_name);
    closedir(d);
    FILE *f = fopen(inner, "rb");
    cr_assert(f && fread(to, 1, n, f) == n);
    fclose(f);
}

/* A file that may grow beyond 4 GiB has wide offsets from its first byte on; the decision knows shape and type alone. */
Test(writers, big_tiff_when_it_must, .init = open_folder, .fini = close_folder)
{
    static const struct {
        int64_t n0;
        QbPix pix;
        int magic;
    } cases[] = {{600, QB_U8, 42},  {900, QB_U8, 42},  {1000, QB_U8, 43},
                 {400, QB_U16, 42}, {600, QB_U16, 43}, {100000, QB_F64, 43}};
    for (int k = 0; k < QB_COUNT(cases); k++) {
        QbWriteSpec s = {.path = path,
                         .type = type_of(QB_IMAGE, cases[k].pix, 3, cases[k].n0, 2000, 2000),
                         .store = cases[k].pix};
        char inner[160];
        uint8_t head[8];
        QbImageWriter *w;
        cr_assert(qb_writer_open_tiff(&s, &w, &err), "%s", err.text);
        snprintf(inner, sizeof(inner), "%s/new/deeper", folder);
        peek(inner, head, sizeof(head));
        cr_assert(head[0] == 'I' && head[2] == cases[k].magic, "case %d: %d", k, head[2]);
        qb_writer_abort(w);
        cr_assert(count_entries(folder) == 0);
    }
}

/* ---- PNG and .npy ---------------------------------------------------------------------------------------- */

static uint8_t *read_png(int channels, int64_t h, int64_t w)
{
    png_image p = {.version = PNG_IMAGE_VERSION};
    cr_assert(png_image_begin_read_from_file(&p, path));
    cr_assert(p.width == w && p.height == h &&
              p.format == (channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY));
    uint8_t *all = malloc(PNG_IMAGE_SIZE(p));
    cr_assert(png_image_finish_read(&p, NULL, all, 0, NULL));
    return all;
}

Test(writers, png_is_a_picture, .init = open_folder, .fini = close_folder)
{
    const int64_t h = 41, w = 3001;
    QbWriteSpec s = {.path = path,
                     .type = type_of(QB_IMAGE, QB_U8, 2, h, 1, w),
                     .store = QB_U8,
                     .description = "grey: \xc2\xb5m"};
    uint8_t *v = voxels_of(&s.type);
    cr_assert(put_image(qb_writer_open_png, &s, v, 1), "%s", err.text);
    uint8_t *p = read_png(1, h, w);
    cr_assert(memcmp(p, v, (size_t)(h * w)) == 0);
    free(p);

    s.type.kind = QB_MASK;
    for (int64_t k = 0; k < h * w; k++)
        v[k] &= 1;
    remove(path);
    cr_assert(put_image(qb_writer_open_png, &s, v, 2), "%s", err.text);
    p = read_png(1, h, w);
    for (int64_t k = 0; k < h * w; k++)
        cr_assert(p[k] == 255 * v[k]);
    free(p);
    free(v);

    s = (QbWriteSpec){.path = path,
                      .type = type_of(QB_IMAGE, QB_F32, 2, 1, 1, 6),
                      .store = QB_F32,
                      .low = -1,
                      .high = 1};
    const float grey[6] = {-1, 1, 0, NAN, 0.5f, INFINITY};
    remove(path);
    cr_assert(put_image(qb_writer_open_png, &s, (const uint8_t *)grey, 0), "%s", err.text);
    p = read_png(1, 1, 6);
    cr_assert(p[0] == 0 && p[1] == 255 && p[2] == 128 && p[3] == 0 && p[4] == 191 && p[5] == 255);
    free(p);
}

Test(writers, png_of_labels_and_volumes, .init = open_folder, .fini = close_folder)
{
    QbWriteSpec s = {
        .path = path, .type = type_of(QB_LABELS, QB_U32, 2, 1, 1, 200), .store = QB_U16};
    uint32_t v[200];
    for (uint32_t k = 0; k < 200; k++)
        v[k] = k;
    cr_assert(put_image(qb_writer_open_png, &s, (const uint8_t *)v, 0), "%s", err.text);
    uint8_t *p = read_png(3, 1, 200);
    cr_assert(p[0] == 0 && p[1] == 0 && p[2] == 0);
    for (int k = 1; k < 200; k++) {
        cr_assert(p[3 * k] + p[3 * k + 1] + p[3 * k + 2] > 100, "label %d is near black", k);
        cr_assert(memcmp(p + 3 * k, p + 3 * (k - 1), 3) != 0, "labels %d and %d look alike", k - 1,
                  k);
    }
    free(p);
    QbWriteSpec volume = {
        .path = path, .type = type_of(QB_IMAGE, QB_U8, 3, 2, 2, 2), .store = QB_U8};
    QbImageWriter *w;
    cr_assert(!qb_writer_open_png(&volume, &w, &err) && strstr(err.text, "volume"));
}

Test(writers, npy_is_header_and_voxels, .init = open_folder, .fini = close_folder)
{
    static const char *const names[QB_PIX_COUNT] = {"|u1", "<u2", "<u4", "|i1",
                                                    "<i2", "<i4", "<f4", "<f8"};
    for (int k = 0; k < QB_PIX_COUNT; k++) {
        QbWriteSpec s = {.path = path,
                         .type =
                             type_of(QB_IMAGE, (QbPix)k, k % 2 ? 3 : 2, 5, k % 2 ? 37 : 1, 2003),
                         .store = (QbPix)k};
        uint8_t *v = voxels_of(&s.type);
        remove(path);
        cr_assert(put_image(qb_writer_open_npy, &s, v, (uint64_t)k), "%s", err.text);
        size_t n = (size_t)qb_voxels(&s.type) * qb_pix_bytes(s.store);
        uint8_t head[128], *got = malloc(n);
        char want[100];
        FILE *f = fopen(path, "rb");
        cr_assert(fread(head, 1, 128, f) == 128 && memcmp(head, "\x93NUMPY\x01\x00", 8) == 0);
        cr_assert(10 + head[8] + 256 * head[9] == 128 && head[127] == '\n');
        snprintf(want, sizeof(want), "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                 names[k], k % 2 ? "5, 37, 2003" : "5, 2003");
        cr_assert(memcmp(head + 10, want, strlen(want)) == 0, "%.100s", (const char *)head + 10);
        cr_assert(fread(got, 1, n, f) == n && fgetc(f) == EOF);
        cr_assert(qb_pix_info[k].is_float || memcmp(got, v, n) == 0);
        fclose(f);
        free(got);
        free(v);
    }
}

/* ---- whole or not at all --------------------------------------------------------------------------------- */

static void put_text(const char *text, QbAtomicFile **f)
{
    cr_assert(qb_atomic_open(path, f, &err), "%s", err.text);
    FILE *out = fopen(qb_atomic_name(*f), "w");
    fputs(text, out);
    fclose(out);
}

static bool holds(const char *text)
{
    char buf[64] = "";
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(buf, 1, sizeof(buf) - 1, f) : 0;
    if (f)
        fclose(f);
    return f && n == strlen(text) && strcmp(buf, text) == 0;
}

Test(writers, atomic_files, .init = open_folder, .fini = close_folder)
{
    QbAtomicFile *f;
    put_text("lost", &f);
    cr_assert(access(path, F_OK) != 0);
    qb_atomic_abort(f);
    cr_assert(count_entries(folder) == 0, "folders that were made stay");
    put_text("one", &f);
    cr_assert(qb_atomic_commit(f, &err) && holds("one"));
    put_text("two", &f);
    cr_assert(holds("one"));
    qb_atomic_abort(f);
    cr_assert(holds("one"));
    put_text("two", &f);
    cr_assert(qb_atomic_settle(f, &err) && qb_atomic_settle(f, &err) && holds("one"));
    cr_assert(qb_atomic_commit(f, &err) && holds("two"));
    put_text("three", &f);
    qb_atomic_abort_all(); /* as after a signal */
    char inner[160];
    snprintf(inner, sizeof(inner), "%s/new/deeper", folder);
    cr_assert(count_entries(inner) == 1 && holds("two"));
    qb_atomic_abort(f);
    cr_assert(holds("two"));
}

Test(writers, places_that_take_no_file, .init = open_folder, .fini = close_folder)
{
    QbAtomicFile *f;
    cr_assert(!qb_atomic_open(folder, &f, &err) && strstr(err.text, folder));
    err = (QbErr){0};
    cr_assert(!qb_atomic_open("/proc/none/x", &f, &err) && strstr(err.text, "/proc/none/x"));
    err = (QbErr){0};
    cr_assert(!qb_atomic_open("", &f, &err));
    err = (QbErr){0};
    cr_assert(!qb_atomic_open("/dev/null", &f, &err) && strstr(err.text, "regular"));
    /* a link stays one: the file behind it is replaced */
    char link[160];
    put_text("behind", &f);
    cr_assert(qb_atomic_commit(f, &err));
    snprintf(link, sizeof(link), "%s/link", folder);
    cr_assert(symlink(path, link) == 0);
    cr_assert(qb_atomic_open(link, &f, &err) && qb_atomic_commit(f, &err));
    struct stat st;
    cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && holds(""));
}

/* ---- tables ---------------------------------------------------------------------------------------------- */

static QbTable *small_table(void)
{
    static const QbRunEnv env = {.threads = 1, .spill_above = 1 << 20, .tmp_dir = "/tmp"};
    QbType t = {
        .kind = QB_TABLE, .n_columns = 2, .columns = {{"label", true}, {"mean, \"um\"", false}}};
    QbTable *table = qb_table_new(&env, &t);
    static const int64_t labels[3] = {1, 2, 9007199254740993};
    static const double means[3] = {0.1, NAN, 1e300};
    for (int row = 0; row < 3; row++) {
        cr_assert(qb_table_put_whole(table, row, 0, labels[row], &err), "%s", err.text);
        cr_assert(qb_table_put(table, row, 1, means[row], &err), "%s", err.text);
    }
    return table;
}

Test(writers, tables, .init = open_folder, .fini = close_folder)
{
    QbTable *t = small_table();
    QbAtomicFile *f;
    cr_assert(qb_table_write(path, t, ',', &f, &err), "%s", err.text);
    cr_assert(access(path, F_OK) != 0);
    cr_assert(qb_atomic_commit(f, &err) &&
              holds("label,\"mean, \"\"um\"\"\"\n1,0.1\n2,nan\n9007199254740993,1e+300\n"));
    cr_assert(qb_table_write_json(path, t, &f, &err));
    qb_atomic_abort(f);
    cr_assert(access(path, F_OK) == 0);
    qb_table_free(t);
}
