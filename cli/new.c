/* qbic new: a commented pipeline to start from. Never writes over a file. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* In the canonical layout; a test checks, formats and runs it. */
static const char pipeline[] =
    "# What is wanted of an image, in any order; nothing is computed unless an output needs it.\n"
    "\n"
    "# Parameters: values that the command line may change, as in -p level=100. The comment is "
    "their help.\n"
    "param input: path   = \"image.tif\"  # the image, a picture or a volume; the first file after "
    "the pipeline\n"
    "param filter: stage = median(3)    # any stage from image to image: -p "
    "'filter=gaussian(sigma=2)'\n"
    "param level: number = otsu         # grey value above which a voxel is object: a number, or "
    "how to find it\n"
    "\n"
    "# Definitions: names for what comes of what. `qbic ops` lists the operators.\n"
    "image  = read(input)\n"
    "bright = image |> filter |> threshold(level)\n"
    "cells  = label(bright)\n"
    "\n"
    "# Outputs: the ending picks the format.\n"
    "save count(cells) to \"{input.stem}_cells.csv\"\n"
    "save cells to \"{input.stem}_cells.png\"\n"
    "print \"share of the image that is object:\", mean(bright)\n";

static bool write_new(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    size_t n = sizeof(pipeline) - 1;
    bool ok = write(fd, pipeline, n) == (ssize_t)n;
    int number = ok ? 0 : errno ? errno : EIO;
    if (close(fd) != 0 && ok)
        number = errno;
    if (number)
        unlink(path);
    errno = number;
    return number == 0;
}

int qb_cli_new(const QbCliOptions *o)
{
    if (o->positional.n != 1)
        return qb_fail(QB_EXIT_USAGE, "expected one name, as in 'qbic new cells'");
    const char *name = o->positional.v[0];
    size_t n = strlen(name);
    const char *slash = strrchr(name, '/'), *stem = slash ? slash + 1 : name;
    if (!*stem || strcmp(stem, ".") == 0 || strcmp(stem, "..") == 0 || strcmp(stem, ".qbi") == 0)
        return qb_fail(QB_EXIT_USAGE,
                       "'new' expects a file's name, as in 'qbic new cells', found '%s'", name);
    bool whole = n > 4 && strcmp(name + n - 4, ".qbi") == 0;
    QbText path = {0};
    qb_text_addf(&path, "%s%s", name, whole ? "" : ".qbi");
    int status = QB_EXIT_DONE;
    if (write_new(path.s))
        fprintf(stderr, "wrote %s; next: qbic run %s IMAGE\n", path.s, path.s);
    else if (errno == EEXIST)
        status = qb_fail(QB_EXIT_FAILED, "'%s' is there already, and is left as it is", path.s);
    else
        status = qb_fail(QB_EXIT_FAILED, "cannot write '%s': %s", path.s, strerror(errno));
    qb_text_free(&path);
    return status;
}
