/* What descriptions and resolution tags say: the order of pages by ImageJ or OME, voxel sizes in micrometres. Nothing in
 * a description is believed further than a number of the right range; what does not parse is as if it were not there. */
#include "runtime/tiff_read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAGES ((int64_t)1 << 40)

/* Micrometres in a unit, by the names that ImageJ and OME write; 0: no length (pixel). */
static double unit_um(const char *name, size_t n)
{
    static const struct {
        const char *name;
        double um;
    } units[] = {
        {"um", 1},
        {"\xc2\xb5m", 1},
        {"\xce\xbcm", 1},
        {"\xb5m", 1},
        {"\\u00B5m", 1},
        {"micron", 1},
        {"microns", 1},
        {"micrometer", 1},
        {"nm", 1e-3},
        {"pm", 1e-6},
        {"mm", 1e3},
        {"cm", 1e4},
        {"m", 1e6},
        {"inch", 25400},
        {"in", 25400},
        {"nanometer", 1e-3},
        {"millimeter", 1e3},
        {"\xc3\x85", 1e-4},
        {"\xe2\x84\xab", 1e-4},
    };
    for (int k = 0; k < QB_COUNT(units); k++)
        if (strlen(units[k].name) == n && memcmp(units[k].name, name, n) == 0)
            return units[k].um;
    return 0;
}

static double sane_size(double um)
{
    return um > 0 && isfinite(um) ? um : 0;
}

/* ---- resolution tags -------------------------------------------------------------------------------- */

/* 72 and 96 dots an inch, and 1 of anything, are what programs write that know nothing of the scale: they count as unknown. */
static double tag_um(const QbTiffResolution *r, int axis)
{
    double dots = r->dots[axis], units = r->units[axis];
    if (dots == units || dots == 0)
        return 0;
    if (r->unit == 2)
        return dots == 72 * units || dots == 96 * units ? 0 : 25400;
    return r->unit == 3 ? 10000 : 0;
}

/* A fraction of two numbers of 32 bits holds nine digits of the size that a program meant: 0.325, not 0.32500000003. */
static double voxel_size(const QbTiffResolution *r, int axis, double unit)
{
    char digits[40];
    if (!(r->dots[axis] > 0))
        return 0;
    snprintf(digits, sizeof(digits), "%.9g", unit * r->units[axis] / r->dots[axis]);
    return sane_size(strtod(digits, NULL));
}

/* ---- lines of ImageJ -------------------------------------------------------------------------------- */

/* The value of "key=" at the start of a line; NULL if there is none. */
static const char *line_value(const char *text, const char *key, size_t *n)
{
    size_t k = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, k) == 0 && line[k] == '=') {
            *n = strcspn(line + k + 1, "\r\n");
            return line + k + 1;
        }
    }
    return NULL;
}

static int64_t line_count(const char *text, const char *key, int64_t otherwise)
{
    size_t n;
    const char *v = line_value(text, key, &n);
    if (!v)
        return otherwise;
    char *end;
    errno = 0;
    long long count = strtoll(v, &end, 10);
    return end == v || errno || count < 1 || count > MAX_PAGES ? otherwise : (int64_t)count;
}

static double line_number(const char *text, const char *key)
{
    size_t n;
    const char *v = line_value(text, key, &n);
    char *end;
    double d = v ? strtod(v, &end) : 0;
    return v && end != v ? d : 0;
}

static void read_imagej(const char *text, QbTiffMeta *m)
{
    m->source = "ImageJ";
    m->images = line_count(text, "images", 0);
    m->channels = line_count(text, "channels", 1);
    m->times = line_count(text, "frames", 1);
    m->slices = line_count(text, "slices", 0);
    if (m->slices == 0) /* stacks that are no hyperstacks leave it out */
        m->slices = m->channels == 1 && m->times == 1 && m->images > 0 ? m->images : 1;
    m->channel_step = 1;
    m->slice_step = m->channels;
    m->time_step = m->channels <= MAX_PAGES / m->slices ? m->channels * m->slices : MAX_PAGES;
}

/* Sizes by the lines "unit=", "spacing=", which ImageJ writes, and so do we. Resolution tags that name no unit of their own
 * are in this one. */
static void read_spacing(const char *text, const QbTiffResolution *r, double spacing[3])
{
    size_t n = 0;
    const char *name = line_value(text, "unit", &n);
    double um = name ? unit_um(name, n) : 0;
    double dz = line_number(text, "spacing");
    if (um == 0 && r->unit == 3 && dz > 0)
        um = 10000;
    if (um == 0)
        return;
    spacing[0] = sane_size(dz * um);
    for (int axis = 0; axis < 2; axis++)
        if (spacing[2 - axis] == 0 && r->unit != 2 && r->unit != 3)
            spacing[2 - axis] = voxel_size(r, axis, um);
}

/* ---- OME-XML ---------------------------------------------------------------------------------------- */

/* The value of an attribute of the element that starts at `element` ("<Pixels …"). */
static const char *attribute(const char *element, const char *key, size_t *n)
{
    size_t k = strlen(key);
    const char *end = strchr(element, '>');
    for (const char *p = element; p && end && p < end; p++) {
        if ((p[0] != ' ' && p[0] != '\n' && p[0] != '\t' && p[0] != '\r') ||
            strncmp(p + 1, key, k) != 0 || p[1 + k] != '=')
            continue;
        char quote = p[2 + k];
        const char *v = p + 3 + k;
        const char *close =
            quote == '"' || quote == '\'' ? memchr(v, quote, (size_t)(end - v)) : NULL;
        *n = close ? (size_t)(close - v) : 0;
        return close ? v : NULL;
    }
    return NULL;
}

