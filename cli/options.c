/* The options of the command: one table that drives parsing, the help texts and the suggestions for what was mistyped. */
#include "cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum Kind { FLAG, TEXT, TEXTS, THREADS, COUNT, SIZE, CHUNK, SECONDS } Kind;

typedef struct Option {
    char brief; /* -p, or 0 */
    const char *name;
    const char *value; /* what its value is called in the help; NULL: a flag */
    Kind kind;
    size_t offset;
    unsigned verbs;
    bool hidden;
    const char *help;
} Option;

#define AT(field)   offsetof(QbCliOptions, field)
#define EVERY_VERB  (~0u)
#define MANY        (QB_VERB_BATCH | QB_VERB_WATCH)
#define EVERY_MANY  (MANY | QB_VERB_SWEEP)
#define BY_LIST     (QB_VERB_BATCH | QB_VERB_SWEEP)
#define SET_PARAMS  (QB_VERB_PIPELINE & ~QB_VERB_SWEEP)
#define RUN_OR_PLAN (EVERY_MANY | QB_VERB_RUN | QB_VERB_PLAN | QB_VERB_EXPLAIN | QB_VERB_VERIFY)

static const Option options[] = {
    {'p', "param", "NAME=VALUES", TEXTS, AT(params), QB_VERB_SWEEP, false,
     "a list V1,V2,V3 or a range LO:HI:STEP; one value is set at every point (repeatable)"},
    {0, "zip", NULL, FLAG, AT(zip), QB_VERB_SWEEP, false,
     "the values of all parameters side by side, not every combination"},
    {0, "params", "FILE", TEXT, AT(params_file), QB_VERB_SWEEP, false,
     "a table of points, .csv, whose header names parameters; or one value each, as for run"},
    {0, "batch", "IMAGES", TEXTS, AT(batch), QB_VERB_SWEEP, false,
     "every point for each image of a folder, pattern or file (repeatable)"},
    {'p', "param", "NAME=VALUE", TEXTS, AT(params), SET_PARAMS, false,
     "gives a parameter its value (repeatable)"},
    {0, "params", "FILE", TEXT, AT(params_file), SET_PARAMS, false,
     "parameters from a .json object or a .toml table; -p goes before it"},
    {'t', "threads", "N", THREADS, AT(threads), RUN_OR_PLAN, false, "threads (default: all cores)"},
    {'m', "memory", "SIZE", SIZE, AT(memory), RUN_OR_PLAN, false,
     "hard memory budget, as 256M or 2G (default: half of what is free)"},
    {'o', "output", "DIR", TEXT, AT(output), QB_VERB_RUN, false,
     "where outputs with relative paths go (default: here)"},
    {'o', "output", "DIR", TEXT, AT(output), MANY, false,
     "the folder of the results: results.db, a .csv for each table, a folder for each image"},
    {'o', "output", "DIR", TEXT, AT(output), QB_VERB_SWEEP, false,
     "where the results go: results.db, a .csv for each table, a folder for each point (default: "
     "here)"},
    {0, "report", "FILE.html", TEXTS, AT(reports), QB_VERB_SWEEP, false,
     "a page with a number plotted against each parameter, and the pictures of all points"},
    {0, "plot", "NUMBER", TEXT, AT(plot), QB_VERB_SWEEP, false,
     "what the report plots: objects, or the mean of a TABLE.COLUMN (default: objects)"},
    {'r', "recursive", NULL, FLAG, AT(recursive), EVERY_MANY, false,
     "the images of folders in folders too"},
    {0, "volumes", NULL, FLAG, AT(volumes), BY_LIST, false,
     "a folder of numbered slices is one volume; a folder of such folders, one for each"},
    {0, "pattern", "PATTERN", TEXT, AT(pattern), BY_LIST, false,
     "parts of the images' names as columns: '{plate}_{well}_s{site:int}.tif' (int, float, str)"},
    {0, "list", "FILE", TEXTS, AT(lists), BY_LIST, false,
     "images from a file, one a line; - is standard input (repeatable)"},
    {0, "fail-fast", NULL, FLAG, AT(fail_fast), MANY, false, "the first failure stops the batch"},
    {0, "max-failures", "N", COUNT, AT(max_failures), MANY, false,
     "so many failures stop the batch"},
    {0, "retry", "N", COUNT, AT(retry), MANY, false,
     "tries an image that failed so many times again"},
    {0, "fail-fast", NULL, FLAG, AT(fail_fast), QB_VERB_SWEEP, false,
     "the first failure stops the sweep"},
    {0, "max-failures", "N", COUNT, AT(max_failures), QB_VERB_SWEEP, false,
     "so many failures stop the sweep"},
    {0, "retry", "N", COUNT, AT(retry), QB_VERB_SWEEP, false,
     "tries a point that failed so many times again"},
    {0, "why", "POINT", TEXT, AT(why), QB_VERB_SWEEP, false,
     "says what of a point (level=20) differs from what is done; writes nothing"},
    {0, "until", "N", COUNT, AT(until), QB_VERB_WATCH, false,
     "ends once there are N images, those of earlier times among them"},
    {0, "idle", "TIME", SECONDS, AT(idle), QB_VERB_WATCH, false,
     "ends when no image came for so long, as 60s or 5m"},
    {0, "dry-run", NULL, FLAG, AT(dry_run), BY_LIST, false,
     "lists what would run, and why; writes nothing"},
    {0, "why", "IMAGE", TEXT, AT(why), QB_VERB_BATCH, false,
     "says what of an image differs from what is done; writes nothing"},
    {'o', "output", "FILE", TEXT, AT(output), QB_VERB_GRAPH, false,
     "writes FILE, by its ending: .dot .svg .png"},
    {0, "report", "FILE", TEXTS, AT(reports), QB_VERB_RUN, false,
     "timing report, by its ending: .json .html .txt (repeatable)"},
    {0, "checkpoint", "DIR", TEXT, AT(checkpoint), QB_VERB_RUN, false,
     "saves there how far it is; after a kill the same command goes on from it"},
    {0, "checkpoint-every", "SECONDS", SECONDS, AT(checkpoint_every), QB_VERB_RUN, true,
     "seconds between two checkpoints (default: 3, and more where one costs much)"},
    {'o', "output", "FILE", TEXT, AT(output), QB_VERB_REPORT, false, "writes the page FILE.html"},
    {0, "trace", "FILE.json", TEXT, AT(trace), QB_VERB_RUN, false,
     "every task of every thread, in Chrome's trace-event format"},
    {0, "max", "N", THREADS, AT(max), QB_VERB_SCALE, false, "most threads (default: all cores)"},
    {0, "repeat", "R", THREADS, AT(repeat), QB_VERB_SCALE, false,
     "runs at each number of threads (default: 5)"},
    {'m', "memory", "SIZE", SIZE, AT(memory), QB_VERB_SCALE, false,
     "hard memory budget of each run"},
    {0, "json", NULL, FLAG, AT(json), QB_VERB_SCALE, false, "the measurements as one JSON object"},
    {0, "report", "FILE", TEXTS, AT(reports), QB_VERB_SCALE, false,
     "the measurements, by its ending: .json .html .txt (repeatable)"},
    {0, "no-pass", "NAME", TEXTS, AT(no_pass), QB_VERB_SCALE, false,
     "leaves out a pass of the compiler (repeatable)"},
    {0, "no-pass", "NAME", TEXTS, AT(no_pass), RUN_OR_PLAN, false,
     "leaves out a pass of the compiler (repeatable)"},
    {0, "json", NULL, FLAG, AT(json), QB_VERB_CHECK, false, "one diagnostic a line, as JSON"},
    {0, "json", NULL, FLAG, AT(json), QB_VERB_EXPLAIN, false,
     "one pass, or one code, a line, as JSON"},
    {0, "md", NULL, FLAG, AT(md), QB_VERB_EXPLAIN, false, "the page of all codes, as Markdown"},
    {0, "json", NULL, FLAG, AT(json), QB_VERB_OPS, false, "the descriptors as one JSON array"},
    {0, "header", NULL, FLAG, AT(header), QB_VERB_INFO, false,
     "what the header says, at once: no voxel is read"},
    {0, "png", "FILE.png", TEXT, AT(png), QB_VERB_INFO, false,
     "writes a preview: every n-th voxel, of a volume nine slices side by side"},
    {0, "json", NULL, FLAG, AT(json), QB_VERB_INFO, false, "one image a line, as JSON"},
    {'t', "threads", "N", THREADS, AT(threads), QB_VERB_INFO, false,
     "threads (default: all cores)"},
    {'m', "memory", "SIZE", SIZE, AT(memory), QB_VERB_INFO, false,
     "hard memory budget, as 256M or 2G (default: half of what is free)"},
    {0, "md", NULL, FLAG, AT(md), QB_VERB_OPS, false, "the manual's page of operators"},
    {0, "md", NULL, FLAG, AT(md), QB_VERB_MAN, false, "the commands for the manual, as Markdown"},
    {0, "check", NULL, FLAG, AT(check), QB_VERB_FMT, false,
     "writes nothing; names the files that differ, and exits 1 if any does"},
    {0, "json", NULL, FLAG, AT(json), EVERY_MANY, false,
     "events on standard output, one JSON object a line: start, image, printed, rate, end"},
    {'q', "quiet", NULL, FLAG, AT(quiet), EVERY_MANY | QB_VERB_RUN | QB_VERB_CHECK | QB_VERB_VERIFY,
     false, "says nothing but errors"},
    {'v', "verbose", NULL, FLAG, AT(verbose), QB_VERB_RUN, false,
     "notes, and the timing table, on standard error"},
    {'v', "verbose", NULL, FLAG, AT(verbose), QB_VERB_VERIFY, false, "a line for each run"},
    {'v', "verbose", NULL, FLAG, AT(verbose), MANY, false,
     "a line for each image, on standard error"},
    {'v', "verbose", NULL, FLAG, AT(verbose), QB_VERB_SWEEP, false,
     "a line for each point, on standard error"},
    {0, "cpu", "NAME", TEXT, AT(cpu), EVERY_MANY | QB_VERB_RUN | QB_VERB_VERIFY, true,
     "kernel variant: base, avx2, avx512"},
    {0, "untimed", NULL, FLAG, AT(untimed), QB_VERB_RUN, true,
     "measures no task, so that what measuring costs can be seen"},
    {0, "chunk", "K[,Y]", CHUNK, AT(chunk), RUN_OR_PLAN, true,
     "indices of axis 0 (and rows) that are worked on at a time"},
    {'h', "help", NULL, FLAG, AT(help), EVERY_VERB, false, "this text"},
};

