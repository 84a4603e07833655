/* SPDX-License-Identifier: BSD-3-Clause */
/* Results as people read them: columns as in ss, or a line for each member. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "weirctl.h"

#define CELL_BYTES 512

/* 1234567 as 1.23M. */
static void
print_scaled(char *out, size_t bytes, double value, const char *unit)
{
	static const char *const scales[] = { "", "k", "M", "G", "T", "P" };
	unsigned i = 0;

	while (value >= 999.5 && i < 5) {
		value /= 1000;
		i++;
	}
	snprintf(out, bytes, "%.*f%s%s",
		i == 0 || value >= 99.95 ? 0
			: value >= 9.995 ? 1
					 : 2,
		value, scales[i], unit);
}

static void
print_time(char *out, size_t bytes, double seconds)
{
	unsigned long s = (unsigned long)seconds;

	if (seconds < 10)
		snprintf(out, bytes, "%.1fs", seconds);
	else if (s < 60)
		snprintf(out, bytes, "%lus", s);
	else if (s < 3600)
		snprintf(out, bytes, "%lum%02lus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, bytes, "%luh%02lum", s / 3600, s % 3600 / 60);
	else
		snprintf(out, bytes, "%lud%02luh", s / 86400, s % 86400 / 3600);
}

static void
print_ns(char *out, size_t bytes, double ns)
{
	if (ns < 1e6)
		snprintf(out, bytes, "%.1fus", ns / 1e3);
	else
		snprintf(out, bytes, "%.1fms", ns / 1e6);
}

static void
print_list(char *out, size_t bytes, const json_t *list)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < json_array_size(list) && used < bytes - 1; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		used += (size_t)snprintf(out + used, bytes - used, "%s%s", i > 0 ? ", " : "",
			text != NULL ? text : "");
	}
}

/* A value as a cell; "" without one. */
static void
print_cell(char out[static CELL_BYTES], enum field_type type, const json_t *value)
{
	double number = json_number_value(value);

	out[0] = '\0';
	if (value == NULL || json_is_null(value))
		return;
	switch (type) {
	case FIELD_TEXT:
		text_clean(out, CELL_BYTES, json_string_value(value));
		break;
	case FIELD_COUNT:
		snprintf(out, CELL_BYTES, "%lld", (long long)json_integer_value(value));
		break;
	case FIELD_BYTES:
		print_scaled(out, CELL_BYTES, number, "B");
		break;
	case FIELD_RATE:
		print_scaled(out, CELL_BYTES, number, "");
		break;
	case FIELD_SHARE:
		snprintf(out, CELL_BYTES, "%.1f%%", 100 * number);
		break;
	case FIELD_NS:
		print_ns(out, CELL_BYTES, number);
		break;
	case FIELD_SECONDS:
		print_time(out, CELL_BYTES, number);
		break;
	case FIELD_BOOL:
		snprintf(out, CELL_BYTES, "%s", json_is_true(value) ? "yes" : "");
		break;
	case FIELD_LIST:
		print_list(out, CELL_BYTES, value);
		break;
	default:
		break;
	}
}

static bool
is_text(enum field_type type)
{
	return type == FIELD_TEXT || type == FIELD_LIST || type == FIELD_BOOL;
}

/* Characters, not bytes. */
static unsigned
width_of(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void
pad(unsigned n)
{
	printf("%*s", (int)n, "");
}

static void
print_line(const struct table *t, const json_t *row)
{
	unsigned owed = 0; /* spaces; none at the end of a line */
	bool first = true;

	for (unsigned i = 0; t->verb->fields[i].name != NULL; i++) {
		const struct verb_field *f = &t->verb->fields[i];
		char cell[CELL_BYTES];
		unsigned width;

		if (t->width[i] == 0)
			continue;
		if (row == NULL)
			snprintf(cell, sizeof(cell), "%s", f->heading);
		else
			print_cell(cell, f->type, json_object_get(row, f->name));
		width = width_of(cell);
		owed += first ? 0 : 2;
		first = false;
		if (!is_text(f->type))
			owed += t->width[i] > width ? t->width[i] - width : 0;
		if (width != 0) {
			pad(owed);
			owed = 0;
			fputs(cell, stdout);
		}
		if (is_text(f->type))
			owed += t->width[i] > width ? t->width[i] - width : 0;
		else if (width == 0)
			owed += 0;
	}
	putchar('\n');
}

/* Columns that a row of the first page has something for, as wide as the widest. */
static void
measure(struct table *t, const json_t *rows)
{
	char cell[CELL_BYTES];
	json_t *row;
	size_t k;

	for (unsigned i = 0; t->verb->fields[i].name != NULL && i < 32; i++) {
		const struct verb_field *f = &t->verb->fields[i];

		if (f->heading == NULL)
			continue;
		json_array_foreach(rows, k, row) {
			print_cell(cell, f->type, json_object_get(row, f->name));
			if (width_of(cell) > t->width[i])
				t->width[i] = width_of(cell);
		}
		if (t->width[i] != 0 && width_of(f->heading) > t->width[i])
			t->width[i] = width_of(f->heading);
	}
}

/* Lists of objects stand below their row. */
static void
print_below(const json_t *list)
{
	char cell[CELL_BYTES];
	const char *name;
	json_t *object, *value;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, object) {
		fputs("       ", stdout);
		json_object_foreach(object, name, value) {
			if (json_is_string(value))
				printf(" %s",
					text_clean(cell, CELL_BYTES, json_string_value(value)));
			else if (strcmp(name, "ago") == 0)
				print_time(cell, CELL_BYTES, json_number_value(value)),
					printf(" %6s ago", cell);
			else if (strcmp(name, "bytes") == 0)
				printf(" (%lld)", (long long)json_integer_value(value));
		}
		putchar('\n');
	}
}

void
table_rows(struct table *t, const json_t *rows)
{
	json_t *row;
	size_t k;

	if (json_array_size(rows) == 0)
		return;
	if (!t->begun) {
		measure(t, rows);
		print_line(t, NULL);
		t->begun = true;
	}
	json_array_foreach(rows, k, row) {
		print_line(t, row);
		for (const struct verb_field *f = t->verb->fields; f->name != NULL; f++)
			if (f->type == FIELD_OBJECTS && f->heading != NULL)
				print_below(json_object_get(row, f->name));
	}
}

static void
print_members(const char *heading, const json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
		if (json_is_integer(value))
			printf("  %-14s %s %lld\n", heading, name,
				(long long)json_integer_value(value));
}

void
table_object(const struct verb *v, const json_t *object)
{
	char cell[CELL_BYTES];

	for (const struct verb_field *f = v->fields; f->name != NULL; f++) {
		const json_t *value = json_object_get(object, f->name);

		if (f->type == FIELD_OBJECT)
			print_members(f->name, value);
		if (f->type == FIELD_FINDINGS)
			print_findings(value);
		if (f->heading == NULL || value == NULL)
			continue;
		print_cell(cell, f->type, value);
		printf("%-16s %s\n", f->heading, cell);
	}
}
