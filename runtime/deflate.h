/* Zlib streams, packed and unpacked, whole or piece by piece; checksums. Knows bytes alone: no files, no images. */
#ifndef QB_RUNTIME_DEFLATE_H
#define QB_RUNTIME_DEFLATE_H

#include "core/base.h"

/* One thread at a time. NULL where memory has run out. */
typedef struct QbInflater QbInflater;
QbInflater *qb_inflater_new(void);
void qb_inflater_free(QbInflater *take_f);

/* Unpacks a whole stream of which at most `cap` bytes are wanted (it may hold more); *got is what came out. False: the
 * stream is damaged. One that merely ends too soon is not: then *got tells. */
bool qb_inflate_whole(QbInflater *f, const uint8_t *in, size_t n_in, uint8_t *out, size_t cap,
                      size_t *got);

/* Unpacks in order: start, then run as often as there is input or output to go on with. Both pointers and
 * counts are moved on. False: the stream is damaged. */
bool qb_inflate_start(QbInflater *f);
bool qb_inflate_run(QbInflater *f, const uint8_t **in, size_t *n_in, uint8_t **out, size_t *n_out);

typedef struct QbDeflater QbDeflater;
QbDeflater *qb_deflater_new(int level);
void qb_deflater_free(QbDeflater *take_d);
/* Bytes that n bytes pack into at most. */
size_t qb_deflate_bound(size_t n);
/* Packs n bytes as one zlib stream; 0 if `cap` does not do. The same bytes for the same input. */
size_t qb_deflate(QbDeflater *d, const void *in, size_t n, void *out, size_t cap);

/* The CRC-32 of what came before, and n bytes more; of nothing: 0. */
uint32_t qb_crc32(uint32_t crc, const void *bytes, size_t n);
/* The CRC-32 of a text in which n bytes of 0, with `after` bytes behind them, become these. n <= 16. */
uint32_t qb_crc32_patch(uint32_t crc, const void *bytes, size_t n, int64_t after);

#endif
