/* OME-XML in a TIFF's description: how many channels, slices and times, in which order pages hold them, voxel sizes. The XML is
 * expat's work. What is not well-formed is as if it were not there; no number is believed beyond the right range. */
#include "runtime/tiff_read.h"

#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

/* What is known while the elements pass by. Only the first Pixels counts; those after it are other images. */
typedef struct Ome {
    QbTiffMeta *m;
    char order[6];
    int depth,
        pixels_depth; /* of the open elements; of the first Pixels while it is open, else 0 */
    bool has_channel, has_steps;
} Ome;

/* The name without its prefix: "Pixels" of "OME:Pixels". */
static const char *plain_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char *const *list, const char *key)
{
    for (; list[0]; list += 2)
        if (!strcmp(list[0], key))
            return list[1];
    return NULL;
}

static int64_t count_of(const char *const *list, const char *key, int64_t least, int64_t otherwise)
{
    const char *v = attribute(list, key);
    char *end;
    if (!v)
        return otherwise;
    errno = 0;
    long long n = strtoll(v, &end, 10);
    return end == v || *end || errno || n < least || n > QB_TIFF_MAX_PAGES ? otherwise : (int64_t)n;
}

static double size_of(const char *const *list, const char *key, const char *unit_key)
{
    const char *v = attribute(list, key), *unit = attribute(list, unit_key);
    char *end;
    double d = v ? strtod(v, &end) : 0;
    if (!v || end == v || *end)
        return 0;
    return qb_tiff_sane_size(d * (unit ? qb_tiff_unit_um(unit, strlen(unit)) : 1));
}

static void open_pixels(Ome *o, const char *const *list)
{
    static const char *const keys[3][2] = {{"PhysicalSizeZ", "PhysicalSizeZUnit"},
                                           {"PhysicalSizeY", "PhysicalSizeYUnit"},
                                           {"PhysicalSizeX", "PhysicalSizeXUnit"}};
    QbTiffMeta *m = o->m;
    const char *order = attribute(list, "DimensionOrder");
    m->source = "OME";
    m->channels = count_of(list, "SizeC", 1, 1);
    m->slices = count_of(list, "SizeZ", 1, 1);
    m->times = count_of(list, "SizeT", 1, 1);
    memcpy(o->order, order && strlen(order) == 5 ? order : "XYCZT", 6);
    o->pixels_depth = o->depth;
    for (int a = 0; a < 3; a++) {
        double um = size_of(list, keys[a][0], keys[a][1]);
        m->spacing[a] = um > 0 ? um : m->spacing[a];
    }
}

/* Samples of a page count as channels, but are no pages. */
static void open_channel(Ome *o, const char *const *list)
{
    int64_t samples = o->has_channel ? 1 : count_of(list, "SamplesPerPixel", 1, 1);
    o->has_channel = true;
    if (o->m->channels % samples == 0)
        o->m->channels /= samples;
}

/* Steps by the order of the axes, the fastest first: XYCZT. Called once the channels are known. */
static void set_steps(Ome *o)
{
    QbTiffMeta *m = o->m;
    int64_t step = 1;
    for (int k = 2; k < 5 && !o->has_steps; k++) {
        char axis = o->order[k];
        int64_t *to = axis == 'C' ? &m->channel_step : axis == 'Z' ? &m->slice_step : &m->time_step;
        int64_t size = axis == 'C' ? m->channels : axis == 'Z' ? m->slices : m->times;
        *to = step;
        step = step <= QB_TIFF_MAX_PAGES / size ? step * size : QB_TIFF_MAX_PAGES;
    }
    o->has_steps = true;
}

/* TiffData may name a page for each plane; only the plain order is read. */
static void open_data(Ome *o, const char *const *list)
{
    QbTiffMeta *m = o->m;
    int64_t page = count_of(list, "IFD", 0, -1);
    set_steps(o);
    if (page < 0)
        return;
    int64_t z = count_of(list, "FirstZ", 0, 0), c = count_of(list, "FirstC", 0, 0),
            t = count_of(list, "FirstT", 0, 0);
    if (z >= m->slices || c >= m->channels || t >= m->times ||
        page != z * m->slice_step + c * m->channel_step + t * m->time_step)
        m->unusual_order = true;
}

static void on_start(void *ctx, const char *name, const char **list)
{
    Ome *o = ctx;
    const char *const *attributes = (const char *const *)list;
    o->depth++;
    name = plain_name(name);
    if (!strcmp(name, "Pixels")) {
        o->m->series++;
        if (o->m->series == 1)
            open_pixels(o, attributes);
    } else if (o->pixels_depth && !strcmp(name, "Channel")) {
        open_channel(o, attributes);
    } else if (o->pixels_depth && !strcmp(name, "TiffData")) {
        open_data(o, attributes);
    }
}

static void on_end(void *ctx, const char *name)
{
    Ome *o = ctx;
    (void)name;
    if (o->pixels_depth == o->depth) {
        set_steps(o);
        o->pixels_depth = 0;
    }
    o->depth--;
}

void qb_tiff_ome(const char *text, QbTiffMeta *m)
{
    QbTiffMeta found = *m;
    Ome o = {.m = &found};
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!parser)
        return;
    XML_SetUserData(parser, &o);
    XML_SetElementHandler(parser, on_start, on_end);
    if (XML_Parse(parser, text, (int)strlen(text), 1) == XML_STATUS_OK && found.series > 0)
        *m = found;
    XML_ParserFree(parser);
}
