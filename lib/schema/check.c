/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds mistakes in tables, for a test. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/document_priv.h"
#include "schema/tables.h"
#include "schema/type.h"

/* A row that is being checked. */
struct row {
	struct err *err;
	const struct cfg_table *table;
	const struct cfg_field *f;
};

static void
complain(const struct row *row, const char *what)
{
	err_set(row->err, EINVAL, "table '%s', row '%s': %s", row->table->name,
		row->f != NULL ? row->f->name : "", what);
}

static size_t
row_bytes(const struct cfg_field *f)
{
	return f->type & (CFG_LIST | CFG_MAP) ? sizeof(struct any_list) : type_size(f);
}

/* Checks what a type requires. */
static void
check_type(const struct row *row)
{
	const struct cfg_field *f = row->f;
	unsigned base = type_base(f);

	if (base == CFG_NO_TYPE || base >= CFG_TYPES)
		complain(row, "no type");
	else if (base == CFG_STRUCT && f->table == NULL)
		complain(row, "a struct needs .table");
	else if (base == CFG_CHOICE && f->choices == NULL)
		complain(row, "a choice needs .choices");
	else if ((base == CFG_ENUM || base == CFG_FLAGS || base == CFG_MATCH_FLAGS)
		&& f->words == NULL)
		complain(row, "the type needs .words");
	else if ((f->type & CFG_MAP) && base != CFG_STRUCT)
		complain(row, "a map is of structs");
	else if ((f->type & CFG_LIST) && (f->type & CFG_MAP))
		complain(row, "a list or a map, not both");
	else if ((f->type & CFG_LIST) && (base == CFG_FLAGS || base == CFG_MATCH_FLAGS))
		complain(row, "flags are a list already");
	else if (f->max != 0 && f->min > f->max)
		complain(row, ".min is above .max");
	else if (f->text == NULL || f->text[0] == '\0')
		complain(row, "no sentence");
}

/* Checks that the member lies in the struct, behind the head, and apart from the members of other
 * rows. */
static void
check_offset(const struct row *row)
{
	size_t begin = row->f->offset, end = begin + row_bytes(row->f);

	if (begin < sizeof(struct cfg_head) || end > row->table->size)
		complain(row, "the member is not in the struct");
	for (const struct cfg_field *other = row->table->fields; other != row->f; other++) {
		if (strcmp(other->name, row->f->name) == 0)
			complain(row, "a row of this name is above");
		if (other->offset < end && begin < other->offset + row_bytes(other))
			complain(row, "the member overlaps that of a row above");
	}
}

static void
check_default(const struct row *row)
{
	struct document scratch = { .err = row->err, .table = row->table };
	void *value;

	arena_init(&scratch.arena);
	value = arena_alloc(&scratch.arena, row_bytes(row->f));
	if (row->f->default_text != NULL && value != NULL)
		decode_default(&scratch, row->f, value);
	arena_fini(&scratch.arena);
}

static void
check_table(const struct cfg_table *table, struct err *err)
{
	struct row row = { .err = err, .table = table };

	if (table->text == NULL || table->text[0] == '\0')
		complain(&row, "no sentence");
	if (table->bare != NULL && cfg_field_find(table, table->bare) == NULL)
		complain(&row, ".bare is no row");
	if (table->bare_list != NULL
		&& (table->bare == NULL || cfg_field_find(table, table->bare_list) == NULL))
		complain(&row, ".bare_list is no row, or there is no .bare");
	for (row.f = table->fields; row.f->name != NULL; row.f++) {
		unsigned before = err_count(err);

		check_type(&row);
		if (err_count(err) > before)
			return;
		check_offset(&row);
		check_default(&row);
	}
}

int
cfg_check(const struct cfg_table *root, struct err *err)
{
	struct tables *tables = calloc(1, sizeof(*tables));
	unsigned before = err_count(err);

	if (tables == NULL)
		return err_set(err, ENOMEM, "out of memory");
	tables_collect(tables, root);
	for (unsigned i = 0; i < tables->count; i++)
		check_table(tables->table[i], err);
	free(tables);
	return err_count(err) == before ? 0 : -EINVAL;
}
