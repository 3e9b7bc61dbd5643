/* Reading images: headers before the run, any box of the voxels during it. Owns what all workers share of an open image;
 * how a page becomes voxels is for tiff_read_chunk.c. */
#include "runtime/tiff_read.h"

#include <stdatomic.h>
#include <stdlib.h>

struct QbImageReader {
    const QbTiffIndex *ix;
    QbTiffView view;
    int workers;
    QbTiffWorker **worker; /* made by whom it serves, at its first call */
    atomic_uchar *seen;    /* of each page of the view: 1 if it was read */
};

bool qb_image_info(const QbReadSpec *spec, QbImageInfo *info, QbErr *err)
{
    const QbTiffIndex *ix;
    QbTiffView v;
    if (!qb_tiff_index_get(spec->path, &ix, err))
        return false;
    bool ok = qb_tiff_view(ix, spec, &v, err);
    qb_tiff_index_put(ix);
    if (ok)
        *info = v.info;
    return ok;
}

void qb_image_close(QbImageReader *r)
{
    if (!r)
        return;
    for (int k = 0; r->worker && k < r->workers; k++)
        qb_tiff_worker_free(r->worker[k]);
    qb_tiff_index_put(r->ix);
    free(r->worker);
    free(r->seen);
    free(r);
}

bool qb_image_open(const QbReadSpec *spec, int workers, QbImageReader **reader, QbErr *err)
{
    const QbTiffIndex *ix;
    *reader = NULL;
    QB_CHECK(workers > 0);
    if (!qb_tiff_index_get(spec->path, &ix, err))
        return false;
    QbImageReader *r = calloc(1, sizeof(*r));
    if (!r) {
        qb_tiff_index_put(ix);
        return qb_err_set(err, "cannot read '%s': out of memory", spec->path);
    }
    r->ix = ix;
    r->workers = workers;
    bool ok = qb_tiff_view(ix, spec, &r->view, err);
    if (ok) {
        r->worker = calloc((size_t)workers, sizeof(QbTiffWorker *));
        r->seen = calloc((size_t)r->view.info.pages, sizeof(*r->seen));
        ok = (r->worker && r->seen) ||
             qb_err_set(err, "cannot read '%s': out of memory", spec->path);
    }
    if (!ok) {
        qb_image_close(r);
        return false;
    }
    *reader = r;
    return true;
}

const QbImageInfo *qb_image_opened(const QbImageReader *r)
{
    return &r->view.info;
}

bool qb_image_read(QbImageReader *r, const QbBox *box, void *const *rows, int worker, QbErr *err)
{
    const QbType *t = &r->view.info.type;
    bool volume = t->rank == 3;
    for (int a = 0; a < 3; a++)
        QB_CHECK(box->lo[a] >= 0 && box->hi[a] <= t->n[a]);
    QB_CHECK(worker >= 0 && worker < r->workers);
    if (qb_box_is_empty(box))
        return true;
    QbTiffWorker *w = r->worker[worker];
    if (!w)
        w = r->worker[worker] = qb_tiff_worker_new(r->ix);
    if (!w)
        return qb_err_set(err, "cannot read '%s': out of memory", r->ix->file[0].name);
    const int64_t y[2] = {box->lo[volume], box->hi[volume]}, x[2] = {box->lo[2], box->hi[2]};
    int64_t first = volume ? box->lo[0] : 0, end = volume ? box->hi[0] : 1;
    for (int64_t z = first; z < end; z++, rows += y[1] - y[0]) {
        int64_t page = r->view.base + z * r->view.step;
        if (!qb_tiff_worker_read(w, &r->view, page, y, x, rows, err))
            return false;
        atomic_store_explicit(&r->seen[z], 1, memory_order_relaxed);
    }
    return true;
}

void qb_image_stats(const QbImageReader *r, int64_t *pages, int64_t *bytes)
{
    *pages = *bytes = 0;
    for (int64_t z = 0; z < r->view.info.pages; z++)
        *pages += atomic_load_explicit(&r->seen[z], memory_order_relaxed);
    for (int k = 0; k < r->workers; k++)
        if (r->worker[k])
            *bytes += qb_tiff_worker_bytes(r->worker[k]);
}
