/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends ARP messages (RFC 826, RFC 5227). */

#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

void
arp_send(struct host *h, const struct interface *i, uint8_t operation,
	const union address *addresses[2], const uint8_t *to)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4, 0 };
	uint8_t *p;
	struct rte_mbuf *m = frame_take(
		h, i, to != NULL ? to : everybody, RTE_ETHER_TYPE_ARP, ARP_BYTES, &p);

	if (m == NULL)
		return;
	memset(p, 0, ARP_BYTES);
	memcpy(p, head, sizeof(head));
	p[7] = operation;
	memcpy(p + 8, i->mac, 6);
	memcpy(p + 14, addresses[0], 4);
	if (operation == ARP_REPLY)
		memcpy(p + 18, to, 6);
	memcpy(p + 24, addresses[1], 4);
	frame_send(h, m, BORN_arp, i);
}

void
arp_ask(struct host *h, const struct interface *i, const union address *target, const uint8_t *to)
{
	static const union address none;
	const union address *own = interface_source(i, target, 4);
	const union address *addresses[2] = { own != NULL ? own : &none, target };

	arp_send(h, i, ARP_REQUEST, addresses, to);
}

void
arp_announce(struct host *h, const struct interface *i, const union address *own)
{
	const union address *addresses[2] = { own, own };

	arp_send(h, i, ARP_REQUEST, addresses, NULL);
}

/* From the unspecified address, so that no cache learns from it (RFC 5227 1.1). */
void
arp_probe(struct host *h, const struct interface *i, const union address *target)
{
	static const union address none;
	const union address *addresses[2] = { &none, target };

	arp_send(h, i, ARP_REQUEST, addresses, NULL);
}
