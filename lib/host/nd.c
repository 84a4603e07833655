/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour Discovery (RFC 4861): answers solicitations, and learns with the same care as ARP.
 * Router messages and redirects are consumed and ignored: Weir is a router. */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "base/counter.h"
#include "packet/checksum.h"
#include "host/nd_priv.h"

struct nd {
	uint8_t flags;
	const uint8_t *from;                    /* MAC of the frame */
	const uint8_t *source_mac, *target_mac; /* or NULL */
	union address target;
};

static const union address all_nodes = { .bytes = { 0xff, 2, [15] = 1 } };

static bool
is_unspecified(const union address *a)
{
	return (a->words[0] | a->words[1]) == 0;
}

static bool
is_multicast(const union address *a)
{
	return a->bytes[0] == 0xff;
}

/* Answers for a station elsewhere (RFC 4861 7.2.8): a station of the link that has the address
 * counts more.  Not asked is whether the address is free. */
static void
advertise_proxied(
	struct host *h, const struct interface *i, const struct nd *ns, const union address *asker)
{
	const struct nd_message na = {
		.type = ND_ADVERTISEMENT,
		.flags = FLAG_ROUTER | FLAG_SOLICITED,
		.option = OPTION_TARGET_MAC,
		.target = &ns->target,
		.src = interface_source(i, asker, 6),
		.dst = asker,
		.to = ns->source_mac != NULL ? ns->source_mac : ns->from,
	};

	if (na.src != NULL && !is_unspecified(asker))
		nd_send(h, i, &na);
}

/* Answers a solicitation.  One from the unspecified address tests whether the address is free: all
 * stations are told (RFC 4861 7.2.4). */
static void
advertise(
	struct host *h, const struct interface *i, const struct nd *ns, const union address *asker)
{
	struct nd_message na = {
		.type = ND_ADVERTISEMENT,
		.flags = FLAG_ROUTER | FLAG_OVERRIDE,
		.option = OPTION_TARGET_MAC,
		.target = &ns->target,
		.src = &ns->target,
		.dst = &all_nodes,
	};

	if (!is_unspecified(asker)) {
		na.flags |= FLAG_SOLICITED;
		na.dst = asker;
		na.to = ns->source_mac != NULL ? ns->source_mac : ns->from;
	}
	nd_send(h, i, &na);
}

/* Notes the MACs among n bytes of options; returns false if one has no length, or runs past the
 * end. */
static bool
options_read(struct nd *nd, const uint8_t *p, unsigned n)
{
	while (n > 0) {
		unsigned bytes = n >= 2 ? p[1] * 8u : 0;

		if (bytes == 0 || bytes > n)
			return false;
		if (p[0] == OPTION_SOURCE_MAC && bytes == OPTION_BYTES)
			nd->source_mac = p + 2;
		if (p[0] == OPTION_TARGET_MAC && bytes == OPTION_BYTES)
			nd->target_mac = p + 2;
		p += bytes;
		n -= bytes;
	}
	return true;
}

/* Reads NS or NA of n bytes; returns false if it breaks the rules of RFC 4861 7.1. */
static bool
nd_read(struct nd *nd, const struct view *v, const uint8_t *p, unsigned n)
{
	const union address *src = &v->tuple.src, *dst = &v->tuple.dst;
	bool to_group;

	if (n < ND_BYTES || !options_read(nd, p + ND_BYTES, n - ND_BYTES))
		return false;
	nd->flags = p[4];
	memcpy(&nd->target, p + 8, 16);
	to_group = dst->bytes[0] == 0xff && dst->bytes[11] == 1 && dst->bytes[12] == 0xff;
	if (is_multicast(&nd->target))
		return false;
	if (v->icmp_type == ND_ADVERTISEMENT)
		return !is_unspecified(src) && !(is_multicast(dst) && (nd->flags & FLAG_SOLICITED));
	return !is_unspecified(src) || (to_group && nd->source_mac == NULL);
}

/* Returns the rule that a claim of this MAC for this address breaks, or REASON_NONE. */
static enum reason
claim_fault(const struct host *h, const struct interface *in, const union address *a,
	const uint8_t *mac)
{
	uint16_t slot = neighbour_find(h, in->id, 6, a);

	if (!mac_is_unicast(mac) || memcmp(mac, in->mac, 6) == 0)
		return REASON_neighbour_mac;
	if (interface_owns(in, a, 6))
		return REASON_neighbour_ours;
	return slot == NONE || !h->neighbours[slot].is_static
			|| memcmp(h->neighbours[slot].mac, mac, 6) == 0
		? REASON_NONE
		: REASON_neighbour_static;
}

