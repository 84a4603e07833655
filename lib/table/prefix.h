/* SPDX-License-Identifier: BSD-3-Clause */
/* An address prefix of either family: its text, and the order of prefixes. */
#ifndef TABLE_PREFIX_H
#define TABLE_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/key.h"

/* Functions that take a prefix ignore the bits of its address behind length. */
struct prefix {
	union address address;
	uint8_t family; /* 4 or 6 */
	uint8_t length; /* at most 32 or 128 */
	uint32_t value; /* of a table of prefixes; elsewhere not used */
};

/* Clears the bits of the address behind the prefix's length. */
void prefix_trim(struct prefix *p);

/* Returns true if the prefix covers the address, which has the prefix's family. */
bool prefix_covers(const struct prefix *p, const union address *a);

/* Compares trimmed prefixes, for qsort: by family, address, then the shorter first.  The value is
 * ignored. */
int prefix_compare(const void *a, const void *b);

/* Reads "10.0.0.0/8", "10.0.0.1", "2001:db8::/32" or "2001:db8::1" from text[0..n). Bits behind the
 * length are an error, as everywhere in a configuration.  Returns 0, or -EINVAL with the fault in
 * *why, as a phrase ("the length is above 32"). */
int prefix_parse(struct prefix *p, const char *text, size_t n, const char **why);

#endif
