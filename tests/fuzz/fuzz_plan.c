/* Bytes choose a pipeline over an image of 8×8×8: with every pass, with none, and with each one off in turn, all outputs must
 * be the same bytes. Runs in one thread, in a folder of its own. */
#define _GNU_SOURCE /* mkdtemp */
#include "compiler/lower.h"
#include "compiler/passes.h"
#include "runtime/imgio.h"
#include "runtime/run.h"
#include "stdlib/prelude.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Kinds are letters: i image, m mask, l labels. */
typedef struct Rule {
    char makes;
    const char *text; /* $ and a kind: an earlier definition of that kind; #: a small number */
} Rule;

static const Rule rules[] = {
    {'i', "noise([8, 8, 8], seed=#, type=u8, spread=uniform)"},
    {'i', "noise([8, 8, 8], seed=#, type=i16)"},
    {'i', "noise([8, 8, 8], seed=#, type=f32)"},
    {'i', "noise([8, 8, 8], seed=#, type=u16, spread=uniform)"},
    {'i', "blobs([8, 8, 8], seed=#, cell=8, radius=3)"},
    {'i', "$i + #"},
    {'i', "1 - $i / 255"},
    {'i', "$i * $i"},
    {'i', "$i - $i"},
    {'i', "invert($i)"},
    {'i', "abs($i)"},
    {'i', "as($i, u8)"},
    {'i', "as($i, i32)"},
    {'i', "clip($i, 1, #)"},
    {'i', "median($i, 3)"},
    {'i', "minimum($i, [3, 1, 5])"},
    {'i', "maximum($i, 3)"},
    {'i', "rank($i, 3, rank=#)"},
    {'i', "uniform($i, 3)"},
    {'i', "gaussian($i, 0.7)"},
    {'i', "erode($i, box(3))"},
    {'i', "dilate($i, ball(1))"},
    {'i', "where($m, $i, #)"},
    {'i', "where($m, $i, $i)"},
    {'i', "as($m, u8)"},
    {'i', "if mean($i) > # then $i else invert($i)"},
    {'i', "$i / max($i)"},
    {'i', "median($i[::-1, ::2], 3)"},
    {'i', "$i[2:7]"},
    {'i', "$i[:, 1:, ::-1]"},
    {'m', "$i > #"},
    {'m', "$i <= #"},
    {'m', "$i == #"},
    {'m', "# < $i < 2#"},
    {'m', "$i > otsu($i)"},
    {'m', "$i > mean($i)"},
    {'m', "$i > $i"},
    {'m', "$m and $m"},
    {'m', "$m or not $m"},
    {'m', "median($m, 3)"},
    {'m', "erode($m, ball(1.5))"},
    {'m', "dilate($m, box(3))"},
    {'m', "open($m, ball(1))"},
    {'m', "close($m, cross(1))"},
    {'m', "$m[1:6]"},
    {'m', "$l == #"},
    {'m', "not $m"},
    {'l', "label($m)"},
    {'l', "label($m, connectivity=6)"},
    {'l', "$l[1:]"},
};

enum { MAX_DEFINITIONS = 12 };

typedef struct Maker {
    const uint8_t *at, *end;
    QbText text;
    char kind[MAX_DEFINITIONS];
    int n;
} Maker;

static unsigned next(Maker *m)
{
    return m->at < m->end ? *m->at++ : 0;
}

/* The last definitions of a kind are the likelier. −1: there is none. */
static int earlier(Maker *m, char kind)
{
    int back = (int)(next(m) % 4), found = -1;
    for (int k = m->n - 1; k >= 0 && back >= 0; k--)
        if (m->kind[k] == kind) {
            found = k;
            back--;
        }
    return found;
}

static bool add_rule(Maker *m, const Rule *r)
{
    size_t before = m->text.n;
    qb_text_addf(&m->text, "d%d = ", m->n);
    for (const char *c = r->text; *c; c++) {
        if (*c == '#') {
            qb_text_addf(&m->text, "%u", next(m) % 40);
        } else if (*c == '$') {
            int k = earlier(m, *++c);
            if (k < 0) {
                m->text.n = before;
                m->text.s[before] = '\0';
                return false;
            }
            qb_text_addf(&m->text, "d%d", k);
        } else {
            qb_text_addn(&m->text, c, 1);
        }
    }
    qb_text_add(&m->text, "\n");
    m->kind[m->n++] = r->makes;
    return true;
}

