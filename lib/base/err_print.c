/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints errors: sorted by place, each with its source line and a caret. */
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_priv.h"
#include "base/file.h"
#include "base/text.h"

#define SOURCE_COLUMNS_MAX 160 /* a longer line is shown from near the error on */
#define SOURCE_BEFORE      60  /* columns of it before the error */
#define CARET_MAX          60

static int
by_place(const void *left, const void *right)
{
	const struct err_entry *a = left, *b = right;
	int file;

	if (a->loc.file == NULL || b->loc.file == NULL)
		file = (a->loc.file != NULL) - (b->loc.file != NULL);
	else
		file = strcmp(a->loc.file, b->loc.file);
	if (file != 0)
		return file;
	if (a->loc.line != b->loc.line)
		return a->loc.line < b->loc.line ? -1 : 1;
	if (a->loc.column != b->loc.column)
		return a->loc.column < b->loc.column ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Returns the entries in order, to be freed; NULL without memory or entries. */
static struct err_entry *
sorted_entries(const struct err *err)
{
	struct err_entry *sorted;

	if (err->count == 0)
		return NULL;
	sorted = malloc(err->count * sizeof(*sorted));
	if (sorted == NULL)
		return NULL;
	memcpy(sorted, err->entries, err->count * sizeof(*sorted));
	qsort(sorted, err->count, sizeof(*sorted), by_place);
	return sorted;
}

void
err_each(const struct err *err,
	void (*one)(void *arg, struct loc loc, bool warning, const char *text), void *arg)
{
	struct err_entry *sorted = sorted_entries(err);
	const struct err_entry *e = sorted != NULL ? sorted : err->entries;

	for (unsigned i = 0; i < err->count; i++)
		one(arg, e[i].loc, e[i].warning, e[i].text);
	free(sorted);
}

/* The file of the last source line, read forwards: errors are printed in the order of lines. */
struct source {
	const char *name;
	FILE *file;
	char *line;
	size_t room;
	unsigned number;
};

static void
source_close(struct source *s)
{
	if (s->file != NULL)
		fclose(s->file);
	s->file = NULL;
}

static bool
source_line(struct source *s, const struct loc *loc)
{
	const char *why;

	if (s->name == NULL || strcmp(s->name, loc->file) != 0) {
		source_close(s);
		s->name = loc->file;
		s->number = 0;
		s->file = loc->file[0] == '<' ? NULL : file_open(loc->file, &why);
	}
	while (s->file != NULL && s->number < loc->line) {
		if (getline(&s->line, &s->room, s->file) < 0)
			source_close(s);
		else
			s->number++;
	}
	if (s->file == NULL)
		return false;
	s->line[strcspn(s->line, "\r\n")] = '\0';
	return true;
}

static bool
starts_character(char c)
{
	return (c & 0xc0) != 0x80;
}

/* Skips columns characters of UTF-8. */
static const char *
skip_columns(const char *s, unsigned columns)
{
	while (columns > 0 && *s != '\0') {
		s++;
		while (!starts_character(*s))
			s++;
		columns--;
	}
	return s;
}

/* Prints blanks as wide as the text; tabs are kept. */
static void
print_blank(const char *from, const char *end, FILE *out)
{
	for (const char *s = from; s < end; s++)
		if (starts_character(*s))
			fputc(*s == '\t' ? '\t' : ' ', out);
}

static void
print_source(const char *line, const struct loc *loc, FILE *out, bool colour)
{
	unsigned before = loc->column > 0 ? loc->column - 1 : 0;
	unsigned clipped = before > SOURCE_COLUMNS_MAX - CARET_MAX ? before - SOURCE_BEFORE : 0;
	const char *from = skip_columns(line, clipped);
	const char *at = skip_columns(from, before - clipped);
	const char *end = skip_columns(from, SOURCE_COLUMNS_MAX);
	const char *caret_end = skip_columns(at, loc->width);

	fprintf(out, "%5u | ", loc->line);
	text_put(out, from, end);
	fprintf(out, "\n      | ");
	print_blank(from, at, out);
	fputs(colour ? "\033[1;32m^" : "^", out);
	for (unsigned i = 1; i < loc->width && i < CARET_MAX && skip_columns(at, i) < caret_end;
		i++)
		fputc('~', out);
	fputs(colour ? "\033[0m\n" : "\n", out);
}

static void
print_entry(const struct err_entry *e, struct source *source, FILE *out, bool colour)
{
	const char *paint = !colour ? "" : e->warning ? "\033[1;35m" : "\033[1;31m";

	if (e->loc.file != NULL)
		text_put(out, e->loc.file, e->loc.file + strlen(e->loc.file));
	if (e->loc.file != NULL && e->loc.line > 0)
		fprintf(out, ":%u:%u: ", e->loc.line, e->loc.column);
	else if (e->loc.file != NULL)
		fputs(": ", out);
	fprintf(out, "%s%s:%s ", paint, e->warning ? "warning" : "error", colour ? "\033[0m" : "");
	text_put(out, e->text, e->text + strlen(e->text));
	fputc('\n', out);
	if (e->loc.file != NULL && e->loc.line > 0 && source_line(source, &e->loc))
		print_source(source->line, &e->loc, out, colour);
}

void
err_print(const struct err *err, FILE *out, bool colour)
{
	struct err_entry *sorted = sorted_entries(err);
	const struct err_entry *e = sorted != NULL ? sorted : err->entries;
	struct source source = { 0 };

	for (unsigned i = 0; i < err->count; i++)
		print_entry(&e[i], &source, out, colour);
	if (err->lost > 0)
		fprintf(out, "%s: %u more messages, not shown\n",
			err->error_count > 0 ? "error" : "warning", err->lost);
	source_close(&source);
	free(source.line);
	free(sorted);
}