bool qb_size_parse(const char *text, size_t *bytes)
{
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    if (end == text || errno || !isfinite(v) || v <= 0 || text[0] == '+' || strpbrk(text, "xXpP"))
        return false;
    static const char suffixes[] = "KMGT";
    const char *s = *end ? strchr(suffixes, *end & ~0x20) : NULL;
    if (s && *s) {
        for (int k = 0; k <= s - suffixes; k++)
            v *= 1024;
        end++;
        if (*end == 'i')
            end++;
    }
    if (*end == 'B' || *end == 'b')
        end++;
    if (*end || v >= 9e18)
        return false;
    *bytes = (size_t)v;
    return *bytes > 0;
}

static bool parse_seconds(const char *text, double *seconds)
{
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    if (end == text || errno || !isfinite(v) || v <= 0 || strpbrk(text, "xXpP+"))
        return false;
    if (*end == 's' || *end == 'm' || *end == 'h')
        v *= *end == 's' ? 1 : *end == 'm' ? 60 : 3600, end++;
    *seconds = v;
    return !*end;
}

static bool parse_whole(const char *text, const char **end, int64_t lo, int64_t hi, int64_t *v)
{
    char *stop;
    errno = 0;
    long long n = strtoll(text, &stop, 10);
    *end = stop;
    *v = n;
    return stop != text && !errno && n >= lo && n <= hi;
}

