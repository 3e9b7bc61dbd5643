/* What descriptions and resolution tags say: the order of pages by ImageJ or OME, voxel sizes in micrometres. Nothing in
 * a description is believed further than a number of the right range; what does not parse is as if it were not there. */
#include "runtime/tiff_read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Micrometres in a unit, by the names that ImageJ and OME write; 0: no length (pixel). */
double qb_tiff_unit_um(const char *name, size_t n)
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

double qb_tiff_sane_size(double um)
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
    return qb_tiff_sane_size(strtod(digits, NULL));
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
    return end == v || errno || count < 1 || count > QB_TIFF_MAX_PAGES ? otherwise : (int64_t)count;
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
    m->time_step =
        m->channels <= QB_TIFF_MAX_PAGES / m->slices ? m->channels * m->slices : QB_TIFF_MAX_PAGES;
}

/* Sizes by the lines "unit=", "spacing=", which ImageJ writes, and so do we. Resolution tags that name no unit of their own
 * are in this one. */
static void read_spacing(const char *text, const QbTiffResolution *r, double spacing[3])
{
    size_t n = 0;
    const char *name = line_value(text, "unit", &n);
    double um = name ? qb_tiff_unit_um(name, n) : 0;
    double dz = line_number(text, "spacing");
    if (um == 0 && r->unit == 3 && dz > 0)
        um = 10000;
    if (um == 0)
        return;
    spacing[0] = qb_tiff_sane_size(dz * um);
    for (int axis = 0; axis < 2; axis++)
        if (spacing[2 - axis] == 0 && r->unit != 2 && r->unit != 3)
            spacing[2 - axis] = voxel_size(r, axis, um);
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
    size_t blank = strspn(description, " \t\r\n");
    if (description[blank] == '<')
        qb_tiff_ome(description + blank, m);
}
