/* SPDX-License-Identifier: BSD-3-Clause */
/* What an address means to one of our interfaces. */

#include <string.h>

#include "host/host_priv.h"

bool
mac_is_unicast(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return !(mac[0] & 1) && memcmp(mac, zero, 6) != 0;
}

bool
address_is_unicast(const union address *a, unsigned family)
{
	static const uint8_t zero[15];

	if (family == 4)
		return a->bytes[0] != 0 && a->bytes[0] != 127 && a->bytes[0] < 224;
	if (a->bytes[0] == 0xff)
		return false;
	return memcmp(a->bytes, zero, 15) != 0 || a->bytes[15] > 1;
}

bool
address_is_link_local(const union address *a)
{
	return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

/* Returns the number of leading bits that are the same. */
static unsigned
common_bits(const union address *a, const union address *b)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned differ = a->bytes[i] ^ b->bytes[i];

		if (differ != 0)
			return 8 * i + (unsigned)__builtin_clz(differ) - 24;
	}
	return 128;
}

bool
interface_owns(const struct interface *i, const union address *a, unsigned family)
{
	for (unsigned n = 0; n < i->n_addresses; n++)
		if (i->addresses[n].family == family && address_equal(&i->addresses[n].address, a))
			return true;
	return false;
}

bool
interface_on_link(const struct interface *i, const union address *a, unsigned family)
{
	if (family == 6 && address_is_link_local(a))
		return true;
	for (unsigned n = 0; n < i->n_addresses; n++)
		if (i->addresses[n].family == family
			&& common_bits(&i->addresses[n].address, a) >= i->addresses[n].bits)
			return true;
	return false;
}

bool
interface_proxies(const struct interface *i, const union address *a, unsigned family)
{
	for (unsigned n = 0; n < i->n_proxied; n++)
		if (i->proxied[n].family == family
			&& common_bits(&i->proxied[n].address, a) >= i->proxied[n].bits)
			return true;
	return false;
}

bool
host_proxies(
	const struct host *h, const struct interface *i, const union address *a, unsigned family)
{
	uint16_t slot;

	if (!interface_proxies(i, a, family) || (family == 4 && interface_broadcast(i, a)))
		return false;
	slot = neighbour_find(h, i->id, family, a);
	return slot == NONE || !neighbour_resolved(&h->neighbours[slot]);
}

bool
interface_broadcast(const struct interface *i, const union address *a)
{
	if (a->v4 == UINT32_MAX)
		return true;
	for (unsigned n = 0; n < i->n_addresses; n++) {
		const struct interface_address *own = &i->addresses[n];
		uint32_t host_bits, mask;

		if (own->family != 4 || own->bits == 0 || own->bits > 30)
			continue;
		mask = UINT32_MAX >> own->bits;
		host_bits = rte_be_to_cpu_32(a->v4) & mask;
		if (common_bits(&own->address, a) >= own->bits
			&& (host_bits == 0 || host_bits == mask))
			return true;
	}
	return false;
}

/* Returns how well one of our addresses fits to talk to peer: same scope first, then same
 * subnet. */
static unsigned
fitness(const struct interface_address *own, const union address *peer)
{
	unsigned same = common_bits(&own->address, peer);
	unsigned score = 1;

	if (own->family == 6 && address_is_link_local(&own->address) == address_is_link_local(peer))
		score += 1000;
	return same >= own->bits ? score + 1 + own->bits : score;
}

const union address *
interface_source(const struct interface *i, const union address *peer, unsigned family)
{
	const union address *best = NULL;
	unsigned best_fitness = 0;

	for (unsigned n = 0; n < i->n_addresses; n++) {
		unsigned fits = fitness(&i->addresses[n], peer);

		if (i->addresses[n].family == family && fits > best_fitness) {
			best = &i->addresses[n].address;
			best_fitness = fits;
		}
	}
	return best;
}

/* Returns true if the address may be the source of a packet that leaves the link. */
static bool
reaches(const union address *own, const union address *peer, unsigned family)
{
	return own != NULL
		&& (family == 4 || !address_is_link_local(own) || address_is_link_local(peer));
}

const union address *
host_source(
	const struct host *h, const struct interface *i, const union address *peer, unsigned family)
{
	const union address *own = interface_source(i, peer, family);
	const union address *other;

	if (reaches(own, peer, family))
		return own;
	for (unsigned n = 0; n < h->gen->n_ifaces; n++) {
		if (h->gen->iface[n] == NULL || h->gen->iface[n]->domain != i->domain)
			continue;
		other = interface_source(h->gen->iface[n], peer, family);
		if (reaches(other, peer, family))
			return other;
	}
	return own;
}
