/* Files of states: a head, the states one after the other, a table of the parts that lie beside them, and the sum of it all.
 * Tells whether states and parts are as they were written. Knows nothing of what states hold. */
#include "runtime/checkpoint_parts.h"

#include "core/spill.h"
#include "runtime/deflate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "qbic states 1\n" /* raised when the layout changes; states by operators' versions */
enum { MOST_PARTS = 100000 };

typedef struct Head {
    char magic[16];
    char plan[72];
    int64_t pass;
    double fraction;
} Head;

/* Behind the states: n_parts rows, then this. */
typedef struct Tail {
    int64_t states, n_parts; /* bytes with the head; rows */
    uint32_t crc, zero;      /* of all before this field */
} Tail;

typedef struct Row {
    char name[PART_NAME];
    int64_t size, link;
    uint32_t crc, link_bytes;
} Row;

/* ---- streams ---------------------------------------------------------------------------------------- */

static bool flush(Stream *s, QbErr *err)
{
    if (!qb_spill_write(s->fd, s->at, s->block, s->n, err))
        return false;
    s->crc = qb_crc32(s->crc, s->block, s->n);
    s->at += (int64_t)s->n;
    s->n = 0;
    return true;
}

bool qb_stream_write(Stream *s, const void *bytes, size_t n, QbErr *err)
{
    const unsigned char *p = bytes;
    while (n > 0) {
        size_t k = sizeof(s->block) - s->n < n ? sizeof(s->block) - s->n : n;
        memcpy(s->block + s->n, p, k);
        s->n += k;
        p += k;
        n -= k;
        if (s->n == sizeof(s->block) && !flush(s, err))
            return false;
    }
    return true;
}

bool qb_stream_read(Stream *s, void *bytes, size_t n, QbErr *err)
{
    unsigned char *p = bytes;
    while (n > 0) {
        if (s->used == s->n) {
            s->n = (size_t)qb_min64((int64_t)sizeof(s->block), s->size - s->at);
            s->used = 0;
            if (s->n == 0)
                return qb_err_set(err, "the checkpoint ends early: its states are of another kind");
            if (!qb_spill_read(s->fd, s->at, s->block, s->n, err))
                return false;
            s->at += (int64_t)s->n;
        }
        size_t k = s->n - s->used < n ? s->n - s->used : n;
        memcpy(p, s->block + s->used, k);
        s->used += k;
        p += k;
        n -= k;
    }
    return true;
}

