/* Images that arrive in a folder, by inotify. Events are hints alone: what counts is what a file is when it is looked at, so that
 * lost events (a full queue, a network's folder) cost time and no image: the folder is read again then, and now and then. */
#define _GNU_SOURCE
#include "runtime/arrivals.h"
#include "runtime/imgio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SETTLE     0.3  /* seconds without a change, of a file that is known to be closed */
#define UNSURE     2.0  /* of one of which that cannot be told */
#define SCAN_AGAIN 10.0 /* seconds between two readings of the folder */
#define MAX_DEPTH  64

typedef enum State { WAITING, READY, TAKEN, OTHER } State;

typedef struct Entry {
    struct Entry *next; /* of those that wait, or are ready */
    State state;
    bool closed; /* since it changed last, as far as events tell */
    bool told;
    int64_t size;
    struct timespec changed;
    double since; /* when it was first seen like that */
    char path[];
} Entry;

typedef struct Watched {
    int wd;
    int depth;
    char *path;
} Watched;

struct QbArrivals {
    QbArrivalSpec spec;
    int fd;
    struct stat except;
    bool has_except, gone, lost;
    double scanned;
    Watched *v;
    int n, cap;
    void *known; /* tree of entries by path */
    Entry *waiting, *ready;
};

static double now_s(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* ---- what is known ---------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const Entry *)a)->path, ((const Entry *)b)->path);
}

static Entry *entry_of(QbArrivals *a, const char *path, bool *is_new)
{
    size_t n = strlen(path) + 1;
    Entry *e = qb_xcalloc(1, sizeof(*e) + n);
    memcpy(e->path, path, n);
    Entry **found = tsearch(e, &a->known, by_path);
    if (!found)
        QB_BUG("no memory for a name");
    *is_new = *found == e;
    if (!*is_new)
        free(e);
    return *found;
}

void qb_arrivals_known(QbArrivals *a, const char *path)
{
    bool is_new;
    Entry *e = entry_of(a, path, &is_new);
    e->state = TAKEN;
    e->told = true;
}

static bool is_image_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcasecmp(dot, ".tif") || !strcasecmp(dot, ".tiff"));
}

/* A file was seen, or something happened to it. */
static void see(QbArrivals *a, const char *path, bool closed, bool event)
{
    bool is_new;
    const char *base = strrchr(path, '/') + 1;
    Entry *e = entry_of(a, path, &is_new);
    if (is_new && !is_image_name(base)) {
        e->state = OTHER;
        a->spec.note(a->spec.ctx, path, false);
    } else if (is_new) {
        e->next = a->waiting;
        a->waiting = e;
        e->since = -1;
    }
    e->closed = e->closed || closed;
    if (event && e->state == TAKEN && !e->told) {
        e->told = true;
        a->spec.note(a->spec.ctx, path, true);
    }
}

/* ---- folders ---------------------------------------------------------------------------------------- */

static void scan(QbArrivals *a, const char *folder, int depth);

static bool is_except(const QbArrivals *a, const struct stat *st)
{
    return a->has_except && st->st_dev == a->except.st_dev && st->st_ino == a->except.st_ino;
}

static bool watch_folder(QbArrivals *a, const char *path, int depth)
{
    int wd = inotify_add_watch(a->fd, path,
                               IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE |
                                   IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    if (wd < 0)
        return false;
    for (int k = 0; k < a->n; k++)
        if (a->v[k].wd == wd)
            return true;
    if (a->n == a->cap) {
        a->cap = a->cap ? 2 * a->cap : 8;
        a->v = qb_xrealloc(a->v, sizeof(*a->v) * (size_t)a->cap);
    }
    a->v[a->n++] = (Watched){wd, depth, strdup(path)};
    return true;
}

static void see_entry(QbArrivals *a, const char *folder, const char *name, int depth)
{
    char path[QB_MAX_PATH];
    struct stat st;
    int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (name[0] == '.' || n < 0 || (size_t)n >= sizeof(path) || stat(path, &st) != 0)
        return;
    if (S_ISREG(st.st_mode))
        see(a, path, false, false);
    else if (S_ISDIR(st.st_mode) && a->spec.recursive && depth < MAX_DEPTH && !is_except(a, &st)) {
        watch_folder(a, path, depth + 1);
        scan(a, path, depth + 1);
    }
}

static void scan(QbArrivals *a, const char *folder, int depth)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        see_entry(a, folder, e->d_name, depth);
    if (d)
        closedir(d);
}

static void scan_all(QbArrivals *a)
{
    struct stat st;
    a->gone = a->gone || stat(a->spec.folder, &st) != 0 || !S_ISDIR(st.st_mode);
    a->lost = false;
    a->scanned = now_s(CLOCK_MONOTONIC);
    if (!a->gone)
        scan(a, a->spec.folder, 0);
}

/* ---- events ----------------------------------------------------------------------------------------- */

static void drop_folder(QbArrivals *a, int k)
{
    a->gone = a->gone || k == 0;
    if (k == 0)
        return;
    free(a->v[k].path);
    a->v[k] = a->v[--a->n];
}

