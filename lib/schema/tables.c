/* SPDX-License-Identifier: BSD-3-Clause */
/* All tables that a table leads to. */
#include "schema/tables.h"

#include <stdio.h>
#include <string.h>

const char *
tables_name(const struct tables *tables, const struct cfg_table *table)
{
	for (unsigned i = 0; i < tables->count; i++)
		if (tables->table[i] == table)
			return tables->name[i];
	return NULL;
}

static unsigned
count_named(const struct tables *tables, const char *name)
{
	unsigned count = 0;

	for (unsigned i = 0; i < tables->count; i++)
		count += strcmp(tables->table[i]->name, name) == 0;
	return count;
}

static bool
add(struct tables *tables, const struct cfg_table *table)
{
	unsigned same = count_named(tables, table->name);
	char *name = tables->name[tables->count];

	if (tables->count == TABLES_MAX || tables_name(tables, table) != NULL)
		return false;
	if (same == 0)
		snprintf(name, sizeof(tables->name[0]), "%s", table->name);
	else
		snprintf(name, sizeof(tables->name[0]), "%.50s-%u", table->name, same + 1);
	for (; *name != '\0'; name++)
		if (*name == ' ')
			*name = '-';
	tables->table[tables->count++] = table;
	return true;
}

static void
collect(struct tables *tables, const struct cfg_table *table)
{
	const struct cfg_table *choice;

	if (!add(tables, table))
		return;
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++) {
		if (f->table != NULL)
			collect(tables, f->table);
		for (unsigned i = 0; f->choices != NULL && (choice = f->choices(i)) != NULL; i++)
			collect(tables, choice);
	}
}

void
tables_collect(struct tables *tables, const struct cfg_table *root)
{
	tables->count = 0;
	collect(tables, root);
}
