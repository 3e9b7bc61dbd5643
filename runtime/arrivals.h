/* A folder that fills: which of its images are complete by now. One is when nobody writes it any more: it was closed or renamed
 * into place, or the system says that no process has it open for writing, and it did not change for a moment. */
#ifndef QB_RUNTIME_ARRIVALS_H
#define QB_RUNTIME_ARRIVALS_H

#include "core/base.h"

typedef struct QbArrivals QbArrivals;

typedef struct QbArrivalSpec {
    const char *folder;
    bool recursive;
    const char *except; /* a folder that is not looked into: that of the results. NULL: none */
    void *ctx;
    /* A file that is no image by its ending, once; an image that was changed after it was taken. */
    void (*note)(void *ctx, const char *path, bool changed);
} QbArrivalSpec;

bool qb_arrivals_open(const QbArrivalSpec *spec, QbArrivals **a, QbErr *err);
void qb_arrivals_close(QbArrivals *a);
/* The file was taken before. */
void qb_arrivals_known(QbArrivals *a, const char *path);
/* Waits for so many milliseconds at most, and looks what became complete. False: the folder is gone. */
bool qb_arrivals_look(QbArrivals *a, int wait_ms, QbErr *err);
/* The next image that is complete, in natural order where several are; NULL: none. Borrowed until the end. */
const char *qb_arrivals_next(QbArrivals *a);

#endif
