/* The long stories of diagnostic codes, of names and types: what is wrong, why it is refused, a program that shows it, and its mend.
 * Each program is run by tests/cli/stories.sh. */
#include "cli/stories.h"

const QbStory qb_stories_names[] = {
    {.code = "QB0201",
     .title = "an unknown operator",
     .text = "Neither the language nor this file knows an operator of this name. The "
             "message offers the nearest one; \"qbic ops\" lists them all.",
     .wrong = "image = zeros([9, 9])\n"
              "save image |> medain(3) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image |> median(3) to \"a.tif\"\n"},
    {.code = "QB0202",
     .title = "an undefined name",
     .text = "Nothing of this name is defined in the file, in what it uses, or in the "
             "language. Text belongs in quotes.",
     .wrong = "image = zeros([9, 9])\n"
              "save imgae to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0203",
     .title = "a name that is defined twice",
     .text = "A name means one thing in a file, wherever it stands; there is no order in "
             "which one definition could replace another. Give the second one a name of its "
             "own.",
     .wrong = "image = zeros([9, 9])\n"
              "image = ones([9, 9])\n"
              "save image to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "other = ones([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0204",
     .title = "something that depends on itself",
     .text = "Definitions may stand in any order, but none may need its own value, not even "
             "on a detour. The message shows the way around.",
     .wrong = "a = b + 1\n"
              "b = a - 1\n"
              "print a\n",
     .mend = "a = 2\n"
             "b = a - 1\n"
             "print b\n"},
    {.code = "QB0205",
     .title = "an unknown argument",
     .text = "The operator, or def, has no parameter of this name. \"qbic ops NAME\" shows "
             "those it has.",
     .wrong = "image = zeros([9, 9])\n"
              "save gaussian(image, sgima=2) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save gaussian(image, sigma=2) to \"a.tif\"\n"},
    {.code = "QB0206",
     .title = "an unknown parameter",
     .text = "-p, or the file of parameters, names a parameter that the pipeline does not "
             "declare.",
     .wrong = "param level: number = 5\n"
              "print level\n",
     .command = "qbic check wrong.qbi -p levle=7",
     .mend = "param level: number = 5\n"
             "print level\n"},
    {.code = "QB0207",
     .title = "an unknown type",
     .text = "The types are number, bool, string, path, length, time, list, image, mask, "
             "labels, element, table and stage. Pixel types (u8, f32) are no types of "
             "parameters.",
     .wrong = "param level: float = 5\n"
              "print level\n",
     .mend = "param level: number = 5\n"
             "print level\n"},
    {.code = "QB0208",
     .title = "a definition in the value of a parameter",
     .text = "The value of a parameter is given from outside, so it is made of literals, "
             "operators, defs and other parameters alone.",
     .wrong = "a = 5\n"
              "param level: number = a\n"
              "print level\n",
     .mend = "param a: number = 5\n"
             "param level: number = a\n"
             "print level\n"},
    {.code = "QB0209",
     .title = "an unknown module",
     .text = "\"use NAME\" brings in a module of the standard library; a file of your own is "
             "named in quotes.",
     .wrong = "use segmant\n"
              "print 1\n",
     .mend = "use segment\n"
             "print 1\n"},
    {.code = "QB0211",
     .title = "a definition that no output needs",
     .text = "Only a note: nothing of it is read or computed. It may be a leftover, or a "
             "misspelt name elsewhere.",
     .wrong = "image = zeros([9, 9])\n"
              "tomato = gaussian(image, 5)\n"
              "save image to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0212",
     .title = "a name that hides an operator",
     .text = "Only a note: from here on the name means what the file defines, and the "
             "operator of that name cannot be reached.",
     .wrong = "image = zeros([9, 9])\n"
              "median = 5\n"
              "print median\n",
     .mend = "image = zeros([9, 9])\n"
             "level = 5\n"
             "print level\n"},
    {.code = "QB0213",
     .title = "a value that a string cannot take",
     .text = "Numbers, bools, strings and paths that are known before the run can stand in "
             "a string: no images, and no definitions.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"{image}.tif\"\n",
     .mend = "param name: string = \"a\"\n"
             "image = zeros([9, 9])\n"
             "save image to \"{name}.tif\"\n"},
    {.code = "QB0214",
     .title = "a member of something that is no path",
     .text = ".stem, .name and .dir are parts of a path.",
     .wrong = "param input: path = \"x.tif\"\n"
              "print input.ending\n",
     .mend = "param input: path = \"x.tif\"\n"
             "print input.stem\n"},
    {.code = "QB0301",
     .title = "something else than a stage right of a pipe",
     .text = "What is piped into is an operator waiting for its subject, or a stage. A call "
             "that has its subject already is a value.",
     .wrong = "image = zeros([9, 9])\n"
              "save image |> median(image, 3) |> (image + 1) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image |> median(3) to \"a.tif\"\n"},
    {.code = "QB0302",
     .title = "a missing argument",
     .text = "The operator has no default for this parameter.",
     .wrong = "image = zeros([9, 9])\n"
              "save image |> threshold() to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image |> threshold(10) to \"a.tif\"\n"},
    {.code = "QB0303",
     .title = "too many arguments",
     .text = "More was given than the operator takes. In a pipe the subject comes from the "
             "left, and is not named again.",
     .wrong = "image = zeros([9, 9])\n"
              "save image |> invert(3) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image |> invert to \"a.tif\"\n"},
    {.code = "QB0304",
     .title = "an argument that is given twice",
     .text = "Once by its place and once by its name, or twice by name.",
     .wrong = "image = zeros([9, 9])\n"
              "save gaussian(image, 2, sigma=3) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save gaussian(image, sigma=3) to \"a.tif\"\n"},
    {.code = "QB0305",
     .title = "an operator between values that it does not take",
     .text = "Arithmetic is for numbers and images, and, or and not are for masks and "
             "bools. as(u8) makes an image of a mask, a comparison a mask of an image.",
     .wrong = "image = zeros([9, 9])\n"
              "save (image > 1) + \"a\" to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save (image > 1) and (image < 3) to \"a.tif\"\n"},
    {.code = "QB0307",
     .title = "a stage where a value is due",
     .text = "A stage is an operator that waits for its image. Where a number is due in a "
             "call, it is applied to the call's subject; elsewhere it must be told which "
             "image is meant.",
     .wrong = "image = zeros([9, 9])\n"
              "save image > otsu to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image > otsu(image) to \"a.tif\"\n"},
    {.code = "QB0308",
     .title = "a condition that is no bool",
     .text = "\"if\" takes one decision for the whole image. Voxel by voxel, where(mask, a, "
             "b) decides.",
     .wrong = "image = zeros([9, 9])\n"
              "save if image > 1 then image else 2 * image to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save where(image > 1, image, 2 * image) to \"a.tif\"\n"},
    {.code = "QB0309",
     .title = "branches of an if that differ",
     .text = "Where the condition is measured from pixels, either branch may be taken, so "
             "both have one type.",
     .wrong = "image = zeros([9, 9])\n"
              "a = if mean(image) > 1 then image else image > 1\n"
              "save a to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "a = if mean(image) > 1 then image else 2 * image\n"
             "save a to \"a.tif\"\n"},
    {.code = "QB0310",
     .title = "what an operator refuses",
     .text = "The operator itself found that its inputs do not fit together: shapes, ranks, "
             "pixel types or ranges. The message says what it expected and what it found.",
     .wrong = "image = zeros([9, 9])\n"
              "save image + zeros([9, 8]) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image + zeros([9, 9]) to \"a.tif\"\n"},
    {.code = "QB0311",
     .title = "a call of something that is no operator",
     .text = "The name stands for a value here. A stage is applied with |>; a name of this "
             "file hides the operator of the same name.",
     .wrong = "image = zeros([9, 9])\n"
              "level = 5\n"
              "save level(image) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "level = 5\n"
             "save threshold(image, level) to \"a.tif\"\n"},
    {.code = "QB0312",
     .title = "a measured number where a fixed one is due",
     .text = "Sizes, radii, shapes, indices and paths decide what is read and how much "
             "memory it takes, so they must be known from parameters and headers, before "
             "the first pixel.",
     .wrong = "image = zeros([9, 9])\n"
              "save median(image, mean(image)) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save median(image, 3) to \"a.tif\"\n"},
    {.code = "QB0313",
     .title = "a parameter with a value of another type",
     .text = "The default, or what was given in its place, is not of the declared type.",
     .wrong = "param level: number = \"high\"\n"
              "print level\n",
     .mend = "param level: number = 200\n"
             "print level\n"},
    {.code = "QB0314",
     .title = "an argument of another type",
     .text = "The operator takes another kind of value here. Labels are made by label, "
             "masks by comparisons, elements by ball, disk, box and cross.",
     .wrong = "image = zeros([9, 9])\n"
              "save erode(image > 1, 3) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save erode(image > 1, disk(3)) to \"a.tif\"\n"},
    {.code = "QB0315",
     .title = "a stage that does not give a number",
     .text = "Where a call asks for a number, a stage is applied to its subject; this one "
             "gives something else.",
     .wrong = "image = zeros([9, 9])\n"
              "save threshold(image, median(3)) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save threshold(image, otsu) to \"a.tif\"\n"},
    {.code = "QB0316",
     .title = "an index that is no index",
     .text = "Indices go into images, and are whole numbers or slices. Masks and lists "
             "choose nothing; where does.",
     .wrong = "image = zeros([9, 9])\n"
              "save image[image > 1] to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save where(image > 1, image, 0) to \"a.tif\"\n"},
    {.code = "QB0317",
     .title = "more indices than axes",
     .text = "An image has 2 axes (y, x), a volume 3 (z, y, x).",
     .wrong = "image = zeros([9, 9])\n"
              "save image[0:2, 0:2, 0:2] to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image[0:2, 0:2] to \"a.tif\"\n"},
    {.code = "QB0318",
     .title = "a def whose subject is a stage",
     .text = "The first parameter of a def is what is piped into it. A stage piped on "
             "composes, so no def could tell the two apart.",
     .wrong = "def twice(s: stage) = s\n"
              "print 1\n",
     .mend = "def twice(x: image, s: stage) = x |> s |> s\n"
             "print 1\n"},
};
const int qb_n_stories_names = QB_COUNT(qb_stories_names);
