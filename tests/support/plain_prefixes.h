/* SPDX-License-Identifier: BSD-3-Clause */
/* Longest prefix match as anybody would write it: what table/prefixes.h is tested against. */
#ifndef SUPPORT_PLAIN_PREFIXES_H
#define SUPPORT_PLAIN_PREFIXES_H

#include <stddef.h>

#include "table/prefixes.h"

static inline uint32_t
plain_prefixes_find(
	const struct prefix entries[], size_t n, unsigned family, const union address *a)
{
	uint32_t value = PREFIXES_NONE;
	int longest = -1;

	for (size_t i = 0; i < n; i++) {
		const struct prefix *p = &entries[i];

		/* The later of two equals counts. */
		if (p->family == family && p->length >= longest && prefix_covers(p, a)) {
			longest = p->length;
			value = p->value;
		}
	}
	return value;
}

#endif
