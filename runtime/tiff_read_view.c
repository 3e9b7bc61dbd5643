/* From pages to an image: which of them a read asks for, whether they are alike, and what image they make. */
#include "runtime/tiff_read.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct Ask { /* what all steps here need */
    const QbTiffIndex *ix;
    const QbReadSpec *spec;
    QbErr *err;
} Ask;

/* A channel chosen among pages is spent: it chooses no sample then. */
typedef struct Choice {
    int64_t base, step, count;
    bool spent_channel;
} Choice;

/* The file is sound, but what is asked of it is not there: a mistake of the pipeline. */
static bool misasked(const Ask *a)
{
    a->err->status = 2;
    return false;
}

static bool in_range(const Ask *a, const char *what, int64_t value, int64_t n)
{
    if (value < n)
        return true;
    qb_err_set(a->err,
               "'%s' has %" PRId64 " %s%s: %s=%" PRId64 " is not one of them (they count from 0)",
               a->spec->path, n, what, n == 1 ? "" : "s", what, value);
    return misasked(a);
}

static bool choose_page(const Ask *a, Choice *c)
{
    if (!in_range(a, "page", a->spec->page, a->ix->n_pages))
        return false;
    *c = (Choice){.base = a->spec->page, .step = 1, .count = 1};
    return true;
}

/* A file whose description names channels and times. */
static bool choose_axes(const Ask *a, Choice *c)
{
    const QbTiffMeta *m = &a->ix->meta;
    int64_t channel = a->spec->channel, time = a->spec->time;
    if (m->channels > 1 && channel < 0) {
        qb_err_set(a->err,
                   "'%s' holds %" PRId64
                   " channels (%s): choose one with channel=0 to channel=%" PRId64,
                   a->spec->path, m->channels, m->source, m->channels - 1);
        return misasked(a);
    }
    if (m->times > 1 && time < 0) {
        qb_err_set(a->err,
                   "'%s' holds %" PRId64 " times (%s): choose one with time=0 to time=%" PRId64,
                   a->spec->path, m->times, m->source, m->times - 1);
        return misasked(a);
    }
    if ((m->channels > 1 && !in_range(a, "channel", channel, m->channels)) ||
        (m->times > 1 && !in_range(a, "time", time, m->times)))
        return false;
    *c = (Choice){.step = m->slice_step, .count = m->slices, .spent_channel = m->channels > 1};
    if (m->channels > 1)
        c->base += channel * m->channel_step;
    if (m->times > 1)
        c->base += time * m->time_step;
    return true;
}

/* channels * slices * times, if that is how many pages there are. */
static bool meta_fits(const QbTiffIndex *ix)
{
    const QbTiffMeta *m = &ix->meta;
    int64_t n;
    return qb_mul_i64(m->channels, m->slices, &n) && qb_mul_i64(n, m->times, &n) &&
           n == ix->n_pages;
}

/* Whose description does not fit its pages: a page taken out of a stack is read as it is, anything else is an error if
 * channels or times are at stake. */
static bool check_meta(const Ask *a)
{
    const QbTiffMeta *m = &a->ix->meta;
    const char *mend = "choose one with page=";
    if (!m->source || a->ix->n_pages == 1)
        return true;
    if (m->series > 1)
        return qb_err_set(a->err, "'%s' holds %" PRId64 " images (%s): %s", a->spec->path,
                          m->series, m->source, mend);
    if (m->channels == 1 && m->times == 1)
        return true;
    if (!meta_fits(a->ix))
        return qb_err_set(a->err,
                          "'%s' has %" PRId64 " pages, but its %s description names %" PRId64
                          " channels, %" PRId64 " slices and %" PRId64 " times: %s",
                          a->spec->path, a->ix->n_pages, m->source, m->channels, m->slices,
                          m->times, mend);
    if (m->unusual_order)
        return qb_err_set(a->err, "'%s' keeps its pages in an order of its own (%s): %s",
                          a->spec->path, m->source, mend);
    return true;
}

static bool choose(const Ask *a, Choice *c)
{
    const QbTiffIndex *ix = a->ix;
    if (a->spec->page >= 0)
        return choose_page(a, c);
    if (!ix->stack && !check_meta(a))
        return false;
    bool axes = !ix->stack && ix->n_pages > 1 && ix->meta.source && !ix->meta.unusual_order &&
                meta_fits(ix);
    if (axes ? !choose_axes(a, c) : false)
        return false;
    if (!axes)
        *c = (Choice){.step = 1, .count = ix->n_pages};
    if (axes && ix->meta.times > 1)
        return true;
    return a->spec->time < 0 || in_range(a, "time", a->spec->time, 1);
}

/* ---- pages that are alike --------------------------------------------------------------------------- */

static const char *page_text(const QbTiffPage *p, char buf[64])
{
    snprintf(buf, 64, "%s %" PRId64 "×%" PRId64, qb_pix_info[p->pix].name, p->h, p->w);
    return buf;
}

