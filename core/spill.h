/* Files that hold what outgrew memory: unlinked at once, so that nothing is left behind however the process ends.
 * Positioned reads and writes alone, which any number of threads may do at a time. */
#ifndef QB_CORE_SPILL_H
#define QB_CORE_SPILL_H

#include "core/base.h"

/* Opens a new unlinked file in `dir` (NULL: /tmp); the descriptor, or -1 with the error set. */
int qb_spill_open(const char *dir, QbErr *err);
bool qb_spill_write(int fd, int64_t offset, const void *bytes, size_t n, QbErr *err);
bool qb_spill_read(int fd, int64_t offset, void *to, size_t n, QbErr *err);
void qb_spill_close(int fd); /* -1 is fine */

#endif
