/* The entry of the command: finds the verb, parses its options, hands over. */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *const run_examples[] = {
    "qbic run cells.qbi test.tif",
    "qbic run cells.qbi test.tif -p level=20 -p 'filter=gaussian(sigma=2)'",
    "qbic run cells.qbi big.tif -m 256M -t 2 -o results --report results/timing.json",
    "qbic run cells.qbi big.tif --checkpoint saved # after a kill the same command goes on",
    "qbic run cells.qbi test.tif --trace t.json # every task, for chrome://tracing or "
    "ui.perfetto.dev",
    "qbic run cells.qbi --help                  # the pipeline's own parameters too",
    NULL,
};
static const char *const batch_examples[] = {
    "qbic batch cells.qbi images -o results",
    "qbic batch cells.qbi 'plate?/*.tif' -r -o results -p level=20",
    "find . -name '*.tif' -size +1k | qbic batch cells.qbi --list - -o results",
    "qbic batch cells.qbi plate -o results --pattern '{plate}_{well}_s{site:int}.tif'",
    "qbic batch cells.qbi scans -o results --volumes   # a folder of slices is a volume",
    "qbic batch cells.qbi images -o results --why im042",
    NULL,
};
static const char *const sweep_examples[] = {
    "qbic sweep cells.qbi test.tif -p level=10,20,30 -o results",
    "qbic sweep cells.qbi test.tif -p level=10:50:5 -p 'filter=median(3),gaussian(1)' -o results",
    "qbic sweep cells.qbi --batch images -p level=10:50:5 -o results --report results/sweep.html",
    "qbic sweep cells.qbi test.tif --params points.csv -o results",
    "qbic sweep cells.qbi test.tif -p level=10:50:5 --dry-run  # how much the points share",
    NULL,
};
static const char *const watch_examples[] = {
    "qbic watch cells.qbi incoming -o results",
    "qbic watch cells.qbi incoming -o results --until 96",
    "qbic watch cells.qbi incoming -r -o results --idle 10m",
    NULL,
};
static const char *const report_examples[] = {
    "qbic run cells.qbi test.tif --report run.json && qbic report run.json -o run.html",
    "qbic scale cells.qbi test.tif --json > scale.json && qbic report run.json scale.json -o "
    "run.html",
    NULL,
};
static const char *const scale_examples[] = {
    "qbic scale cells.qbi test.tif",
    "qbic scale cells.qbi test.tif --max 8 --repeat 9 --json",
    "qbic scale cells.qbi test.tif --report scale.html",
    NULL,
};
static const char *const check_examples[] = {
    "qbic check cells.qbi",
    "qbic check cells.qbi --json | jq .message",
    NULL,
};
static const char *const plan_examples[] = {
    "qbic plan cells.qbi test.tif",
    "qbic plan cells.qbi test.tif -m 64M        # does it fit, and how",
    NULL,
};
static const char *const explain_examples[] = {
    "qbic explain cells.qbi test.tif",
    "qbic explain cells.qbi test.tif --no-pass commute-thresholds",
    "qbic explain QB0403                        # the long story of an error",
    NULL,
};
static const char *const graph_examples[] = {
    "qbic graph cells.qbi test.tif -o cells.svg",
    "qbic graph cells.qbi test.tif | dot -Tpdf -o cells.pdf",
    NULL,
};
static const char *const verify_examples[] = {
    "qbic verify cells.qbi test.tif",
    "qbic verify cells.qbi test.tif -p level=20 -v",
    NULL,
};
static const char *const ops_examples[] = {"qbic ops", "qbic ops median",
                                           "qbic ops --json | jq '.[].name'", NULL};
