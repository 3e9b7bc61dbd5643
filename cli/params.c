/* A parameter file: one JSON object or TOML table, its entries turned into the texts that -p would give. */
#include "cli/cli.h"
#include "cli/params_toml.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A JSON string as a qbi string: braces doubled, so that nothing is interpolated. */
static void add_string(QbText *t, const char *s)
{
    qb_text_add(t, "\"");
    for (; *s; s++) {
        switch (*s) {
        case '\n':
            qb_text_add(t, "\\n");
            break;
        case '\t':
            qb_text_add(t, "\\t");
            break;
        case '"':
            qb_text_add(t, "\\\"");
            break;
        case '\\':
            qb_text_add(t, "\\\\");
            break;
        case '{':
            qb_text_add(t, "{{");
            break;
        case '}':
            qb_text_add(t, "}}");
            break;
        default:
            qb_text_addn(t, s, 1);
        }
    }
    qb_text_add(t, "\"");
}

static const char *kind_of(const json_t *v)
{
    return json_is_object(v) ? "an object" : json_is_array(v) ? "a nested list" : "null";
}

/* Number or bool, and strings inside lists; false for anything else. */
static bool add_value(QbText *t, const json_t *v)
{
    if (json_is_string(v))
        add_string(t, json_string_value(v));
    else if (json_is_integer(v))
        qb_text_addf(t, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        qb_text_add_number(t, json_real_value(v));
    else if (json_is_boolean(v))
        qb_text_add(t, json_is_true(v) ? "true" : "false");
    else
        return false;
    return true;
}

/* The JSON value that stopped it is returned; NULL: none did. */
static const json_t *add_entry(QbText *t, const json_t *v)
{
    if (!json_is_array(v))
        return add_value(t, v) ? NULL : v;
    qb_text_add(t, "[");
    for (size_t k = 0; k < json_array_size(v); k++) {
        const json_t *item = json_array_get(v, k);
        if (k)
            qb_text_add(t, ", ");
        if (!add_value(t, item))
            return item;
    }
    qb_text_add(t, "]");
    return NULL;
}

static bool convert(QbArena *arena, const char *path, json_t *root, QbOverride **out, int *n,
                    int *status)
{
    QbOverride *v = QB_NEW_N(arena, QbOverride, json_object_size(root) + 1);
    int count = 0;
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        QbText t = {0};
        const json_t *wrong = NULL;
        bool is_string = json_is_string(value);
        if (is_string)
            qb_text_add(&t, json_string_value(value));
        else
            wrong = add_entry(&t, value);
        if (wrong) {
            qb_text_free(&t);
            *status = qb_fail(
                QB_EXIT_USAGE,
                "%s: '%s' is %s; expected a number, a string, true, false or a list of them", path,
                key, kind_of(wrong));
            return false;
        }
        v[count++] = (QbOverride){.name = qb_arena_strdup(arena, key),
                                  .value = qb_arena_strdup(arena, t.s ? t.s : ""),
                                  .from = "file",
                                  .literal_string = is_string};
        qb_text_free(&t);
    }
    *out = v;
    *n = count;
    return true;
}

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    return n >= m && !strcmp(path + n - m, ending);
}

/* NULL, and the status, after an error. */
static json_t *load(const char *path, const char *text, size_t n, int *status)
{
    json_error_t e;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &e);
    if (root && json_is_object(root))
        return root;
    if (root)
        *status = qb_fail(QB_EXIT_USAGE, "%s: expected one JSON object, as {\"level\": 20}", path);
    else
        *status = qb_fail(QB_EXIT_USAGE, "%s:%d:%d: %s", path, e.line, e.column, e.text);
    json_decref(root);
    return NULL;
}

static json_t *load_toml(const char *path, const char *text, size_t n, int *status)
{
    QbTomlError e = {0};
    char *json = qb_toml_to_json(text, n, &e);
    if (!json) {
        *status = qb_fail(QB_EXIT_USAGE, "%s:%d:%d: %s", path, e.line, e.column, e.text);
        return NULL;
    }
    json_t *root = load(path, json, strlen(json), status);
    free(json);
    return root;
}

bool qb_params_read(QbArena *arena, const char *path, QbOverride **v, int *n, int *status)
{
    char *text;
    size_t length;
    bool toml = ends_in(path, ".toml");
    if (!toml && !ends_in(path, ".json")) {
        *status =
            qb_fail(QB_EXIT_USAGE,
                    "'--params' expects a file that ends in .json or .toml, found '%s'", path);
        return false;
    }
    if (!qb_file_read(arena, path, &text, &length)) {
        *status = qb_fail(QB_EXIT_FAILED, "cannot open '%s': %s", path, strerror(errno));
        return false;
    }
    json_t *root = (toml ? load_toml : load)(path, text, length, status);
    bool ok = root && convert(arena, path, root, v, n, status);
    json_decref(root);
    return ok;
}

bool qb_json_has(const char *text, const char *const *keys)
{
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_object(root);
    for (; ok && *keys; keys++)
        ok = json_object_get(root, *keys) != NULL;
    json_decref(root);
    return ok;
}
