/* The long stories of diagnostic codes, of what cannot be read as qbi text: what is wrong, why it is refused, a program that shows it, and its mend.
 * Each program is run by tests/cli/stories.sh. */
#include "cli/stories.h"

const QbStory qb_stories_syntax[] = {
    {.code = "QB0101",
     .title = "a byte that is not UTF-8",
     .text = "A .qbi file is UTF-8 text. Editors that save Latin-1 or UTF-16 write bytes "
             "that are not; save the file again as UTF-8.",
     .command = "printf '# caf\\351\\nprint 1\\n' >wrong.qbi; qbic check wrong.qbi",
     .mend = "# café\n"
             "print 1\n"},
    {.code = "QB0102",
     .title = "a NUL byte",
     .text = "Text holds no NUL byte, so this is another kind of file: an image, perhaps, "
             "where the pipeline was meant.",
     .command = "printf 'print 1\\0\\n' >wrong.qbi; qbic check wrong.qbi",
     .mend = "print 1\n"},
    {.code = "QB0103",
     .title = "a file that is too large",
     .text = "A pipeline is a page of text. A file of more than 64 MiB is surely something "
             "else.",
     .command = "head -c 70000000 /dev/zero | tr '\\0' '#' >wrong.qbi; qbic check wrong.qbi",
     .mend = "print 1\n"},
    {.code = "QB0104",
     .title = "a character that has no meaning",
     .text = "Names are ASCII letters, digits and _. Word processors and web pages put "
             "other signs that look alike: curly quotes, a long dash, a no-break space. The "
             "caret points at the first of them.",
     .wrong = "print 2 × 3\n",
     .mend = "print 2 * 3\n"},
    {.code = "QB0105",
     .title = "a sign of another language",
     .text = "C, Python, R and MATLAB write some operators in another way. qbi has and, or, "
             "not, ** for powers, |> for pipes, # for comments and nothing at the end of a "
             "line.",
     .wrong = "image = zeros([9, 9])\n"
              "save image > 1 && image < 3 to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image > 1 and image < 3 to \"a.tif\"\n"},
    {.code = "QB0106",
     .title = "a string without its end",
     .text = "A string ends on the line it starts on, with a double quote. A quote inside a "
             "string is written \\\".",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"a.tif\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0107",
     .title = "single quotes",
     .text = "Strings are written in double quotes, so that a path may hold an apostrophe.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to 'a.tif'\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0108",
     .title = "a number that starts or ends with a dot",
     .text = "A number starts and ends with a digit: 0.5 and 5.0. A lone dot is for members "
             "of paths, two of them for ranges.",
     .wrong = "print .5\n",
     .mend = "print 0.5\n"},
    {.code = "QB0109",
     .title = "a number in a form that qbi does not have",
     .text = "Numbers are decimal: no 0x, no _ between digits, and an exponent has digits.",
     .wrong = "print 1_000\n",
     .mend = "print 1000\n"},
    {.code = "QB0110",
     .title = "an unknown unit",
     .text = "A word that touches a number is its unit. The units are px, nm, um (also µm), "
             "mm for lengths, ms, s and min for times.",
     .wrong = "image = zeros([9, 9])\n"
              "save gaussian(image, 2microns) to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save gaussian(image, 2px) to \"a.tif\"\n"},
    {.code = "QB0111",
     .title = "a number that is too large",
     .text = "Numbers are double precision: the largest is near 1.8e308.",
     .wrong = "print 1e999\n",
     .mend = "print 1e99\n"},
    {.code = "QB0112",
     .title = "an unknown escape",
     .text = "The escapes are \\n, \\t, \\\" and \\\\. Paths are written with / on every system, "
             "so a backslash is rarely meant.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"out\\da.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"out/da.tif\"\n"},
    {.code = "QB0113",
     .title = "a brace without its other half",
     .text = "Braces in a string put in a parameter: {level}. A brace itself is written {{ "
             "or }}.",
     .wrong = "image = zeros([9, 9])\n"
              "save image to \"a{.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a{{.tif\"\n"},
    {.code = "QB0114",
     .title = "something in braces that cannot stand there",
     .text = "Between { and } stands the name of a parameter, or the stem, name or dir of a "
             "path; no expression, since the path of an output must be known before "
             "anything runs.",
     .wrong = "param n: number = 2\n"
              "image = zeros([9, 9])\n"
              "save image to \"a{n + 1}.tif\"\n",
     .mend = "param n: number = 2\n"
             "image = zeros([9, 9])\n"
             "save image to \"a{n}.tif\"\n"},
    {.code = "QB0115",
     .title = "a part that no path has",
     .text = "Of a path, stem (the name without its ending), name and dir can be asked for.",
     .wrong = "param input: path = \"x.tif\"\n"
              "image = zeros([9, 9])\n"
              "save image to \"{input.base}.tif\"\n",
     .mend = "param input: path = \"x.tif\"\n"
             "image = zeros([9, 9])\n"
             "save image to \"{input.stem}_a.tif\"\n"},
    {.code = "QB0120",
     .title = "a sentence that does not go on like this",
     .text = "The parser met a word or sign where another was due; the message lists what "
             "could stand there. Often something is missing just before the place that is "
             "marked.",
     .wrong = "save to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image to \"a.tif\"\n"},
    {.code = "QB0121",
     .title = "a bracket that is not closed",
     .text = "Where a bracket is open, lines go on; so the end is found late. The note "
             "shows where it was opened.",
     .wrong = "print (1 + 2\n",
     .mend = "print (1 + 2)\n"},
    {.code = "QB0122",
     .title = "the wrong bracket",
     .text = "A bracket is closed by its own kind: ( by ), [ by ], { by }.",
     .wrong = "print [1, 2)\n",
     .mend = "print [1, 2]\n"},
    {.code = "QB0123",
     .title = "a bracket that closes nothing",
     .text = "No bracket of this kind is open here. One too many was written, or the "
             "opening one was lost.",
     .wrong = "print 1 + 2)\n",
     .mend = "print 1 + 2\n"},
    {.code = "QB0124",
     .title = "brackets within brackets without end",
     .text = "No pipeline that a person reads nests so deep. Give the parts names of their "
             "own.",
     .command = "{ printf 'print '; head -c 600 /dev/zero | tr '\\0' '('; echo 1; } >wrong.qbi; "
                "qbic check wrong.qbi",
     .mend = "print (1)\n"},
    {.code = "QB0125",
     .title = "an expression that is too deep",
     .text = "Chains of thousands of operators in one expression are refused before they "
             "exhaust the stack. Give the parts names of their own.",
     .command = "{ printf 'print 1'; for i in $(seq 3000); do printf ' + 1'; done; echo; } "
                ">wrong.qbi; qbic check wrong.qbi",
     .mend = "a = 1 + 1\n"
             "print a + 1\n"},
    {.code = "QB0126",
     .title = "a statement of another language",
     .text = "There are no loops, imports, blocks or declarations: a file says what is wanted, "
             "and qbic decides how often and in what order. What the statement would have "
             "defined stays known, so it is told once.",
     .wrong = "import numpy as np\n"
              "print 1\n",
     .mend = "print 1\n"},
    {.code = "QB0127",
     .title = "a reserved word as a name",
     .text = "and def else false if in not or param print save then to true use with have a "
             "meaning of their own everywhere, and cannot be names. Types, units and pixel types "
             "can.",
     .wrong = "to = 3\n"
              "print to\n",
     .mend = "end = 3\n"
             "print end\n"},
    {.code = "QB0130",
     .title = "something else than a stage right of a pipe",
     .text = "Right of |> stands a name, a call or a bracketed expression; what follows "
             "them (a comparison, an index) would belong to the right side alone. Use "
             "threshold, or put the pipe in brackets.",
     .wrong = "image = zeros([9, 9])\n"
              "save image |> median(3) > 10 to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "save image |> median(3) |> threshold(10) to \"a.tif\"\n"},
    {.code = "QB0133",
     .title = "a call of something that is no operator",
     .text = "Only names are called. Between a number and a bracket an operator is missing.",
     .wrong = "print 2(3 + 1)\n",
     .mend = "print 2 * (3 + 1)\n"},
    {.code = "QB0134",
     .title = "a domain of another form",
     .text = "After \"in\" stands what a parameter may be: a range, both ends in, or a list "
             "of values.",
     .wrong = "param level: number in 5 = 5\n"
              "print level\n",
     .mend = "param level: number in 0..255 = 5\n"
             "print level\n"},
    {.code = "QB0135",
     .title = "an expression that goes nowhere",
     .text = "A line is a definition, an output or a declaration. An expression alone would "
             "be computed for nobody: name it, save it or print it.",
     .wrong = "image = zeros([9, 9])\n"
              "image > 1\n"
              "save image to \"a.tif\"\n",
     .mend = "image = zeros([9, 9])\n"
             "mask = image > 1\n"
             "save mask to \"a.tif\"\n"},
    {.code = "QB0136",
     .title = "a body without a result",
     .text = "The body of a def ends in an expression: that is what a call of it is worth.",
     .wrong = "def soft(x: image) {\n"
              "  y = gaussian(x, 2)\n"
              "}\n"
              "print 1\n",
     .mend = "def soft(x: image) {\n"
             "  y = gaussian(x, 2)\n"
             "  y * 2\n"
             "}\n"
             "save soft(zeros([9, 9])) to \"a.tif\"\n"},
    {.code = "QB0137",
     .title = "a line of a body that goes nowhere",
     .text = "All lines of a body but the last are definitions.",
     .wrong = "def soft(x: image) {\n"
              "  gaussian(x, 2)\n"
              "  x\n"
              "}\n"
              "print 1\n",
     .mend = "def soft(x: image) {\n"
             "  y = gaussian(x, 2)\n"
             "  y\n"
             "}\n"
             "print 1\n"},
    {.code = "QB0138",
     .title = "a def without a parameter",
     .text = "The first parameter of a def is its subject, what is piped into it. Without "
             "one, a definition does.",
     .wrong = "def level() = 5\n"
              "print 1\n",
     .mend = "level = 5\n"
             "print level\n"},
    {.code = "QB0139",
     .title = "a version that comes late",
     .text = "\"qbi 1\" tells how the rest is to be read, so it is the first statement.",
     .wrong = "print 1\n"
              "qbi 1\n",
     .mend = "qbi 1\n"
             "print 1\n"},
    {.code = "QB0140",
     .title = "a version that this qbic does not know",
     .text = "The file asks for another version of the language. A newer qbic reads it; or "
             "it was meant otherwise: versions are whole numbers.",
     .wrong = "qbi 99\n"
              "print 1\n",
     .mend = "qbi 1\n"
             "print 1\n"},
    {.code = "QB0141",
     .title = "use without a plain name",
     .text = "Which files a pipeline is made of is known before any parameter is; so the "
             "name in \"use\" holds none.",
     .wrong = "use \"{a}.qbi\"\n"
              "print 1\n",
     .mend = "use segment\n"
             "print 1\n"},
};
const int qb_n_stories_syntax = QB_COUNT(qb_stories_syntax);
