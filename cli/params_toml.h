/* TOML as JSON text. Plain C, also for the C++ file behind it. */
#ifndef QB_CLI_PARAMS_TOML_H
#define QB_CLI_PARAMS_TOML_H

#include <stddef.h>

typedef struct QbTomlError {
    int line, column;
    char text[200];
} QbTomlError;

/* The JSON object of a TOML text; the caller frees. NULL: `error` says where and why. */
char *qb_toml_to_json(const char *text, size_t n, QbTomlError *error);

#endif
