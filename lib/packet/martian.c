/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/martian.h"

static const union address unspecified, loopback6 = { .bytes = { [15] = 1 } };
static const uint8_t mapped4[12] = { [10] = 0xff, [11] = 0xff };

/* Returns true if the address is valid neither as a source nor as a destination. */
static bool
is_nowhere(const union address *a, unsigned family)
{
	if (family == 4)
		return a->bytes[0] == 0 || a->bytes[0] == 127
			|| (a->bytes[0] >= 240 && !address_broadcast(a, 4));
	return address_equal(a, &unspecified) || address_equal(a, &loopback6)
		|| memcmp(a->bytes, mapped4, sizeof(mapped4)) == 0;
}

bool
address_multicast(const union address *a, unsigned family)
{
	return family == 4 ? a->bytes[0] >> 4 == 14 : a->bytes[0] == 0xff;
}

bool
address_broadcast(const union address *a, unsigned family)
{
	return family == 4 && a->v4 == UINT32_MAX;
}

bool
address_link_local(const union address *a, unsigned family)
{
	return family == 6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

bool
martian_source(const struct tuple *t)
{
	return is_nowhere(&t->src, t->family) || address_multicast(&t->src, t->family)
		|| address_broadcast(&t->src, t->family);
}

bool
martian_destination(const struct tuple *t)
{
	return is_nowhere(&t->dst, t->family);
}
