/* SPDX-License-Identifier: BSD-3-Clause */
/* A named set of prefixes of both families, listed in the configuration or read from a file.
 *
 * A set is a plain list, sorted when it is sealed.  Workers do not look into it: the table of rules
 * that names it takes its prefixes in (table/rules.h).  Duplicates and overlaps are fine.
 *
 * Threads: one, until it is sealed; then any number may read.  Memory: set_create/set_destroy. */
#ifndef TABLE_SET_H
#define TABLE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "table/prefix.h"

struct set;

struct set *set_create(const char *name); /* copies name; NULL when memory is short */
void set_destroy(struct set *set);        /* NULL is fine */

/* Adds one prefix; its value and the bits behind its length are ignored.  Returns 0 or -ENOMEM. */
int set_add(struct set *set, const struct prefix *p);

/* Adds the prefixes that a file lists: one prefix or address a line; blank lines, `#` with what
 * follows it, and a carriage return at the end are ignored.  Every other line becomes an error with
 * its place; reading stops after 20 of them.  A file that cannot be read is an error at loc, where
 * it is named. Returns 0, -EINVAL, -ENOMEM or the errno of reading, each with a sentence in err. */
int set_load_file(struct set *set, const char *path, struct loc loc, struct err *err);

/* Sorts the set and drops duplicates; nothing is added afterwards. */
void set_seal(struct set *set);

const char *set_name(const struct set *set);

/* Returns the prefixes of a sealed set, those of IPv4 first, each family in the order of
 * prefix_compare. */
const struct prefix *set_prefixes(const struct set *set, size_t *n);

/* Returns true if the address (family 4 or 6) is in a sealed set.  For checks and control, not for
 * packets. */
bool set_contains(const struct set *set, unsigned family, const union address *a);

#endif
