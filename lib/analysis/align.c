/* SPDX-License-Identifier: BSD-3-Clause */
/* The beginning and the end that both lists have; in between the longest common sequence, or where
 * that would take too long the longest one of elements that each list has once. */
#include "analysis/align.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_MAX (4u << 20) /* elements of one list times those of the other */

/* Elements that are not left out. */
struct middle {
	const struct align_side *side;
	uint32_t *place; /* in the list */
	uint32_t n;
};

static bool
collect(struct middle *m, const struct align_side *side)
{
	m->side = side;
	m->place = calloc(side->n + 1, sizeof(*m->place));
	for (uint32_t i = 0; i < side->n && m->place != NULL; i++) {
		side->partner[i] = ALIGN_NONE;
		if (side->id[i] != 0)
			m->place[m->n++] = i;
	}
	return m->place != NULL;
}

static uint64_t
id_at(const struct middle *m, uint32_t i)
{
	return m->side->id[m->place[i]];
}

static void
join(const struct middle *a, uint32_t i, const struct middle *b, uint32_t k)
{
	a->side->partner[a->place[i]] = b->place[k];
	b->side->partner[b->place[k]] = a->place[i];
}

/* By the table of lengths of common sequences of what is behind i and k. */
static bool
by_table(const struct middle *a, const struct middle *b, uint32_t first, uint32_t n, uint32_t m)
{
	uint16_t *length = calloc((size_t)(n + 1) * (m + 1), sizeof(*length));
	uint32_t i = 0, k = 0;

	if (length == NULL)
		return false;
	for (i = n; i-- > 0;)
		for (k = m; k-- > 0;) {
			const uint16_t *at = &length[(size_t)i * (m + 1) + k];
			uint16_t best = at[1] > at[m + 1] ? at[1] : at[m + 1];

			if (id_at(a, first + i) == id_at(b, first + k))
				best = (uint16_t)(at[m + 2] + 1);
			length[(size_t)i * (m + 1) + k] = best;
		}
	for (i = 0, k = 0; i < n && k < m;) {
		const uint16_t *at = &length[(size_t)i * (m + 1) + k];

		if (id_at(a, first + i) == id_at(b, first + k))
			join(a, first + i++, b, first + k++);
		else if (at[m + 1] >= at[1])
			i++;
		else
			k++;
	}
	free(length);
	return true;
}

struct known {
	uint64_t id;
	uint32_t at;
};

static int
compare(const void *x, const void *y)
{
	const struct known *a = x, *b = y;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static struct known *
sort_ids(const struct middle *m, uint32_t first, uint32_t n)
{
	struct known *out = calloc(n + 1, sizeof(*out));

	for (uint32_t i = 0; i < n && out != NULL; i++)
		out[i] = (struct known){ id_at(m, first + i), i };
	if (out != NULL)
		qsort(out, n, sizeof(*out), compare);
	return out;
}

/* to[i]: the place of the same id in b, of ids that both have once; ALIGN_NONE for others. */
static void
match_unique(const struct known *x, uint32_t n, const struct known *y, uint32_t m, uint32_t *to)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i++) {
		bool once = (i == 0 || x[i - 1].id != x[i].id)
			&& (i + 1 == n || x[i + 1].id != x[i].id);

		to[x[i].at] = ALIGN_NONE;
		while (k < m && y[k].id < x[i].id)
			k++;
		if (once && k < m && y[k].id == x[i].id && (k + 1 == m || y[k + 1].id != x[i].id))
			to[x[i].at] = y[k].at;
	}
}

/* The longest rising sequence of to[] (patience). */
static bool
join_rising(const struct middle *a, const struct middle *b, uint32_t first, const uint32_t *to,
	uint32_t n)
{
	uint32_t *top = calloc(2 * (size_t)n + 2, sizeof(*top)), *before = top + n + 1;
	uint32_t piles = 0;

	if (top == NULL)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t low = 0, high = piles;

		if (to[i] == ALIGN_NONE)
			continue;
		while (low < high) {
			uint32_t mid = (low + high) / 2;

			if (to[top[mid]] < to[i])
				low = mid + 1;
			else
				high = mid;
		}
		before[i] = low > 0 ? top[low - 1] : ALIGN_NONE;
		top[low] = i;
		piles = low == piles ? piles + 1 : piles;
	}
	for (uint32_t i = piles > 0 ? top[piles - 1] : ALIGN_NONE; i != ALIGN_NONE; i = before[i])
		join(a, first + i, b, first + to[i]);
	free(top);
	return true;
}

static bool
by_unique(const struct middle *a, const struct middle *b, uint32_t first, uint32_t n, uint32_t m)
{
	struct known *x = sort_ids(a, first, n), *y = sort_ids(b, first, m);
	uint32_t *to = calloc(n + 1, sizeof(*to));
	bool fine = x != NULL && y != NULL && to != NULL;

	if (fine) {
		match_unique(x, n, y, m, to);
		fine = join_rising(a, b, first, to, n);
	}
	free(to);
	free(y);
	free(x);
	return fine;
}

static bool
align_middles(const struct middle *a, const struct middle *b)
{
	uint32_t first = 0, n, m;

	while (first < a->n && first < b->n && id_at(a, first) == id_at(b, first)) {
		join(a, first, b, first);
		first++;
	}
	n = a->n - first;
	m = b->n - first;
	while (n > 0 && m > 0 && id_at(a, first + n - 1) == id_at(b, first + m - 1)) {
		n--;
		m--;
		join(a, first + n, b, first + m);
	}
	if (n == 0 || m == 0)
		return true;
	if ((uint64_t)n * m <= TABLE_MAX)
		return by_table(a, b, first, n, m);
	return by_unique(a, b, first, n, m);
}

bool
align(struct align_side *a, struct align_side *b)
{
	struct middle x = { NULL }, y = { NULL };
	bool fine = collect(&x, a) && collect(&y, b) && align_middles(&x, &y);

	free(x.place);
	free(y.place);
	return fine;
}