static const char *const info_examples[] = {
    "qbic info test.tif",
    "qbic info big.tif --png preview.png        # a picture of it too",
    "qbic info --header slices/*.tif            # without reading a voxel",
    "qbic info test.tif --json | jq .mean",
    NULL,
};
static const char *const fmt_examples[] = {
    "qbic fmt cells.qbi",
    "qbic fmt --check *.qbi                     # names the files that differ; for a test or a "
    "hook",
    "qbic fmt - < cells.qbi                     # from standard input to standard output",
    NULL,
};
static const char *const new_examples[] = {"qbic new cells", NULL};
static const char *const completion_examples[] = {
    "qbic completion bash > ~/.local/share/bash-completion/completions/qbic",
    "qbic completion zsh > ~/.zfunc/_qbic       # a folder of $fpath",
    "qbic completion fish > ~/.config/fish/completions/qbic.fish",
    NULL,
};
static const char *const man_examples[] = {"qbic man > qbic.1", "qbic man | man -l -", NULL};

const QbVerb qb_verbs[] = {
    {.name = "run",
     .bit = QB_VERB_RUN,
     .usage = "FILE.qbi [IMAGE…]",
     .help = "runs a pipeline; images bind to its path parameters in order",
     .examples = run_examples,
     .main = qb_cli_run},
    {.name = "batch",
     .bit = QB_VERB_BATCH,
     .usage = "FILE.qbi FOLDER|PATTERN|IMAGE… -o DIR",
     .help = "the same pipeline over many images; the same command goes on after a stop",
     .examples = batch_examples,
     .main = qb_cli_batch},
    {.name = "sweep",
     .bit = QB_VERB_SWEEP,
     .usage = "FILE.qbi [IMAGE…] -p NAME=V1,V2,V3 -p NAME=LO:HI:STEP",
     .help = "every combination of parameters; what the points share is computed once",
     .examples = sweep_examples,
     .main = qb_cli_sweep},
    {.name = "watch",
     .bit = QB_VERB_WATCH,
     .usage = "FILE.qbi FOLDER -o DIR",
     .help = "images as they arrive in a folder; the same command goes on after a stop",
     .examples = watch_examples,
     .main = qb_cli_watch},
    {.name = "check",
     .bit = QB_VERB_CHECK,
     .usage = "FILE.qbi [IMAGE…]",
     .help = "all static errors and notes, without running",
     .examples = check_examples,
     .main = qb_cli_check},
    {.name = "plan",
     .bit = QB_VERB_PLAN,
     .usage = "FILE.qbi [IMAGE…]",
     .help = "what would happen: types, pages, passes, chunks, peak memory",
     .examples = plan_examples,
     .main = qb_cli_plan},
    {.name = "explain",
     .bit = QB_VERB_EXPLAIN,
     .usage = "FILE.qbi [IMAGE…] | CODE…",
     .help = "the graph before and after each pass, and why; or what an error's code means",
     .examples = explain_examples,
     .main = qb_cli_explain},
    {.name = "graph",
     .bit = QB_VERB_GRAPH,
     .usage = "FILE.qbi [IMAGE…]",
     .help = "the graph of a pipeline as dot, SVG or PNG; what no output needs is dashed",
     .examples = graph_examples,
     .main = qb_cli_graph},
    {.name = "verify",
     .bit = QB_VERB_VERIFY,
     .usage = "FILE.qbi [IMAGE…]",
     .help =
         "runs in odd chunks, few threads, tight memory, without passes: are all outputs the same",
     .examples = verify_examples,
     .main = qb_cli_verify},
    {.name = "scale",
     .bit = QB_VERB_SCALE,
     .usage = "FILE.qbi [IMAGE…]",
     .help = "runs with 1, 2, 4 … threads: measured speed-up beside Amdahl's",
     .examples = scale_examples,
     .main = qb_cli_scale},
    {.name = "report",
     .bit = QB_VERB_REPORT,
     .usage = "RUN.json [SCALE.json]",
     .help = "the report of an earlier run as a page",
     .examples = report_examples,
     .main = qb_cli_report},
    {.name = "ops",
     .bit = QB_VERB_OPS,
     .usage = "[NAME…]",
     .help = "the operators, or all about one",
     .examples = ops_examples,
     .main = qb_cli_ops},
    {.name = "info",
     .bit = QB_VERB_INFO,
     .usage = "IMAGE…",
     .help = "an image's shape, type, pages, voxel size, range, mean and histogram",
     .examples = info_examples,
     .main = qb_cli_info},
    {.name = "fmt",
     .bit = QB_VERB_FMT,
     .usage = "FILE.qbi…",
     .help = "writes pipelines in the one canonical layout; every comment is kept",
     .examples = fmt_examples,
     .main = qb_cli_fmt},
    {.name = "new",
     .bit = QB_VERB_NEW,
     .usage = "NAME",
     .help = "writes NAME.qbi, a pipeline to start from",
     .examples = new_examples,
     .main = qb_cli_new},
    {.name = "completion",
     .bit = QB_VERB_COMPLETION,
     .usage = "bash|zsh|fish",
     .help = "a script with which a shell completes qbic's command line",
     .examples = completion_examples,
     .main = qb_cli_completion,
     .hidden = true},
    {.name = "man",
     .bit = QB_VERB_MAN,
     .usage = "",
     .help = "the man page, as roff",
     .examples = man_examples,
     .main = qb_cli_man,
     .hidden = true},
};
const int qb_n_verbs = QB_COUNT(qb_verbs);

