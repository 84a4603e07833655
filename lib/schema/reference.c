/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the reference of the configuration in Markdown: a section for each table. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "schema/document.h"
#include "schema/tables.h"
#include "schema/type.h"

static const char introduction[] =
	"<!-- Generated from the field tables; do not edit. -->\n\n"
	"# Configuration reference\n\n"
	"YAML 1.2 without anchors, aliases and tags. `include:` takes one more file or a list of\n"
	"them, relative to the file it stands in; sections of the same name are merged.\n\n"
	"A list may be written as its only element. A match begins with `!` for \"not\", and then\n"
	"has to be in quotes; several values mean any of them. `$name` is a set. Sizes are\n"
	"`1500`, `64k`, `2M` (of 1024); rates `10Mbit` or `500k/s` (of 1000); durations `500ms`,\n"
	"`30s`, `2h`.\n";

/* Prints text in the cell of a table, with Markdown's own characters escaped. */
static void
print_cell(const char *text, FILE *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void
print_words(const struct cfg_word *words, FILE *out)
{
	for (const struct cfg_word *w = words; w->word != NULL; w++)
		fprintf(out, "%s`%s`", w == words ? "" : ", ", w->word);
}

static void
print_link(const struct tables *tables, const struct cfg_table *table, FILE *out)
{
	const char *name = tables_name(tables, table);

	fprintf(out, "[%s](#%s)", table->name, name != NULL ? name : "");
}

/* Returns a bound in the unit of its type. */
static const char *
bound_text(const struct cfg_field *f, uint64_t bound, char *buf)
{
	if (type_base(f) == CFG_SIZE)
		return value_size_text(bound, buf);
	if (type_base(f) == CFG_DURATION)
		return value_duration_text(bound, buf);
	snprintf(buf, VALUE_TEXT_MAX, "%" PRIu64, bound);
	return buf;
}

static void
print_bounds(const struct cfg_field *f, FILE *out)
{
	char min[VALUE_TEXT_MAX], max[VALUE_TEXT_MAX];

	if (f->max != 0)
		fprintf(out, ", %s to %s", bound_text(f, f->min, min), bound_text(f, f->max, max));
	else if (f->min != 0)
		fprintf(out, ", at least %s", bound_text(f, f->min, min));
}

static void
print_type(const struct tables *tables, const struct cfg_field *f, FILE *out)
{
	bool named = type_base(f) == CFG_STRUCT;

	if (f->type & CFG_MAP)
		fprintf(out, "map of %s to ", f->key != 0 ? "addresses" : "names");
	else if (f->type & CFG_LIST)
		fputs("list of ", out);
	if (named)
		print_link(tables, f->table, out);
	else if (type_base(f) == CFG_CHOICE)
		fprintf(out, "%s", f->kind != NULL ? f->kind : "choice");
	else if (f->words != NULL && type_base(f) == CFG_ENUM)
		print_words(f->words, out);
	else
		fputs(f->type & CFG_LIST ? type_of(f)->many : type_of(f)->name, out);
	print_bounds(f, out);
	if (f->refers != NULL)
		fprintf(out, ", in `%s`", f->refers);
	if (f->refers_too != NULL)
		fprintf(out, " or `%s`", f->refers_too);
	if (f->words != NULL && type_base(f) != CFG_ENUM) {
		fputs(type_base(f) == CFG_FLAGS || type_base(f) == CFG_MATCH_FLAGS ? ": " : ", or ",
			out);
		print_words(f->words, out);
	}
	if (f->choices == NULL)
		return;
	fputs(": ", out);
	for (unsigned i = 0; f->choices(i) != NULL; i++) {
		fputs(i == 0 ? "" : ", ", out);
		print_link(tables, f->choices(i), out);
	}
}

static void
print_row(const struct tables *tables, const struct cfg_field *f, FILE *out)
{
	char *type = NULL;
	size_t bytes;
	FILE *cell = open_memstream(&type, &bytes);

	if (cell == NULL)
		return;
	print_type(tables, f, cell);
	fclose(cell);
	fprintf(out, "| `%s` | ", f->name);
	print_cell(type, out);
	fputs(" | ", out);
	if (f->default_text == NULL)
		fputs("must be written", out);
	else if (f->default_text != CFG_OPTIONAL)
		fprintf(out, "`%s`", f->default_text);
	fputs(" | ", out);
	print_cell(f->text, out);
	fputs(f->restart             ? " *A change needs a restart.* |\n"
			: f->reopens ? " *A change closes the device and opens it again.* |\n"
				     : " |\n",
		out);
	free(type);
}

static void
print_table(const struct tables *tables, unsigned i, FILE *out)
{
	const struct cfg_table *table = tables->table[i];

	fprintf(out, "\n<a id=\"%s\"></a>\n## %s\n\n%s", tables->name[i], table->name, table->text);
	if (table->bare != NULL)
		fprintf(out, " Written without keys, the value is that of `%s`.", table->bare);
	if (table->bare_list != NULL)
		fprintf(out, " A list is that of `%s`.", table->bare_list);
	fputs("\n", out);
	if (table->fields[0].name == NULL)
		return;
	fputs("\n| key | type | default | meaning |\n|---|---|---|---|\n", out);
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++)
		print_row(tables, f, out);
}

void
document_reference(const struct cfg_table *root, FILE *out)
{
	struct tables *tables = calloc(1, sizeof(*tables));

	if (tables == NULL)
		return;
	tables_collect(tables, root);
	fputs(introduction, out);
	for (unsigned i = 0; i < tables->count; i++)
		print_table(tables, i, out);
	free(tables);
}
