/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a table of rules, and a hash table that keeps equal ones once. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "table/rules_priv.h"

#define SHORT_WORDS 8u /* up to this length a summary would save nothing */
#define LINE_WORDS  8u

int
rows_init(struct rows *rows, unsigned n_rules)
{
	memset(rows, 0, sizeof(*rows));
	rows->n_rules = n_rules;
	rows->n_words = RTE_MAX((n_rules + 63) / 64, 1u);
	if (rows->n_words > SHORT_WORDS)
		rows->n_summary = (rows->n_words + 63) / 64;
	rows->stride = rows->n_summary + rows->n_words;
	if (rows->stride > LINE_WORDS / 2)
		rows->stride = RTE_ALIGN_CEIL(rows->stride, LINE_WORDS);
	rows->n_slots = 64;
	rows->slots = calloc(rows->n_slots, sizeof(*rows->slots));
	return rows->slots != NULL ? 0 : -ENOMEM;
}

void
rows_fini(struct rows *rows)
{
	free(rows->words);
	free(rows->slots);
	memset(rows, 0, sizeof(*rows));
}

/* Hashes a row without a key: outsiders cannot choose rows. */
static uint64_t
hash(const uint64_t bits[], unsigned n)
{
	uint64_t h = 0;

	for (unsigned i = 0; i < n; i++) {
		h = (h ^ bits[i]) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return h;
}

/* Returns the slot that holds the row with these bits, or the empty one where it belongs. */
static uint32_t *
find_slot(const struct rows *rows, const uint64_t bits[])
{
	uint64_t at = hash(bits, rows->n_words);

	for (;; at++) {
		uint32_t *slot = &rows->slots[at & (rows->n_slots - 1)];

		if (*slot == 0
			|| memcmp(rows_at(rows, *slot - 1) + rows->n_summary, bits,
				   rows->n_words * sizeof(*bits))
				== 0)
			return slot;
	}
}

static int
grow_slots(struct rows *rows)
{
	uint32_t *slots = calloc((size_t)rows->n_slots * 2, sizeof(*slots));

	if (slots == NULL)
		return -ENOMEM;
	free(rows->slots);
	rows->slots = slots;
	rows->n_slots *= 2;
	for (uint32_t row = 0; row < rows->n; row++)
		*find_slot(rows, rows_at(rows, row) + rows->n_summary) = row + 1;
	return 0;
}

static int
grow_words(struct rows *rows)
{
	uint32_t max = rows->max + rows->max / 2 + 16;
	size_t bytes = (size_t)max * rows->stride * sizeof(*rows->words);
	uint64_t *grown;

	if (bytes > ROWS_MAX_BYTES)
		return -E2BIG;
	/* Rows begin at cache lines: aligned_alloc, therefore no realloc. */
	grown = aligned_alloc(64, RTE_ALIGN_CEIL(bytes, (size_t)64));
	if (grown == NULL)
		return -ENOMEM;
	if (rows->n > 0)
		memcpy(grown, rows->words, (size_t)rows->n * rows->stride * sizeof(*grown));
	free(rows->words);
	rows->words = grown;
	rows->max = max;
	return 0;
}

int
rows_put(struct rows *rows, const uint64_t bits[], uint32_t *row)
{
	uint32_t *slot = find_slot(rows, bits);
	uint64_t *words;
	int rc = 0;

	if (*slot != 0) {
		*row = *slot - 1;
		return 0;
	}
	if (rows->n == rows->max)
		rc = grow_words(rows);
	if (rc == 0 && rows->n * 2 >= rows->n_slots)
		rc = grow_slots(rows);
	if (rc < 0)
		return rc;
	*find_slot(rows, bits) = rows->n + 1;
	*row = rows->n++;
	words = rows->words + (size_t)*row * rows->stride;
	memset(words, 0, rows->stride * sizeof(*words));
	memcpy(words + rows->n_summary, bits, rows->n_words * sizeof(*words));
	for (unsigned i = 0; rows->n_summary > 0 && i < rows->n_words; i++)
		if (bits[i] != 0)
			bit_set(words, i);
	return 0;
}

void
rows_settle(struct rows *rows)
{
	free(rows->slots);
	rows->slots = NULL;
	rows->n_slots = 0;
}

size_t
rows_bytes(const struct rows *rows)
{
	return (size_t)rows->max * rows->stride * sizeof(*rows->words)
		+ rows->n_slots * sizeof(*rows->slots);
}
