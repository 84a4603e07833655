/* SPDX-License-Identifier: BSD-3-Clause */
/* Public ports by the hash of replies. */

#include "nat/reply.h"

#include <netinet/in.h>
#include <stdlib.h>

#include <rte_common.h>

struct nat_reply {
	struct nat_reply_setup setup;
	uint64_t bits[]; /* by the hash of a word's first port, as far as the table uses it */
};

/* Returns the bits of a word whose ports lead to the worker. */
static uint64_t
bits_for(const struct nat_reply_setup *s, uint32_t first)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < 64; i++) {
		uint32_t entry = (first ^ toeplitz_of_dport(s->hash, 4, (uint16_t)(2 * i)))
			& (s->table - 1u);

		bits |= (uint64_t)(entry % s->workers == s->worker) << i;
	}
	return bits;
}

struct nat_reply *
nat_reply_create(const struct nat_reply_setup *setup)
{
	struct nat_reply *r;

	if (setup->table == 0 || !rte_is_power_of_2(setup->table))
		return NULL;
	r = malloc(sizeof(*r) + setup->table * sizeof(r->bits[0]));
	if (r == NULL)
		return NULL;
	r->setup = *setup;
	for (uint32_t i = 0; i < setup->table; i++)
		r->bits[i] = bits_for(setup, i);
	return r;
}

void
nat_reply_destroy(struct nat_reply *r)
{
	free(r);
}

struct nat_wish
nat_reply_wish(const struct nat_reply *r, const struct tuple *inside, rte_be32_t public)
{
	struct tuple reply = {
		.family = 4,
		.proto = inside->proto,
		.sport = inside->dport,
		.src = inside->dst,
	};

	if (r == NULL || !(inside->proto == IPPROTO_TCP ? r->setup.tcp : r->setup.udp)
		|| (inside->proto != IPPROTO_TCP && inside->proto != IPPROTO_UDP))
		return (struct nat_wish){ .bits = NULL };
	reply.dst.v4 = public;
	return (struct nat_wish){
		.bits = r->bits,
		.hash = r->setup.hash,
		.reply = toeplitz_of_ports(r->setup.hash, &reply),
		.mask = r->setup.table - 1u,
	};
}
