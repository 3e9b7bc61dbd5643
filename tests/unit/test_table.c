/* Columns, tables and logs, in memory and spilled: the same cells in the same places. */
#include "core/table.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const QbRunEnv roomy = {.threads = 1, .spill_above = 64 << 20, .tmp_dir = "/tmp"};
static const QbRunEnv tiny = {.threads = 1, .spill_above = 1, .tmp_dir = "/tmp"};

static uint64_t next(uint64_t *s)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return *s >> 20;
}

/* Random writes over far more pages than stay in memory, against a plain array. */
static void check_column(const QbRunEnv *env)
{
    enum { CELLS = 300000, WRITES = 200000 };
    QbErr err = {0};
    QbColumn *c = qb_column_new(env);
    int64_t *want = calloc(CELLS, sizeof(*want)), v;
    uint64_t s = 7;
    for (int k = 0; k < WRITES; k++) {
        int64_t at = (int64_t)(next(&s) % CELLS), value = (int64_t)next(&s) - (1 << 20);
        bool adds = k % 3 == 0;
        cr_assert(adds ? qb_column_add(c, at, value, &err) : qb_column_set(c, at, value, &err),
                  "%s", err.text);
        want[at] = adds ? want[at] + value : value;
    }
    for (int64_t at = 0; at < CELLS; at++) {
        cr_assert(qb_column_get(c, at, &v, &err), "%s", err.text);
        cr_assert_eq(v, want[at], "cell %lld", (long long)at);
    }
    if (env == &tiny)
        cr_expect_lt(qb_column_memory(c), (size_t)200 << 10, "%zu bytes stay in memory",
                     qb_column_memory(c));
    free(want);
    qb_column_free(c);
}

Test(column, in_memory)
{
    check_column(&roomy);
}

Test(column, spilled)
{
    check_column(&tiny);
}

Test(column, sparse)
{
    QbErr err = {0};
    QbColumn *c = qb_column_new(&roomy);
    int64_t far = ((int64_t)1 << 36) + 5, v = -1;
    cr_expect_eq(qb_column_next(c, 0), -1);
    cr_assert(qb_column_set(c, far, 42, &err));
    cr_assert(qb_column_get(c, 12345, &v, &err));
    cr_expect_eq(v, 0, "a cell that was never touched");
    cr_assert(qb_column_get(c, far, &v, &err));
    cr_expect_eq(v, 42);
    int64_t first = qb_column_next(c, 0);
    cr_expect(first <= far && first > far - 4096, "the page of the only cell starts at %lld",
              (long long)first);
    cr_expect_eq(qb_column_next(c, far), far);
    cr_expect_eq(qb_column_next(c, far + 100000), -1);
    qb_column_free(c);
    qb_column_free(NULL);
}

Test(table, cells_and_rows)
{
    QbType type = {.kind = QB_TABLE, .n_columns = 2, .columns = {{"label", true}, {"mean", false}}};
    QbErr err = {0};
    QbTable *t = qb_table_new(&tiny, &type);
    cr_expect_eq(t->n_rows, 0);
    cr_assert(qb_table_put_whole(t, 0, 0, ((int64_t)1 << 60) + 1, &err));
    cr_assert(qb_table_put(t, 4, 1, -0.1, &err));
    cr_assert(qb_table_put(t, 2, 1, NAN, &err));
    cr_expect_eq(t->n_rows, 5);
    double v;
    int64_t w;
    cr_assert(qb_table_get_whole(t, 0, 0, &w, &err));
    cr_expect_eq(w, ((int64_t)1 << 60) + 1, "whole cells keep 64 bits");
    cr_assert(qb_table_get(t, 4, 1, &v, &err));
    cr_expect_eq(v, -0.1);
    cr_assert(qb_table_get(t, 2, 1, &v, &err));
    cr_expect(isnan(v));
    cr_assert(qb_table_get(t, 3, 1, &v, &err));
    cr_expect_eq(v, 0, "what was never put is 0");
    qb_table_free(t);
    qb_table_free(NULL);
}

/* Blobs of odd sizes, over the ends of chunks, read back in any order. */
static void check_log(const QbRunEnv *env)
{
    enum { BLOBS = 4000, LARGEST = 3000 };
    QbErr err = {0};
    QbLog *l = qb_log_new(env);
    unsigned char blob[LARGEST], back[LARGEST];
    int64_t offset[BLOBS], size = 0;
    for (int k = 0; k < BLOBS; k++) {
        size_t n = (size_t)(k * 37 % LARGEST);
        memset(blob, k % 251, sizeof(blob));
        cr_assert(qb_log_append(l, blob, n, &offset[k], &err), "%s", err.text);
        cr_assert_eq(offset[k], size);
        size += (int64_t)n;
    }
    cr_assert_eq(qb_log_size(l), size);
    for (int j = 0; j < BLOBS; j++) {
        int k = (int)((int64_t)j * 2741 % BLOBS);
        size_t n = (size_t)(k * 37 % LARGEST);
        memset(blob, k % 251, sizeof(blob));
        cr_assert(qb_log_read(l, offset[k], back, n, &err), "%s", err.text);
        cr_assert(memcmp(blob, back, n) == 0, "blob %d", k);
    }
    qb_log_free(l);
}

Test(log, in_memory)
{
    check_log(&roomy);
}

Test(log, spilled)
{
    check_log(&tiny);
}

/* A folder that is not there is an error with its name, not a crash. */
Test(log, no_folder)
{
    QbRunEnv nowhere = {.threads = 1, .spill_above = 1, .tmp_dir = "/nowhere/at/all"};
    QbErr err = {0};
    QbLog *l = qb_log_new(&nowhere);
    static const char block[4096];
    int64_t offset;
    bool ok = true;
    for (int k = 0; ok && k < 100; k++)
        ok = qb_log_append(l, block, sizeof(block), &offset, &err);
    cr_expect_not(ok);
    cr_expect_str_eq(
        err.text, "cannot make a temporary file in '/nowhere/at/all': No such file or directory");
    qb_log_free(l);
    QbColumn *c = qb_column_new(&nowhere);
    QbErr second = {0};
    ok = true;
    for (int64_t k = 0; ok && k < 100; k++)
        ok = qb_column_set(c, k << 20, 1, &second);
    cr_expect_not(ok);
    cr_expect(second.set);
    qb_column_free(c);
}
