/* Mistakes: the place, the message and the mend of each, and what is still understood beside it. */
#include "tests/unit/support_lang.h"

#include <criterion/criterion.h>

typedef struct Case {
    const char *text, *result;
} Case;

static const Case refused[] = {
    {"qbi = 3\n", "1:5+1 QB0120 error: expected a number, found '='"
                  " | as a file's first word 'qbi' gives the language version: qbi 1\n"},
    {"a = 3 m\n", "a = ?\n"
                  "1:7+1 QB0120 error: expected an operator or the end of the line, found 'm'"
                  " | units are px, nm, um, mm, ms, s and min\n"},
    {"a = 1 +\n", "a = ?\n"
                  "1:8+0 QB0120 error: expected an expression, found the end of the line | a value "
                  "stands behind '+', or it is left out\n"},
    {"a = \n", "a = ?\n"
               "1:4+0 QB0120 error: expected an expression, found the end of the line | a value "
               "stands behind '='\n"},
    {"a = )\n", "a = ?\n"
                "1:5+1 QB0123 error: unexpected ')': no '(' is open here | remove it, or open one "
                "before it\n"},
    {"a = (1\nb = 2\n", "a = ?\n"
                        "b = 2\n"
                        "1:7+0 QB0121 error: missing ')' | 1:5 '(' opened here\n"},
    {"a = [1, 2\nb = 2\n", "a = ?\n"
                           "b = 2\n"
                           "1:10+0 QB0121 error: missing ']' | 1:5 '[' opened here\n"},
    {"a = f(1,)\n",
     "a = ?\n"
     "1:9+1 QB0120 error: expected an expression, found ')' | remove the comma before it\n"},
    {"a = 1 2\n", "a = ?\n"
                  "1:7+1 QB0120 error: expected an operator or the end of the line, found '2'\n"},
    {"a = v |> 5\n", "a = ?\n"
                     "1:10+1 QB0130 error: right of '|>' stands a name, a call or a bracketed "
                     "expression, found a number '5'\n"},
    {"b = image |> median(5) > 10\n",
     "b = ?\n"
     "1:14+14 QB0130 error: right of '|>' stands a name, a call or a bracketed expression, found a "
     "comparison 'median(5) > 10'"
     " | write |> threshold(10), or (image |> median(5)) > 10\n"},
    {"b = image |> gaussian(3)[250]\n",
     "b = ?\n"
     "1:14+16 QB0130 error: right of '|>' stands a name, a call or a bracketed expression, found "
     "an index 'gaussian(3)[250]'"
     " | write (image |> gaussian(3))[250]\n"},
    {"b = v |> f + 1\n", "b = ?\n"
                         "1:10+5 QB0130 error: right of '|>' stands a name, a call or a bracketed "
                         "expression, found arithmetic 'f + 1'"
                         " | write (v |> f) + 1\n"},
    {"b = v |> -f\n", "b = ?\n"
                      "1:10+2 QB0130 error: right of '|>' stands a name, a call or a bracketed "
                      "expression, found arithmetic '-f'\n"},
    {"a = .5\n", "a = ?\n"
                 "1:5+2 QB0108 error: a number starts and ends with a digit | write 0.5\n"},
    {"a = 5.\n", "a = ?\n"
                 "1:5+2 QB0108 error: a number starts and ends with a digit | write 5.0\n"},
    {"a = 'x'\n", "a = ?\n"
                  "1:5+3 QB0107 error: strings are written in double quotes | write \"x\"\n"},
    {"a = \"x\n", "a = ?\n"
                  "1:5+1 QB0106 error: this string has no closing '\"' on its line | strings end "
                  "on the line they start on\n"},
    {"a = b && c\n", "a = (b and c)\n"
                     "1:7+2 QB0105 error: unknown operator '&&' | write 'and'\n"},
    {"a = b || c\n", "a = (b or c)\n"
                     "1:7+2 QB0105 error: unknown operator '||' | write 'or'\n"},
    {"a = !b\n", "a = (not b)\n"
                 "1:5+1 QB0105 error: unknown operator '!' | write 'not'\n"},
    {"a = b ^ 2\n", "a = (b ** 2)\n"
                    "1:7+1 QB0105 error: unknown operator '^' | a power is written '**'\n"},
    {"a := 3\n",
     "a = 3\n"
     "1:3+2 QB0105 error: unknown operator ':=' | a definition is written NAME = ...\n"},
    {"a += 3\n", "a = ?\n"
                 "1:3+2 QB0105 error: unknown operator '+=' | a name is defined once: give the "
                 "result a name of its own\n"},
    {"a = b -> f\n", "a = ?\n"
                     "1:7+2 QB0105 error: unknown operator '->' | a pipe is written '|>'; the type "
                     "of a result is not written\n"},
    {"a = b | f\n",
     "a = ?\n"
     "1:7+1 QB0105 error: unknown operator '|' | write '|>' for a pipe, 'or' between masks\n"},
    {"a = 1;\n", "a = ?\n"
                 "1:6+1 QB0105 error: unexpected ';' | a statement ends where its line ends\n"},
    {"a = c ? 1 : 2\n", "a = ?\n"
                        "1:7+1 QB0105 error: unexpected '?' | write 'if C then A else B'\n"},
    {"a = v[...]\n", "a = ?\n"
                     "1:7+3 QB0105 error: unexpected '...' | an axis that is kept whole is written "
                     "':', a range 0..255\n"},
    {"a = b @ c\n",
     "a = ?\n"
     "1:7+1 QB0105 error: unexpected '@' | a matrix product is written matmul(a, b)\n"},
    {"a = $b\n",
     "a = b\n"
     "1:5+1 QB0105 error: unexpected '$' | a name stands by itself, and as {name} in a string\n"},
    {"a = b === c\n", "a = (b == c)\n"
                      "1:7+3 QB0105 error: unknown operator '===' | write '=='\n"},
    {"a = b <> c\n", "a = (b != c)\n"
                     "1:7+2 QB0105 error: unknown operator '<>' | write '!='\n"},
    {"a = b => c\n",
     "a = ?\n"
     "1:7+2 QB0105 error: unknown operator '=>' | to compare, write '>=', for a pipe '|>'\n"},
    {"a = b =< c\n", "a = (b <= c)\n"
                     "1:7+2 QB0105 error: unknown operator '=<' | write '<='\n"},
    {"a = \\\n 2\n", "a = 2\n"
                     "1:5+1 QB0105 error: unexpected '\\'"
                     " | a line goes on after an operator or a comma, and inside brackets\n"},
    {"/* x */\n",
     "1:1+2 QB0105 error: unexpected '/*' | a comment starts with '#' on each of its lines\n"},
    {"// x\n",
     "1:1+2 QB0105 error: expected a statement, found '//' | a comment starts with '#'\n"},
    {"gr\303\266\303\237e = 1\n", "gr\303\266\303\237e = 1\n"
                                  "1:3+2 QB0104 error: unexpected character '\303\266' | names are "
                                  "ASCII letters, digits and '_'\n"},
    {"a = b \342\210\222 1\n",
     "a = ?\n"
     "1:7+3 QB0104 error: unexpected character '\342\210\222' | write '-'\n"},
    {"a = \001\n", "a = ?\n"
                   "1:5+1 QB0104 error: unexpected control character 0x01\n"},
    {"a = 0x1F\n", "a = ?\n"
                   "1:6+3 QB0109 error: numbers are decimal | write the number without '0x'\n"},
    {"a = 1_000\n",
     "a = ?\n"
     "1:6+4 QB0109 error: '_' in a number | digits are written without separators\n"},
    {"a = 5e\n", "a = ?\n"
                 "1:6+1 QB0109 error: the exponent of '5e' has no digits | such as 1e-3\n"},
    {"a = 5cm\n",
     "a = ?\n"
     "1:6+2 QB0110 error: unknown unit 'cm' after 5 | units are px, nm, um, mm, ms, s and min\n"},
    {"a = 5 cm\n", "a = ?\n"
                   "1:7+2 QB0120 error: expected an operator or the end of the line, found 'cm'"
                   " | units are px, nm, um, mm, ms, s and min\n"},
    {"a = 1e999\n", "a = ?\n"
                    "1:5+5 QB0111 error: this number is too large: numbers end near 1.8e308\n"},
    {"a = \"\\q\"\n", "a = ?\n"
                      "1:6+2 QB0112 error: unknown escape '\\q' | paths are written with '/', a "
                      "backslash is '\\\\'\n"},
    {"a = \"\\{\"\n",
     "a = ?\n"
     "1:6+2 QB0112 error: unknown escape '\\{' | escapes are \\n, \\t, \\\" and \\\\\n"},
    {"a = \"{input.stam}\"\n",
     "a = ?\n"
     "1:13+4 QB0115 error: a path has no 'stam' | did you mean 'stem'?\n"},
    {"a = \"{1+2}\"\n",
     "a = ?\n"
     "1:6+5 QB0114 error: '1+2' cannot stand in a string"
     " | only a parameter's name, or its .stem, .name or .dir; a brace is written '{{'\n"},
    {"a = \"{}\"\n",
     "a = ?\n"
     "1:6+2 QB0114 error: '{}' names no parameter"
     " | only a parameter's name, or its .stem, .name or .dir; a brace is written '{{'\n"},
    {"a = \"{a\"\n",
     "a = ?\n"
     "1:6+1 QB0113 error: this '{' has no '}' in its string | a brace is written '{{'\n"},
    {"a = \"a}b\"\n", "a = ?\n"
                      "1:7+1 QB0113 error: a lone '}' in a string | a brace is written '}}'\n"},
    {"median(5)\n", "1:1+9 QB0135 error: this expression goes nowhere: no name is given to it, and "
                    "it is neither saved nor printed"
                    " | write NAME = ... or print ...\n"},
    {"a == 3\n",
     "a = ?\n1:1+6 QB0135 error: this expression goes nowhere: no name is given to it, and it "
     "is neither saved nor printed"
     " | a definition has one '=': a = ...\n"},
    {"for x in y\n", "1:1+3 QB0126 error: qbi has no 'for' | there are no loops: operators take "
                     "whole images, qbic batch and sweep run many\n"},
    {"import numpy\n", "numpy = ?\n"
                       "1:1+6 QB0126 error: qbi has no 'import' | operators are there without it; "
                       "another file is brought in by use \"file.qbi\"\n"},
    {"let a = 1\n", "a = 1\n"
                    "1:1+3 QB0126 error: qbi has no 'let' | a definition is written a = ...\n"},
    {"sav a to \"x\"\n",
     "save a to \"x\"\n"
     "1:1+3 QB0126 error: no statement begins with 'sav' | did you mean 'save'?\n"},
    {"prnt a\n", "print a\n"
                 "1:1+4 QB0126 error: no statement begins with 'prnt' | did you mean 'print'?\n"},
    {"save a\n",
     "save ? to ?\n"
     "1:7+0 QB0120 error: expected 'to', found the end of the line | save ... to \"FILE\"\n"},
    {"save a to\n", "save ? to ?\n"
                    "1:10+0 QB0120 error: expected an expression, found the end of the line | a "
                    "value stands behind 'to', or it is left out\n"},
    {"param\n", "1:6+0 QB0120 error: expected a name, found the end of the line | param NAME: TYPE "
                "= DEFAULT\n"},
    {"param a\n", "param a = ?\n"
                  "1:8+0 QB0120 error: expected 'in', '=' or ':', found the end of the line | "
                  "param NAME: TYPE = DEFAULT\n"},
    {"param a: = 3\n",
     "param a = ?\n"
     "1:10+1 QB0120 error: expected a name, found '=' | param NAME: TYPE = DEFAULT\n"},
    {"def f() = 1\n",
     "def f() = 1\n"
     "1:5+1 QB0138 error: the function 'f' has no parameter: the first one is its subject"
     " | a definition is written f = ...\n"},
    {"def f(a)\n", "f = ?\n"
                   "1:9+0 QB0120 error: expected '=' or '{', found the end of the line | the body "
                   "stands behind '=', or in { }\n"},
    {"def f(a) { }\n",
     "def f(a) = ?\n"
     "1:5+1 QB0136 error: the body of 'f' is empty | its last line is an expression: the result\n"},
    {"def f(a) {\n b = 1\n}\n",
     "def f(a) = b = 1; ?\n"
     "2:2+5 QB0136 error: the body of 'f' ends in a definition, not in an expression"
     " | add a line with the result: b\n"},
    {"def f(a) {\n 1\n 2\n}\n",
     "def f(a) = 2\n"
     "2:2+1 QB0137 error: an expression ends a body, and this one is followed by another line"
     " | give it a name: NAME = ...\n"},
    {"def f(a) = {\n1\n}\n", "f = ?\n"
                             "1:12+1 QB0120 error: expected an expression, found '{'"
                             " | a body in braces has no '=' before it\n"},
    {"def f(a) {\nprint a\na\n}\n",
     "def f(a) = a\n"
     "2:1+5 QB0120 error: expected a definition or an expression, found 'print' | a body holds "
     "definitions and ends in an expression; other statements stand outside\n"},
    {"def f(a) {\nuse a\n}\n",
     "def f(a) = ?\n"
     "2:1+3 QB0120 error: expected a definition or an expression, found 'use' | a body holds "
     "definitions and ends in an expression; other statements stand outside\n"},
    {"def f(a)\n{\n  b = a\n  b\n}\n", "f = ?\n"
                                       "1:9+0 QB0120 error: expected '=' or '{', found the end of "
                                       "the line | the '{' stands on the line "
                                       "of its 'def'\n"},
    {"a = 1\n  + 2\n", "a = 1\n"
                       "2:3+1 QB0120 error: expected a statement, found '+' | to go on with the "
                       "line above, end that line "
                       "with '+'\n"},
    {"use\n", "use ?\n1:4+0 QB0120 error: expected a name or a string, found the end of the line"
              " | use NAME or use \"file.qbi\"\n"},
    {"use \"a{b}.qbi\"\n", "use ?\n1:5+10 QB0141 error: the file of 'use' is a plain name: no "
                           "parameter can stand in it\n"},
    {"use \"\"\n", "use ?\n1:5+2 QB0141 error: 'use' names no file\n"},
    {"a = 1\nqbi 1\n", "a = 1\n"
                       "qbi 0\n"
                       "2:1+5 QB0139 error: the language version is a file's first statement | "
                       "move 'qbi 1' to the top\n"},
    {"qbi 2\n", "qbi 0\n"
                "1:5+1 QB0140 error: the file is written for qbi 2, and this qbic 0.1.0 knows qbi 1"
                " | a newer qbic is needed\n"},
    {"qbi 1.5\n", "qbi 0\n"
                  "1:5+3 QB0140 error: a language version is a whole number from 1, found '1.5'\n"},
    {"param x in 5 = 3\n", "param x = 3\n"
                           "1:12+1 QB0134 error: the domain of 'x' is neither a range nor a list | "
                           "such as 0..255 or [1, 3, 5]\n"},
    {"param x in [] = 3\n", "param x = 3\n"
                            "1:12+2 QB0134 error: the domain of 'x' holds no value\n"},
    {"a = if x then 1\n",
     "a = ?\n"
     "1:16+0 QB0120 error: expected 'else', found the end of the line | every if has an else\n"},
    {"a = 3(4)\n", "a = ?\n"
                   "1:5+1 QB0133 error: a number cannot be called | write '*' to multiply\n"},
    {"a = \"x\"(4)\n", "a = ?\n"
                       "1:5+3 QB0133 error: a string cannot be called\n"},
    {"if = 3\n", "1:1+2 QB0127 error: 'if' is a reserved word: it cannot be a name | choose "
                 "another, such as if_\n"},
    {"a = to\n",
     "a = ?\n"
     "1:5+2 QB0120 error: expected an expression, found 'to' | 'to' is a reserved word\n"},
    {"f(x) = 3\n",
     "f = ?\n1:6+1 QB0120 error: expected an operator or the end of the line, found '='"
     " | a function is written def NAME(a) = ...\n"},
    {"a.b = 3\n", "a = ?\n"
                  "1:5+1 QB0120 error: expected an operator or the end of the line, found '='"
                  " | only a plain name can be defined\n"},
    {"def f(x) {\n  save x to \"a\"\n  x\n}\n",
     "def f(x) = x\n"
     "2:3+4 QB0120 error: expected a definition or an expression, found 'save' | a body holds "
     "definitions and ends in an expression; other statements stand outside\n"},
    {"a = b = 3\n", "a = ?\n"
                    "1:7+1 QB0120 error: expected an operator or the end of the line, found '=' | "
                    "a definition gives one name, each on a line of its own\n"},
    {"a = f(b: 3)\n", "a = ?\n"
                      "1:8+1 QB0120 error: expected '=', ')' or ',', found ':' | a named argument "
                      "is written NAME=...\n"},
    {"a: number = 3\n", "a = ?\n1:2+1 QB0120 error: expected an operator or '=', found ':'"
                        " | a parameter is written param a: TYPE = ...\n"},
    {"a = +1\n",
     "a = ?\n"
     "1:5+1 QB0120 error: expected an expression, found '+' | a number has no sign '+'\n"},
    {"a = (1, 2)\n", "a = ?\n"
                     "1:7+1 QB0120 error: expected ')', found ',' | a list is written [a, b]\n"},
    {"a = v[1..3]\n",
     "a = ?\n"
     "1:8+2 QB0120 error: expected ']', ',' or ':', found '..' | a slice is written [a:b]\n"},
    {"save v\n  to \"x\"\n", "save ? to ?\n"
                             "1:7+0 QB0120 error: expected 'to', found the end of the line"
                             " | a save may be broken after 'to' and 'with', not before them\n"},
    {"a = f(1\n", "a = ?\n"
                  "1:8+0 QB0121 error: missing ')' | 1:6 '(' opened here\n"},
    {"a = ]\nb = [\n",
     "a = ?\n"
     "b = ?\n"
     "1:5+1 QB0123 error: unexpected ']': no '[' is open here | remove it, or open one before it\n"
     "2:6+0 QB0121 error: missing ']' | 2:5 '[' opened here\n"},
    {"a = 1\nb = = 2\nc = 3\nd = + 3\n",
     "a = 1\n"
     "b = ?\n"
     "c = 3\n"
     "d = ?\n"
     "2:5+1 QB0120 error: expected an expression, found '='\n"
     "4:5+1 QB0120 error: expected an expression, found '+' | a number has no sign '+'\n"},
    {"a = if c then 1 elif d then 2 else 3\n",
     "a = ?\n"
     "1:17+4 QB0120 error: expected 'else', found 'elif' | write else if\n"},
    {"a = 1 if c\n", "a = ?\n"
                     "1:7+2 QB0120 error: expected an operator or the end of the line, found 'if'"
                     " | write if C then A else B\n"},
    {"a = 2 * not b\n",
     "a = ?\n"
     "1:9+3 QB0120 error: expected an expression, found 'not' | put it in brackets: (not ...)\n"},
    {"a = b\nc\n", "a = b\n"
                   "2:1+1 QB0135 error: this expression goes nowhere: no name is given to it, and "
                   "it is neither saved nor printed"
                   " | write NAME = ... or print ...\n"},
    {"a = 1\rb = 2\n", "a = ?\n"
                       "b = 2\n"
                       "1:6+1 QB0105 error: a carriage return alone does not end a line"
                       " | save the file with LF or CRLF line ends\n"},
    {"a = 1\nb = \"\\\n", "a = 1\n"
                          "b = ?\n"
                          "2:5+1 QB0106 error: this string has no closing '\"' on its line | "
                          "strings end on the line they start on\n"},
    {"return 3\n",
     "1:1+6 QB0126 error: qbi has no 'return' | a body ends in an expression, without 'return'\n"},
    {"def f(a) {\n return a\n}\n",
     "def f(a) = a\n"
     "2:2+6 QB0126 error: qbi has no 'return' | a body ends in an expression, without 'return'\n"},
    {"a = {1, 2}\n", "a = ?\n"
                     "1:5+1 QB0120 error: expected an expression, found '{'"
                     " | a list is written [1, 2]; braces hold the body of a def, without '='\n"},
    {"qbi\n", "1:4+0 QB0120 error: expected a number, found the end of the line"
              " | as a file's first word 'qbi' gives the language version: qbi 1\n"},
};

