/* qbic completion: scripts for bash, zsh and fish, made from the tables of verbs, options and operators. */
#include "cli/cli.h"

#include <string.h>

/* ---- lists ----------------------------------------------------------------------------------------------- */

static void add_ops(QbText *t)
{
    for (int k = 0; k < qb_n_ops; k++) {
        if (!qb_ops[k]->hidden)
            qb_text_addf(t, "%s ", qb_ops[k]->name);
    }
}

static void add_passes(QbText *t)
{
    for (int k = 0; qb_pass_names[k]; k++)
        qb_text_addf(t, "%s ", qb_pass_names[k]);
}

static void add_verbs(QbText *t)
{
    for (int k = 0; k < qb_n_verbs; k++)
        if (!qb_verbs[k].hidden)
            qb_text_addf(t, "%s ", qb_verbs[k].name);
    qb_text_add(t, "help version ");
}

/* `s` inside single quotes of a shell. */
static void add_quoted(QbText *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            qb_text_add(t, "'\\''");
        else
            qb_text_addn(t, s, 1);
    }
}

/* ---- bash ------------------------------------------------------------------------------------------------ */

static void add_bash_options(QbText *t, const QbVerb *verb)
{
    QbOptionInfo opt;
    qb_text_addf(t, "        %s) options='", verb->name);
    for (int k = 0; qb_option_shown(verb->bit, k, &opt); k++)
        qb_text_addf(t, "--%s ", opt.name);
    qb_text_add(t, "' ;;\n");
}

