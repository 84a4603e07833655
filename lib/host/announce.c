/* SPDX-License-Identifier: BSD-3-Clause */
/* Announces new addresses of our interfaces to the link: twice, two seconds apart (RFC 5227 2.3,
 * RFC 4861 7.2.6).  Those of NAT are probed first (claim.c). */

#include <string.h>

#include "host/host_priv.h"

#define ANNOUNCE_TIMES 2
#define ANNOUNCE_NS    (2 * NS_PER_S)
#define ANNOUNCE_MAX   16 /* in one call */

static bool
was_ours(const struct generation *old, const struct interface *i, const union address *a,
	unsigned family)
{
	const struct interface *was;

	if (old == NULL || i->id >= old->n_ifaces || old->iface[i->id] == NULL)
		return false;
	was = old->iface[i->id];
	return memcmp(was->mac, i->mac, 6) == 0 && was->port == i->port && was->vlan == i->vlan
		&& was->inner_vlan == i->inner_vlan && interface_owns(was, a, family);
}

static void
announce_address(struct host *h, const struct interface *i, const union address *a, unsigned family)
{
	h->announcements[h->n_announcements++] = (struct announcement){
		.address = *a,
		.due_ns = h->now_ns,
		.iface = i->id,
		.family = (uint8_t)family,
		.left = ANNOUNCE_TIMES,
	};
}

static void
announce_interface(struct host *h, const struct interface *i, const struct generation *old)
{
	for (unsigned k = 0; k < i->n_addresses; k++) {
		const struct interface_address *own = &i->addresses[k];

		if (h->n_announcements < ANNOUNCEMENTS
			&& !was_ours(old, i, &own->address, own->family))
			announce_address(h, i, &own->address, own->family);
	}
}

void
announce_new(struct host *h, const struct generation *old)
{
	for (unsigned n = 0; n < h->gen->n_ifaces; n++)
		if (h->gen->iface[n] != NULL)
			announce_interface(h, h->gen->iface[n], old);
}

void
announce_port(struct host *h, uint16_t port)
{
	for (unsigned n = 0; n < h->gen->n_ifaces; n++)
		if (h->gen->iface[n] != NULL && h->gen->iface[n]->port == port)
			announce_interface(h, h->gen->iface[n], NULL);
}

/* Announces it once; returns false after the last time. */
static bool
announce_one(struct host *h, struct announcement *a)
{
	const struct interface *i = host_interface(h, a->iface);

	if (i == NULL || !interface_owns(i, &a->address, a->family))
		return false;
	if (a->family == 4)
		arp_announce(h, i, &a->address);
	else
		nd_announce(h, i, &a->address);
	a->due_ns = h->now_ns + ANNOUNCE_NS;
	return --a->left > 0;
}

void
announce_due(struct host *h)
{
	unsigned said = 0;

	for (unsigned k = 0; k < h->n_announcements && said < ANNOUNCE_MAX;) {
		if (h->announcements[k].due_ns > h->now_ns) {
			k++;
			continue;
		}
		said++;
		if (announce_one(h, &h->announcements[k]))
			k++;
		else
			h->announcements[k] = h->announcements[--h->n_announcements];
	}
}
