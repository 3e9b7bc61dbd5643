/* Unpacks PackBits, LZW and Deflate. Each decoder can stop after any byte and go on later, so that a strip too long for
 * memory can be read in order. Knows bytes alone: no files, no pages. */
#include "runtime/deflate.h"
#include "runtime/tiff_read.h"

#include <stdlib.h>
#include <string.h>

/* What is left of the caller's input and output. */
typedef struct Flow {
    const uint8_t *in;
    size_t n_in;
    uint8_t *out;
    size_t n_out;
} Flow;

/* ---- PackBits --------------------------------------------------------------------------------------- */

typedef struct PackBits {
    size_t literal; /* bytes to copy yet */
    size_t repeat;  /* times to repeat `value` yet */
    bool wants_value;
    uint8_t value;
} PackBits;

static void packbits_next(PackBits *s, Flow *f)
{
    int8_t n = (int8_t)*f->in++;
    f->n_in--;
    if (n >= 0) {
        s->literal = (size_t)n + 1;
    } else if (n != -128) {
        s->repeat = (size_t)(1 - n);
        s->wants_value = true;
    }
}

static void packbits_run(PackBits *s, Flow *f)
{
    while (f->n_out > 0) {
        if (s->repeat > 0 && !s->wants_value) {
            size_t n = s->repeat < f->n_out ? s->repeat : f->n_out;
            memset(f->out, s->value, n);
            f->out += n;
            f->n_out -= n;
            s->repeat -= n;
            continue;
        }
        if (f->n_in == 0)
            return;
        if (s->wants_value) {
            s->value = *f->in++;
            f->n_in--;
            s->wants_value = false;
        } else if (s->literal > 0) {
            size_t n = s->literal < f->n_out ? s->literal : f->n_out;
            n = n < f->n_in ? n : f->n_in;
            memcpy(f->out, f->in, n);
            f->in += n;
            f->n_in -= n;
            f->out += n;
            f->n_out -= n;
            s->literal -= n;
        } else {
            packbits_next(s, f);
        }
    }
}

/* ---- LZW: codes of 9 to 12 bits, most significant bit first, widened one code early ----------------- */

enum { CLEAR = 256, END = 257, FIRST = 258, TABLE = 4096 };

typedef struct Lzw {
    uint64_t bits; /* not yet used, in the low n_bits */
    int n_bits, width;
    int next, last; /* the next free code; the code before, -1 after CLEAR */
    bool ended;
    uint16_t prefix[TABLE], length[TABLE];
    uint8_t suffix[TABLE], first[TABLE];
    size_t n_pending, pending_at; /* of a string that did not fit into the output */
    uint8_t pending[TABLE];
} Lzw;

static void lzw_clear(Lzw *s)
{
    s->width = 9;
    s->next = FIRST;
    s->last = -1;
}

static void lzw_start(Lzw *s)
{
    s->bits = 0;
    s->n_bits = 0;
    s->ended = false;
    s->n_pending = s->pending_at = 0;
    lzw_clear(s);
    for (int c = 0; c < 256; c++) {
        s->length[c] = 1;
        s->suffix[c] = s->first[c] = (uint8_t)c;
    }
}

/* -1: not enough input. */
static inline int lzw_code(Lzw *s, Flow *f)
{
    while (s->n_bits < s->width) {
        if (f->n_in == 0)
            return -1;
        s->bits = s->bits << 8 | *f->in++;
        f->n_in--;
        s->n_bits += 8;
    }
    s->n_bits -= s->width;
    return (int)(s->bits >> s->n_bits & ((1u << s->width) - 1));
}

static void lzw_flush(Lzw *s, Flow *f)
{
    size_t n = s->n_pending < f->n_out ? s->n_pending : f->n_out;
    memcpy(f->out, s->pending + s->pending_at, n);
    f->out += n;
    f->n_out -= n;
    s->pending_at += n;
    s->n_pending -= n;
}

