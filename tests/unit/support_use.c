/* The files and modules that tests of `use` find: texts by path, nothing on the disk. */
#include "tests/unit/support_lower.h"

#include <string.h>

#define FILE_OF(path, all)                                                 \
    {                                                                      \
        .name = path, .real = path, .text = all, .length = sizeof(all) - 1 \
    }

static const QbSource files[] = {
    FILE_OF("tools.qbi",
            "param sigma: number in 0..10 = 2\n"
            "param extra: path = \"extra.tif\"\n"
            "width = 3\n"
            "tomato = zeros([9, 9])\n"
            "def soft(image: image, s: number = sigma) = gaussian(image, s) |> median(width)\n"
            "def plain(image: image, offset: number = 0) = image + offset + width\n"
            "save tomato to \"wrong.xyz\"\n"),
    FILE_OF("deep.qbi", "use \"tools.qbi\"\n"
                        "param depth: number = 1\n"
                        "def deep(image: image) = soft(image) + depth\n"),
    FILE_OF("other.qbi", "param depth = 3\ndef soft(image: image) = image\n"),
    FILE_OF("wrong.qbi",
            "def fails(image: image) = image |> label\ndef calls(image: image) = fails(image)\n"),
    FILE_OF("unread.qbi", "def f(x: image = \ndef g(x: image) = x\n"),
    FILE_OF("median.qbi", "def median(image: image, size: number = 3) = image + size\n"),
    FILE_OF("a.qbi", "use \"b.qbi\"\ndef f(x: image) = g(x)\n"),
    FILE_OF("b.qbi", "use \"c.qbi\"\ndef g(x: image) = h(x)\n"),
    FILE_OF("c.qbi", "use \"a.qbi\"\ndef h(x: image) = x\n"),
    FILE_OF("sub/one.qbi", "use \"two.qbi\"\ndef one(x: image) = two(x)\n"),
    FILE_OF("sub/two.qbi", "def two(x: image) = x + 2\n"),
};

const QbSource qb_lowered_modules[] = {
    {.name = "stdlib/shape.qbi",
     .real = "shape",
     .text = "def twice(image: image) = image * 2\n",
     .length = 36},
    {.name = "stdlib/files.qbi", .real = "files", .text = "use \"tools.qbi\"\n", .length = 16},
};

const QbSource *qb_lowered_file(QbArena *arena, const char *path, QbErr *err)
{
    for (int k = 0; k < QB_COUNT(files); k++)
        if (!strcmp(files[k].name, path))
            return qb_arena_memdup(arena, &files[k], sizeof(files[k]));
    qb_err_set(err, "cannot open '%s'", path);
    return NULL;
}