static void take_event(QbArrivals *a, const struct inotify_event *e)
{
    char path[QB_MAX_PATH];
    int k = 0;
    while (k < a->n && a->v[k].wd != e->wd)
        k++;
    a->lost = a->lost || (e->mask & IN_Q_OVERFLOW);
    if (k == a->n)
        return;
    if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) {
        drop_folder(a, k);
        return;
    }
    if (!e->len || e->name[0] == '.')
        return;
    if (e->mask & IN_ISDIR) {
        see_entry(a, a->v[k].path, e->name, a->v[k].depth);
        return;
    }
    int n = snprintf(path, sizeof(path), "%s/%s", a->v[k].path, e->name);
    if (n > 0 && (size_t)n < sizeof(path))
        see(a, path, e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO), e->mask & ~(uint32_t)IN_CREATE);
}

static bool read_events(QbArrivals *a, QbErr *err)
{
    _Alignas(struct inotify_event) char buffer[16384];
    for (;;) {
        ssize_t n = read(a->fd, buffer, sizeof(buffer));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (n <= 0)
            return qb_err_set(err, "cannot watch '%s': %s", a->spec.folder, strerror(errno));
        for (char *p = buffer; p < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)(void *)p;
            take_event(a, e);
            p += sizeof(*e) + e->len;
        }
    }
}

/* ---- is it complete --------------------------------------------------------------------------------- */

/* The system lends a file for reading only while nobody has it open for writing. It asks the owner alone. */
static bool may_be_written(const char *path, bool *sure)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false; /* whoever reads it says why that fails */
    bool lent = fcntl(fd, F_SETLEASE, F_RDLCK) == 0, refused = !lent && errno == EAGAIN;
    if (lent)
        fcntl(fd, F_SETLEASE, F_UNLCK);
    close(fd);
    *sure = lent;
    return refused;
}

/* True: it stays in the list of those that wait. */
static bool still_waits(QbArrivals *a, Entry *e, double now)
{
    struct stat st;
    bool sure = e->closed;
    (void)a;
    if (stat(e->path, &st) != 0)
        return false;
    bool same = e->since >= 0 && e->size == st.st_size && e->changed.tv_sec == st.st_ctim.tv_sec &&
                e->changed.tv_nsec == st.st_ctim.tv_nsec;
    if (!same) {
        /* One that was there before is as old as it says, if that can be. */
        double age =
            now_s(CLOCK_REALTIME) - (double)st.st_ctim.tv_sec - 1e-9 * (double)st.st_ctim.tv_nsec;
        bool first = e->since < 0 && age > 0;
        e->size = st.st_size;
        e->changed = st.st_ctim;
        e->since = first ? now - age : now;
    }
    if (now - e->since < SETTLE || may_be_written(e->path, &sure) ||
        (!sure && now - e->since < UNSURE))
        return true;
    e->state = READY;
    return false;
}

static void forget(QbArrivals *a, Entry *e)
{
    tdelete(e, &a->known, by_path);
    free(e);
}

static void make_ready(QbArrivals *a, Entry *e)
{
    Entry **at = &a->ready;
    while (*at && qb_natural_order((*at)->path, e->path) < 0)
        at = &(*at)->next;
    e->next = *at;
    *at = e;
}

static void look_at_waiting(QbArrivals *a)
{
    double now = now_s(CLOCK_MONOTONIC);
    for (Entry **at = &a->waiting; *at;) {
        Entry *e = *at;
        if (still_waits(a, e, now)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        if (e->state == READY)
            make_ready(a, e);
        else
            forget(a, e); /* it is gone: another one of its name is new */
    }
}

bool qb_arrivals_look(QbArrivals *a, int wait_ms, QbErr *err)
{
    struct pollfd p = {.fd = a->fd, .events = POLLIN};
    if (wait_ms > 0)
        poll(&p, 1, wait_ms);
    if (!read_events(a, err))
        return false;
    if (a->lost || a->gone || now_s(CLOCK_MONOTONIC) - a->scanned > SCAN_AGAIN)
        scan_all(a);
    look_at_waiting(a);
    return !a->gone || qb_err_set(err, "the folder '%s' is gone", a->spec.folder);
}

const char *qb_arrivals_next(QbArrivals *a)
{
    Entry *e = a->ready;
    if (!e)
        return NULL;
    a->ready = e->next;
    e->state = TAKEN;
    return e->path;
}

/* ---- its life --------------------------------------------------------------------------------------- */

bool qb_arrivals_open(const QbArrivalSpec *spec, QbArrivals **out, QbErr *err)
{
    QbArrivals *a = qb_xcalloc(1, sizeof(*a));
    a->spec = *spec;
    a->has_except = spec->except && stat(spec->except, &a->except) == 0;
    a->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    a->scanned = -SCAN_AGAIN; /* at the first look */
    if (a->fd < 0 || !watch_folder(a, spec->folder, 0)) {
        qb_err_set(err, "cannot watch '%s': %s", spec->folder, strerror(errno));
        qb_arrivals_close(a);
        return false;
    }
    a->lost = true;
    *out = a;
    return true;
}

void qb_arrivals_close(QbArrivals *a)
{
    if (!a)
        return;
    if (a->fd >= 0)
        close(a->fd);
    for (int k = 0; k < a->n; k++)
        free(a->v[k].path);
    free(a->v);
    tdestroy(a->known, free);
    free(a);
}
