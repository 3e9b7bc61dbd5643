/* The one live line of a run on a terminal, on standard error: where it is, how fast, how long it will take. Nothing when
 * nobody looks. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool qb_progress_wanted(const QbCliOptions *o)
{
    const char *no = getenv("NO_PROGRESS"), *term = getenv("TERM");
    return !o->quiet && !(no && *no) && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* Columns of the terminal; the last one stays free, where some terminals would wrap. */
static int width(void)
{
    struct winsize w = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col < 20)
        return 79;
    return w.ws_col - 1;
}

void qb_progress_time(QbText *t, double s)
{
    if (s < 60)
        qb_text_addf(t, "%.0f s", s < 1 ? 1 : s);
    else if (s < 3600)
        qb_text_addf(t, "%.0f min %02d s", (double)(int)(s / 60), (int)s % 60);
    else
        qb_text_addf(t, "%.1f h", s / 3600);
}

void qb_progress_line(const QbText *t)
{
    int n = (int)t->n < width() ? (int)t->n : width();
    fprintf(stderr, "\r\033[K%.*s", n, t->s);
    fflush(stderr);
}

void qb_progress_show(void *ctx, const QbProgress *p)
{
    (void)ctx;
    QbText t = {0};
    if (p->n_passes > 1)
        qb_text_addf(&t, "pass %d of %d  ", p->pass + 1, p->n_passes);
    qb_text_addf(&t, "%s  %.0f %%  %.1f Mvoxel/s  %zu MiB  ", p->node, 100 * p->fraction,
                 1e-6 * p->voxels_per_s, p->memory >> 20);
    qb_progress_time(&t, p->left_s);
    qb_text_add(&t, " left");
    qb_progress_line(&t);
    qb_text_free(&t);
}

void qb_progress_erase(void)
{
    fputs("\r\033[K", stderr);
    fflush(stderr);
}
