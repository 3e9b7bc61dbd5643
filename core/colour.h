/* Colours of labels, and colours as voxels of a picture. Knows no files and no operators. */
#ifndef QB_CORE_COLOUR_H
#define QB_CORE_COLOUR_H

#include "core/base.h"

/* A voxel of a picture holds red, green and blue in its lowest three bytes, red lowest; the fourth is 0. */
static inline uint32_t qb_colour(int r, int g, int b)
{
    return (uint32_t)r | (uint32_t)g << 8 | (uint32_t)b << 16;
}

/* A label's colour depends on its number alone; 0 is black, and no other is near black or grey. */
uint32_t qb_colour_of_label(uint32_t label);
/* An object of a mask on grey: a vermilion that the colour blind tell from grey (Okabe and Ito 2008). */
#define QB_COLOUR_MASK 0x005ed5u

/* Grey levels of values in low..high: what a value above `low` is multiplied with, 0 for an empty range; and the level, 0..255,
 * rounded half to even; NaN is 0. */
double qb_grey_scale(double low, double high);
static inline uint8_t qb_grey(double v, double low, double scale)
{
    double g = __builtin_nearbyint((v - low) * scale);
    return g >= 255 ? 255 : g > 0 ? (uint8_t)g : 0;
}

#endif
