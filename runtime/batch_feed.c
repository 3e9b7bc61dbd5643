/* Images that come while a batch runs: the caller's thread asks for them, workers wait. Small images run side by side, one thread
 * each; large ones take all threads; one that does not fit into its share of the memory has the machine to itself. */
#define _GNU_SOURCE
#include "runtime/batch_parts.h"

#define LARGE_BYTES ((int64_t)8 << 20)

bool qb_batch_feed(QbBatch *b, QbErr *err)
{
    int n = b->n;
    bool more = b->o->feed(b->o->feed_ctx, b->counts, &n, err), ok = !err->set;
    for (int k = b->n; ok && k < n; k++) {
        const QbBatchImage *image = &b->o->images[k];
        QbResultImage row = {.name = image->name, .path = image->path, .tags = image->tags};
        ok = qb_results_add(b->results, k, &row, err);
    }
    pthread_mutex_lock(&b->lock);
    b->n = b->counts->n = ok ? n : b->n;
    b->over = b->over || !ok || !more || qb_batch_stopped();
    pthread_cond_broadcast(&b->came);
    pthread_mutex_unlock(&b->lock);
    return ok;
}

static int take_image(QbBatch *b)
{
    pthread_mutex_lock(&b->lock);
    while (b->next >= b->n && !b->over && !b->stop)
        pthread_cond_wait(&b->came, &b->lock);
    int image = b->next < b->n && !b->stop && !qb_batch_stopped() ? b->next++ : -1;
    pthread_mutex_unlock(&b->lock);
    return image;
}

static QbDone *run_image(QbBatch *b, int image)
{
    bool large = b->o->images[image].bytes >= LARGE_BYTES;
    pthread_rwlock_rdlock(&b->machine);
    const QbBatchRoom beside = {large ? b->o->threads : 1, b->share, true, NULL};
    QbDone *d = qb_batch_unit(b, image, &beside);
    pthread_rwlock_unlock(&b->machine);
    if (d)
        return d;
    pthread_rwlock_wrlock(&b->machine);
    const QbBatchRoom alone = {.threads = b->o->threads, .memory = b->o->memory};
    d = qb_batch_unit(b, image, &alone);
    pthread_rwlock_unlock(&b->machine);
    return d;
}

void *qb_batch_work_fed(void *ctx)
{
    QbBatch *b = ctx;
    int image;
    while ((image = take_image(b)) >= 0)
        qb_batch_hand_over(b, run_image(b, image));
    pthread_mutex_lock(&b->lock);
    b->active--;
    pthread_cond_signal(&b->arrived);
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* Whoever needs the machine alone is not kept waiting by those that come after it. */
void qb_batch_open_machine(QbBatch *b)
{
    pthread_rwlockattr_t kind;
    pthread_rwlockattr_init(&kind);
    pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&b->machine, &kind);
    pthread_rwlockattr_destroy(&kind);
}
