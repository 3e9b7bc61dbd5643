/* The long stories of diagnostic codes, of values, files and outputs: what is wrong, why it is refused, a program that shows it, and its mend.
 * Each program is run by tests/cli/stories.sh. */
#include "cli/stories.h"

const QbStory qb_stories_values[] = {
    {.code = "QB0401",
     .title = "a value out of its range",
     .text = "The operator names the smallest and largest value that it takes.",
     .wrong = "image = zeros([9, 9])\n"
              "save gaussian(image, -1) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save gaussian(image, 1) to \"a.tif\"\n"},
    {.code = "QB0402",
     .title = "a value that must be a whole number",
     .text = "Counts, sizes and indices are whole.",
     .wrong = "image = zeros([9, 9])\n"
              "save image[0.5] to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image[0:1] to \"a.tif\"\n"},
    {.code = "QB0403",
     .title = "a size that must be odd",
     .text = "A window has a voxel in its middle, and as many on either side, so its width "
             "is odd.",
     .wrong = "image = zeros([9, 9])\n"
              "save median(image, 4) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save median(image, 5) to \"a.tif\"\n"},
    {.code = "QB0404",
     .title = "a list of the wrong length",
     .text = "A list of sizes has one entry for each axis of the image, slowest first.",
     .wrong = "image = zeros([9, 9])\n"
              "save median(image, [3, 3, 3]) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save median(image, [3, 3]) to \"a.tif\"\n"},
    {.code = "QB0405",
     .title = "an unknown choice",
     .text = "The argument is one of a few words, which the message lists.",
     .wrong = "volume = zeros([5, 9, 9])\n"
              "save project(volume, \"maximal\") to \"a.tif\"\n",
     .mend = "volume = zeros([5, 9, 9])\n"
             "save project(volume, max) to \"a.tif\"\n"},
    {.code = "QB0406",
     .title = "a parameter out of its domain",
     .text = "The declaration says what values are allowed.",
     .wrong = "param level: number in 0..255 = 300\n"
              "print level\n",
     .mend = "param level: number in 0..255 = 200\n"
             "print level\n"},
    {.code = "QB0407",
     .title = "an index outside of the image",
     .text = "Indices count from 0, or from -1 backwards. Slices are clipped, single "
             "indices are not.",
     .wrong = "image = zeros([9, 9])\n"
              "save image[0:2, 3:5][7] to \"a.tif\"\n"
              "print image[99, 0]\n",
     .mend = "image = zeros([9, 9])\n"
             "print image[8, 0]\n"},
    {.code = "QB0408",
     .title = "a slice without a voxel",
     .text = "Nothing lies between the two ends, in the direction of the step.",
     .wrong = "image = zeros([9, 9])\n"
              "save image[5:5] to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image[5:6] to \"a.tif\"\n"},
    {.code = "QB0409",
     .title = "a step of zero",
     .text = "A slice with step 0 would never end. 2 takes every other index, -1 turns the "
             "axis around.",
     .wrong = "image = zeros([9, 9])\n"
              "save image[::0] to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image[::2] to \"a.tif\"\n"},
    {.code = "QB0410",
     .title = "an index that leaves a line",
     .text = "An image has 2 or 3 axes. Of a 2D image a single index would leave one; a "
             "slice of length 1 keeps the axis.",
     .wrong = "image = zeros([9, 9])\n"
              "save image[3] to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image[3:4] to \"a.tif\"\n"},
    {.code = "QB0411",
     .title = "a range that is none",
     .text = "The ends of a range are numbers, the smaller first.",
     .wrong = "param level: number in 9..1 = 5\n"
              "print level\n",
     .mend = "param level: number in 1..9 = 5\n"
             "print level\n"},
    {.code = "QB0412",
     .title = "something without measure",
     .text = "Strings, lists, stages and nested defs have limits far beyond what a person "
             "writes; past them the checker stops rather than fill the memory.",
     .command = "{ echo 'def f0(x: number) = x'; for i in $(seq 40); do echo \"def f$i(x: "
                "number) = f$((i - 1))(x) + f$((i - 1))(x)\"; done; echo 'print f40(1)'; } "
                ">wrong.qbi; qbic check wrong.qbi",
     .mend = "def a(x: number) = x + x\n"
             "print a(1)\n"},
    {.code = "QB0413",
     .title = "a length for an image without voxel size",
     .text = "A length in a physical unit is turned into voxels by the image's own voxel "
             "size, and this image has none. Give the length in voxels, or read a file that "
             "says how large its voxels are.",
     .wrong = "image = zeros([9, 9])\n"
              "save gaussian(image, 2 um) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save gaussian(image, 2) to \"a.tif\"\n"},
    {.code = "QB0414",
     .title = "values that cannot be swept",
     .text = "The values of a swept parameter stand between commas; LO:HI:STEP counts from LO up "
             "to HI in steps above 0. A table of points has a header of parameters and as many "
             "values in every line.",
     .command = "printf 'param level: number = 1\\nprint level\\n' >wrong.qbi; "
                "qbic sweep wrong.qbi -p level=10,,20 -o none",
     .mend = "param level: number = 1\n"
             "print level\n"},
    {.code = "QB0501",
     .title = "an input that cannot be read",
     .text = "The file is not there, may not be opened, or is not an image that qbic reads. "
             "The exit status is 1.",
     .wrong = "save read(\"wrong.qbi\") to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0502",
     .title = "an input that is not there yet",
     .text = "Only a note of \"qbic check\": what depends on the file is not checked, all "
             "else is.",
     .wrong = "save read(\"none.tif\") to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0503",
     .title = "images that no parameter takes",
     .text = "The images on the command line bind to the path parameters of the pipeline, "
             "in order. To run it over many images one after the other is what \"qbic batch\" "
             "does.",
     .wrong = "print 1\n",
     .command = "qbic check wrong.qbi a.tif",
     .mend = "print 1\n"},
    {.code = "QB0504",
     .title = "an output over an input",
     .text = "The run would write over a file that it reads.",
     .wrong = "save read(\"cells.tif\") + 1 to \"cells.tif\"\n",
     .mend = "save read(\"cells.tif\") + 1 to \"more.tif\"\n"},
    {.code = "QB0505",
     .title = "a used file that cannot be read",
     .text = "\"use\" names a file, relative to the file that uses it.",
     .wrong = "use \"none.qbi\"\n"
              "print 1\n",
     .mend = "print 1\n"},
    {.code = "QB0601",
     .title = "a pipeline without an output",
     .text = "Only outputs are computed; without one there is nothing to do.",
     .wrong = "image = zeros([9, 9])\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0602",
     .title = "an ending that picks no format",
     .text = "The ending of the path is the format: .tif, .npy and .png for images, .csv, "
             ".tsv, .json and .db for tables.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"a.jpg\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.png\"\n"},
    {.code = "QB0603",
     .title = "a format that does not hold this",
     .text = "Tables go to .csv, .tsv, .json and .db, images to .tif, .npy and .png.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"a.csv\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0604",
     .title = "two outputs in one file",
     .text = "The later one would replace the earlier one.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"a.tif\"\n"
              "save image + 1 to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"
             "save image + 1 to \"b.tif\"\n"},
    {.code = "QB0605",
     .title = "an unknown option of save",
     .text = "\"with\" takes type, for labels, and table, the name of a table.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"a.tif\" with (compression=9)\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0606",
     .title = "an option of save that does not fit",
     .text =
         "type is for labels that are saved as .tif or .npy, and is u16 or u32; table "
         "is a name in quotes, for a table; bar is true or false, for an image that is saved as "
         ".png and whose voxel size is known.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"a.tif\" with (type=u16)\n",
     .mend = "image = zeros([9, 9])\n"
             "save as(image, u16) to \"a.tif\"\n"},
    {.code = "QB0607",
     .title = "two tables of one name",
     .text = "Tables of many runs are gathered by their names, so two of one run need two "
             "names.",
     .wrong = "image = zeros([9, 9])\n"
              "l = label(image > 1)\n"
              "save count(l) to \"a_cells.csv\" with (table=\"cells\")\n"
              "save histogram(image) to \"b.csv\" with (table=\"cells\")\n",
     .mend = "image = zeros([9, 9])\n"
             "l = label(image > 1)\n"
             "save count(l) to \"a_cells.csv\" with (table=\"cells\")\n"
             "save histogram(image) to \"b.csv\" with (table=\"grey\")\n"},
    {.code = "QB0608",
     .title = "save to something that is no path",
     .text = "After \"to\" stands a string or a path.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to 5\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0609",
     .title = "a value that is no output",
     .text = "save writes images and tables, print writes values that are known or "
             "measured; a stage is neither.",
     .wrong = "image = zeros([9, 9])\n"
              "save mean(image) to \"a.csv\"\n",
     .mend = "image = zeros([9, 9])\n"
             "print mean(image)\n"},
};
const int qb_n_stories_values = QB_COUNT(qb_stories_values);
