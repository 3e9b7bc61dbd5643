/* The last step of the formatter: '=' and comments of adjacent lines go below each other, and the lines become text. */
#include "lang/format_parts.h"

/* Lines that differ by more than this are not made to agree. */
enum { WIDEST_GAP = 16, WIDEST_COMMENT_GAP = 40 };

/* A run of lines from `lo` on in which a measure differs by no more than `gap`. */
typedef struct Run {
    int lo, hi; /* lines */
    int least, most;
} Run;

static bool grow(Run *r, int measure, int gap)
{
    int least = r->most == 0 || measure < r->least ? measure : r->least;
    int most = measure > r->most ? measure : r->most;
    if (r->most > 0 && most - least > gap)
        return false;
    r->least = least;
    r->most = most;
    return true;
}

/* Puts blanks before the '=' of a line, so that it stands behind `head` columns. */
static void pad_head(QbWriter *w, QbLine *l, int head)
{
    int more = head - l->head;
    l->text = qb_arena_printf(w->arena, "%.*s%*s%s", l->head_bytes, l->text, more, "",
                              l->text + l->head_bytes);
    l->width += more;
}

static int align_heads(QbWriter *w, int lo)
{
    Run r = {.lo = lo};
    QbLineRole role = w->lines[lo].role;
    int k = lo;
    for (; k < w->n_lines; k++) {
        const QbLine *l = &w->lines[k];
        if (k > lo && l->blank)
            break;
        if (l->role == QB_LINE_NEUTRAL)
            continue;
        if (l->role != role || l->indent != w->lines[lo].indent || !grow(&r, l->head, WIDEST_GAP))
            break;
    }
    for (int j = lo; j < k; j++) {
        if (w->lines[j].role == role)
            pad_head(w, &w->lines[j], r.most);
    }
    return k;
}

static void align_all_heads(QbWriter *w)
{
    for (int k = 0; k < w->n_lines;) {
        bool starts = w->lines[k].role == QB_LINE_PARAM || w->lines[k].role == QB_LINE_DEFINE;
        k = starts ? align_heads(w, k) : k + 1;
    }
}

static bool has_end_comment(const QbLine *l)
{
    return l->comment && *l->text && l->whole;
}

/* Finds the run of commented lines from `lo` on, and where their comments start. */
static Run comments_from(const QbWriter *w, int lo)
{
    Run r = {.lo = lo};
    for (r.hi = lo; r.hi < w->n_lines; r.hi++) {
        const QbLine *l = &w->lines[r.hi];
        bool ends = (r.hi > lo && l->blank) || !has_end_comment(l);
        if (ends || !grow(&r, l->indent + l->width, WIDEST_COMMENT_GAP))
            break;
    }
    return r;
}

static void add_line(QbText *out, const QbLine *l, int column)
{
    if (l->blank)
        qb_text_add(out, "\n");
    bool alone = !*l->text;
    qb_text_addf(out, "%*s%s", l->indent, "", l->text);
    if (l->comment) {
        int blanks = alone ? 0 : column > 0 ? column + 2 - l->indent - l->width : 2;
        qb_text_addf(out, "%*s%s", blanks, "", l->comment);
    }
    qb_text_add(out, "\n");
}

void qb_format_align(QbWriter *w, QbText *out)
{
    align_all_heads(w);
    for (int k = 0; k < w->n_lines;) {
        Run r = comments_from(w, k);
        if (r.hi == k) {
            add_line(out, &w->lines[k++], 0);
            continue;
        }
        for (; k < r.hi; k++)
            add_line(out, &w->lines[k], r.most);
    }
}
