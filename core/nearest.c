/* "Did you mean": the candidate nearest to a misspelt word by edit distance, where swapping two
 * neighbouring letters counts as one edit (Damerau's distance, in its restricted form). */
#include "core/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Longer words are never suggested for: the rows of the distance stay on the stack. */
enum { LONGEST = 64 };

static int lower(char c)
{
    return tolower((unsigned char)c);
}

static int smallest3(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Edits that turn `a` into `b`, letter case left out of account. */
static int edit_distance(const char *a, int na, const char *b, int nb)
{
    int rows[3][LONGEST + 1];
    for (int j = 0; j <= nb; j++)
        rows[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= nb; j++) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = smallest3(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
            bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped && above2[j - 2] + 1 < row[j])
                row[j] = above2[j - 2] + 1;
        }
    }
    return rows[na % 3][nb];
}

/* How far `candidate` is from `word` in quarters of an edit: a word in other letter case is nearest
 * of all, and of two at one distance the one that starts with the same letter wins. */
static int cost(const char *word, const char *candidate)
{
    int n = (int)strlen(word), m = (int)strlen(candidate);
    if (strcasecmp(word, candidate) == 0)
        return 0;
    return 4 * edit_distance(word, n, candidate, m) + (lower(word[0]) != lower(candidate[0]));
}

static const char *shortest_completion(const char *word, const char *const *candidates, int n)
{
    size_t length = strlen(word);
    const char *best = NULL;
    for (int i = 0; length >= 3 && i < n; i++) {
        if (strncasecmp(word, candidates[i], length) == 0 &&
            (!best || strlen(candidates[i]) < strlen(best)))
            best = candidates[i];
    }
    return best;
}

/* maximum → max */
static const char *longest_beginning(const char *word, const char *const *candidates, int n)
{
    const char *best = NULL;
    for (int i = 0; i < n; i++) {
        size_t length = strlen(candidates[i]);
        if (length >= 3 && strncasecmp(word, candidates[i], length) == 0 &&
            (!best || length > strlen(best)))
            best = candidates[i];
    }
    return best;
}

const char *qb_nearest(const char *word, const char *const *candidates, int n)
{
    size_t length = strlen(word);
    if (length == 0 || length > LONGEST)
        return NULL;
    int allowed = length < 3 ? 1 : length / 3 > 3 ? 3 : (int)(length / 3);
    int best_cost = 4 * allowed + 2;
    const char *best = NULL;
    for (int i = 0; i < n; i++) {
        size_t m = strlen(candidates[i]);
        bool one_letter = length == 1 && strcasecmp(word, candidates[i]) != 0;
        if (m == 0 || m > LONGEST || one_letter)
            continue;
        int c = cost(word, candidates[i]);
        if (c < best_cost) {
            best_cost = c;
            best = candidates[i];
        }
    }
    if (!best)
        best = shortest_completion(word, candidates, n);
    return best ? best : longest_beginning(word, candidates, n);
}
