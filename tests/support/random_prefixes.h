/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefixes and addresses that meet: random ones would hardly ever. */
#ifndef SUPPORT_RANDOM_PREFIXES_H
#define SUPPORT_RANDOM_PREFIXES_H

#include <stdlib.h>
#include <string.h>

#include "table/prefix.h"

struct random_prefixes {
	unsigned short seed[3];
	unsigned fixed_bits; /* addresses differ only behind these */
	uint32_t values;     /* values are below it */
};

static inline uint32_t
random_below(struct random_prefixes *r, uint32_t limit)
{
	return (uint32_t)jrand48(r->seed) % limit;
}

/* An address of family whose first fixed_bits are those of 10.1.2.3 or 2001:db8:1:2:3::. */
static inline void
random_address(struct random_prefixes *r, unsigned family, union address *a)
{
	static const uint8_t base[2][16] = { { 10, 1, 2, 3 },
		{ 0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 0, 3 } };
	unsigned bytes = family == 4 ? 4 : 16;

	memset(a, 0, sizeof(*a));
	for (unsigned i = 0; i < bytes; i++) {
		unsigned fixed = r->fixed_bits >= 8 * (i + 1) ? 8
			: r->fixed_bits > 8 * i               ? r->fixed_bits - 8 * i
							      : 0;
		uint8_t mask = (uint8_t)(0xff00 >> fixed);

		a->bytes[i] = (uint8_t)((base[family == 6][i] & mask)
			| (random_below(r, 256) & ~mask));
	}
}

/* Half of the lengths are the usual ones, the other half any above fixed_bits - 2. */
static inline void
random_prefix(struct random_prefixes *r, unsigned family, struct prefix *p)
{
	static const uint8_t usual4[] = { 16, 22, 24, 24, 24, 30, 32, 32 };
	static const uint8_t usual6[] = { 32, 44, 48, 48, 56, 64, 127, 128 };
	unsigned most = family == 4 ? 32 : 128;
	unsigned least = r->fixed_bits > 2 ? r->fixed_bits - 2 : 0;

	random_address(r, family, &p->address);
	p->family = (uint8_t)family;
	p->value = random_below(r, r->values);
	if (random_below(r, 2) == 0)
		p->length = (family == 4 ? usual4 : usual6)[random_below(r, 8)];
	else
		p->length = (uint8_t)(least + random_below(r, most - least + 1));
	prefix_trim(p);
}

/* A corner of p: its first or last address, or the one before or behind it. */
static inline void
corner_address(struct random_prefixes *r, const struct prefix *p, union address *a)
{
	unsigned bytes = p->family == 4 ? 4 : 16, corner = random_below(r, 4);
	uint8_t step = corner == 1 ? 0xff : 1; /* before: subtract one, behind: add one */

	*a = p->address;
	if (corner >= 2)
		for (unsigned bit = p->length; bit < bytes * 8; bit++)
			a->bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	if (corner == 0 || corner == 2)
		return;
	for (unsigned i = bytes; i-- > 0;) {
		a->bytes[i] = (uint8_t)(a->bytes[i] + step);
		if (a->bytes[i] != (step == 1 ? 0 : 0xff))
			break;
	}
}

#endif
