/* SHA-256 of bytes that come all at once or piece by piece. */
#ifndef QB_CORE_SHA256_H
#define QB_CORE_SHA256_H

#include "core/base.h"

typedef struct QbSha256 {
    uint32_t h[8];
    uint8_t tail[64];
    size_t held; /* bytes in tail */
    uint64_t n;  /* bytes in all */
    bool fast;   /* the processor has instructions for it */
} QbSha256;

void qb_sha256_start(QbSha256 *s);
void qb_sha256_add(QbSha256 *s, const void *bytes, size_t n);
void qb_sha256_end(QbSha256 *s, char hex[65]);
void qb_sha256_hex(const void *bytes, size_t n, char hex[65]);

#endif
