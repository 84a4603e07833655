/* SPDX-License-Identifier: BSD-3-Clause */
/* "Did you mean": the nearest of the valid words. */
#include "base/suggest.h"

#include <string.h>

#define WORD_MAX 64

static unsigned
min2(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: three rows of the table are enough. */
unsigned
suggest_distance(const char *a, const char *b)
{
	unsigned a_count = (unsigned)strnlen(a, WORD_MAX), b_count = (unsigned)strnlen(b, WORD_MAX);
	unsigned rows[3][WORD_MAX] = { 0 };

	if (a_count >= WORD_MAX || b_count >= WORD_MAX)
		return WORD_MAX;
	for (unsigned j = 0; j <= b_count; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a_count; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= b_count; j++) {
			unsigned wrong = a[i - 1] != b[j - 1];

			row[j] = min2(min2(above[j], row[j - 1]) + 1, above[j - 1] + wrong);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min2(row[j], above2[j - 2] + 1);
		}
	}
	return rows[a_count % 3][b_count];
}

struct suggestion
suggestion_of(const char *word)
{
	size_t count = strlen(word);

	return (struct suggestion){
		.word = word,
		.distance = count <= 1 ? 0
			: count <= 5   ? 2
			: count <= 8   ? 3
				       : 4,
	};
}

void
suggestion_offer(struct suggestion *s, const char *candidate)
{
	unsigned distance = suggest_distance(s->word, candidate);

	if (distance < s->distance && distance < strlen(candidate)) {
		s->distance = distance;
		s->best = candidate;
	}
}
