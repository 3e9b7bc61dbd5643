/* One user at a time of a folder, by a lock that the system takes back however its process ends. */
#ifndef QB_RUNTIME_FOLDER_LOCK_H
#define QB_RUNTIME_FOLDER_LOCK_H

#include "core/base.h"

typedef struct QbFolderLock QbFolderLock;
/* Makes the folder; refused, with the other's process number, where another `what` ("batch", "run") works in it. */
bool qb_folder_lock(const char *folder, const char *what, QbFolderLock **lock, QbErr *err);
void qb_folder_unlock(QbFolderLock *lock);

#endif
