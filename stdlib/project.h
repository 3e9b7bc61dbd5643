/* What `project` and the operators that it is made of share: their parameters and the type of the result. */
#ifndef QB_STDLIB_PROJECT_H
#define QB_STDLIB_PROJECT_H

#include "stdlib/kernels/label.h"

typedef struct QbProject {
    int how;      /* QbStackHow */
    int64_t axis; /* of the user: 0 is the slowest */
} QbProject;

/* The names of QbStackHow, NULL-terminated. */
extern const char *const qb_project_choices[];

/* The volume without that axis; smallest and largest keep kind and pixel type, the others are f64. */
QbType qb_project_type(const QbType *in, const QbProject *p);
static inline bool qb_project_keeps(const QbProject *p)
{
    return p->how == QB_STACK_MIN || p->how == QB_STACK_MAX;
}

#endif
