/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists all tables that a table leads to.  For the files of this folder. */
#ifndef SCHEMA_TABLES_H
#define SCHEMA_TABLES_H

#include "schema/field.h"

/* Further tables are left out: a program has some dozens. */
#define TABLES_MAX 256

struct tables {
	const struct cfg_table *table[TABLES_MAX];
	char name[TABLES_MAX][64]; /* like table->name, but each one once: "acl", "acl-2" */
	unsigned count;
};

/* Collects the tables: the root first, then in the order of rows, each before those that it leads
 * to. */
void tables_collect(struct tables *tables, const struct cfg_table *root);

/* Returns the unique name of one of them. */
const char *tables_name(const struct tables *tables, const struct cfg_table *table);

#endif
