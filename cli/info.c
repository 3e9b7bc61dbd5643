/* qbic info: what the header of an image says, and its voxels: their range, mean and histogram; as text or JSON, with a preview. */
#include "cli/info.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/engine.h"
#include "runtime/imgio.h"

/* ---- what the header says -------------------------------------------------------------------------------- */

static bool is_sized(const QbType *type)
{
    bool known = false;
    for (int u = 0; u < type->rank; u++)
        known |= type->spacing[qb_axis(type->rank, u)] > 0;
    return known;
}

static void add_spacing(QbText *t, const QbType *type)
{
    if (!is_sized(type)) {
        qb_text_add(t, "  voxel size   unknown\n");
        return;
    }
    qb_text_add(t, "  voxel size   ");
    for (int u = 0; u < type->rank; u++) {
        double s = type->spacing[qb_axis(type->rank, u)];
        qb_text_add(t, u ? " × " : "");
        if (s > 0)
            qb_text_add_number(t, s);
        else
            qb_text_add(t, "?");
    }
    qb_text_add(t, " um\n");
}

#define DEAR_BYTES ((int64_t)1 << 20)

/* A part of a page can be had without decoding much else. */
static bool is_cheap(const QbImageInfo *i)
{
    return !i->sequential && i->atom_bytes <= DEAR_BYTES;
}

static void add_regions(QbText *t, const QbImageInfo *i)
{
    long long rows = i->atom_rows, kib = (i->atom_bytes + 1023) >> 10;
    qb_text_addf(t, "  regions      %s: ", is_cheap(i) ? "cheap" : "dear");
    if (i->sequential)
        qb_text_add(t, "the rows of a page have to be decoded in order, from the first\n");
    else
        qb_text_addf(t, "%lld %s, %lld KiB, decoded for any part of %s\n", rows,
                     rows == 1 ? "row" : "rows", kib, rows == 1 ? "it" : "them");
}

static void add_header(QbText *t, const char *path, const QbImageInfo *i)
{
    char type[96];
    qb_text_addf(t, "%s\n  type         %s\n", path, qb_type_text(&i->type, type));
    qb_text_addf(t, "  voxels       %lld\n", (long long)qb_voxels(&i->type));
    add_spacing(t, &i->type);
    qb_text_addf(t, "  pages        %lld\n", (long long)i->pages);
    qb_text_addf(t, "  in the file  %d bit × %d, %s, %lld rows decoded at a time, %lld bytes\n",
                 i->bits, i->samples, i->compression, (long long)i->atom_rows,
                 (long long)i->file_bytes);
    add_regions(t, i);
}

/* ---- what the voxels say --------------------------------------------------------------------------------- */

/* A number for people: six digits. */
static const char *brief(double v, char buf[32])
{
    double ten = 1, size = fabs(v);
    if (!isfinite(v) || v == 0 || size >= 1e6 || size < 1e-3) {
        snprintf(buf, 32, "%.6g", v);
        return buf;
    }
    while (size * ten < 1e5)
        ten *= 10;
    return qb_number_text(nearbyint(v * ten) / ten, buf);
}

/* A bar of at most 40 signs, in eighths of one; what is not nothing is seen. */
static void add_bar(QbText *t, int64_t n, int64_t most)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int64_t length = most > 0 ? (int64_t)((double)n / (double)most * 320 + 0.5) : 0;
    if (n > 0 && length == 0)
        length = 1;
    for (int64_t k = 0; k < length / 8; k++)
        qb_text_add(t, "█");
    qb_text_add(t, eighths[length % 8]);
}

static void edge_text(const QbVoxelFacts *f, bool whole, int k, QbText *t)
{
    char from[32], to[32];
    if (whole && f->edge[k + 1] - f->edge[k] == 1)
        qb_text_addf(t, "%s", qb_number_text(f->edge[k], from));
    else if (whole)
        qb_text_addf(t, "%s–%s", qb_number_text(f->edge[k], from),
                     qb_number_text(f->edge[k + 1] - 1, to));
    else
        qb_text_addf(t, "%s…%s", brief(f->edge[k], from), brief(f->edge[k + 1], to));
}

