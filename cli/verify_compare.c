/* Finds where two outputs differ: the byte, the line, the voxel. Knows the files that this program writes, and no others. */
#include "cli/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t qb_verify_first_byte(const char *a, const char *b)
{
    FILE *f[2] = {fopen(a, "rb"), fopen(b, "rb")};
    char block[2][1 << 16];
    int64_t at = f[0] && f[1] ? 0 : -2;
    while (at >= 0) {
        size_t n[2], k = 0;
        for (int i = 0; i < 2; i++)
            n[i] = fread(block[i], 1, sizeof(block[i]), f[i]);
        size_t both = n[0] < n[1] ? n[0] : n[1];
        while (k < both && block[0][k] == block[1][k])
            k++;
        at += (int64_t)k;
        if (k < both || n[0] != n[1])
            break;
        if (!both)
            at = -1;
    }
    for (int i = 0; i < 2; i++)
        if (f[i])
            fclose(f[i]);
    return at == -2 ? 0 : at;
}

/* ---- texts -------------------------------------------------------------------------------------------- */

/* The next line without its end; NULL after the last. */
static const char *next_line(FILE *f, char **line, size_t *cap)
{
    ssize_t n = f ? getline(line, cap, f) : -1;
    if (n < 0)
        return NULL;
    if (n && (*line)[n - 1] == '\n')
        (*line)[n - 1] = 0;
    return *line;
}

void qb_verify_text(const char *reference, const char *other, QbText *out)
{
    FILE *f[2] = {fopen(reference, "rb"), fopen(other, "rb")};
    char *buffer[2] = {NULL, NULL};
    const char *line[2] = {"", ""};
    size_t cap[2] = {0, 0};
    int at = 0;
    while (line[0] && line[1] && !strcmp(line[0], line[1])) {
        for (int i = 0; i < 2; i++)
            line[i] = next_line(f[i], &buffer[i], &cap[i]);
        at++;
    }
    qb_text_addf(out, "line %d: ", at);
    qb_text_addf(out, line[1] ? "'%.200s'" : "not there", line[1]);
    qb_text_addf(out, line[0] ? ", in the reference '%.200s'" : ", in the reference not there",
                 line[0]);
    for (int i = 0; i < 2; i++) {
        free(buffer[i]);
        if (f[i])
            fclose(f[i]);
    }
}

/* ---- arrays ------------------------------------------------------------------------------------------- */

typedef struct Array {
    FILE *f;
    QbPix pix;
    int rank;
    int64_t n[3];
    long data; /* offset of the first voxel */
} Array;

static bool read_shape(const char *header, Array *a)
{
    const char *s = strstr(header, "'shape': (");
    if (!s)
        return false;
    s += strlen("'shape': (");
    while (a->rank < 3 && *s && *s != ')') {
        char *end;
        a->n[a->rank++] = strtoll(s, &end, 10);
        if (end == s || a->n[a->rank - 1] < 1)
            return false;
        s = end + strspn(end, ", ");
    }
    return *s == ')' && a->rank > 0;
}

/* Version 1.0 of the format, as this program writes it. */
static bool open_array(const char *path, Array *a)
{
    static const char *const descr[QB_PIX_COUNT] = {"|u1", "<u2", "<u4", "|i1",
                                                    "<i2", "<i4", "<f4", "<f8"};
    unsigned char start[10];
    char header[512] = "";
    *a = (Array){.f = fopen(path, "rb"), .pix = QB_PIX_COUNT};
    if (!a->f || fread(start, 1, sizeof(start), a->f) != sizeof(start) ||
        memcmp(start, "\x93NUMPY\x01", 7) != 0)
        return false;
    size_t n = start[8] + 256u * start[9];
    if (n >= sizeof(header) || fread(header, 1, n, a->f) != n)
        return false;
    for (int k = 0; k < QB_PIX_COUNT; k++)
        if (strstr(header, descr[k]))
            a->pix = (QbPix)k;
    a->data = (long)(sizeof(start) + n);
    return a->pix < QB_PIX_COUNT && read_shape(header, a);
}

static bool are_alike(const Array *a, const Array *b)
{
    return a->pix == b->pix && a->rank == b->rank && a->data == b->data &&
           !memcmp(a->n, b->n, sizeof(a->n));
}

static double voxel_at(const Array *a, int64_t voxel)
{
    char bytes[8] = {0};
    size_t size = qb_pix_bytes(a->pix);
    if (fseek(a->f, a->data + (long)(voxel * (int64_t)size), SEEK_SET) != 0 ||
        fread(bytes, 1, size, a->f) != size)
        return 0;
    return qb_pix_get(a->pix, bytes, 0);
}

static void add_voxel(const Array *reference, const Array *other, int64_t voxel, QbText *out)
{
    int64_t at[3] = {0}, rest = voxel;
    for (int u = reference->rank - 1; u >= 0; u--) {
        at[u] = rest % reference->n[u];
        rest /= reference->n[u];
    }
    qb_text_add(out, "voxel [");
    for (int u = 0; u < reference->rank; u++)
        qb_text_addf(out, "%s%lld", u ? ", " : "", (long long)at[u]);
    qb_text_add(out, "]: ");
    qb_text_add_number(out, voxel_at(other, voxel));
    qb_text_add(out, ", in the reference ");
    qb_text_add_number(out, voxel_at(reference, voxel));
}

bool qb_verify_voxel(const char *reference, const char *other, QbText *out)
{
    Array a, b;
    bool ok = open_array(reference, &a);
    ok = open_array(other, &b) && ok && are_alike(&a, &b);
    int64_t byte = ok ? qb_verify_first_byte(reference, other) : -1;
    if (byte >= a.data)
        add_voxel(&a, &b, (byte - a.data) / (int64_t)qb_pix_bytes(a.pix), out);
    if (a.f)
        fclose(a.f);
    if (b.f)
        fclose(b.f);
    return ok && byte >= a.data;
}