/* Stores the value of an option that was recognised; `shown` is it as the user wrote it. */
static bool store(const Option *opt, const char *shown, const char *value, QbCliOptions *o)
{
    void *field = (char *)o + opt->offset;
    const char *end = NULL;
    int64_t n;
    switch (opt->kind) {
    case FLAG:
        *(bool *)field = true;
        return true;
    case TEXT:
        if (!*value)
            return qb_fail(0, "'%s' has an empty value, expected %s", shown, opt->value);
        *(const char **)field = value;
        return true;
    case TEXTS: {
        QbTexts *t = field;
        t->v = qb_xrealloc(t->v, sizeof(*t->v) * (size_t)(t->n + 1));
        t->v[t->n++] = value;
        return true;
    }
    case THREADS:
        if (!parse_whole(value, &end, 1, 1024, &n) || *end)
            return qb_fail(0, "'%s' expects a whole number from 1 to 1024, found '%s'", shown,
                           value);
        *(int *)field = (int)n;
        return true;
    case COUNT:
        if (!parse_whole(value, &end, 1, INT32_MAX, &n) || *end)
            return qb_fail(0, "'%s' expects a whole number from 1 on, found '%s'", shown, value);
        *(int *)field = (int)n;
        return true;
    case SIZE:
        if (!qb_size_parse(value, field))
            return qb_fail(0, "'%s' expects a size such as 256M or 1.5G, found '%s'", shown, value);
        return true;
    case SECONDS:
        if (!parse_seconds(value, field))
            return qb_fail(0, "'%s' expects a time such as 60, 60s or 5m, found '%s'", shown,
                           value);
        return true;
    case CHUNK: {
        int64_t *chunk = field;
        bool ok = parse_whole(value, &end, 1, INT32_MAX, &chunk[0]);
        if (ok && *end == ',')
            ok = parse_whole(end + 1, &end, 1, INT32_MAX, &chunk[1]);
        if (!ok || *end)
            return qb_fail(0, "'%s' expects K or K,Y, found '%s'", shown, value);
        return true;
    }
    }
    return false;
}

