/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines that differ, by Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). */

#include "control/textdiff.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
	const char **at;
	unsigned n;
};

/* What is kept, taken out, put in. */
struct script {
	bool *out_old, *in_new; /* by line */
};

static bool
split(const char *text, struct lines *l)
{
	unsigned n = 1;

	for (const char *c = text; *c != '\0'; c++)
		n += *c == '\n';
	l->at = calloc(n + 1, sizeof(l->at[0]));
	l->n = 0;
	if (l->at == NULL)
		return false;
	while (*text != '\0') {
		const char *end = strchrnul(text, '\n');

		l->at[l->n++] = text;
		text = *end == '\n' ? end + 1 : end;
	}
	l->at[l->n] = text;
	return true;
}

static size_t
length(const struct lines *l, unsigned i)
{
	return (size_t)(strchrnul(l->at[i], '\n') - l->at[i]);
}

static bool
equal(const struct lines *a, unsigned i, const struct lines *b, unsigned k)
{
	size_t n = length(a, i);

	return n == length(b, k) && memcmp(a->at[i], b->at[k], n) == 0;
}

/* The part between what both begin and end with. */
struct window {
	unsigned a, b; /* first lines */
	int n, m;
};

/* Furthest points of each number of edits, one row of 2d + 1 after the other. */
static int *
row(int *trace, int d)
{
	return trace + (size_t)d * (size_t)d + d;
}

/* Follows the trace back from the end: marks what is not kept. */
static void
follow_back(const struct window *w, int *trace, int d, struct script *s)
{
	int x = w->n, y = w->m;

	for (; d > 0; d--) {
		const int *before = row(trace, d - 1);
		int k = x - y;
		bool down = k == -d || (k != d && before[k - 1] < before[k + 1]);
		int from_k = down ? k + 1 : k - 1, from_x = before[from_k],
		    from_y = from_x - from_k;

		if (down)
			s->in_new[w->b + (unsigned)from_y] = true;
		else
			s->out_old[w->a + (unsigned)from_x] = true;
		x = from_x;
		y = from_y;
	}
}

/* False: too many edits, or no memory. */
static bool
find_script(const struct lines *a, const struct lines *b, const struct window *w, struct script *s)
{
	int most = w->n + w->m < TEXTDIFF_EDITS ? w->n + w->m : TEXTDIFF_EDITS;
	int *trace = malloc(((size_t)most + 1) * ((size_t)most + 1) * sizeof(*trace));

	for (int d = 0; trace != NULL && d <= most; d++) {
		int *now = row(trace, d);

		for (int k = -d; k <= d; k += 2) {
			const int *before = d > 0 ? row(trace, d - 1) : NULL;
			int x = d == 0 ? 0
				: k == -d || (k != d && before[k - 1] < before[k + 1])
				? before[k + 1]
				: before[k - 1] + 1;
			int y = x - k;

			while (x < w->n && y < w->m
				&& equal(a, w->a + (unsigned)x, b, w->b + (unsigned)y)) {
				x++;
				y++;
			}
			now[k] = x;
			if (x >= w->n && y >= w->m) {
				follow_back(w, trace, d, s);
				free(trace);
				return true;
			}
		}
	}
	free(trace);
	return false;
}

static void
compare(const struct lines *a, const struct lines *b, struct script *s)
{
	unsigned begin = 0, end = 0, least = a->n < b->n ? a->n : b->n;
	struct window w;

	while (begin < least && equal(a, begin, b, begin))
		begin++;
	while (end < least - begin && equal(a, a->n - 1 - end, b, b->n - 1 - end))
		end++;
	w = (struct window){ begin, begin, (int)(a->n - begin - end), (int)(b->n - begin - end) };
	if (find_script(a, b, &w, s))
		return;
	memset(s->out_old + w.a, true, (size_t)w.n);
	memset(s->in_new + w.b, true, (size_t)w.m);
}

/* --- text --- */

static unsigned
indent(const struct lines *l, unsigned i)
{
	return (unsigned)strspn(l->at[i], " ");
}

/* "acls.in.rules[name: web]:" for a line in that item: the lines before that are indented less, up
 * to the left margin. */
static void
print_keys(const struct lines *l, unsigned i, FILE *out)
{
	unsigned above[16], n = 0, left = i < l->n ? indent(l, i) : 0;

	for (unsigned k = i; k > 0 && left > 0 && n < 16; k--) {
		if (indent(l, k - 1) >= left)
			continue;
		left = indent(l, k - 1);
		above[n++] = k - 1;
	}
	for (unsigned k = n; k > 0; k--) {
		const char *key = l->at[above[k - 1]] + indent(l, above[k - 1]);

		if (key[0] == '-')
			fprintf(out, "[%.*s]", (int)strcspn(key + 2, "\n"), key + 2);
		else
			fprintf(out, "%s%.*s", k == n ? "" : ".", (int)strcspn(key, ":\n"), key);
	}
	if (n > 0)
		fputs(":\n", out);
}

static void
print_line(const struct lines *l, unsigned i, char mark, FILE *out)
{
	fprintf(out, "%c %.*s\n", mark, (int)length(l, i), l->at[i]);
}

static void
print_script(const struct lines *a, const struct lines *b, const struct script *s, FILE *out)
{
	unsigned i = 0, k = 0;

	while (i < a->n || k < b->n) {
		bool gone = i < a->n && s->out_old[i], come = k < b->n && s->in_new[k];

		if (!gone && !come) {
			i++;
			k++;
			continue;
		}
		print_keys(gone ? a : b, gone ? i : k, out);
		while ((i < a->n && s->out_old[i]) || (k < b->n && s->in_new[k])) {
			while (i < a->n && s->out_old[i])
				print_line(a, i++, '-', out);
			while (k < b->n && s->in_new[k])
				print_line(b, k++, '+', out);
		}
	}
}

char *
textdiff(const char *old, const char *new)
{
	struct lines a = { NULL, 0 }, b = { NULL, 0 };
	struct script s = { NULL, NULL };
	char *text = NULL;
	size_t bytes;
	FILE *out = NULL;

	if (split(old, &a) && split(new, &b)) {
		s.out_old = calloc(a.n + 1, 1);
		s.in_new = calloc(b.n + 1, 1);
		out = open_memstream(&text, &bytes);
	}
	if (s.out_old != NULL && s.in_new != NULL && out != NULL) {
		compare(&a, &b, &s);
		print_script(&a, &b, &s, out);
	}
	if (out != NULL)
		fclose(out);
	free(a.at);
	free(b.at);
	free(s.out_old);
	free(s.in_new);
	return text;
}
