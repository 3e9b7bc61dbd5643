/* Zlib streams. Whole ones go through libdeflate, which is several times faster than zlib; those that libdeflate refuses
 * (longer than their buffer, cut off) and those too long for memory go through zlib. */
#include "runtime/deflate.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

struct QbInflater {
    struct libdeflate_decompressor *whole;
    z_stream stream;
    bool stream_ready, ended;
};

struct QbDeflater {
    struct libdeflate_compressor *c;
};

QbInflater *qb_inflater_new(void)
{
    QbInflater *f = calloc(1, sizeof(*f));
    if (!f)
        return NULL;
    f->whole = libdeflate_alloc_decompressor();
    if (!f->whole) {
        free(f);
        return NULL;
    }
    return f;
}

void qb_inflater_free(QbInflater *f)
{
    if (!f)
        return;
    libdeflate_free_decompressor(f->whole);
    if (f->stream_ready)
        inflateEnd(&f->stream);
    free(f);
}

bool qb_inflate_start(QbInflater *f)
{
    f->ended = false;
    f->stream.next_in = NULL;
    f->stream.avail_in = 0;
    if (f->stream_ready)
        return inflateReset(&f->stream) == Z_OK;
    f->stream_ready = inflateInit(&f->stream) == Z_OK;
    return f->stream_ready;
}

bool qb_inflate_run(QbInflater *f, const uint8_t **in, size_t *n_in, uint8_t **out, size_t *n_out)
{
    const size_t most = 1u << 30; /* zlib counts in 32 bits */
    while (!f->ended && *n_out > 0) {
        uInt give = (uInt)(*n_in < most ? *n_in : most);
        uInt room = (uInt)(*n_out < most ? *n_out : most);
        f->stream.next_in = (Bytef *)*in;
        f->stream.avail_in = give;
        f->stream.next_out = *out;
        f->stream.avail_out = room;
        int rc = inflate(&f->stream, Z_NO_FLUSH);
        size_t used = give - f->stream.avail_in, made = room - f->stream.avail_out;
        *in += used;
        *n_in -= used;
        *out += made;
        *n_out -= made;
        if (rc == Z_STREAM_END)
            f->ended = true;
        else if (rc == Z_BUF_ERROR || (rc == Z_OK && used == 0 && made == 0))
            return true; /* wants more input */
        else if (rc != Z_OK)
            return false;
    }
    return true;
}

/* What libdeflate refuses: zlib hands out all that can be had. A stream that is cut off behind the bytes that are due is
 * good enough; a checksum that does not fit is not. */
static bool inflate_slowly(QbInflater *f, const uint8_t *in, size_t n_in, uint8_t *out, size_t cap,
                           size_t *got)
{
    if (!qb_inflate_start(f))
        return false;
    size_t room = cap;
    bool sound = qb_inflate_run(f, &in, &n_in, &out, &room);
    *got = cap - room;
    if (!sound || room > 0)
        return sound;
    /* One byte more: zlib only looks at the checksum when it is asked to go on. */
    uint8_t beyond[1], *to = beyond;
    size_t one = sizeof(beyond);
    return qb_inflate_run(f, &in, &n_in, &to, &one);
}

bool qb_inflate_whole(QbInflater *f, const uint8_t *in, size_t n_in, uint8_t *out, size_t cap,
                      size_t *got)
{
    enum libdeflate_result r = libdeflate_zlib_decompress(f->whole, in, n_in, out, cap, got);
    if (r == LIBDEFLATE_SUCCESS)
        return true;
    return inflate_slowly(f, in, n_in, out, cap, got);
}

QbDeflater *qb_deflater_new(int level)
{
    QbDeflater *d = calloc(1, sizeof(*d));
    if (!d)
        return NULL;
    d->c = libdeflate_alloc_compressor(level);
    if (!d->c) {
        free(d);
        return NULL;
    }
    return d;
}

void qb_deflater_free(QbDeflater *d)
{
    if (!d)
        return;
    libdeflate_free_compressor(d->c);
    free(d);
}

size_t qb_deflate_bound(size_t n)
{
    return libdeflate_zlib_compress_bound(NULL, n);
}

size_t qb_deflate(QbDeflater *d, const void *in, size_t n, void *out, size_t cap)
{
    return libdeflate_zlib_compress(d->c, in, n, out, cap);
}

/* ---- checksums -------------------------------------------------------------------------------------- */

uint32_t qb_crc32(uint32_t crc, const void *bytes, size_t n)
{
    return libdeflate_crc32(crc, bytes, n);
}

/* Texts of one length differ in their sums by what their difference adds, wherever it stands. */
uint32_t qb_crc32_patch(uint32_t crc, const void *bytes, size_t n, int64_t after)
{
    static const uint8_t zeros[16];
    QB_CHECK(n <= sizeof(zeros));
    uint32_t change = qb_crc32(0, bytes, n) ^ qb_crc32(0, zeros, n);
    return crc ^ (uint32_t)crc32_combine(change, 0, (z_off_t)after);
}
