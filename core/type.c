/* Names of kinds, and a type as people read it. Knows no operators and no files. */
#include "core/type.h"

#include <stdio.h>

static const char *const kind_names[QB_KIND_COUNT] = {
    [QB_NONE] = "nothing", [QB_NUMBER] = "number", [QB_BOOL] = "bool",     [QB_STRING] = "string",
    [QB_PATH] = "path",    [QB_LENGTH] = "length", [QB_TIME] = "time",     [QB_LIST] = "list",
    [QB_IMAGE] = "image",  [QB_MASK] = "mask",     [QB_LABELS] = "labels", [QB_ELEMENT] = "element",
    [QB_TABLE] = "table",  [QB_STAGE] = "stage",   [QB_BLOB] = "summary",  [QB_PICTURE] = "picture",
    [QB_PLOT] = "plot",
};

const char *qb_kind_name(QbKind k)
{
    if ((unsigned)k >= QB_KIND_COUNT)
        QB_BUG("kind %d", (int)k);
    return kind_names[k];
}

/* "table (label, voxels)"; names beyond the buffer become an ellipsis. */
static void table_text(const QbType *t, char buf[96])
{
    size_t n = (size_t)snprintf(buf, 96, "table (");
    for (int k = 0; k < t->n_columns; k++) {
        const char *sep = k > 0 ? ", " : "";
        int need = snprintf(NULL, 0, "%s%s", sep, t->columns[k].name);
        if (n + (size_t)need + 8 > 96) {
            n += (size_t)snprintf(buf + n, 96 - n, "%s…", sep);
            break;
        }
        n += (size_t)snprintf(buf + n, 96 - n, "%s%s", sep, t->columns[k].name);
    }
    snprintf(buf + n, 96 - n, ")");
}

const char *qb_type_text(const QbType *t, char buf[96])
{
    if (t->kind == QB_TABLE && t->n_columns > 0) {
        table_text(t, buf);
        return buf;
    }
    if (!qb_is_raster(t->kind)) {
        snprintf(buf, 96, "%s", qb_kind_name(t->kind));
        return buf;
    }
    /* The pixel type of masks and labels is fixed, so it is not worth a word. */
    const char *pix = t->kind == QB_IMAGE ? qb_pix_info[t->pix].name : "";
    const char *gap = t->kind == QB_IMAGE ? " " : "";
    if (t->rank == 3)
        snprintf(buf, 96, "%s%s%s %lld×%lld×%lld", qb_kind_name(t->kind), gap, pix,
                 (long long)t->n[0], (long long)t->n[1], (long long)t->n[2]);
    else
        snprintf(buf, 96, "%s%s%s %lld×%lld", qb_kind_name(t->kind), gap, pix, (long long)t->n[0],
                 (long long)t->n[2]);
    return buf;
}
