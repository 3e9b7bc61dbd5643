/* The long stories of diagnostic codes: `qbic explain QB0403`, and the page docs/errors.md, which is made of them. */
#ifndef QB_CLI_STORIES_H
#define QB_CLI_STORIES_H

#include "core/text.h"

typedef struct QbStory {
    const char *code, *title; /* "QB0403", "a size that must be odd" */
    const char *text;         /* what is wrong, and why it is refused */
    const char
        *wrong; /* a program that gets the code from `qbic check`; NULL: `command` makes it */
    const char *command; /* in its place, how to get the code; NULL: qbic check wrong.qbi */
    const char *mend;    /* the program as it was meant, or without the mistake */
} QbStory;

/* By the first digits of the code: 01, 02 and 03, 04 to 06. */
extern const QbStory qb_stories_syntax[], qb_stories_names[], qb_stories_values[];
extern const int qb_n_stories_syntax, qb_n_stories_names, qb_n_stories_values;

/* The k-th of all, in the order of their codes; NULL after the last. */
const QbStory *qb_story_at(int k);
/* NULL: no diagnostic has that code. Upper and lower case are the same. */
const QbStory *qb_story_find(const char *code);

void qb_story_text(const QbStory *s, QbText *out);
void qb_story_json(const QbStory *s, QbText *out); /* one line */
/* All of them as a page in Markdown. */
void qb_stories_page(QbText *out);

#endif
