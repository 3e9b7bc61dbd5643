/* Tables in a SQLite file. A new file appears whole or not at all, as every output; in one that is there already the named tables
 * are replaced in one transaction, and nothing else is touched. */
#ifndef QB_RUNTIME_TABLE_DB_H
#define QB_RUNTIME_TABLE_DB_H

#include "core/table.h"

typedef struct QbTableDb QbTableDb;

bool qb_table_db_open(const char *path, QbTableDb **db, QbErr *err);
bool qb_table_db_put(QbTableDb *db, const char *name, QbTable *t, QbErr *err);
/* All bytes of a new file are on the disk after this. */
bool qb_table_db_settle(QbTableDb *db, QbErr *err);
int64_t qb_table_db_size(const QbTableDb *db);
bool qb_table_db_commit(QbTableDb *take_db, QbErr *err);
void qb_table_db_abort(QbTableDb *take_db); /* NULL: nothing */

#endif
