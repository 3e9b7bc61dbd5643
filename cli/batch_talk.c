/* What a batch says while it runs: for people lines and a bar on standard error, for programs (--json) one event a line on
 * standard output. Decides nothing. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/batch.h"
#include "cli/progress.h"

#define BAR_SIGNS    24
#define RATE_SECONDS 1.0 /* between two events of the rate */

/* ---- events ------------------------------------------------------------------------------------------ */

static void begin_event(QbText *e, const char *name)
{
    qb_text_add(e, "{\"event\": ");
    qb_text_add_json(e, name);
}

static void add_text(QbText *e, const char *key, const char *value)
{
    qb_text_addf(e, ", \"%s\": ", key);
    qb_text_add_json(e, value);
}

static void add_number(QbText *e, const char *key, double value)
{
    qb_text_addf(e, ", \"%s\": ", key);
    qb_text_add_number(e, value);
}

/* Flushed at once: who reads it wants to know now. */
static void send_event(QbTalk *t, QbText *take)
{
    qb_text_add(take, "}\n");
    if (!t->broken)
        t->broken = fputs(take->s, stdout) == EOF || fflush(stdout) != 0;
    qb_text_free(take);
}

static void image_event(QbTalk *t, const QbBatchImage *image, QbBatchState state,
                        const QbFailure *f)
{
    static const char *const states[] = {"done", "skipped", "failed"};
    QbText e = {0};
    begin_event(&e, "image");
    add_text(&e, "state", states[state]);
    add_text(&e, "image", image->name);
    add_text(&e, "path", image->path ? image->path : "");
    if (f) {
        add_text(&e, "message", f->message);
        add_text(&e, "code", f->code);
        add_text(&e, "node", f->node);
        add_number(&e, "line", f->line);
        add_number(&e, "column", f->column);
    }
    send_event(t, &e);
}

static void add_counts(QbText *e, const QbBatchCounts *c)
{
    add_number(e, "images", c->n);
    add_number(e, "done", c->done);
    add_number(e, "skipped", c->kept);
    add_number(e, "failed", c->failed);
}

/* ---- lines ------------------------------------------------------------------------------------------- */

/* 9,998 */
static const char *grouped(int n, char buf[16])
{
    if (n < 1000)
        snprintf(buf, 16, "%d", n);
    else if (n < 1000000)
        snprintf(buf, 16, "%d,%03d", n / 1000, n % 1000);
    else
        snprintf(buf, 16, "%d,%03d,%03d", n / 1000000 % 1000, n / 1000 % 1000, n % 1000);
    return buf;
}

static void clear_bar(QbTalk *t)
{
    if (t->bar)
        qb_progress_erase();
    t->bar = false;
}

/* A name as one line can hold it: control characters as \n or \xNN. */
static void add_name(QbText *out, const char *name)
{
    for (const char *c = name; *c; c++) {
        if (*c == '\n')
            qb_text_add(out, "\\n");
        else if ((unsigned char)*c < 0x20 || *c == 0x7F)
            qb_text_addf(out, "\\x%02x", (unsigned char)*c);
        else
            qb_text_addn(out, c, 1);
    }
}

void qb_talk_begin(QbTalk *t, int done)
{
    if (t->o->json) {
        QbText e = {0};
        begin_event(&e, "start");
        add_text(&e, "pipeline", t->o->positional.v[0]);
        add_text(&e, "output", t->o->output);
        add_number(&e, "images", t->list->n);
        add_number(&e, "done_before", done);
        send_event(t, &e);
    }
    if (done && !t->o->quiet)
        fprintf(stderr, "going on: %d of %d %s were done before\n", done, t->list->n, t->what);
}

void qb_talk_told(void *ctx, int image, QbBatchState state, const QbFailure *failure)
{
    QbTalk *t = ctx;
    QbText shown = {0};
    if (t->o->json)
        image_event(t, &t->list->v[image], state, failure);
    clear_bar(t);
    add_name(&shown, t->list->v[image].name);
    const char *name = shown.n ? shown.s : "";
    if (failure && failure->line)
        qb_fail(0, "%s: %s:%d:%d: %s", name, t->o->positional.v[0], failure->line, failure->column,
                failure->message);
    else if (failure)
        qb_fail(0, "%s: %s", name, failure->message);
    else if (t->o->verbose)
        fprintf(stderr, "%s: %s\n", name, state == QB_BATCH_KEPT ? "is done already" : "done");
    qb_text_free(&shown);
}