/* Signs, not bytes. */
static int width_of(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static void add_histogram(QbText *t, const QbVoxelFacts *f, bool whole)
{
    QbText edge[QB_INFO_BARS] = {0};
    int64_t most = 0;
    int widest = 0;
    for (int k = 0; k < f->n_bars; k++) {
        edge_text(f, whole, k, &edge[k]);
        widest = (int)qb_max64(widest, width_of(edge[k].s));
        most = qb_max64(most, f->count[k]);
    }
    for (int k = 0; k < f->n_bars; k++) {
        qb_text_addf(t, k ? "               " : "  histogram    ");
        qb_text_addf(t, "%*s%s  ", widest - width_of(edge[k].s), "", edge[k].s);
        add_bar(t, f->count[k], most);
        qb_text_addf(t, "%s%lld\n", f->count[k] ? " " : "", (long long)f->count[k]);
        qb_text_free(&edge[k]);
    }
}

static void add_voxels(QbText *t, const QbType *type, const QbVoxelFacts *f)
{
    char low[32], high[32], mean[32];
    qb_text_addf(t, "  range        %s to %s\n  mean         %s\n", qb_number_text(f->low, low),
                 qb_number_text(f->high, high), brief(f->mean, mean));
    int64_t left = qb_voxels(type) - f->counted;
    if (left > 0)
        qb_text_addf(t, "  not finite   %lld voxels\n", (long long)left);
    add_histogram(t, f, !qb_pix_info[type->pix].is_float);
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static void add_json_number(QbText *t, const char *name, double v)
{
    char number[32];
    qb_text_addf(t, ", \"%s\": %s", name, isfinite(v) ? qb_number_text(v, number) : "null");
}

static void add_json_header(QbText *t, const char *path, const QbImageInfo *i)
{
    const QbType *type = &i->type;
    qb_text_add(t, "{\"path\": ");
    qb_text_add_json(t, path);
    qb_text_addf(t, ", \"type\": \"%s\", \"shape\": [", qb_pix_info[type->pix].name);
    for (int u = 0; u < type->rank; u++)
        qb_text_addf(t, "%s%lld", u ? ", " : "", (long long)type->n[qb_axis(type->rank, u)]);
    qb_text_add(t, "], \"voxel_size_um\": ");
    for (int u = 0; is_sized(type) && u < type->rank; u++) {
        double s = type->spacing[qb_axis(type->rank, u)];
        char number[32];
        qb_text_addf(t, "%s%s", u ? ", " : "[", s > 0 ? qb_number_text(s, number) : "null");
    }
    qb_text_add(t, is_sized(type) ? "]" : "null");
    qb_text_addf(t, ", \"voxels\": %lld, \"pages\": %lld, \"bits\": %d, \"samples\": %d, ",
                 (long long)qb_voxels(type), (long long)i->pages, i->bits, i->samples);
    qb_text_addf(t, "\"compression\": \"%s\", \"rows_decoded\": %lld, \"cheap_regions\": %s, ",
                 i->compression, (long long)i->atom_rows, is_cheap(i) ? "true" : "false");
    qb_text_addf(t, "\"file_bytes\": %lld", (long long)i->file_bytes);
}

static void add_json_voxels(QbText *t, const QbType *type, const QbVoxelFacts *f)
{
    char number[32];
    add_json_number(t, "min", f->low);
    add_json_number(t, "max", f->high);
    add_json_number(t, "mean", f->mean);
    qb_text_addf(t, ", \"not_finite\": %lld, \"histogram\": {\"edges\": [",
                 (long long)(qb_voxels(type) - f->counted));
    for (int k = 0; f->n_bars && k <= f->n_bars; k++)
        qb_text_addf(t, "%s%s", k ? ", " : "", qb_number_text(f->edge[k], number));
    qb_text_add(t, "], \"counts\": [");
    for (int k = 0; k < f->n_bars; k++)
        qb_text_addf(t, "%s%lld", k ? ", " : "", (long long)f->count[k]);
    qb_text_add(t, "]}");
}

/* ---- the verb -------------------------------------------------------------------------------------------- */

static int tell(const QbCliOptions *o, const char *path, QbText *t)
{
    const QbReadSpec spec = {.path = path, .page = -1, .channel = -1, .time = -1};
    QbImageInfo info;
    QbVoxelFacts facts;
    QbErr err = {0};
    if (!qb_image_info(&spec, &info, &err))
        return qb_fail(QB_EXIT_FAILED, "%s", err.text);
    (o->json ? add_json_header : add_header)(t, path, &info);
    int status = o->header ? 0 : qb_info_voxels(o, path, &info.type, &facts);
    if (status == 0 && !o->header)
        (o->json ? add_json_voxels : add_voxels)(t, &info.type, &facts);
    if (status == 0 && o->png)
        status = qb_info_preview(o, path, &info.type);
    if (o->json)
        qb_text_add(t, "}\n");
    return status;
}

static bool options_ok(const QbCliOptions *o)
{
    if (o->positional.n == 0)
        return qb_fail(0, "expected an image, as in 'qbic info test.tif'");
    size_t n = o->png ? strlen(o->png) : 0;
    if (o->png && (n < 5 || strcmp(o->png + n - 4, ".png") != 0))
        return qb_fail(0, "'--png' expects a file that ends in .png, found '%s'", o->png);
    if (o->png && o->positional.n > 1)
        return qb_fail(0, "'--png' shows one image, found %d", o->positional.n);
    return true;
}

int qb_cli_info(const QbCliOptions *o)
{
    if (!options_ok(o))
        return QB_EXIT_USAGE;
    QbText t = {0};
    int status = QB_EXIT_DONE;
    qb_catch_signals();
    for (int k = 0; k < o->positional.n && status != QB_EXIT_INTERRUPTED; k++) {
        int one = tell(o, o->positional.v[k], &t);
        status = one ? one : status;
    }
    int written = qb_print(&t);
    return status ? status : written;
}
