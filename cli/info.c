/* qbic info: what the header of an image says. */
#include "cli/cli.h"

#include "runtime/imgio.h"

static void add_spacing(QbText *t, const QbType *type)
{
    bool known = false;
    for (int u = 0; u < type->rank; u++)
        known |= type->spacing[qb_axis(type->rank, u)] > 0;
    if (!known) {
        qb_text_add(t, "  voxel size   unknown\n");
        return;
    }
    qb_text_add(t, "  voxel size   ");
    for (int u = 0; u < type->rank; u++) {
        double s = type->spacing[qb_axis(type->rank, u)];
        qb_text_add(t, u ? " × " : "");
        if (s > 0)
            qb_text_add_number(t, s);
        else
            qb_text_add(t, "?");
    }
    qb_text_add(t, " um\n");
}

static void add_info(QbText *t, const char *path, const QbImageInfo *i)
{
    char type[96];
    qb_text_addf(t, "%s\n  type         %s\n", path, qb_type_text(&i->type, type));
    qb_text_addf(t, "  voxels       %lld\n", (long long)qb_voxels(&i->type));
    add_spacing(t, &i->type);
    qb_text_addf(t, "  pages        %lld\n", (long long)i->pages);
    qb_text_addf(t, "  in the file  %d bit × %d, %s, %lld rows decoded at a time, %lld bytes\n",
                 i->bits, i->samples, i->compression, (long long)i->atom_rows,
                 (long long)i->file_bytes);
}

int qb_cli_info(const QbCliOptions *o)
{
    if (o->positional.n == 0)
        return qb_fail(QB_EXIT_USAGE, "expected an image, as in 'qbic info test.tif'");
    QbText t = {0};
    int status = QB_EXIT_DONE;
    for (int k = 0; k < o->positional.n; k++) {
        QbReadSpec spec = {.path = o->positional.v[k], .page = -1, .channel = -1, .time = -1};
        QbImageInfo info;
        QbErr err = {0};
        if (qb_image_info(&spec, &info, &err))
            add_info(&t, spec.path, &info);
        else
            status = qb_fail(QB_EXIT_FAILED, "%s", err.text);
    }
    int written = qb_print(&t);
    return status ? status : written;
}
