/* SPDX-License-Identifier: BSD-3-Clause */
/* One address prefix of either family, what it looks like as text, and how prefixes are ordered. */
#ifndef TABLE_PREFIX_H
#define TABLE_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/key.h"

/* Bits of address behind length are ignored by whoever takes a prefix. */
struct prefix {
	union address address;
	uint8_t family;         /* 4 or 6 */
	uint8_t length;         /* at most 32 or 128 */
	uint32_t value;         /* of a table of prefixes; elsewhere not used */
};

/* Clears the bits of the address behind the prefix's length. */
void prefix_trim(struct prefix *p);

/* Does the prefix cover the address (of the prefix's family)? */
bool prefix_covers(const struct prefix *p, const union address *a);

/* The order of a walk over trimmed prefixes: family, address, then the shorter first.  For qsort;
 * the value plays no part. */
int prefix_compare(const void *a, const void *b);

/* Reads "10.0.0.0/8", "10.0.0.1", "2001:db8::/32" or "2001:db8::1" from text[0..n).  Bits beyond
 * the length are a mistake, as everywhere in a configuration.  0, or -EINVAL and in *why what is wrong, as a phrase
 * ("the length is above 32"). */
int prefix_parse(struct prefix *p, const char *text, size_t n, const char **why);

#endif
