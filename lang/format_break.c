/* Where a statement that is too long, or that has comments inside, goes on to another line: at its loosest operators
 * first, then in its widest brackets. A line ends only where the language lets it. */
#include "lang/format_parts.h"

#include "lang/grammar.h"

/* ---- lines ----------------------------------------------------------------------------------------------- */

static void add_line(QbWriter *w, QbLine line)
{
    QB_PUSH(w->arena, w->lines, w->n_lines, w->cap_lines, line);
}

void qb_format_flush(QbWriter *w)
{
    add_line(w, (QbLine){.text = qb_arena_strndup(w->arena, w->at.n ? w->at.s : "", w->at.n),
                         .indent = w->indent,
                         .width = w->width - w->indent,
                         .head = w->head,
                         .head_bytes = w->head_bytes,
                         .role = QB_LINE_NEUTRAL});
    w->at.n = 0;
    w->width = 0;
    w->head = w->head_bytes = 0;
}

static void start_line(QbWriter *w, int indent)
{
    w->indent = indent;
    w->width = indent;
}

void qb_format_newline(QbWriter *w, int indent, int next)
{
    const QbWritten *t = &w->v[next];
    qb_format_flush(w);
    for (int k = 0; k < t->n_notes && w->done < next; k++) {
        const QbNote *note = &t->notes[k];
        if (note->own_line)
            add_line(w, (QbLine){.comment = note->text,
                                 .text = "",
                                 .indent = w->cont > indent ? w->cont : indent,
                                 .role = QB_LINE_NEUTRAL});
        else
            w->lines[w->n_lines - 1].comment = note->text;
    }
    w->done = next;
    start_line(w, indent);
}

static void put(QbWriter *w, int k)
{
    const QbWritten *t = &w->v[k];
    if (t->n_notes > 0 && w->done < k && !t->statement)
        qb_format_newline(w, w->cont, k);
    bool space = t->space && w->at.n > 0;
    if (space)
        qb_text_add(&w->at, " ");
    qb_text_add(&w->at, t->text);
    w->width += space + t->width;
}

void qb_format_put(QbWriter *w, int lo, int hi)
{
    for (int k = lo; k < hi; k++)
        put(w, k);
}

/* ---- what is there --------------------------------------------------------------------------------------- */

static bool has_notes(const QbWriter *w, int lo, int hi)
{
    return w->v[hi - 1].notes_before > w->v[lo].notes_before;
}

bool qb_format_fits(const QbWriter *w, int lo, int hi)
{
    int64_t width = w->v[hi - 1].start + w->v[hi - 1].width - w->v[lo].start;
    bool space = w->v[lo].space && w->at.n > 0;
    return !has_notes(w, lo, hi) && w->width + space + width <= QB_FORMAT_WIDTH;
}

static bool opens(int kind)
{
    return kind == QB_T_LPAREN || kind == QB_T_LBRACKET;
}

static int after(const QbWriter *w, int k)
{
    return opens(w->v[k].kind) ? w->v[k].close + 1 : k + 1;
}

int qb_format_find(const QbWriter *w, int kind, int lo, int hi)
{
    int k = lo;
    while (k < hi && w->v[k].kind != kind)
        k = after(w, k);
    return k < hi ? k : hi;
}

int qb_format_count(const QbWriter *w, int kind, int lo, int hi)
{
    int n = 0;
    for (int k = lo; k < hi; k = after(w, k))
        n += w->v[k].kind == kind;
    return n;
}

/* How tightly a token binds what stands on its sides, loosest first; 0: it parts nothing. */
static int level_of(const QbWritten *t)
{
    static const struct {
        int kind, level;
    } levels[] = {
        {QB_T_PIPE, 1},  {QB_T_OR, 2},   {QB_T_AND, 3},   {QB_T_LT, 4},       {QB_T_LE, 4},
        {QB_T_GT, 4},    {QB_T_GE, 4},   {QB_T_EQ, 4},    {QB_T_NE, 4},       {QB_T_PLUS, 5},
        {QB_T_MINUS, 5}, {QB_T_STAR, 6}, {QB_T_SLASH, 6}, {QB_T_FLOORDIV, 6}, {QB_T_PERCENT, 6},
    };
    for (int k = 0; k < QB_COUNT(levels) && !t->unary; k++) {
        if (levels[k].kind == t->kind)
            return levels[k].level;
    }
    return 0;
}

static int loosest(const QbWriter *w, int lo, int hi)
{
    int found = 0; /* the last token may be the operator that the range was cut behind */
    for (int k = after(w, lo); k < hi - 1; k = after(w, k)) {
        int level = level_of(&w->v[k]);
        if (level && (!found || level < found))
            found = level;
    }
    return found;
}

/* ---- brackets -------------------------------------------------------------------------------------------- */

