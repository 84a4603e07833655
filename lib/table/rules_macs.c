/* SPDX-License-Identifier: BSD-3-Clause */
/* The MACs that rules name, as numbers. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table/rules_priv.h"

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, 6);
}

int
macs_build(struct macs *macs, const struct rule_match match[], unsigned n)
{
	size_t all = 0, at = 0;

	for (unsigned i = 0; i < n; i++)
		all += match[i].mac.n;
	if (all == 0)
		return 0;
	macs->mac = calloc(all, sizeof(*macs->mac));
	if (macs->mac == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < match[i].mac.n; k++)
			memcpy(macs->mac[at++], match[i].mac.mac[k].bytes, sizeof(*macs->mac));
	qsort(macs->mac, all, sizeof(*macs->mac), compare);
	at = 1;
	for (size_t i = 1; i < all; i++)
		if (memcmp(macs->mac[i], macs->mac[at - 1], sizeof(*macs->mac)) != 0)
			memmove(macs->mac[at++], macs->mac[i], sizeof(*macs->mac));
	if (at > UINT16_MAX)
		return -E2BIG;
	macs->n = (unsigned)at;
	return 0;
}

uint16_t
macs_find(const struct macs *macs, const uint8_t mac[6])
{
	const uint8_t(*at)[6] = bsearch(mac, macs->mac, macs->n, sizeof(*macs->mac), compare);

	return at == NULL ? 0 : (uint16_t)(at - (const uint8_t(*)[6])macs->mac + 1);
}