static const QbVerb *find_verb(const char *name)
{
    for (int k = 0; k < qb_n_verbs; k++) {
        if (strcmp(qb_verbs[k].name, name) == 0)
            return &qb_verbs[k];
    }
    return NULL;
}

static int unknown_verb(const char *name)
{
    const char *names[QB_COUNT(qb_verbs) + 2];
    int n_names = 0;
    for (int k = 0; k < qb_n_verbs; k++) {
        if (!qb_verbs[k].hidden)
            names[n_names++] = qb_verbs[k].name;
    }
    names[n_names++] = "help";
    names[n_names++] = "version";
    size_t n = strlen(name);
    if (n > 4 && strcmp(name + n - 4, ".qbi") == 0)
        return qb_fail(QB_EXIT_USAGE, "unknown command '%s'; did you mean 'qbic run %s'?", name,
                       name);
    const char *near = qb_nearest(name, names, n_names);
    if (near)
        return qb_fail(QB_EXIT_USAGE, "unknown command '%s'; did you mean '%s'?", name, near);
    return qb_fail(QB_EXIT_USAGE, "unknown command '%s'; 'qbic help' lists the commands", name);
}

static int print_version(int n_more, char **more)
{
    if (n_more)
        return qb_fail(QB_EXIT_USAGE, "'qbic version' takes no argument, found '%s'", more[0]);
    QbText t = {0};
    qb_text_add(&t, "qbic " QB_VERSION "\n");
    return qb_print(&t);
}

static int print_help(const char *verb_name)
{
    QbText t = {0};
    if (!verb_name) {
        qb_help_all(&t);
        return qb_print(&t);
    }
    const QbVerb *verb = find_verb(verb_name);
    if (!verb)
        return unknown_verb(verb_name);
    qb_help_verb(verb, NULL, &t);
    return qb_print(&t);
}

static int run_verb(const QbVerb *verb, int argc, char **argv)
{
    QbCliOptions o = {0};
    int status = QB_EXIT_USAGE;
    if (qb_options_parse(verb, argc, argv, &o)) {
        if (o.help) {
            QbText t = {0};
            qb_help_verb(verb, &o, &t);
            status = qb_print(&t);
        } else {
            status = verb->main(&o);
        }
    }
    qb_options_free(&o);
    return status;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is a write error like any other */
    if (argc < 2) {
        QbText t = {0};
        qb_help_all(&t);
        fputs(t.s, stderr);
        qb_text_free(&t);
        return QB_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0)
        return print_version(argc - 2, argv + 2);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_help(NULL);
    if (strcmp(name, "help") == 0)
        return print_help(argc > 2 && strcmp(argv[2], "--help") != 0 ? argv[2] : NULL);
    const QbVerb *verb = find_verb(name);
    return verb ? run_verb(verb, argc - 2, argv + 2) : unknown_verb(name);
}