/* One item of a list or call: where it ends, its comma included. */
static int item_end(const QbWriter *w, int lo, int hi)
{
    int comma = qb_format_find(w, QB_T_COMMA, lo, hi);
    return comma < hi ? comma + 1 : hi;
}

/* Whether all items are a word or a number: then as many stand in a line as fit. */
static bool is_plain(const QbWriter *w, int lo, int hi)
{
    for (int k = lo; k < hi; k = item_end(w, k, hi)) {
        int end = item_end(w, k, hi);
        int tokens = end - k - (w->v[end - 1].kind == QB_T_COMMA) - w->v[k].unary;
        if (tokens != 1)
            return false;
    }
    return w->v[lo - 1].kind == QB_T_LBRACKET;
}

static void put_item(QbWriter *w, int lo, int hi, int base)
{
    bool named = hi - lo > 2 && w->v[lo].kind == QB_T_NAME && w->v[lo + 1].kind == QB_T_ASSIGN;
    if (named) {
        qb_format_put(w, lo, lo + 2);
        lo += 2;
    }
    qb_format_range(w, lo, hi, base);
}

void qb_format_brackets(QbWriter *w, int open, int base)
{
    int close = w->v[open].close, inner = base + QB_FORMAT_INDENT;
    put(w, open);
    if (close == open + 1 && w->v[close].n_notes == 0) {
        put(w, close);
        return;
    }
    bool plain = close > open + 1 && is_plain(w, open + 1, close);
    w->cont = inner;
    if (close > open + 1)
        qb_format_newline(w, inner, open + 1);
    for (int k = open + 1; k < close;) {
        int end = item_end(w, k, close);
        put_item(w, k, end, inner);
        w->cont = inner;
        k = end;
        if (k < close &&
            !(plain && qb_format_fits(w, k, item_end(w, k, close)) && w->v[k].n_notes == 0))
            qb_format_newline(w, inner, k);
    }
    qb_format_newline(w, base, close);
    put(w, close);
}

/* The bracket that holds most of lo..hi-1, or hi. */
static int widest(const QbWriter *w, int lo, int hi)
{
    int found = hi, most = 0;
    for (int k = lo; k < hi; k = after(w, k)) {
        if (opens(w->v[k].kind) && w->v[k].close - k > most) {
            most = w->v[k].close - k;
            found = k;
        }
    }
    return most > 1 ? found : hi;
}

/* ---- expressions ----------------------------------------------------------------------------------------- */

static void break_brackets(QbWriter *w, int lo, int hi, int base)
{
    int open = widest(w, lo, hi);
    w->cont = base + QB_FORMAT_INDENT;
    qb_format_put(w, lo, open);
    if (open == hi)
        return;
    qb_format_brackets(w, open, base);
    w->cont = base + QB_FORMAT_INDENT;
    qb_format_put(w, w->v[open].close + 1, hi);
}

/* |>, then and else begin lines, other operators end them. */
static bool begins_line(int kind)
{
    return kind == QB_T_PIPE || kind == QB_T_THEN || kind == QB_T_ELSE;
}

/* Parts lo..hi-1 at the operators of that level; 0: at then and else. */
static void break_at(QbWriter *w, int lo, int hi, int base, int level)
{
    int inner = base + QB_FORMAT_INDENT, from = lo;
    for (int k = after(w, lo); k < hi - 1; k = after(w, k)) {
        int kind = w->v[k].kind;
        bool parts = level ? level_of(&w->v[k]) == level : kind == QB_T_THEN || kind == QB_T_ELSE;
        if (!parts)
            continue;
        int cut = begins_line(kind) ? k : k + 1;
        qb_format_range(w, from, cut, from == lo ? base : inner);
        qb_format_newline(w, inner, cut);
        from = cut;
    }
    qb_format_range(w, from, hi, from == lo ? base : inner);
}

void qb_format_range(QbWriter *w, int lo, int hi, int base)
{
    w->cont = base + QB_FORMAT_INDENT;
    if (lo >= hi)
        return;
    if (w->v[lo].n_notes > 0 && w->done < lo) {
        base += QB_FORMAT_INDENT;
        qb_format_newline(w, base, lo);
    }
    if (qb_format_fits(w, lo, hi)) {
        qb_format_put(w, lo, hi);
        return;
    }
    int kind = w->v[lo].kind, level = loosest(w, lo, hi);
    bool leads = begins_line(kind) || kind == QB_T_NOT || w->v[lo].unary;
    if (kind == QB_T_IF && qb_format_find(w, QB_T_THEN, lo, hi) < hi) {
        put(w, lo);
        break_at(w, lo + 1, hi, base, 0);
    } else if (kind == QB_T_IF || kind == QB_T_THEN ||
               (leads && (level == 0 || begins_line(kind)))) {
        put(w, lo);
        qb_format_range(w, lo + 1, hi, base);
    } else if (level && lo + 1 < hi) {
        break_at(w, lo, hi, base, level);
    } else {
        break_brackets(w, lo, hi, base);
    }
}
