/* Colours that tell labels apart, and grey values that fit eight bits. Knows no files and no operators. */
#include "core/colour.h"

#include <math.h>

/* Hues step by the golden section of the circle, so that near numbers lie far apart on it; brightness and saturation take
 * turns for those that come near again. */
uint32_t qb_colour_of_label(uint32_t label)
{
    static const int values[3] = {255, 224, 184}, floors[4] = {32, 96, 0, 64};
    if (label == 0)
        return 0;
    uint64_t hue =
        (uint64_t)(label * 2654435769u) * 6; /* 32 fractional bits of a sixth of the circle */
    int sixth = (int)(hue >> 32), rise = (int)(hue >> 24 & 255);
    int top = values[label % 3], bottom = floors[label / 3 % 4];
    int up = bottom + (top - bottom) * rise / 255, down = top - (up - bottom);
    const int cycle[6][3] = {{top, up, bottom},   {down, top, bottom}, {bottom, top, up},
                             {bottom, down, top}, {up, bottom, top},   {top, bottom, down}};
    return qb_colour(cycle[sixth][0], cycle[sixth][1], cycle[sixth][2]);
}

double qb_grey_scale(double low, double high)
{
    double range = high - low;
    return range > 0 && isfinite(range) ? 255.0 / range : 0;
}
