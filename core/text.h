/* Growable text, and numbers written as qbi writes them. */
#ifndef QB_CORE_TEXT_H
#define QB_CORE_TEXT_H

#include "core/base.h"

typedef struct QbText {
    char *s; /* NUL-terminated once anything was added */
    size_t n, cap;
} QbText;

void qb_text_add(QbText *t, const char *s);
void qb_text_addn(QbText *t, const char *s, size_t n);
void qb_text_addf(QbText *t, const char *fmt, ...) QB_PRINTF(2, 3);
void qb_text_add_number(QbText *t, double v);
/* `s` as a JSON string, quotes included. */
void qb_text_add_json(QbText *t, const char *s);
/* Bytes in base 64, as pages carry pictures. */
void qb_text_add_base64(QbText *t, const void *bytes, size_t n);
void qb_text_free(QbText *t);

/* The shortest decimal form that reads back as the same double: 10, 0.84, 1e-07, nan, inf, -inf. Integers
 * below 2^53 are written without exponent. `buf` holds at least 32 bytes. */
const char *qb_number_text(double v, char buf[32]);

/* Bytes of the well-formed UTF-8 character at `s`, of which `n` bytes may be read, or 0 where there is none
 * (malformed, overlong, a surrogate, cut short). Its code point goes to `code` unless that is NULL. */
int qb_utf8_decode(const char *s, size_t n, uint32_t *code);

/* Edit distance based suggestion: the candidate nearest to `word`, or NULL where none is near. */
const char *qb_nearest(const char *word, const char *const *candidates, int n);

#endif
