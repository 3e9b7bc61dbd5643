/* The arithmetic of sums: 128-bit integers divided with one rounding, moments joined in a given order. */
#include "stdlib/sums.h"

#include <math.h>

static int leading_zeros(unsigned __int128 v)
{
    uint64_t high = (uint64_t)(v >> 64);
    return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)v);
}

/* The quotient has more bits than a double by far, and its last one says whether anything was left: it rounds as the exact
 * one would. */
double qb_whole_mean(__int128 sum, int64_t n)
{
    unsigned __int128 v = sum < 0 ? -(unsigned __int128)sum : (unsigned __int128)sum;
    if (v == 0)
        return 0;
    int shift = leading_zeros(v);
    v <<= shift;
    unsigned __int128 quotient = v / (uint64_t)n;
    quotient |= v % (uint64_t)n != 0;
    double mean = ldexp((double)quotient, -shift);
    return sum < 0 ? -mean : mean;
}

/* Σ(x − c)² for a whole c next to the mean: 128 bits hold it exactly, whatever its parts overflow to. With R = Σ(x − c), n times
 * the variance is Σ(x − c)² − R²/n; what is left of R²/n below 1 counts while the rest is small. */
double qb_whole_std(const QbWholeSum *s, int64_t n)
{
    __int128 centre = s->sum / n, rest = s->sum - centre * n;
    unsigned __int128 c = (unsigned __int128)centre, m = (unsigned __int128)n;
    unsigned __int128 squares = s->squares - 2 * c * (unsigned __int128)s->sum + m * c * c;
    unsigned __int128 rest2 = (unsigned __int128)(rest * rest);
    unsigned __int128 whole = squares - rest2 / m, left = rest2 % m;
    double by = (double)n;
    if (whole >> 64)
        return sqrt((double)whole / by);
    return sqrt((double)(whole * m - left)) / by;
}

void qb_moments_join(QbMoments *all, const QbMoments *more)
{
    if (all->n == 0) {
        *all = *more;
        return;
    }
    double part = (double)more->n / (double)(all->n + more->n), d = more->mean - all->mean;
    all->m2 += more->m2 + d * d * ((double)all->n * part);
    all->mean += d * part;
    all->n += more->n;
}

double qb_sums_number(const QbSums *s, QbSumsWhat what)
{
    switch (what) {
    case QB_SUMS_SUM:
        return s->is_whole ? (double)s->whole.sum : s->sum;
    case QB_SUMS_MEAN:
        return s->is_whole ? qb_whole_mean(s->whole.sum, s->n) : s->sum / (double)s->n;
    case QB_SUMS_STD:
        return s->is_whole ? qb_whole_std(&s->whole, s->n) : sqrt(s->moments.m2 / (double)s->n);
    }
    return NAN;
}

bool qb_sums_check(QbCheck *c)
{
    if (c->in[0]->kind == QB_LABELS)
        return c->fail(c, 0, "|> as(f32)", "'%s' needs an image or a mask, found labels",
                       c->op->name);
    *c->out = (QbType){.kind = QB_NUMBER, .measured = true};
    return true;
}

QbNodeId qb_sums_compose(QbBuild *b, QbSumsWhat what)
{
    bool is_whole = qb_sums_is_whole(b->check->in[0]), squares = what == QB_SUMS_STD;
    int choice = (int)what;
    const char *fold = is_whole ? "whole_sums" : squares ? "moments" : "row_sums";
    QbNodeId sums = b->node(b, fold, is_whole ? &squares : NULL, b->in, 1);
    return sums < 0 ? -1 : b->node(b, "sums_number", &choice, &sums, 1);
}