Test(parse_errors, are_told)
{
    for (int k = 0; k < QB_COUNT(refused); k++) {
        QbArena *a = qb_arena_new();
        lang_expect(refused[k].text, lang_parse(a, refused[k].text), refused[k].result);
        qb_arena_free(a);
    }
}

/* Bytes that are no text leave nothing to parse. */
Test(parse_errors, no_text)
{
    static const char nul[] = "a = 1\0b = 2\n";
    QbArena *a = qb_arena_new();
    QbDiags diags;
    qb_diags_init(&diags, a);
    QbSource s = {.name = "t.qbi", .text = nul, .length = sizeof(nul) - 1};
    cr_expect_eq(qb_parse_file(a, &s, &diags)->n, 0);
    QbText t = {0};
    lang_add_diags(&t, &diags);
    lang_expect("NUL", t.s, "1:6+1 QB0102 error: a NUL byte: this is not a text file\n");
    qb_text_free(&t);
    lang_expect("latin-1", lang_parse(a, "a = 1 # \344\n"),
                "1:9+1 QB0101 error: byte 0xe4 is not UTF-8 here, and a .qbi file is UTF-8 text\n");
    lang_expect("UTF-16", lang_parse(a, "\377\376a"),
                "1:1+1 QB0101 error: byte 0xff is not UTF-8 here, and a .qbi file is UTF-8 text | "
                "this looks like UTF-16: save the file as UTF-8\n");
    qb_arena_free(a);
}
