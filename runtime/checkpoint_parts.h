/* What the two files of checkpoints share; nobody else includes it. */
#ifndef QB_RUNTIME_CHECKPOINT_PARTS_H
#define QB_RUNTIME_CHECKPOINT_PARTS_H

#include "runtime/checkpoint.h"
#include "runtime/folder_lock.h"
#include "runtime/parts.h"

enum { PART_NAME = 48, QB_MOST_PASSES = 64 };

/* A file beside the states: bytes that only grow, or an image on its way. */
typedef struct Part {
    char name[PART_NAME];
    int pass;
    QbKept kept;   /* as of the last save, or as it was found */
    bool own_file; /* the descriptor is the checkpoint's, not a writer's */
} Part;

/* What is known of a pass whose states are in the folder. */
typedef struct Kept {
    bool there;
    double fraction;
} Kept;

/* A file of states: bytes in order, with their sum behind them. */
typedef struct Stream {
    int fd;
    uint32_t crc;
    int64_t at, size; /* size: of the states, reading */
    size_t n, used;
    unsigned char block[1 << 16];
} Stream;

struct QbCheckpoint {
    char folder[QB_MAX_PATH];
    QbFolderLock *lock;
    bool begun, damaged;
    char plan[65]; /* hash of the plan's shape */
    Part *parts;
    int n_parts, cap_parts;
    Kept *kept;         /* of each pass */
    bool *can;          /* every state of the pass can be kept */
    bool fixed;         /* the time between two is given */
    double every, last; /* seconds; when the last one was there, or the run began */
    double next;        /* when the next one is due */
    double rate;        /* bytes a second, measured */
    double started;     /* of a save that is not settled yet; its bytes */
    int64_t bytes;
    int pending; /* its pass; −1: none */
    Stream *saving;
};

/* Returns false. */
bool qb_checkpoint_fail(const char *path, QbErr *err);
void qb_checkpoint_path(const QbCheckpoint *c, const char *name, char path[QB_MAX_PATH]);
void qb_checkpoint_pass_name(int pass, char name[PART_NAME]);
Part *qb_checkpoint_part(QbCheckpoint *c, const char *name);
Part *qb_checkpoint_add_part(QbCheckpoint *c, const char *name, int pass);
/* States and parts go. */
void qb_checkpoint_drop(QbCheckpoint *c);

/* The states of a pass, if they are there, and their parts become known. False: they are damaged. */
bool qb_checkpoint_verify(QbCheckpoint *c, int pass);
/* Begins a file of states; end puts the table of parts and the sum behind what was written. */
bool qb_stream_create(QbCheckpoint *c, int pass, double fraction, Stream **s, QbErr *err);
bool qb_stream_end(Stream *s, const QbCheckpoint *c, int pass, QbErr *err);
/* Opens what was verified, behind its head. */
bool qb_stream_open(QbCheckpoint *c, int pass, Stream **s, QbErr *err);
bool qb_stream_write(Stream *s, const void *bytes, size_t n, QbErr *err);
bool qb_stream_read(Stream *s, void *bytes, size_t n, QbErr *err);
void qb_stream_close(Stream *s);

#endif