void qb_stream_close(Stream *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

bool qb_stream_create(QbCheckpoint *c, int pass, double fraction, Stream **out, QbErr *err)
{
    char path[QB_MAX_PATH];
    Head head = {.pass = pass, .fraction = fraction};
    memcpy(head.magic, MAGIC, sizeof(MAGIC));
    memcpy(head.plan, c->plan, sizeof(c->plan));
    qb_checkpoint_path(c, "pass.new", path);
    Stream *s = qb_xmalloc(sizeof(*s));
    s->crc = 0;
    s->at = 0;
    s->n = 0;
    s->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    *out = s;
    return s->fd >= 0 ? qb_stream_write(s, &head, sizeof(head), err)
                      : qb_checkpoint_fail(path, err);
}

bool qb_stream_end(Stream *s, const QbCheckpoint *c, int pass, QbErr *err)
{
    Tail tail = {.states = s->at + (int64_t)s->n};
    for (int k = 0; k < c->n_parts; k++) {
        const Part *p = &c->parts[k];
        Row row = {.size = p->kept.size,
                   .link = p->kept.link,
                   .crc = p->kept.crc,
                   .link_bytes = (uint32_t)p->kept.link_bytes};
        if (p->pass != pass)
            continue;
        memcpy(row.name, p->name, sizeof(row.name));
        tail.n_parts++;
        if (!qb_stream_write(s, &row, sizeof(row), err))
            return false;
    }
    if (!qb_stream_write(s, &tail, offsetof(Tail, crc), err) || !flush(s, err))
        return false;
    tail.crc = s->crc;
    return qb_stream_write(s, &tail.crc, sizeof(tail) - offsetof(Tail, crc), err) && flush(s, err);
}

/* ---- is it as it was written ------------------------------------------------------------------------ */

static bool sum_file(int fd, int64_t size, uint32_t *crc)
{
    enum { BLOCK = 1 << 20 };
    unsigned char *block = qb_xmalloc(BLOCK);
    QbErr err = {0};
    bool ok = true;
    *crc = 0;
    for (int64_t at = 0; ok && at < size; at += BLOCK) {
        size_t n = (size_t)qb_min64(BLOCK, size - at);
        ok = qb_spill_read(fd, at, block, n, &err);
        *crc = ok ? qb_crc32(*crc, block, n) : 0;
    }
    free(block);
    return ok;
}

/* What was written after the last save goes: the end of the file, and where it was changed. */
static bool part_is_whole(const QbCheckpoint *c, const Part *p)
{
    static const char zeros[16];
    char path[QB_MAX_PATH];
    struct stat st;
    uint32_t crc;
    qb_checkpoint_path(c, p->name, path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    const QbKept *k = &p->kept;
    bool ok = fd >= 0 && fstat(fd, &st) == 0 && st.st_size >= k->size && k->size >= 0 &&
              k->link_bytes >= 0 && k->link_bytes <= (int)sizeof(zeros) &&
              (k->link_bytes == 0 || (k->link >= 0 && k->link <= k->size - k->link_bytes));
    ok = ok && ftruncate(fd, k->size) == 0 &&
         pwrite(fd, zeros, (size_t)k->link_bytes, k->link) == k->link_bytes;
    ok = ok && sum_file(fd, k->size, &crc) && crc == k->crc;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool take_rows(QbCheckpoint *c, int fd, int pass, const Tail *tail)
{
    QbErr err = {0};
    for (int64_t k = 0; k < tail->n_parts; k++) {
        Row row;
        int64_t at = tail->states + k * (int64_t)sizeof(row);
        if (!qb_spill_read(fd, at, &row, sizeof(row), &err) ||
            !memchr(row.name, '\0', sizeof(row.name)) || strchr(row.name, '/'))
            return false;
        Part *p = qb_checkpoint_add_part(c, row.name, pass);
        p->kept = (QbKept){.fd = -1,
                           .size = row.size,
                           .crc = row.crc,
                           .link = row.link,
                           .link_bytes = (int)row.link_bytes};
        if (!part_is_whole(c, p))
            return false;
    }
    return true;
}

bool qb_checkpoint_verify(QbCheckpoint *c, int pass)
{
    char name[PART_NAME], path[QB_MAX_PATH];
    struct stat st;
    Head head;
    Tail tail;
    uint32_t crc;
    QbErr err = {0};
    qb_checkpoint_pass_name(pass, name);
    qb_checkpoint_path(c, name, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    bool ok = fstat(fd, &st) == 0 && st.st_size >= (int64_t)(sizeof(head) + sizeof(tail)) &&
              qb_spill_read(fd, 0, &head, sizeof(head), &err) &&
              qb_spill_read(fd, st.st_size - (int64_t)sizeof(tail), &tail, sizeof(tail), &err) &&
              sum_file(fd, st.st_size - (int64_t)(sizeof(tail) - offsetof(Tail, crc)), &crc) &&
              crc == tail.crc;
    ok = ok && !memcmp(head.magic, MAGIC, sizeof(MAGIC)) && head.pass == pass &&
         tail.n_parts >= 0 && tail.n_parts <= MOST_PARTS &&
         tail.states + tail.n_parts * (int64_t)sizeof(Row) + (int64_t)sizeof(tail) == st.st_size &&
         memchr(head.plan, '\0', sizeof(c->plan)) && take_rows(c, fd, pass, &tail);
    close(fd);
    if (ok) {
        c->kept[pass] = (Kept){true, head.fraction};
        snprintf(c->plan, sizeof(c->plan), "%.64s", head.plan);
    }
    return ok;
}

bool qb_stream_open(QbCheckpoint *c, int pass, Stream **out, QbErr *err)
{
    char name[PART_NAME], path[QB_MAX_PATH];
    Head head;
    Tail tail;
    struct stat st;
    qb_checkpoint_pass_name(pass, name);
    qb_checkpoint_path(c, name, path);
    Stream *s = qb_xmalloc(sizeof(*s));
    s->at = 0;
    s->n = s->used = 0;
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    *out = s;
    if (s->fd < 0 || fstat(s->fd, &st) != 0)
        return qb_err_set(err, "cannot open '%s': %s", path, strerror(errno));
    if (!qb_spill_read(s->fd, st.st_size - (int64_t)sizeof(tail), &tail, sizeof(tail), err))
        return false;
    s->size = tail.states;
    return qb_stream_read(s, &head, sizeof(head), err);
}
