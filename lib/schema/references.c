/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the names of a decoded configuration that nothing refers to. */

#include <stdlib.h>
#include <string.h>

#include "schema/document_priv.h"
#include "schema/type.h"

/* The state of a walk over all references. */
struct walk {
	void (*one)(void *arg, const char *section, const char *name);
	void *arg;
};

static void walk_fields(const struct walk *w, const struct cfg_table *table, const void *config);

static void
walk_one(const struct walk *w, const struct cfg_field *f, const void *value)
{
	const struct cfg_choice *choice = value;
	const char *name = NULL;

	switch (type_base(f)) {
	case CFG_STRUCT:
		walk_fields(w, f->table, value);
		return;
	case CFG_CHOICE:
		if (choice->table != NULL)
			walk_fields(w, choice->table, choice->config);
		return;
	case CFG_REF:
		name = *(const char *const *)value;
		break;
	case CFG_MATCH_NAME:
		name = ((const struct cfg_match_name *)value)->name;
		break;
	case CFG_MATCH_ADDRESS:
		name = ((const struct cfg_match_address *)value)->set;
		break;
	default:
		return;
	}
	if (f->refers != NULL && name != NULL)
		w->one(w->arg, f->refers, name);
	if (f->refers_too != NULL && name != NULL)
		w->one(w->arg, f->refers_too, name);
}

static void
walk_fields(const struct walk *w, const struct cfg_table *table, const void *config)
{
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++) {
		const void *value = (const char *)config + f->offset;
		const struct any_list *list = value;

		if ((f->type & (CFG_LIST | CFG_MAP)) == 0) {
			walk_one(w, f, value);
			continue;
		}
		for (unsigned i = 0; i < list->count; i++)
			walk_one(w, f, (const char *)list->items + i * type_size(f));
	}
}

void
document_each_reference(const struct cfg_table *table, const void *config,
	void (*one)(void *arg, const char *section, const char *name), void *arg)
{
	const struct walk w = { one, arg };

	walk_fields(&w, table, config);
}