static int64_t attribute_count(const char *element, const char *key, int64_t least,
                               int64_t otherwise)
{
    size_t n;
    const char *v = attribute(element, key, &n);
    if (!v)
        return otherwise;
    char *end;
    errno = 0;
    long long count = strtoll(v, &end, 10);
    return end != v + n || errno || count < least || count > MAX_PAGES ? otherwise : (int64_t)count;
}

static double attribute_size(const char *element, const char *key, const char *unit_key)
{
    size_t n, n_unit;
    const char *v = attribute(element, key, &n), *unit = attribute(element, unit_key, &n_unit);
    if (!v)
        return 0;
    char *end;
    double d = strtod(v, &end);
    return end == v + n ? sane_size(d * (unit ? unit_um(unit, n_unit) : 1)) : 0;
}

/* The start of the next element of that name; a prefix ("OME:Pixels") may stand before it. */
static const char *element(const char *from, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = strchr(from, '<'); p; p = strchr(p + 1, '<')) {
        const char *word = p + 1;
        size_t all = strcspn(word, " \t\r\n/>");
        const char *colon = memchr(word, ':', all);
        if (colon) {
            all -= (size_t)(colon + 1 - word);
            word = colon + 1;
        }
        if (all == n && memcmp(word, name, n) == 0)
            return p;
    }
    return NULL;
}

/* Steps by the order of the axes, the fastest first: XYCZT. Samples of a page count as channels, but are no pages. */
static void set_steps(const char *pixels, QbTiffMeta *m)
{
    size_t n = 0;
    const char *order = attribute(pixels, "DimensionOrder", &n);
    if (!order || n != 5)
        order = "XYCZT";
    int64_t step = 1;
    for (int k = 2; k < 5; k++) {
        int64_t *to = order[k] == 'C'   ? &m->channel_step
                      : order[k] == 'Z' ? &m->slice_step
                                        : &m->time_step;
        int64_t size = order[k] == 'C' ? m->channels : order[k] == 'Z' ? m->slices : m->times;
        *to = step;
        step = step <= MAX_PAGES / size ? step * size : MAX_PAGES;
    }
}

/* TiffData may name a page for each plane; only the plain order is read. */
static bool has_plain_order(const char *pixels, const char *end, const QbTiffMeta *m)
{
    for (const char *p = element(pixels, "TiffData"); p && p < end;
         p = element(p + 1, "TiffData")) {
        int64_t page = attribute_count(p, "IFD", 0, -1);
        if (page < 0)
            continue;
        int64_t z = attribute_count(p, "FirstZ", 0, 0), c = attribute_count(p, "FirstC", 0, 0),
                t = attribute_count(p, "FirstT", 0, 0);
        if (z >= m->slices || c >= m->channels || t >= m->times ||
            page != z * m->slice_step + c * m->channel_step + t * m->time_step)
            return false;
    }
    return true;
}

static void read_ome(const char *text, QbTiffMeta *m)
{
    const char *pixels = element(text, "Pixels");
    if (!pixels)
        return;
    m->source = "OME";
    m->channels = attribute_count(pixels, "SizeC", 1, 1);
    m->slices = attribute_count(pixels, "SizeZ", 1, 1);
    m->times = attribute_count(pixels, "SizeT", 1, 1);
    const char *next = element(pixels + 1, "Pixels"), *end = next ? next : text + strlen(text);
    const char *channel = element(pixels, "Channel");
    int64_t samples =
        channel && channel < end ? attribute_count(channel, "SamplesPerPixel", 1, 1) : 1;
    if (m->channels % samples == 0)
        m->channels /= samples;
    set_steps(pixels, m);
    m->unusual_order = !has_plain_order(pixels, end, m);
    for (const char *p = pixels; p; p = element(p + 1, "Pixels"))
        m->series++;
    static const char *const keys[3][2] = {{"PhysicalSizeZ", "PhysicalSizeZUnit"},
                                           {"PhysicalSizeY", "PhysicalSizeYUnit"},
                                           {"PhysicalSizeX", "PhysicalSizeXUnit"}};
    for (int a = 0; a < 3; a++) {
        double um = attribute_size(pixels, keys[a][0], keys[a][1]);
        m->spacing[a] = um > 0 ? um : m->spacing[a];
    }
}

void qb_tiff_meta(const char *description, const QbTiffResolution *r, QbTiffMeta *m)
{
    *m = (QbTiffMeta){.channels = 1, .slices = 1, .times = 1};
    for (int axis = 0; axis < 2; axis++) {
        double unit = tag_um(r, axis);
        m->spacing[2 - axis] = unit > 0 ? voxel_size(r, axis, unit) : 0;
    }
    if (!description)
        return;
    if (strncmp(description, "ImageJ=", 7) == 0)
        read_imagej(description, m);
    read_spacing(description, r, m->spacing);
    const char *ome = strstr(description, "<OME");
    if (!ome)
        ome = strstr(description, "<ome:OME");
    if (!ome)
        ome = strstr(description, "<OME:OME");
    if (ome && ome - description < 4096)
        read_ome(ome, m);
}