static bool check_alike(const Ask *a, const Choice *c)
{
    const QbTiffIndex *ix = a->ix;
    const QbTiffPage *first = &ix->page[c->base];
    for (int64_t k = 1; k < c->count; k++) {
        const QbTiffPage *p = &ix->page[c->base + k * c->step];
        if (p->w == first->w && p->h == first->h && p->pix == first->pix &&
            p->tone == first->tone && p->samples == first->samples)
            continue;
        char is[64], expected[64];
        page_text(p, is);
        page_text(first, expected);
        if (ix->stack)
            return qb_err_set(a->err, "'%s' is %s of %d samples, expected %s of %d as '%s'",
                              ix->file[p->file].name, is, p->samples, expected, first->samples,
                              ix->file[first->file].name);
        return qb_err_set(a->err,
                          "page %" PRId64
                          " of '%s' is %s of %d samples, expected %s of %d as page %" PRId64
                          ": choose one with page=",
                          p->number, ix->file[p->file].name, is, p->samples, expected,
                          first->samples, first->number);
    }
    return true;
}

static bool choose_sample(const Ask *a, const Choice *c, int *sample)
{
    const QbTiffPage *p = &a->ix->page[c->base];
    int64_t channel = c->spent_channel ? -1 : a->spec->channel;
    *sample = p->tone == QB_TIFF_RGB ? -1 : 0;
    if (channel >= 0 && !in_range(a, "channel", channel, p->samples))
        return false;
    if (channel >= 0)
        *sample = (int)channel;
    if (channel >= 0 || p->tone != QB_TIFF_CHANNELS)
        return true;
    qb_err_set(a->err, "'%s' holds %d channels: choose one with channel=0 to channel=%d",
               a->spec->path, p->samples, p->samples - 1);
    return misasked(a);
}

/* ---- the image -------------------------------------------------------------------------------------- */

static int64_t packed_bytes(const QbTiffIndex *ix, const QbTiffPage *p)
{
    const QbTiffChunk *chunk = ix->chunk + p->first;
    int64_t sum = 0;
    for (int64_t k = 0; k < p->across * p->down * qb_tiff_planes(p); k++)
        sum += (int64_t)chunk[k].bytes;
    return sum;
}

static void set_atoms(const QbTiffIndex *ix, const Choice *c, int sample, QbImageInfo *info)
{
    for (int64_t k = 0; k < c->count; k++) {
        const QbTiffPage *p = &ix->page[c->base + k * c->step];
        bool any_row = p->codec == QB_TIFF_NONE && !p->tiled;
        bool sequential = qb_tiff_is_sequential(p);
        int64_t rows = any_row || sequential ? 1 : qb_min64(p->ch, p->h);
        info->packed_bytes += packed_bytes(ix, p);
        info->sequential = info->sequential || sequential;
        info->compressed = info->compressed || p->codec != QB_TIFF_NONE;
        info->atom_rows = qb_max64(info->atom_rows, rows);
        info->atom_bytes = qb_max64(info->atom_bytes, p->row_bytes * p->across * qb_tiff_planes(p) *
                                                          (any_row || sequential ? 1 : p->ch));
        info->worker_bytes = qb_max64(info->worker_bytes, qb_tiff_worker_need(ix, p, sample));
    }
}

static bool set_info(const Ask *a, const Choice *c, int sample, QbImageInfo *info)
{
    const QbTiffPage *p = &a->ix->page[c->base];
    bool volume = a->ix->stack ? a->spec->page < 0 : c->count > 1;
    int64_t voxels;
    if (!qb_mul_i64(p->w, p->h, &voxels) || !qb_mul_i64(voxels, c->count, &voxels) ||
        !qb_mul_i64(voxels, 8, &voxels))
        return qb_err_set(a->err, "'%s' has more than 2^60 voxels", a->spec->path);
    const double *spacing = a->ix->meta.spacing;
    *info = (QbImageInfo){
        .type = {.kind = QB_IMAGE,
                 .rank = volume ? 3 : 2,
                 .pix = p->pix,
                 .nan_free = !qb_pix_info[p->pix].is_float},
        .pages = c->count,
        .compression = qb_tiff_compression_name(p->compression),
        .bits = p->bits,
        .samples = p->samples,
        .file_bytes = a->ix->file_bytes,
    };
    const int64_t n[3] = {volume ? c->count : p->h, volume ? p->h : 1, p->w};
    const double size[3] = {volume ? spacing[0] : spacing[1], volume ? spacing[1] : 0, spacing[2]};
    for (int axis = 0; axis < 3; axis++) {
        info->type.n[axis] = n[axis];
        info->type.spacing[axis] = size[axis];
    }
    set_atoms(a->ix, c, sample, info);
    return true;
}

bool qb_tiff_view(const QbTiffIndex *ix, const QbReadSpec *spec, QbTiffView *v, QbErr *err)
{
    const Ask a = {ix, spec, err};
    Choice c = {0};
    *v = (QbTiffView){0};
    if (!choose(&a, &c) || !check_alike(&a, &c) || !choose_sample(&a, &c, &v->sample) ||
        !set_info(&a, &c, v->sample, &v->info))
        return false;
    v->base = c.base;
    v->step = c.step;
    return true;
}
