/* SPDX-License-Identifier: BSD-3-Clause */
/* Look-ups of workers in a generation, and tables computed for them once. */
#include "policy/generation.h"

#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>

#include "base/limiter.h"
#include "base/meter.h"

#define FRAME_BYTES 1514u /* of a full frame */
/* The default burst is what passes in 250 ms: longer than 200 ms, the shortest retransmission
 * timeout of a TCP sender that has lost a whole window (docs/performance/police.md). */
#define BURST_PART 4u

/* Open addressing, at most half full.  The addresses are the operator's own, so outsiders cannot
 * cause collisions. */
struct own_addresses {
	unsigned mask;
	struct own_slot {
		union address address;
		uint16_t space; /* 0: free */
	} slot[];
};

#define BROADCAST 7u /* the family of broadcast and network addresses of IPv4 subnets */

static unsigned
own_hash(const union address *a, unsigned space)
{
	uint64_t h = a->words[0] ^ a->words[1] * 0x9e3779b97f4a7c15ull ^ (uint64_t)space << 40;

	h = (h ^ h >> 32) * 0xff51afd7ed558ccdull;

	return (unsigned)(h >> 32);
}

static bool own_has(const struct own_addresses *own, const union address *a, unsigned space);

static void
own_add(struct own_addresses *own, const union address *a, unsigned space)
{
	unsigned i = own_hash(a, space) & own->mask;

	if (own_has(own, a, space)) /* a link-local address may be there on several interfaces */
		return;
	while (own->slot[i].space != 0)
		i = (i + 1) & own->mask;
	own->slot[i].address = *a;
	own->slot[i].space = (uint16_t)space;
}

static bool
own_has(const struct own_addresses *own, const union address *a, unsigned space)
{
	unsigned i = own_hash(a, space) & own->mask;

	for (; own->slot[i].space != 0; i = (i + 1) & own->mask)
		if (own->slot[i].space == space && address_equal(&own->slot[i].address, a))
			return true;
	return false;
}

/* RFC 3021: a subnet of two addresses has no broadcast address. */
static void
own_add_broadcast(struct own_addresses *own, const struct interface_address *a, unsigned domain)
{
	union address network = { .words = { 0, 0 } }, broadcast = network;
	uint32_t mask;

	if (a->family != 4 || a->bits == 0 || a->bits > 30)
		return;
	mask = UINT32_MAX >> a->bits;
	network.v4 = a->address.v4 & rte_cpu_to_be_32(~mask);
	broadcast.v4 = a->address.v4 | rte_cpu_to_be_32(mask);
	own_add(own, &network, address_space(BROADCAST, domain));
	own_add(own, &broadcast, address_space(BROADCAST, domain));
}

struct own_addresses *
own_addresses_build(const struct interface *const iface[], unsigned n)
{
	unsigned count = 0, slots = 8;
	struct own_addresses *own;

	for (unsigned i = 0; i < n; i++)
		count += iface[i] != NULL ? iface[i]->n_addresses : 0;
	while (slots < 2 * 3 * count) /* each with its subnet's network and broadcast address */
		slots *= 2;
	own = calloc(1, sizeof(*own) + slots * sizeof(own->slot[0]));
	if (own == NULL)
		return NULL;
	own->mask = slots - 1;

	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = 0; iface[i] != NULL && k < iface[i]->n_addresses; k++) {
			const struct interface_address *a = &iface[i]->addresses[k];

			own_add(own, &a->address, address_space(a->family, iface[i]->domain));
			own_add_broadcast(own, a, iface[i]->domain);
		}
	}
	return own;
}

void
own_addresses_discard(struct own_addresses *own)
{
	free(own);
}

bool
generation_owns(const struct generation *g, const union address *a, unsigned space)
{
	return g->own != NULL && own_has(g->own, a, space);
}

bool
generation_broadcast(const struct generation *g, rte_be32_t address, unsigned domain)
{
	union address a = address_v4(address);

	return g->own != NULL && own_has(g->own, &a, address_space(BROADCAST, domain));
}

const struct public_address *
generation_public(const struct generation *g, rte_be32_t address)
{
	unsigned low = 0, high = g->n_public;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (g->public[mid].address == address)
			return &g->public[mid];
		if (g->public[mid].address < address)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *
generation_domain_name(const struct generation *g, unsigned domain)
{
	if (domain == DOMAIN_MAIN)
		return "main";
	return domain < DOMAINS_MAX && g->domain_name[domain] != NULL ? g->domain_name[domain]
								      : "gone";
}

uint8_t
generation_find_domain(const struct generation *g, const char *name)
{
	for (unsigned i = 1; i < g->n_domains; i++)
		if (g->domain_name[i] != NULL && strcmp(g->domain_name[i], name) == 0)
			return (uint8_t)i;
	return strcmp(name, "main") == 0 ? DOMAIN_MAIN : DOMAIN_NONE;
}

void
generation_gather(struct generation *gen, uint64_t workers)
{
	uint8_t *owner = gen->share_owner;
	unsigned n = 0;

	gen->gathered = workers;
	for (unsigned w = 0; w < gen->n_workers; w++)
		if (workers == 0 || (workers >> w & 1))
			owner[n++] = (uint8_t)w;
	for (unsigned share = n; share < gen->n_workers; share++)
		owner[share] = owner[share % n];
	gen->n_sharing = n;
}

struct limiter *
meter_spec_limiter(const struct meter_spec *spec, unsigned workers)
{
	struct limiter_rate rate = {
		.rate = spec->rate / workers > 0 ? spec->rate / workers : 1,
		.burst = spec->burst,
		.packets = spec->packets,
	};

	if (spec->packets) { /* a share of 1/min is one every few minutes */
		rate.rate = spec->rate;
		rate.seconds = (spec->seconds > 1 ? spec->seconds : 1) * workers;
	}
	if (spec->asked)
		rate.burst = (spec->burst + workers - 1) / workers;

	return limiter_create(&rate, spec->keys, -1);
}

uint64_t
meter_spec_burst(const struct meter_spec *spec)
{
	uint64_t least = spec->packets ? 32 : 10 * FRAME_BYTES;
	uint64_t most = spec->packets ? METER_MAX_BURST_PACKETS : METER_MAX_BURST_BYTES;
	uint64_t burst = spec->packets ? spec->rate / BURST_PART : spec->rate / 8 / BURST_PART;

	return burst < least ? least : burst > most ? most : burst;
}

void
meter_spec_init(
	const struct meter_spec *spec, unsigned workers, uint64_t now_ns, struct meter *meter)
{
	uint64_t rate = spec->rate / workers > 0 ? spec->rate / workers : 1;

	if (spec->packets)
		meter_init_packets(meter, rate, (uint32_t)spec->burst, now_ns);
	else
		meter_init_bits(meter, rate, (uint32_t)spec->burst, now_ns);
}

struct generation_entry
generation_entry(const struct generation *g, const struct interface *iface)
{
	static const uint8_t other_station[6] = { 2, 0, 0, 0, 0, 0xfd };
	const struct bridge *own = generation_bridge(g, iface->port);

	if (own != NULL)
		return (struct generation_entry){ g->iface[own->member[0]], own->mac };
	if (g->bridge_of[iface->id] != 0)
		return (struct generation_entry){ iface, other_station };
	return (struct generation_entry){ iface, iface->mac };
}
