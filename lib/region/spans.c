/* SPDX-License-Identifier: BSD-3-Clause */
#include "region/spans.h"

#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

struct spans
spans_of(struct span ranges[], uint32_t n)
{
	bool sorted = true;
	uint32_t kept = 0;

	for (uint32_t i = 1; i < n && sorted; i++)
		sorted = ranges[i - 1].first <= ranges[i].first;
	if (!sorted)
		qsort(ranges, n, sizeof(*ranges), compare);
	for (uint32_t i = 0; i < n; i++) {
		struct span *before = kept > 0 ? &ranges[kept - 1] : NULL;

		if (before != NULL
			&& (ranges[i].first <= before->last
				|| ranges[i].first - 1 == before->last)) {
			if (ranges[i].last > before->last)
				before->last = ranges[i].last;
		} else {
			ranges[kept++] = ranges[i];
		}
	}
	return (struct spans){ ranges, kept };
}

/* The first span that ends at value or behind it; n when there is none. */
static uint32_t
reach(const struct spans *s, wide_t value)
{
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (s->span[mid].last < value)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
spans_hold(const struct spans *s, wide_t value)
{
	uint32_t i = reach(s, value);

	return i < s->n && s->span[i].first <= value;
}

bool
spans_intersect(const struct spans *a, const struct spans *b)
{
	if (a->span == b->span)
		return a->n > 0;
	if (a->n > b->n) {
		const struct spans *t = a;

		a = b;
		b = t;
	}
	if (a->n == 0 || a->span[a->n - 1].last < b->span[0].first
		|| a->span[0].first > b->span[b->n - 1].last)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t k;

		if (a->span[i].last < b->span[0].first)
			continue;
		k = a->span[i].first <= b->span[0].last ? 0 : reach(b, a->span[i].first);
		if (k == b->n)
			return false; /* later ones are behind all of b, too */
		if (b->span[k].first <= a->span[i].last)
			return true;
	}
	return false;
}

bool
spans_cover(const struct spans *a, const struct spans *b)
{
	uint32_t k = 0;

	if (a->span == b->span && a->n >= b->n)
		return true;
	if (b->n == 0)
		return true;
	if (a->n == 0 || b->span[0].first < a->span[0].first
		|| b->span[b->n - 1].last > a->span[a->n - 1].last)
		return false;
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->n < 8)
			k = reach(a, b->span[i].first);
		else
			while (k < a->n && a->span[k].last < b->span[i].first)
				k++;
		if (k == a->n || a->span[k].first > b->span[i].first
			|| a->span[k].last < b->span[i].last)
			return false;
	}
	return true;
}

bool
spans_equal(const struct spans *a, const struct spans *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n && a->span != b->span; i++)
		if (a->span[i].first != b->span[i].first || a->span[i].last != b->span[i].last)
			return false;
	return true;
}

struct spans
spans_and(struct scratch *s, const struct spans *a, const struct spans *b)
{
	struct span *out;
	uint32_t n = 0, k = 0;

	if (spans_cover(a, b))
		return *b;
	if (spans_cover(b, a))
		return *a;
	if (a->n > b->n) {
		const struct spans *t = a;

		a = b;
		b = t;
	}
	out = scratch_take(s, ((size_t)a->n + b->n) * sizeof(*out));
	if (out == NULL)
		return (struct spans){ NULL, 0 };
	for (uint32_t i = 0; i < a->n; i++) {
		struct span x = a->span[i];

		for (k = reach(b, x.first); k < b->n && b->span[k].first <= x.last; k++) {
			out[n].first = x.first > b->span[k].first ? x.first : b->span[k].first;
			out[n++].last = x.last < b->span[k].last ? x.last : b->span[k].last;
		}
	}
	return (struct spans){ out, n };
}

struct spans
spans_without(struct scratch *s, const struct spans *a, const struct spans *b)
{
	struct span *out;
	uint32_t n = 0;

	if (!spans_intersect(a, b))
		return *a;
	out = scratch_take(s, ((size_t)a->n + b->n) * sizeof(*out));
	if (out == NULL)
		return (struct spans){ NULL, 0 };
	for (uint32_t i = 0; i < a->n; i++) {
		struct span x = a->span[i];
		bool left = true;

		for (uint32_t k = reach(b, x.first); k < b->n && b->span[k].first <= x.last && left;
			k++) {
			if (b->span[k].first > x.first)
				out[n++] = (struct span){ x.first, b->span[k].first - 1 };
			left = b->span[k].last < x.last;
			x.first = b->span[k].last + 1;
		}
		if (left)
			out[n++] = x;
	}
	return (struct spans){ out, n };
}

struct spans
spans_shift(struct scratch *s, const struct spans *a, int32_t delta, wide_t low, wide_t high)
{
	struct span *out = scratch_take(s, (size_t)(a->n + 1) * sizeof(*out));
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n && out != NULL; i++) {
		__int128 first = (__int128)a->span[i].first + delta,
			 last = (__int128)a->span[i].last + delta;

		if (last < (__int128)low || first > (__int128)high)
			continue;
		out[n].first = first < (__int128)low ? low : (wide_t)first;
		out[n++].last = last > (__int128)high ? high : (wide_t)last;
	}
	return (struct spans){ out, n };
}

double
spans_size(const struct spans *s)
{
	double size = 0;

	for (uint32_t i = 0; i < s->n; i++)
		size += (double)(s->span[i].last - s->span[i].first) + 1;
	return size;
}

uint64_t
spans_hash(const struct spans *s)
{
	uint64_t hash = 0xcbf29ce484222325ull + s->n;

	for (uint32_t i = 0; i < s->n; i++) {
		const uint64_t word[4] = { (uint64_t)s->span[i].first,
			(uint64_t)(s->span[i].first >> 64), (uint64_t)s->span[i].last,
			(uint64_t)(s->span[i].last >> 64) };

		for (unsigned k = 0; k < 4; k++) {
			hash = (hash ^ word[k]) * 0x9e3779b97f4a7c15ull;
			hash ^= hash >> 29;
		}
	}
	return hash;
}