bool qb_talk_printed(void *ctx, const char *name, const char *text)
{
    QbTalk *t = ctx;
    if (t->o->json) {
        QbText e = {0};
        begin_event(&e, "printed");
        add_text(&e, "image", name);
        add_text(&e, "text", text);
        send_event(t, &e);
        return !t->broken;
    }
    clear_bar(t);
    QbText shown = {0};
    add_name(&shown, name);
    bool ok = true;
    while (*text && ok) {
        size_t n = strcspn(text, "\n");
        ok = printf("%s %.*s\n", shown.n ? shown.s : "", (int)n, text) >= 0;
        text += n + (text[n] == '\n');
    }
    qb_text_free(&shown);
    return ok && fflush(stdout) == 0;
}

static void rate_event(QbTalk *t, const QbBatchCounts *c, double rate, double left)
{
    QbText e = {0};
    if (qb_now() - t->rated < RATE_SECONDS)
        return;
    t->rated = qb_now();
    begin_event(&e, "rate");
    add_counts(&e, c);
    qb_text_addf(&e, ", \"per_second\": %.4g", rate);
    if (rate > 0)
        add_number(&e, "left_s", left);
    send_event(t, &e);
}

static void draw_bar(QbTalk *t, const QbBatchCounts *c, double rate, double left)
{
    QbText line = {0};
    int past = c->done + c->failed, signs = c->n ? (int)((int64_t)BAR_SIGNS * past / c->n) : 0;
    qb_text_add(&line, "[");
    for (int k = 0; k < BAR_SIGNS; k++)
        qb_text_add(&line, k < signs ? "#" : ".");
    qb_text_addf(&line, "] %d/%d images, %d failed, %.3g/s", past, c->n, c->failed, rate);
    if (rate > 0) {
        qb_text_add(&line, ", ");
        qb_progress_time(&line, left);
        qb_text_add(&line, " left");
    }
    qb_progress_line(&line);
    qb_text_free(&line);
    t->bar = true;
}

void qb_talk_progress(void *ctx, const QbBatchCounts *c)
{
    QbTalk *t = ctx;
    int past = c->done + c->failed;
    double seconds = qb_now() - t->started, rate = seconds > 0 ? (past - c->kept) / seconds : 0,
           left = rate > 0 ? ceil((c->n - past) / rate) : 0;
    if (t->o->json)
        rate_event(t, c, rate, left);
    if (qb_progress_wanted(t->o))
        draw_bar(t, c, rate, left);
}

/* ---- the end ----------------------------------------------------------------------------------------- */

static void sum_up(const QbBatchCounts *c)
{
    char done[16], failed[16], left[16];
    fprintf(stderr, "%s done", grouped(c->done, done));
    if (c->kept)
        fprintf(stderr, " (%s of them before)", grouped(c->kept, left));
    if (c->failed)
        fprintf(stderr, ", %s failed (see failures)", grouped(c->failed, failed));
    if (c->stopped)
        fprintf(stderr, ", %s not begun: the same command goes on",
                grouped(c->n - c->done - c->failed, left));
    fputc('\n', stderr);
}

int qb_talk_end(QbTalk *t, const QbBatchCounts *c, int status, const char *error)
{
    clear_bar(t);
    if (t->o->json) {
        QbText e = {0};
        begin_event(&e, "end");
        add_counts(&e, c);
        qb_text_addf(&e, ", \"seconds\": %.3f", qb_now() - t->started);
        add_number(&e, "status", status);
        if (error)
            add_text(&e, "message", error);
        send_event(t, &e);
    }
    if (error)
        return qb_fail(status, "%s", error);
    if (!t->o->quiet)
        sum_up(c);
    return t->broken
               ? qb_fail(QB_EXIT_FAILED, "cannot write to standard output: %s", strerror(errno))
               : status;
}
