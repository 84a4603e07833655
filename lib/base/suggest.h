/* SPDX-License-Identifier: BSD-3-Clause */
/* "Did you mean": the nearest of the words that would have been right.
 *
 *	struct suggestion s = suggestion_of("nat");
 *
 *	for (each name)
 *		suggestion_offer(&s, name);
 *	if (s.best != NULL)
 *		... "; did you mean '%s'?", s.best
 *
 * Near is a small Damerau-Levenshtein distance (a letter too many, missing, wrong, or two swapped)
 * for the length of the word: 1 up to five letters, 2 up to eight, else 3.
 *
 * Threads: pure functions.  The words are not copied. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

struct suggestion {
	const char *word;
	const char *best;  /* NULL: none is near */
	unsigned distance; /* of the best; without one, the bound */
};

struct suggestion suggestion_of(const char *word);
void suggestion_offer(struct suggestion *s, const char *candidate);

/* Returns the distance of two words of less than 64 bytes; longer ones are 64 apart. */
unsigned suggest_distance(const char *a, const char *b);

#endif
