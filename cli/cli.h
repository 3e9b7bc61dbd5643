/* What the verbs of the command share: the options that were given, the pipeline that was loaded, ways to print. This
 * folder alone prints, exits and reads the command line; it knows the library through its headers only. */
#ifndef QB_CLI_CLI_H
#define QB_CLI_CLI_H

#include "compiler/lower.h"
#include "compiler/passes.h"
#include "core/sha256.h"
#include "core/text.h"

#include <stdio.h>

enum {
    QB_EXIT_DONE = 0,
    QB_EXIT_FAILED = 1,
    QB_EXIT_USAGE = 2,
    QB_EXIT_SOME = 3,
    QB_EXIT_INTERRUPTED = 130
};

typedef enum QbVerbBit {
    QB_VERB_RUN = 1,
    QB_VERB_CHECK = 2,
    QB_VERB_PLAN = 4,
    QB_VERB_GRAPH = 8,
    QB_VERB_OPS = 16,
    QB_VERB_INFO = 32,
    QB_VERB_EXPLAIN = 1024,
    QB_VERB_VERIFY = 2048,
    QB_VERB_FMT = 0x10000,
    QB_VERB_NEW = 0x20000,
    QB_VERB_COMPLETION = 0x40000,
    QB_VERB_MAN = 0x80000,
    QB_VERB_BATCH = 0x400000,
    QB_VERB_WATCH = 0x2000000,
    QB_VERB_SCALE = 0x100000,
    QB_VERB_REPORT = 0x200000,
    QB_VERB_SWEEP = 0x1000000,
    QB_VERB_PIPELINE = QB_VERB_BATCH | QB_VERB_SWEEP | QB_VERB_WATCH | QB_VERB_RUN | QB_VERB_CHECK |
                       QB_VERB_PLAN | QB_VERB_GRAPH | QB_VERB_EXPLAIN | QB_VERB_VERIFY |
                       QB_VERB_SCALE,
} QbVerbBit;

/* Texts given by an option that may be repeated, in order. */
typedef struct QbTexts {
    const char **v;
    int n, cap;
} QbTexts;

/* What the command line said. Texts are borrowed from argv. */
typedef struct QbCliOptions {
    QbTexts params; /* -p NAME=VALUE */
    const char *params_file;
    int threads;        /* 0: all cores */
    size_t memory;      /* 0: half of what is free */
    const char *output; /* -o */
    QbTexts reports;
    const char *trace;
    int max, repeat; /* scale; 0: the default */
    QbTexts no_pass;
    bool quiet, verbose, json, help;
    bool check;                                  /* fmt */
    bool md;                                     /* ops, explain */
    bool header;                                 /* info */
    const char *png;                             /* info */
    bool recursive, volumes, fail_fast, dry_run; /* batch */
    int retry, max_failures;
    const char *why, *pattern;
    int until; /* watch */
    double idle;
    const char *checkpoint; /* run */
    double checkpoint_every;
    QbTexts lists;
    QbTexts batch; /* sweep */
    bool zip;
    const char *plot;
    bool untimed;     /* hidden: tasks are not measured */
    const char *cpu;  /* hidden: kernel variant */
    int64_t chunk[2]; /* hidden: quantum along axis 0, tile height along axis 1 */
    bool tight;       /* not on the command line: the smallest memory that suffices (verify) */
    QbTexts positional;
} QbCliOptions;

typedef struct QbVerb {
    const char *name;
    QbVerbBit bit;
    const char *usage;           /* what follows the name */
    const char *help;            /* one line */
    const char *const *examples; /* NULL-terminated */
    int (*main)(const QbCliOptions *o);
    bool hidden; /* known, but in no list */
} QbVerb;

/* An option as the help, the completions and the man page show it. */
typedef struct QbOptionInfo {
    char brief; /* 'p' for -p, or 0 */
    const char *name;
    const char *value; /* what its value is called; NULL: a flag */
    const char *help;
} QbOptionInfo;

extern const QbVerb qb_verbs[];
extern const int qb_n_verbs;

/* ---- verbs (one file each) --------------------------------------------------------------------------- */