/* Strings are kept as chains from their last byte to their first, so they are written backwards. */
static inline void lzw_put(Lzw *s, Flow *f, int code)
{
    size_t n = s->length[code];
    bool fits = n <= f->n_out;
    uint8_t *p = (fits ? f->out : s->pending) + n;
    for (; code >= FIRST; code = s->prefix[code])
        *--p = s->suffix[code];
    *--p = (uint8_t)code;
    if (fits) {
        f->out += n;
        f->n_out -= n;
        return;
    }
    s->pending_at = 0;
    s->n_pending = n;
    lzw_flush(s, f);
}

/* The string of the code before, and the first byte of this one, is the next entry; this code may be that entry itself. */
static inline bool lzw_learn(Lzw *s, int code)
{
    if (s->last < 0)
        return code < CLEAR;
    if (s->next == TABLE)
        return true;
    if (code > s->next)
        return false;
    s->prefix[s->next] = (uint16_t)s->last;
    s->length[s->next] = (uint16_t)(s->length[s->last] + 1);
    s->first[s->next] = s->first[s->last];
    s->suffix[s->next] = s->first[code == s->next ? s->last : code];
    s->next++;
    if (s->next == (1 << s->width) - 1 && s->width < 12)
        s->width++;
    return true;
}

static bool lzw_run(Lzw *s, Flow *f)
{
    lzw_flush(s, f);
    while (f->n_out > 0 && !s->ended) {
        int code = lzw_code(s, f);
        if (code < 0)
            return true;
        if (code == CLEAR) {
            lzw_clear(s);
        } else if (code == END) {
            s->ended = true;
        } else {
            if (!lzw_learn(s, code))
                return false;
            lzw_put(s, f, code);
            s->last = code;
        }
    }
    return true;
}

/* ---- the stream of any codec ------------------------------------------------------------------------ */

struct QbTiffStream {
    QbTiffCodec codec;
    PackBits packbits;
    Lzw *lzw;
    QbInflater *inflater;
};

QbTiffStream *qb_tiff_stream_new(QbTiffCodec codec)
{
    QbTiffStream *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->codec = codec;
    if (codec == QB_TIFF_LZW)
        s->lzw = malloc(sizeof(*s->lzw));
    if (codec == QB_TIFF_DEFLATE)
        s->inflater = qb_inflater_new();
    if ((codec == QB_TIFF_LZW && !s->lzw) || (codec == QB_TIFF_DEFLATE && !s->inflater)) {
        qb_tiff_stream_free(s);
        return NULL;
    }
    return s;
}

void qb_tiff_stream_free(QbTiffStream *s)
{
    if (!s)
        return;
    free(s->lzw);
    qb_inflater_free(s->inflater);
    free(s);
}

bool qb_tiff_stream_start(QbTiffStream *s)
{
    s->packbits = (PackBits){0};
    if (s->lzw)
        lzw_start(s->lzw);
    return !s->inflater || qb_inflate_start(s->inflater);
}

bool qb_tiff_stream_run(QbTiffStream *s, const uint8_t **in, size_t *n_in, uint8_t **out,
                        size_t *n_out)
{
    if (s->inflater)
        return qb_inflate_run(s->inflater, in, n_in, out, n_out);
    Flow f = {*in, *n_in, *out, *n_out};
    bool sound = true;
    if (s->lzw)
        sound = lzw_run(s->lzw, &f);
    else
        packbits_run(&s->packbits, &f);
    *in = f.in;
    *n_in = f.n_in;
    *out = f.out;
    *n_out = f.n_out;
    return sound;
}

bool qb_tiff_unpack(QbTiffStream *s, const uint8_t *in, size_t n_in, uint8_t *out, size_t cap,
                    size_t *got)
{
    if (s->inflater)
        return qb_inflate_whole(s->inflater, in, n_in, out, cap, got);
    size_t room = cap;
    bool sound = qb_tiff_stream_start(s) && qb_tiff_stream_run(s, &in, &n_in, &out, &room);
    *got = cap - room;
    return sound;
}
