/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of the types, and their size in memory.  For the files of this folder. */
#ifndef SCHEMA_TYPE_H
#define SCHEMA_TYPE_H

#include "schema/field.h"

/* size: of one value, 0 for a struct. */
struct type {
	size_t size;
	const char *wanted; /* "a number": in errors */
	const char *name;   /* "number": in the reference */
	const char *many;   /* "numbers" */
};

/* Returns the type of a row without CFG_LIST and CFG_MAP. */
static inline unsigned
type_base(const struct cfg_field *f)
{
	return f->type & ~(unsigned)(CFG_LIST | CFG_MAP);
}

/* Any CFG_LIST_OF, for code that does not know its element type. */
struct any_list {
	void *items;
	unsigned count;
};

const struct type *type_of(const struct cfg_field *f);

/* Returns the bytes of one value of a row's type, of an element for a list or map. */
size_t type_size(const struct cfg_field *f);

/* Returns the largest number that a row takes. */
uint64_t type_max(const struct cfg_field *f);

#endif
