/* Li's minimum cross entropy, the triangle of Zack, Rogers and Latt, and the means of isodata, operation by operation as
 * skimage.filters has them, from bins in place of voxels. */
#include "stdlib/levels.h"

#include "core/qmath.h"
#include "stdlib/pixelwise.h"

#include <math.h>

enum { MOST_STEPS = 10000 }; /* of Li's iteration, which takes some ten */

static double bin_width(const QbBins *s)
{
    return s->b.by_value ? 1 : qb_bins_centre(s, 1) - qb_bins_centre(s, 0);
}

/* ---- li: C. H. Li, P. K. S. Tam, Pattern Recognition Letters 19, 1998 ----------------------------------- */

/* Means of the bins above t and of the others; grey values count from the smallest. */
static void means_about(const QbBins *s, double least, double t, double mean[2])
{
    double n[2] = {0, 0}, sum[2] = {0, 0};
    for (int64_t k = 0; k < s->b.n; k++) {
        double x = qb_bins_centre(s, k) - least, count = (double)s->count[k];
        n[x > t] += count;
        sum[x > t] += count * x;
    }
    for (int k = 0; k < 2; k++)
        mean[k] = n[k] > 0 ? sum[k] / n[k] : t;
}

static double li(const QbBins *s)
{
    double least = s->b.by_value ? qb_bins_centre(s, 0) : s->b.lo;
    double tolerance = bin_width(s) / 2, now = -2 * tolerance, mean[2];
    means_about(s, least, -1, mean); /* every bin lies above */
    double next = mean[1];
    for (int k = 0; k < MOST_STEPS && fabs(next - now) > tolerance; k++) {
        now = next;
        means_about(s, least, now, mean);
        if (mean[0] == mean[1])
            break;
        next = (mean[0] - mean[1]) / (qb_log(mean[0]) - qb_log(mean[1]));
    }
    return next + least;
}

/* ---- triangle: G. W. Zack, W. E. Rogers, S. A. Latt, J. Histochem. Cytochem. 25, 1977 --------------------- */

static int64_t find_peak(const QbBins *s)
{
    int64_t peak = 0;
    for (int64_t k = 1; k < s->b.n; k++)
        if (s->count[k] > s->count[peak])
            peak = k;
    return peak;
}

/* The bin farthest from the line between the peak and the end of its longer tail. */
static double triangle(const QbBins *s)
{
    int64_t peak = find_peak(s), last = s->b.n - 1, step = peak < last - peak ? -1 : 1;
    int64_t end = step > 0 ? 0 : last, steps = step > 0 ? peak : last - peak, best = 0;
    double height = (double)s->count[peak], width = (double)steps, farthest = -INFINITY;
    double norm = sqrt(height * height + width * width);
    height /= norm;
    width /= norm;
    for (int64_t k = 0; k < steps; k++) {
        double length = height * (double)k - width * (double)s->count[end + step * k];
        if (length > farthest) {
            farthest = length;
            best = k;
        }
    }
    return qb_bins_centre(s, end + step * best);
}

/* ---- isodata: T. W. Ridler, S. Calvard, IEEE Trans. SMC 8, 1978 ----------------------------------------- */

/* The first bin that lies less than one bin below the middle of the means of its two sides. */
static double isodata(const QbBins *s)
{
    double n = 0, sum = 0, low_n = 0, low_sum = 0, width = bin_width(s), below = NAN;
    for (int64_t k = 0; k < s->b.n; k++) {
        n += (double)s->count[k];
        sum += (double)s->count[k] * qb_bins_centre(s, k);
    }
    for (int64_t k = 0; k + 1 < s->b.n; k++) {
        double x = qb_bins_centre(s, k);
        low_n += (double)s->count[k];
        low_sum += (double)s->count[k] * x;
        double distance = (low_sum / low_n + (sum - low_sum) / (n - low_n)) / 2 - x;
        if (distance >= 0)
            below = x;
        if (distance >= 0 && distance < width)
            break;
    }
    return below;
}

double qb_level_of_bins(const QbBins *s, QbLevelWhat what)
{
    static double (*const level[])(const QbBins *) = {
        [QB_LEVEL_LI] = li, [QB_LEVEL_TRIANGLE] = triangle, [QB_LEVEL_ISODATA] = isodata};
    if (s->b.n == 0)
        return NAN;
    if (s->is_point || s->b.n == 1)
        return s->is_point ? s->point : qb_bins_centre(s, 0);
    return level[what](s);
}

/* ---- operators ------------------------------------------------------------------------------------------- */

bool qb_level_check(QbCheck *c)
{
    if (!qb_pixelwise_wants_image(c, 0, c->op->name))
        return false;
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

QbNodeId qb_level_compose(QbBuild *b, QbLevelWhat what)
{
    int64_t which = what;
    QbNodeId counts = qb_bins_compose(b, 0, -1, -1);
    return counts < 0 ? -1 : b->node(b, "bins_level", &which, &counts, 1);
}
