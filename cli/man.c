/* qbic man: the man page, and the manual's section of commands, made from the tables of verbs and options. */
#include "cli/cli.h"

#include <string.h>

/* Text that roff takes as it is written; other than ASCII characters by their code points. */
static void add(QbText *t, const char *s)
{
    size_t n = strlen(s);
    for (size_t at = 0; at < n;) {
        uint32_t code;
        int length = qb_utf8_decode(s + at, n - at, &code);
        if (code == '\\')
            qb_text_add(t, "\\e");
        else if (code == '-')
            qb_text_add(t, "\\-");
        else if (code == '\'')
            qb_text_add(t, "\\(aq");
        else if (code == '`')
            qb_text_add(t, "\\(ga");
        else if (code == '~')
            qb_text_add(t, "\\(ti");
        else if (code == '^')
            qb_text_add(t, "\\(ha");
        else if (code == '.' && (t->n == 0 || t->s[t->n - 1] == '\n'))
            qb_text_add(t, "\\&.");
        else if (code < 0x80)
            qb_text_addn(t, s + at, 1);
        else
            qb_text_addf(t, "\\[u%04X]", (unsigned)code);
        at += length > 0 ? (size_t)length : 1;
    }
}

static void add_options(QbText *t, const QbVerb *verb)
{
    QbOptionInfo opt;
    for (int k = 0; qb_option_shown(verb->bit, k, &opt); k++) {
        qb_text_add(t, ".TP\n");
        if (opt.brief)
            qb_text_addf(t, "\\fB\\-%c\\fR, ", opt.brief);
        qb_text_add(t, "\\fB\\-\\-");
        add(t, opt.name);
        qb_text_add(t, "\\fR");
        if (opt.value) {
            qb_text_add(t, " \\fI");
            add(t, opt.value);
            qb_text_add(t, "\\fR");
        }
        qb_text_add(t, "\n");
        add(t, opt.help);
        qb_text_add(t, "\n");
    }
}

static void add_verb(QbText *t, const QbVerb *verb)
{
    qb_text_add(t, ".SS \"qbic ");
    add(t, verb->name);
    qb_text_add(t, *verb->usage ? " " : "");
    add(t, verb->usage);
    qb_text_add(t, "\"\n");
    add(t, verb->help);
    qb_text_add(t, "\n");
    add_options(t, verb);
    qb_text_add(t, ".PP\nExamples:\n.PP\n.nf\n.RS\n");
    for (const char *const *e = verb->examples; *e; e++) {
        add(t, *e);
        qb_text_add(t, "\n");
    }
    qb_text_add(t, ".RE\n.fi\n");
}

static void add_statuses(QbText *t)
{
    static const char *const rows[][2] = {
        {"0", "done"},
        {"1",
         "an input cannot be read, an output cannot be written, or memory or disk do not suffice"},
        {"2", "wrong usage, or a pipeline that is wrong or does not fit its images"},
        {"130", "interrupted"},
    };
    qb_text_add(t, ".SH \"EXIT STATUS\"\n");
    for (int k = 0; k < QB_COUNT(rows); k++)
        qb_text_addf(t, ".TP\n\\fB%s\\fR\n%s\n", rows[k][0], rows[k][1]);
}

/* ---- Markdown -------------------------------------------------------------------------------------------- */

static void add_verb_md(QbText *t, const QbVerb *verb)
{
    QbOptionInfo opt;
    qb_text_addf(t, "\n### qbic %s\n\n`qbic %s%s%s`: %s.\n\n```\n", verb->name, verb->name,
                 *verb->usage ? " " : "", verb->usage, verb->help);
    for (const char *const *e = verb->examples; *e; e++)
        qb_text_addf(t, "%s\n", *e);
    qb_text_add(t, "```\n\n| option | |\n|---|---|\n");
    for (int k = 0; qb_option_shown(verb->bit, k, &opt); k++) {
        qb_text_add(t, "| `");
        if (opt.brief)
            qb_text_addf(t, "-%c`, `", opt.brief);
        qb_text_addf(t, "--%s%s%s` | %s |\n", opt.name, opt.value ? " " : "",
                     opt.value ? opt.value : "", opt.help);
    }
}

static int print_md(void)
{
    QbText t = {0};
    for (int k = 0; k < qb_n_verbs; k++)
        add_verb_md(&t, &qb_verbs[k]);
    return qb_print(&t);
}

/* ---- the verb -------------------------------------------------------------------------------------------- */

int qb_cli_man(const QbCliOptions *o)
{
    if (o->positional.n > 0)
        return qb_fail(QB_EXIT_USAGE, "unexpected argument '%s'", o->positional.v[0]);
    if (o->md)
        return print_md();
    QbText t = {0};
    qb_text_add(
        &t,
        ".TH QBIC 1 \"\" \"qbic " QB_VERSION "\" \"User Commands\"\n"
        ".SH NAME\nqbic \\- measures images, as a pipeline file says\n"
        ".SH SYNOPSIS\n.B qbic\n\\fICOMMAND\\fR [\\fIARGUMENT\\fR]... [\\fIOPTION\\fR]...\n"
        ".SH DESCRIPTION\n"
        "A pipeline file says what is wanted of an image: filter it, threshold it, label it, "
        "count\n"
        "the objects.\nqbic checks the file against the image, plans the work, and streams it in\n"
        "bounded memory.\nThe bytes of every result are the same for any number of threads.\n"
        ".SH COMMANDS\n");
    for (int k = 0; k < qb_n_verbs; k++)
        add_verb(&t, &qb_verbs[k]);
    add_statuses(&t);
    qb_text_add(&t, ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nif set, messages have no colours\n");
    return qb_print(&t);
}