static void
hear(struct host *h, const struct interface *in, const union address *a, const uint8_t *mac,
	enum host_heard how)
{
	struct host_fact fact = {
		.iface = in->id,
		.family = 6,
		.heard = (uint8_t)how,
		.address = *a,
		.tpid = h->tpid,
	};

	memcpy(fact.mac, mac, 6);
	neighbour_hear(h, &fact);
	if (h->setup.tell != NULL)
		h->setup.tell(h->setup.arg, &fact);
}

static enum reason
receive_solicitation(
	struct host *h, const struct interface *in, const struct nd *ns, const union address *asker)
{
	const uint8_t *mac = ns->source_mac;
	enum reason fault = mac != NULL ? claim_fault(h, in, asker, mac) : REASON_NONE;

	if (fault != REASON_NONE)
		return fault;
	if (!interface_owns(in, &ns->target, 6) && !host_proxies(h, in, &ns->target, 6))
		return REASON_NONE;
	if (mac != NULL && address_is_unicast(asker, 6) && interface_on_link(in, asker, 6))
		hear(h, in, asker, mac, HEARD_REQUEST);
	if (interface_owns(in, &ns->target, 6))
		advertise(h, in, ns, asker);
	else
		advertise_proxied(h, in, ns, asker);
	return REASON_NONE;
}

static enum reason
receive_advertisement(struct host *h, const struct interface *in, const struct nd *na)
{
	uint16_t slot = neighbour_find(h, in->id, 6, &na->target);
	bool solicited = na->flags & FLAG_SOLICITED;
	const uint8_t *mac = na->target_mac;
	enum reason fault;

	if (mac == NULL) { /* may confirm a known MAC, has no new one */
		if (slot == NONE || !solicited || !neighbour_resolved(&h->neighbours[slot]))
			return REASON_NONE;
		mac = h->neighbours[slot].mac;
	}
	fault = claim_fault(h, in, &na->target, mac);
	if (fault != REASON_NONE)
		return fault;
	if (slot != NONE && !(na->flags & FLAG_OVERRIDE) && neighbour_resolved(&h->neighbours[slot])
		&& memcmp(h->neighbours[slot].mac, mac, 6) != 0) {
		neighbour_doubt(h, slot);
		return REASON_NONE;
	}
	hear(h, in, &na->target, mac, solicited ? HEARD_ANSWER : HEARD_ANNOUNCE);
	return REASON_NONE;
}

/* Returns true if the message is valid from a neighbour.  Hop limit 255 shows that no router has
 * forwarded it; fragments are refused (RFC 6980). */
static bool
message_ok(const struct interface *in, const struct view *v, const struct rte_mbuf *m, unsigned n)
{
	const union address *dst = &v->tuple.dst;
	uint64_t sum;

	if (!is_multicast(dst) && !interface_owns(in, dst, 6))
		return false;
	if (v->ttl != ND_HOP_LIMIT || v->icmp_code != 0 || v->fragment
		|| v->frag_header != VIEW_NONE || n > ND_BYTES_MAX || v->l4 + n > m->pkt_len)
		return false;
	sum = checksum_pseudo(&v->tuple.src, &v->tuple.dst, 16, IPPROTO_ICMPV6, n);
	return checksum_fold(sum + checksum_mbuf(m, v->l4, n)) == 0xffff;
}

enum reason
nd_receive(struct host *h, const struct view *v, struct rte_mbuf *m)
{
	const struct interface *in = host_interface(h, v->iface);
	unsigned n = v->l3_bytes - (unsigned)(v->l4 - v->l3);
	uint8_t copy[ND_BYTES_MAX];
	enum reason r = REASON_NONE;
	struct nd nd = { 0 };

	nd.from = rte_pktmbuf_mtod(m, uint8_t *) + RTE_ETHER_ADDR_LEN;
	if (!message_ok(in, v, m, n))
		return REASON_neighbour_bad;
	if (v->icmp_type == ND_SOLICITATION || v->icmp_type == ND_ADVERTISEMENT) {
		if (!nd_read(&nd, v, rte_pktmbuf_read(m, v->l4, n, copy), n))
			return REASON_neighbour_bad;
		h->tpid = v->tpid;
		r = v->icmp_type == ND_SOLICITATION
			? receive_solicitation(h, in, &nd, &v->tuple.src)
			: receive_advertisement(h, in, &nd);
		h->tpid = 0;
	}
	if (r != REASON_NONE)
		return r;
	/* Solicitations are Weir's to answer; router messages are for radvd, dhcpcd and the kernel.
	 */
	if (in->host != NULL && v->icmp_type != ND_SOLICITATION)
		return deliver(h, in, v, m);
	counter_add(&h->setup.ledger->consumed[CONSUMED_nd], 1);
	rte_pktmbuf_free(m);
	return REASON_NONE;
}
