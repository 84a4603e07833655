/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds rows of tables, and places of decoded fields. */
#include "schema/field.h"

#include <string.h>

const char cfg_optional[] = "";

const struct cfg_field *
cfg_field_find(const struct cfg_table *table, const char *name)
{
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

void *
cfg_find_element(void *items, unsigned count, size_t size, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		const struct cfg_head *head = (const void *)((const char *)items + i * size);

		if (head->name != NULL && strcmp(head->name, name) == 0)
			return (char *)items + i * size;
	}
	return NULL;
}
