/* SPDX-License-Identifier: BSD-3-Clause */
/* ARP (RFC 826, RFC 5227): answers requests for our addresses, and learns with care.
 *
 * A station that asks for our address gets an entry; an answer is believed if we asked; an
 * announcement changes an existing entry, which is asked at its next use.  No station may speak as
 * one of our own addresses, or with an invalid MAC. A station that asks from an address off the
 * link (as Linux with a service address on its loopback does by default) is answered, but not
 * learned. */

#include <string.h>

#include <rte_ether.h>

#include "base/counter.h"
#include "host/host_priv.h"

struct arp {
	uint16_t operation;
	const uint8_t *sender_mac;
	union address sender, target;
};

/* Reads a message for Ethernet and IPv4; returns false if it is not one, or longer than the
 * frame. */
static bool
arp_read(struct arp *arp, const struct view *v, const struct rte_mbuf *m)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4 };
	const uint8_t *p = rte_pktmbuf_mtod_offset(m, const uint8_t *, v->l3);

	if (m->data_len < v->l3 + ARP_BYTES || memcmp(p, head, sizeof(head)) != 0)
		return false;
	memset(arp, 0, sizeof(*arp));
	arp->operation = (uint16_t)(p[6] << 8 | p[7]);
	arp->sender_mac = p + 8;
	memcpy(&arp->sender, p + 14, 4);
	memcpy(&arp->target, p + 24, 4);
	return arp->operation == ARP_REQUEST || arp->operation == ARP_REPLY;
}

/* Returns true if the sender is on this link.  So is a station that we asked although no subnet has
 * its address. */
static bool
is_neighbour(const struct host *h, const struct interface *in, const struct arp *arp)
{
	return interface_on_link(in, &arp->sender, 4)
		|| neighbour_find(h, in->id, 4, &arp->sender) != NONE;
}

/* Returns true if the MAC differs from that of a static neighbour. */
static bool
contradicts_static(const struct host *h, const struct interface *in, const struct arp *arp)
{
	uint16_t slot = neighbour_find(h, in->id, 4, &arp->sender);

	return slot != NONE && h->neighbours[slot].is_static
		&& memcmp(h->neighbours[slot].mac, arp->sender_mac, 6) != 0;
}

/* Returns the rule that a sender's claim breaks, or REASON_NONE. 0.0.0.0 is a probe: it claims
 * nothing. */
static enum reason
sender_fault(const struct host *h, const struct interface *in, const struct arp *arp)
{
	if (!mac_is_unicast(arp->sender_mac) || memcmp(arp->sender_mac, in->mac, 6) == 0)
		return REASON_neighbour_mac;
	if (arp->sender.v4 == 0)
		return arp->operation == ARP_REQUEST ? REASON_NONE : REASON_neighbour_address;
	if (!address_is_unicast(&arp->sender, 4) || interface_broadcast(in, &arp->sender))
		return REASON_neighbour_address;
	if (host_answers_for(h, in, &arp->sender, 4))
		return REASON_neighbour_ours;
	if (arp->operation == ARP_REPLY && !is_neighbour(h, in, arp))
		return REASON_neighbour_address;
	return contradicts_static(h, in, arp) ? REASON_neighbour_static : REASON_NONE;
}

static void
hear(struct host *h, const struct interface *in, const struct arp *arp, enum host_heard how)
{
	struct host_fact fact = {
		.iface = in->id,
		.family = 4,
		.heard = (uint8_t)how,
		.address = arp->sender,
		.tpid = h->tpid,
	};

	memcpy(fact.mac, arp->sender_mac, 6);
	neighbour_hear(h, &fact);
	if (h->setup.tell != NULL)
		h->setup.tell(h->setup.arg, &fact);
}

/* Notes a conflict about an address that NAT is to have: a station that has it shows so by any
 * message from it; one that wants it, too, probes for it (RFC 5227 2.1.1). */
static void
hear_conflict(struct host *h, const struct interface *in, const struct arp *arp)
{
	const union address *claimed = arp->sender.v4 != 0 ? &arp->sender : &arp->target;
	struct host_fact fact = {
		.iface = in->id,
		.family = 4,
		.heard = HEARD_CONFLICT,
		.address = *claimed,
	};

	if (!claim_contradict(h, in->id, claimed->v4, arp->sender_mac))
		return;
	memcpy(fact.mac, arp->sender_mac, 6);
	if (h->setup.tell != NULL)
		h->setup.tell(h->setup.arg, &fact);
}

/* Returns true for a question that is answered: for one of our addresses, or for one of a station
 * elsewhere, unless it is a probe or an announcement of a station that has the address here. */
static bool
is_answered(const struct host *h, const struct interface *in, const struct arp *arp, bool ours)
{
	if (arp->operation != ARP_REQUEST)
		return false;
	return ours
		|| (arp->sender.v4 != 0 && arp->sender.v4 != arp->target.v4
			&& host_proxies(h, in, &arp->target, 4));
}

static void
receive(struct host *h, const struct interface *in, const struct arp *arp)
{
	const union address *addresses[2] = { &arp->target, &arp->sender };
	bool ours = host_answers_for(h, in, &arp->target, 4);

	if (is_answered(h, in, arp, ours)) {
		if (arp->sender.v4 != 0 && is_neighbour(h, in, arp))
			hear(h, in, arp, HEARD_REQUEST);
		arp_send(h, in, ARP_REPLY, addresses, arp->sender_mac);
	} else if (ours) {
		hear(h, in, arp, HEARD_ANSWER);
	} else if (arp->sender.v4 == arp->target.v4) {
		hear(h, in, arp, HEARD_ANNOUNCE);
	}
}

/* Returns true for answers and announcements: the kernel asks and learns by itself.  Questions are
 * Weir's to answer. */
static bool
is_for_kernel(const struct arp *arp)
{
	return arp->operation == ARP_REPLY || arp->sender.v4 == arp->target.v4;
}

enum reason
host_arp(struct host *h, const struct view *v, struct rte_mbuf *m)
{
	const struct interface *in = host_interface(h, v->iface);
	enum reason fault;
	struct arp arp;

	if (in == NULL)
		return REASON_interface_unused;
	if (!arp_read(&arp, v, m))
		return REASON_neighbour_bad;
	fault = sender_fault(h, in, &arp);
	if (fault == REASON_NONE || fault == REASON_neighbour_ours)
		hear_conflict(h, in, &arp);
	if (fault != REASON_NONE)
		return fault;
	h->tpid = v->tpid;
	receive(h, in, &arp);
	h->tpid = 0;
	if (in->host != NULL && is_for_kernel(&arp))
		return deliver(h, in, v, m);
	counter_add(&h->setup.ledger->consumed[CONSUMED_arp], 1);
	rte_pktmbuf_free(m);
	return REASON_NONE;
}