static void add_bash(QbText *t)
{
    qb_text_add(t, "# bash completion of qbic; made by 'qbic completion bash'\n"
                   "_qbic() {\n"
                   "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                   "    local verb=${COMP_WORDS[1]} options=''\n"
                   "    local verbs='");
    add_verbs(t);
    qb_text_add(t, "'\n    local ops='");
    add_ops(t);
    qb_text_add(t, "'\n    local passes='");
    add_passes(t);
    qb_text_add(t, "'\n    COMPREPLY=()\n"
                   "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                   "        COMPREPLY=($(compgen -W \"$verbs\" -- \"$word\"))\n"
                   "        return\n"
                   "    fi\n"
                   "    case $verb in\n");
    for (int k = 0; k < qb_n_verbs; k++)
        add_bash_options(t, &qb_verbs[k]);
    qb_text_add(t,
                "    esac\n"
                "    case $before in\n"
                "        --no-pass) COMPREPLY=($(compgen -W \"$passes\" -- \"$word\")); return ;;\n"
                "        -p|--param|-t|--threads|-m|--memory) return ;;\n"
                "    esac\n"
                "    case $verb:$word in\n"
                "        *:-*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
                "        ops:*) COMPREPLY=($(compgen -W \"$ops\" -- \"$word\")) ;;\n"
                "        help:*) COMPREPLY=($(compgen -W \"$verbs\" -- \"$word\")) ;;\n"
                "        completion:*) COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$word\")) ;;\n"
                "        *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
                "    esac\n"
                "}\n"
                "complete -o filenames -o bashdefault -F _qbic qbic\n");
}

/* ---- zsh ------------------------------------------------------------------------------------------------- */

/* A help text inside an option's [ ] and single quotes. */
static void add_zsh_help(QbText *t, const char *help)
{
    for (; *help; help++) {
        if (*help == '\'')
            qb_text_add(t, "'\\''");
        else
            qb_text_addf(t, strchr("[]:\\", *help) ? "\\%c" : "%c", *help);
    }
}

static void add_zsh_option(QbText *t, const QbOptionInfo *opt)
{
    const char *action = strcmp(opt->name, "no-pass") == 0 ? "(${=passes})"
                         : strcmp(opt->name, "output") == 0 || strcmp(opt->name, "report") == 0 ||
                                 strcmp(opt->name, "params") == 0
                             ? "_files"
                             : " ";
    const char *const names[] = {opt->name, NULL};
    char brief[2] = {opt->brief, 0};
    for (int k = opt->brief ? -1 : 0; k < 1; k++) {
        qb_text_addf(t, k < 0 ? " \\\n                '*-%s[" : " \\\n                '*--%s[",
                     k < 0 ? brief : names[0]);
        add_zsh_help(t, opt->help);
        qb_text_add(t, "]");
        if (opt->value) {
            qb_text_add(t, ":");
            add_zsh_help(t, opt->value);
            qb_text_addf(t, ":%s", action);
        }
        qb_text_add(t, "'");
    }
}

static void add_zsh_verb(QbText *t, const QbVerb *verb)
{
    QbOptionInfo opt;
    qb_text_addf(t, "        %s)\n            _arguments", verb->name);
    for (int k = 0; qb_option_shown(verb->bit, k, &opt); k++)
        add_zsh_option(t, &opt);
    qb_text_addf(t, " \\\n                '*: :%s' ;;\n",
                 verb->bit == QB_VERB_OPS          ? "(${=ops})"
                 : verb->bit == QB_VERB_COMPLETION ? "(bash zsh fish)"
                                                   : "_files");
}

static void add_zsh(QbText *t)
{
    qb_text_add(t, "#compdef qbic\n# zsh completion of qbic; made by 'qbic completion zsh'\n"
                   "_qbic() {\n    local -a verbs\n    local ops='");
    add_ops(t);
    qb_text_add(t, "' passes='");
    add_passes(t);
    qb_text_add(t, "'\n    verbs=(\n");
    for (int k = 0; k < qb_n_verbs; k++) {
        if (qb_verbs[k].hidden)
            continue;
        qb_text_addf(t, "        '%s:", qb_verbs[k].name);
        add_quoted(t, qb_verbs[k].help);
        qb_text_add(t, "'\n");
    }
    qb_text_add(
        t,
        "        'help:help of a command'\n        'version:the version'\n    )\n"
        "    if (( CURRENT == 2 )); then\n        _describe command verbs\n        return\n    fi\n"
        "    local verb=$words[2]\n"
        "    shift words\n    (( CURRENT-- ))\n"
        "    case $verb in\n");
    for (int k = 0; k < qb_n_verbs; k++)
        add_zsh_verb(t, &qb_verbs[k]);
    qb_text_add(t, "        help) _describe command verbs ;;\n    esac\n}\n_qbic \"$@\"\n");
}

/* ---- fish ------------------------------------------------------------------------------------------------ */

/* `s` inside single quotes of fish, which knows \' and \\. */
static void add_fish_help(QbText *t, const char *s)
{
    for (; *s; s++)
        qb_text_addf(t, *s == '\'' || *s == '\\' ? "\\%c" : "%c", *s);
}

static void add_fish_verb(QbText *t, const QbVerb *verb)
{
    QbOptionInfo opt;
    if (!verb->hidden) {
        qb_text_addf(t, "complete -c qbic -n __fish_use_subcommand -f -a %s -d '", verb->name);
        add_fish_help(t, verb->help);
        qb_text_add(t, "'\n");
    }
    for (int k = 0; qb_option_shown(verb->bit, k, &opt); k++) {
        qb_text_addf(t, "complete -c qbic -n '__fish_seen_subcommand_from %s' -l %s", verb->name,
                     opt.name);
        if (opt.brief)
            qb_text_addf(t, " -s %c", opt.brief);
        bool passes = strcmp(opt.name, "no-pass") == 0;
        qb_text_add(t, passes ? " -x -a '" : opt.value ? " -r" : "");
        if (passes)
            add_passes(t);
        qb_text_add(t, passes ? "' -d '" : " -d '");
        add_fish_help(t, opt.help);
        qb_text_add(t, "'\n");
    }
}

static void add_fish(QbText *t)
{
    qb_text_add(t, "# fish completion of qbic; made by 'qbic completion fish'\n");
    for (int k = 0; k < qb_n_verbs; k++)
        add_fish_verb(t, &qb_verbs[k]);
    qb_text_add(t, "complete -c qbic -n '__fish_seen_subcommand_from ops' -f -a '");
    add_ops(t);
    qb_text_add(
        t,
        "'\ncomplete -c qbic -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n");
}

/* ---- the verb -------------------------------------------------------------------------------------------- */

int qb_cli_completion(const QbCliOptions *o)
{
    static const struct {
        const char *shell;
        void (*add)(QbText *t);
    } shells[] = {{"bash", add_bash}, {"zsh", add_zsh}, {"fish", add_fish}};
    if (o->positional.n != 1)
        return qb_fail(QB_EXIT_USAGE, "expected a shell, as in 'qbic completion bash'");
    for (int k = 0; k < QB_COUNT(shells); k++) {
        if (strcmp(shells[k].shell, o->positional.v[0]) != 0)
            continue;
        QbText t = {0};
        shells[k].add(&t);
        return qb_print(&t);
    }
    return qb_fail(QB_EXIT_USAGE, "no completion for '%s': the shells are bash, zsh and fish",
                   o->positional.v[0]);
}