static const Option *find(const QbVerb *verb, const char *name, size_t n, char brief)
{
    for (int k = 0; k < QB_COUNT(options); k++) {
        const Option *opt = &options[k];
        if (!(opt->verbs & verb->bit))
            continue;
        if (name ? strlen(opt->name) == n && memcmp(opt->name, name, n) == 0 : opt->brief == brief)
            return opt;
    }
    return NULL;
}

static bool unknown(const QbVerb *verb, const char *arg)
{
    const char *names[QB_COUNT(options)];
    int n = 0;
    for (int k = 0; k < QB_COUNT(options); k++) {
        if ((options[k].verbs & verb->bit) && !options[k].hidden)
            names[n++] = options[k].name;
    }
    const char *near = arg[1] == '-' ? qb_nearest(arg + 2, names, n) : NULL;
    if (near)
        return qb_fail(0, "unknown option '%s' of '%s'; did you mean '--%s'?", arg, verb->name,
                       near);
    return qb_fail(0, "unknown option '%s'; 'qbic %s --help' lists the options", arg, verb->name);
}

/* --name, --name=value, --name value; *next is the argument after this one, or NULL. */
static bool parse_long(const QbVerb *verb, const char *arg, const char *next, bool *used,
                       QbCliOptions *o)
{
    const char *eq = strchr(arg, '=');
    size_t n = eq ? (size_t)(eq - arg) - 2 : strlen(arg) - 2;
    char shown[64];
    snprintf(shown, sizeof(shown), "%.*s", (int)n + 2, arg);
    const Option *opt = find(verb, arg + 2, n, 0);
    if (!opt)
        return unknown(verb, shown);
    if (!opt->value && eq)
        return qb_fail(0, "'%s' takes no value, found '%s'", shown, eq + 1);
    const char *value = eq ? eq + 1 : next;
    if (opt->value && !value)
        return qb_fail(0, "'%s' expects %s", shown, opt->value);
    *used = opt->value && !eq;
    return store(opt, shown, value, o);
}

/* -q, -qv, -t4, -t 4 */
static bool parse_short(const QbVerb *verb, const char *arg, const char *next, bool *used,
                        QbCliOptions *o)
{
    for (const char *c = arg + 1; *c; c++) {
        char shown[3] = {'-', *c, 0};
        const Option *opt = find(verb, NULL, 0, *c);
        if (!opt)
            return unknown(verb, strlen(arg) == 2 ? arg : shown);
        if (!opt->value) {
            store(opt, shown, NULL, o);
            continue;
        }
        *used = !c[1];
        const char *value = c[1] ? c + 1 : next;
        if (!value)
            return qb_fail(0, "'%s' expects %s", shown, opt->value);
        return store(opt, shown, value, o);
    }
    return true;
}

bool qb_options_parse(const QbVerb *verb, int argc, char **argv, QbCliOptions *o)
{
    static const Option positional = {0, "", "", TEXTS, AT(positional), 0, true, ""};
    bool ended = false;
    for (int k = 0; k < argc; k++) {
        const char *arg = argv[k], *next = k + 1 < argc ? argv[k + 1] : NULL;
        bool used = false, ok;
        if (!ended && strcmp(arg, "--") == 0) {
            ended = true;
            continue;
        }
        if (ended || arg[0] != '-' || !arg[1])
            ok = store(&positional, arg, arg, o);
        else if (arg[1] == '-')
            ok = parse_long(verb, arg, next, &used, o);
        else
            ok = parse_short(verb, arg, next, &used, o);
        if (!ok)
            return false;
        k += used;
    }
    return true;
}

void qb_options_free(QbCliOptions *o)
{
    free(o->params.v);
    free(o->reports.v);
    free(o->no_pass.v);
    free(o->positional.v);
    free(o->lists.v);
    free(o->batch.v);
}

bool qb_option_shown(QbVerbBit verb, int k, QbOptionInfo *info)
{
    for (int j = 0; j < QB_COUNT(options); j++) {
        const Option *opt = &options[j];
        if (!(opt->verbs & verb) || opt->hidden || k-- > 0)
            continue;
        *info = (QbOptionInfo){opt->brief, opt->name, opt->value, opt->help};
        return true;
    }
    return false;
}

void qb_options_help(QbVerbBit verb, QbText *out)
{
    QbOptionInfo opt;
    for (int k = 0; qb_option_shown(verb, k, &opt); k++) {
        char left[64], brief[5] = "    ";
        if (opt.brief)
            snprintf(brief, sizeof(brief), "-%c, ", opt.brief);
        snprintf(left, sizeof(left), "%s--%s%s%s", brief, opt.name, opt.value ? " " : "",
                 opt.value ? opt.value : "");
        qb_text_addf(out, "  %-26s %s\n", left, opt.help);
    }
}
