/* SPDX-License-Identifier: BSD-3-Clause */
/* A named set of prefixes: one sorted array, and the reader of files. */

#include "table/set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define MAX_ERRORS 20u

struct set {
	char *name;
	struct prefix *prefixes;
	size_t n;
	size_t max;
	bool sealed;
	bool has_length[2][129]; /* by family (IPv6: 1): whether a prefix has that length */
};

struct set *
set_create(const char *name)
{
	struct set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->name = strdup(name);
	if (set->name == NULL) {
		free(set);
		return NULL;
	}
	return set;
}

void
set_destroy(struct set *set)
{
	if (set == NULL)
		return;
	free(set->name);
	free(set->prefixes);
	free(set);
}

int
set_add(struct set *set, const struct prefix *p)
{
	struct prefix *added;

	if (set->n == set->max) {
		size_t max = set->max * 2 + 16;
		struct prefix *grown = realloc(set->prefixes, max * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		set->prefixes = grown;
		set->max = max;
	}
	added = &set->prefixes[set->n++];
	*added = *p;
	added->value = 0;
	prefix_trim(added);
	return 0;
}

/* The state of reading a file. */
struct reading {
	struct set *set;
	struct err *err;
	const char *path;
	struct loc loc; /* where the file is named */
	unsigned line;
	unsigned bad;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Finds the content of a line: without comment, carriage return and surrounding space. */
static const char *
strip(const char *line, size_t *n)
{
	const char *hash = memchr(line, '#', *n);
	size_t first = 0, end = hash != NULL ? (size_t)(hash - line) : *n;

	while (end > 0 && is_space(line[end - 1]))
		end--;
	while (first < end && is_space(line[first]))
		first++;
	*n = end - first;
	return line + first;
}

/* Writes text of a file as an error may show it: its beginning, without control characters. */
static void
printable(char out[static 49], const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < 48; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	out[i] = '\0';
}

static int
read_line(struct reading *r, const char *line, size_t n)
{
	const char *why, *text = strip(line, &n);
	struct loc loc = { r->path, r->line, (unsigned)(text - line) + 1, (unsigned)n };
	struct prefix p;
	char shown[49];

	if (n == 0)
		return 0;
	if (prefix_parse(&p, text, n, &why) == 0) {
		if (set_add(r->set, &p) == 0)
			return 0;
		return err_add(r->err, ENOMEM, loc, "sets.%s: out of memory", r->set->name);
	}
	printable(shown, text, n);
	err_add(r->err, EINVAL, loc, "sets.%s: '%s': %s", r->set->name, shown, why);
	return ++r->bad < MAX_ERRORS ? 0 : -EINVAL;
}

static int
read_lines(struct reading *r, FILE *file)
{
	char *line = NULL;
	size_t max = 0;
	ssize_t n;
	int rc = 0;

	errno = 0;
	while (rc == 0 && (n = getline(&line, &max, file)) >= 0) {
		r->line++;
		rc = read_line(r, line, (size_t)n);
	}
	if (rc == 0 && (ferror(file) || !feof(file)))
		rc = err_add(r->err, errno != 0 ? errno : EIO, r->loc,
			"sets.%s.file: '%s' cannot be read: %s", r->set->name, r->path,
			strerror(errno));
	free(line);
	return rc == 0 && r->bad > 0 ? -EINVAL : rc;
}

int
set_load_file(struct set *set, const char *path, struct loc loc, struct err *err)
{
	struct reading r = { .set = set, .err = err, .path = path, .loc = loc };
	const char *why;
	FILE *file = file_open(path, &why);
	int rc;

	if (file == NULL)
		return err_add(err, EINVAL, loc, "sets.%s.file: '%s' cannot be read: %s", set->name,
			path, why);
	rc = read_lines(&r, file);
	fclose(file);
	return rc;
}

static bool
is_sorted(const struct set *set)
{
	for (size_t i = 1; i < set->n; i++)
		if (prefix_compare(&set->prefixes[i - 1], &set->prefixes[i]) > 0)
			return false;
	return true;
}

void
set_seal(struct set *set)
{
	size_t kept = 0;

	if (!is_sorted(set))
		qsort(set->prefixes, set->n, sizeof(*set->prefixes), prefix_compare);
	for (size_t i = 0; i < set->n; i++) {
		const struct prefix *p = &set->prefixes[i];

		if (kept > 0 && prefix_compare(&set->prefixes[kept - 1], p) == 0)
			continue;
		set->has_length[p->family == 6][p->length] = true;
		set->prefixes[kept++] = *p;
	}
	set->n = kept;
	set->sealed = true;
}

const char *
set_name(const struct set *set)
{
	return set->name;
}

const struct prefix *
set_prefixes(const struct set *set, size_t *n)
{
	*n = set->n;
	return set->prefixes;
}

bool
set_contains(const struct set *set, unsigned family, const union address *a)
{
	for (unsigned length = 0; length <= 128; length++) {
		struct prefix p = { *a, (uint8_t)family, (uint8_t)length, 0 };

		if (!set->has_length[family == 6][length])
			continue;
		prefix_trim(&p);
		if (bsearch(&p, set->prefixes, set->n, sizeof(p), prefix_compare) != NULL)
			return true;
	}
	return false;
}
