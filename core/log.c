/* An append-only log of bytes in chunks of one size; the oldest chunks go to an unlinked file once the log outgrows
 * its share of memory. A chunk keeps its place: chunk k is at k · chunk bytes of the log, and of the file. */
#include "core/spill.h"
#include "core/table.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CHUNK = 4096, LARGEST_CHUNK = 4 << 20 };

struct QbLog {
    QbRunEnv env;
    size_t chunk;
    int64_t max_resident; /* chunks */
    unsigned char **v;    /* NULL: spilled */
    int64_t n, cap;
    int64_t first; /* the oldest chunk that is still in memory */
    int64_t size;
    int fd;
};

QbLog *qb_log_new(const QbRunEnv *env)
{
    QbLog *l = qb_xcalloc(1, sizeof(*l));
    l->env = *env;
    l->fd = -1;
    l->chunk = LARGEST_CHUNK;
    while (l->chunk > SMALLEST_CHUNK && l->chunk * 4 > env->spill_above)
        l->chunk /= 2;
    l->max_resident = qb_max64((int64_t)(env->spill_above / l->chunk), 2);
    return l;
}

void qb_log_free(QbLog *l)
{
    if (!l)
        return;
    for (int64_t k = l->first; k < l->n; k++)
        free(l->v[k]);
    free(l->v);
    qb_spill_close(l->fd);
    free(l);
}

/* A buffer for the next chunk: a new one, or that of the oldest chunk once it is in the file. */
static unsigned char *take_buffer(QbLog *l, QbErr *err)
{
    if (l->n - l->first < l->max_resident) {
        unsigned char *b = malloc(l->chunk);
        if (!b)
            qb_err_set(err, "out of memory: a log needs %zu more bytes", l->chunk);
        return b;
    }
    if (l->fd < 0 && (l->fd = qb_spill_open(l->env.tmp_dir, err)) < 0)
        return NULL;
    unsigned char *b = l->v[l->first];
    if (!qb_spill_write(l->fd, l->first * (int64_t)l->chunk, b, l->chunk, err))
        return NULL;
    l->v[l->first++] = NULL;
    return b;
}

static bool add_chunk(QbLog *l, QbErr *err)
{
    if (l->n == l->cap) {
        int64_t cap = l->cap ? 2 * l->cap : 16;
        unsigned char **v = realloc(l->v, (size_t)cap * sizeof(*v));
        if (!v)
            return qb_err_set(err, "out of memory: the index of a log needs %zu bytes",
                              (size_t)cap * sizeof(*v));
        l->v = v;
        l->cap = cap;
    }
    unsigned char *b = take_buffer(l, err);
    if (!b)
        return false;
    l->v[l->n++] = b;
    return true;
}

bool qb_log_append(QbLog *l, const void *bytes, size_t n, int64_t *offset, QbErr *err)
{
    const unsigned char *p = bytes;
    if (offset)
        *offset = l->size;
    while (n > 0) {
        size_t at = (size_t)(l->size % (int64_t)l->chunk);
        if (l->size == l->n * (int64_t)l->chunk && !add_chunk(l, err))
            return false;
        size_t k = l->chunk - at < n ? l->chunk - at : n;
        memcpy(l->v[l->n - 1] + at, p, k);
        p += k;
        n -= k;
        l->size += (int64_t)k;
    }
    return true;
}

bool qb_log_read(const QbLog *l, int64_t offset, void *to, size_t n, QbErr *err)
{
    QB_CHECK(offset >= 0 && offset + (int64_t)n <= l->size);
    unsigned char *p = to;
    while (n > 0) {
        int64_t k = offset / (int64_t)l->chunk;
        size_t at = (size_t)(offset % (int64_t)l->chunk);
        size_t m = l->chunk - at < n ? l->chunk - at : n;
        if (l->v[k])
            memcpy(p, l->v[k] + at, m);
        else if (!qb_spill_read(l->fd, offset, p, m, err))
            return false;
        p += m;
        n -= m;
        offset += (int64_t)m;
    }
    return true;
}

int64_t qb_log_size(const QbLog *l)
{
    return l->size;
}
