/* SPDX-License-Identifier: BSD-3-Clause */
/* All tables that a table leads to.  For the files of this folder. */
#ifndef SCHEMA_TABLES_H
#define SCHEMA_TABLES_H

#include "schema/field.h"

/* More are left out: a program has some dozens. */
#define TABLES_MAX 256

struct tables {
	const struct cfg_table *table[TABLES_MAX];
	char name[TABLES_MAX][64];      /* like table->name, but each one once: "acl", "acl-2" */
	unsigned count;
};

/* The root first, then in the order of their rows, each before what it leads to. */
void tables_collect(struct tables *tables, const struct cfg_table *root);

/* The unique name of one of them. */
const char *tables_name(const struct tables *tables, const struct cfg_table *table);

#endif
