/* Help texts, made from the tables of verbs and options; and a pipeline's own parameters, from its text. */
#include "cli/cli.h"

#include <string.h>

void qb_help_all(QbText *out)
{
    qb_text_add(out, "qbic: measures images, as a pipeline file says\n\nexamples:\n"
                     "  qbic run cells.qbi test.tif\n"
                     "  qbic check cells.qbi\n"
                     "  qbic ops median\n\nusage: qbic COMMAND …\n\n");
    for (int k = 0; k < qb_n_verbs; k++) {
        if (!qb_verbs[k].hidden)
            qb_text_addf(out, "  %-8s %s\n", qb_verbs[k].name, qb_verbs[k].help);
    }
    qb_text_add(out, "  help     this text; 'qbic help COMMAND' says more of one\n"
                     "  version  the version\n");
    qb_text_add(
        out,
        "\nexit status: 0 done, 1 an input cannot be read or an output not be written, or memory\n"
        "or disk do not suffice, 2 wrong usage or a wrong pipeline, 3 some images of a batch "
        "failed,\n"
        "130 interrupted\n");
}

static void add_span(QbText *out, const QbSource *s, QbSpan span)
{
    qb_text_addn(out, s->text + span.lo, span.hi - span.lo);
}

static void help_param(const QbSource *s, const QbStmt *st, QbText *out)
{
    QbText left = {0};
    qb_text_add(&left, st->name);
    if (st->type)
        qb_text_addf(&left, ": %s", st->type);
    if (st->has_domain && st->domain_lo && st->domain_hi) {
        qb_text_add(&left, " in ");
        add_span(&left, s, qb_span_join(st->domain_lo->span, st->domain_hi->span));
    } else if (st->has_domain && st->n_domain_values) {
        qb_text_add(&left, " in [");
        add_span(&left, s,
                 qb_span_join(st->domain_values[0]->span,
                              st->domain_values[st->n_domain_values - 1]->span));
        qb_text_add(&left, "]");
    }
    qb_text_add(&left, " = ");
    if (st->value)
        add_span(&left, s, st->value->span);
    qb_text_addf(out, "  %-36s %s\n", left.s, st->help ? st->help : "");
    qb_text_free(&left);
}

static void help_file(const QbFile *file, QbText *out)
{
    int n = 0;
    for (int k = 0; k < file->n; k++) {
        const QbStmt *st = file->stmts[k];
        if (st->kind != QB_S_PARAM)
            continue;
        if (n++ == 0)
            qb_text_addf(out, "\nparameters of %s (-p NAME=VALUE):\n", file->source->name);
        help_param(file->source, st, out);
    }
}

/* Of the pipeline, and of the files that it uses. */
static void help_pipeline(const QbCliOptions *o, QbText *out)
{
    QbPipeline p;
    QbCliOptions plain = {.positional = o->positional};
    if (qb_pipeline_open(&p, o->positional.v[0]) == 0) {
        help_file(p.file, out);
        qb_pipeline_lower(&p, &plain, true);
        for (int k = 1; p.dag && k < p.dag->n_sources; k++)
            help_file(qb_parse_file(p.arena, p.dag->sources[k], &p.diags), out);
    }
    qb_pipeline_close(&p);
}

void qb_help_verb(const QbVerb *verb, const QbCliOptions *o, QbText *out)
{
    qb_text_addf(out, "qbic %s: %s\n\nexamples:\n", verb->name, verb->help);
    for (const char *const *e = verb->examples; *e; e++)
        qb_text_addf(out, "  %s\n", *e);
    qb_text_addf(out, "\nusage: qbic %s %s%s[options]\n\noptions:\n", verb->name, verb->usage,
                 *verb->usage ? " " : "");
    qb_options_help(verb->bit, out);
    if (o && (verb->bit & QB_VERB_PIPELINE) && o->positional.n > 0)
        help_pipeline(o, out);
}