int qb_cli_run(const QbCliOptions *o);
int qb_cli_report(const QbCliOptions *o);
int qb_cli_scale(const QbCliOptions *o);
int qb_cli_check(const QbCliOptions *o);
int qb_cli_plan(const QbCliOptions *o);
int qb_cli_explain(const QbCliOptions *o);
int qb_cli_graph(const QbCliOptions *o);
int qb_cli_verify(const QbCliOptions *o);
int qb_cli_ops(const QbCliOptions *o);
int qb_cli_info(const QbCliOptions *o);
int qb_cli_batch(const QbCliOptions *o);
int qb_cli_sweep(const QbCliOptions *o);
int qb_cli_watch(const QbCliOptions *o);
int qb_cli_fmt(const QbCliOptions *o);
int qb_cli_new(const QbCliOptions *o);
int qb_cli_completion(const QbCliOptions *o);
int qb_cli_man(const QbCliOptions *o);

/* ---- options and help -------------------------------------------------------------------------------- */

/* Parses the arguments after the verb; false after an error that was printed (exit status 2). */
bool qb_options_parse(const QbVerb *verb, int argc, char **argv, QbCliOptions *o);
void qb_options_free(QbCliOptions *o);
/* The options of a verb, aligned, for its help. */
void qb_options_help(QbVerbBit verb, QbText *out);
/* Option k of those that a verb's help shows; false where there are no more. */
bool qb_option_shown(QbVerbBit verb, int k, QbOptionInfo *info);
/* "256M" in bytes; false when it is no size. */
bool qb_size_parse(const char *text, size_t *bytes);
void qb_help_all(QbText *out);
void qb_help_verb(const QbVerb *verb, const QbCliOptions *o, QbText *out);

/* ---- the pipeline ------------------------------------------------------------------------------------ */

typedef struct QbPipeline {
    QbArena *arena;
    QbSource source;
    QbDiags diags;
    QbFile *file;
    QbDag *dag; /* after qb_pipeline_lower */
} QbPipeline;

/* Reads and parses a .qbi file; prints and returns an exit status where it cannot be opened (errors in the text go to diags). */
int qb_pipeline_open(QbPipeline *p, const char *path);
/* Lowers with the overrides and images of the options. Returns 0, or the exit status after what is wrong with
 * the options themselves was printed; errors of the program go to p->diags. */
int qb_pipeline_lower(QbPipeline *p, const QbCliOptions *o, bool check_only);
/* Opens, lowers and prints errors: 0 when p->dag can be used. Warnings and notes are printed if `notes`. */
int qb_pipeline_load(QbPipeline *p, const QbCliOptions *o, bool notes);
/* What qb_pipeline_lower lowers with; 0 or the exit status after an error that was printed. */
int qb_pipeline_options(QbPipeline *p, const QbCliOptions *o, QbLowerOptions *lo);
/* Prints the diagnostics: errors, and the rest if `notes`. */
void qb_pipeline_print(const QbPipeline *p, bool notes);
/* The exit status that the diagnostics call for: 0, 1 when inputs alone are missing, 2. */
int qb_pipeline_status(const QbPipeline *p);
void qb_pipeline_close(QbPipeline *p);
/* The entries of a JSON parameter file as overrides; false after an error that was printed (*status is set). */
bool qb_params_read(QbArena *arena, const char *path, QbOverride **v, int *n, int *status);
/* A JSON object that has these keys; NULL ends them. */
bool qb_json_has(const char *text, const char *const *keys);
/* One hash of the pipeline's text and of all that it uses, in hexadecimal. */
void qb_pipeline_sha256(const QbPipeline *p, char hex[65]);
bool qb_pass_names_ok(const QbCliOptions *o);
/* Program version, hash of the pipeline, parameters: nothing that changes from run to run. */
const char *qb_provenance(const QbPipeline *p, const char *sha256);
const char *qb_provenance_of(QbArena *arena, const QbDag *g, const char *sha256);

/* ---- small things ------------------------------------------------------------------------------------ */

/* "qbic: error: …" on standard error; returns `status`. */
int qb_fail(int status, const char *fmt, ...) QB_PRINTF(2, 3);
/* Writes to standard output; QB_EXIT_FAILED, with a message, where that cannot be written. Frees the text. */
int qb_print(QbText *take);
/* Reads a whole file, NUL-terminated, into the arena; false: errno tells. */
bool qb_file_read(QbArena *arena, const char *path, char **text, size_t *n);
/* A file that appears whole or not at all, as `write` fills it; false after an error that was printed. */
bool qb_file_whole(const char *path, bool (*write)(const void *ctx, const char *path, FILE *f),
                   const void *ctx);
bool qb_ends_with(const char *s, const char *ending);
bool qb_color_wanted(void);
int qb_threads_default(void);
size_t qb_memory_default(void); /* half of what is free, in bytes */
size_t qb_memory_used(void);    /* resident bytes of this process now */

#endif