static void make_pipeline(Maker *m)
{
    add_rule(m, &rules[next(m) % 5]);
    while (m->at < m->end && m->n < MAX_DEFINITIONS)
        add_rule(m, &rules[next(m) % QB_COUNT(rules)]);
    for (int k = m->n - 1; k >= 0 && k >= m->n - 3; k--)
        qb_text_addf(&m->text, "save d%d to \"d%d.npy\"\n", k, k);
    for (int k = m->n - 1; k >= 0; k--)
        if (m->kind[k] == 'l') {
            qb_text_addf(&m->text, "save count(d%d) to \"table.csv\"\n", k);
            break;
        }
    qb_text_addf(&m->text, "print d0, sum(d0)\n");
}

/* Appends every output, in order, to `all`; removes the files. */
static void collect(const QbDag *g, const char *dir, const QbRunResult *r, QbText *all)
{
    char path[256], bytes[4096];
    for (int k = 0; k < g->n_outputs; k++) {
        if (g->outputs[k].format == QB_FORMAT_PRINT)
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, g->outputs[k].path);
        FILE *f = fopen(path, "rb");
        QB_CHECK(f != NULL);
        for (size_t n; (n = fread(bytes, 1, sizeof(bytes), f)) > 0;)
            qb_text_addn(all, bytes, n);
        fclose(f);
        unlink(path);
    }
    qb_text_addn(all, r->printed.s ? r->printed.s : "", r->printed.n);
}

/* False: the pipeline is refused. */
static bool run(const char *text, const char *dir, const char *const *off, int n_off, QbText *all)
{
    QbArena *arena = qb_arena_new();
    QbSource source = {.name = "fuzz.qbi", .text = text, .length = strlen(text)};
    QbPassOptions passes = {.off = off, .n_off = n_off};
    QbLowerOptions options = {.no_sharing = qb_pass_is_off(&passes, "share-nodes")};
    QbPlanOptions po = {.threads = 1,
                        .memory = (size_t)256 << 20,
                        .passes = &passes,
                        .sink_atom = qb_writer_atom,
                        .sink_bound = qb_writer_pack_bound};
    QbRunOptions ro = {.out_dir = dir,
                       .tmp_dir = "/tmp",
                       .kernels = qb_kernels(NULL),
                       .provenance = "fuzz",
                       .started = qb_now()};
    QbDiags diags;
    QbPlan *plan = NULL;
    QbRunResult result = {0};
    QbErr err = {0};
    qb_diags_init(&diags, arena);
    QbFile *file = qb_parse_file(arena, &source, &diags);
    QbDag *g = qb_lower(arena, file, &options, qb_ops, qb_n_ops, &diags);
    bool is_sound = diags.n_errors == 0;
    if (is_sound) {
        qb_passes_run(g, &passes);
        QB_CHECK(qb_plan_make(arena, g, &po, &plan, &err));
        QB_CHECK(qb_run(plan, &ro, &result, &err));
        collect(g, dir, &result, all);
        qb_run_result_free(&result);
    }
    qb_arena_free(arena);
    return is_sound;
}

static void compare(const char *text, const char *dir, const char *const *off, int n_off,
                    const QbText *want)
{
    QbText got = {0};
    QB_CHECK(run(text, dir, off, n_off, &got));
    if (got.n != want->n || memcmp(got.s, want->s, got.n) != 0)
        QB_BUG("outputs differ with '%s' off, of %d:\n%s", off[0], n_off, text);
    qb_text_free(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Maker m = {.at = data, .end = data + size};
    char dir[64];
    QbText want = {0};
    int n = 0;
    make_pipeline(&m);
    /* in memory where that can be: outputs are synced */
    snprintf(dir, sizeof(dir), "%s/qbic_fuzz_XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    QB_CHECK(mkdtemp(dir) != NULL);
    if (run(m.text.s, dir, NULL, 0, &want)) {
        while (qb_pass_names[n])
            n++;
        compare(m.text.s, dir, qb_pass_names, n, &want);
        for (int k = 0; k < n; k++)
            compare(m.text.s, dir, &qb_pass_names[k], 1, &want);
    }
    rmdir(dir);
    qb_text_free(&want);
    qb_text_free(&m.text);
    return 0;
}
