/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour Discovery (RFC 4861): solicitations and advertisements, answered and believed with
 * the same care as ARP.  Router messages and redirects are taken and ignored: we are a router. */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "base/counter.h"
#include "packet/checksum.h"
#include "host/host_priv.h"

enum {
	ND_SOLICITATION = 135,          /* NS */
	ND_ADVERTISEMENT = 136,         /* NA */
	ND_FIRST = 133,
	ND_LAST = 137,
	ND_BYTES = 24,                  /* of NS and NA, without options */
	ND_BYTES_MAX = 1500,
	ND_HOP_LIMIT = 255,
	OPTION_SOURCE_MAC = 1,
	OPTION_TARGET_MAC = 2,
	OPTION_BYTES = 8,
	FLAG_ROUTER = 0x80,
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
};

struct nd {
	uint8_t flags;
	const uint8_t *from;                    /* MAC of the frame */
	const uint8_t *source_mac, *target_mac; /* NULL without */
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

static union address
solicited_node(const union address *a)
{
	union address out = { .bytes = { 0xff, 2, [11] = 1, [12] = 0xff } };

	memcpy(out.bytes + 13, a->bytes + 13, 3);
	return out;
}

static void
multicast_mac(uint8_t mac[6], const union address *a)
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, a->bytes + 12, 4);
}

/* Neighbour Discovery never leaves its link, so no pipeline judges it. */
bool
nd_is(const struct view *v)
{
	return v->kind == VIEW_IP6 && v->proto == IPPROTO_ICMPV6 && v->l4 != VIEW_NONE
		&& v->icmp_type >= ND_FIRST && v->icmp_type <= ND_LAST;
}

/* A message to send: NS or NA about target, with our MAC as its option. */
struct nd_message {
	uint8_t type, flags, option;
	const union address *src, *dst, *target;
	const uint8_t *to;              /* MAC; NULL: that of the group dst */
};

static void
nd_send(struct host *h, const struct interface *i, const struct nd_message *message)
{
	enum { BYTES = ND_BYTES + OPTION_BYTES };
	uint8_t group[6];
	uint8_t *p, *nd;
	struct rte_mbuf *m;

	multicast_mac(group, message->dst);
	m = frame_take(h, i, message->to != NULL ? message->to : group, RTE_ETHER_TYPE_IPV6,
		IP6_BYTES + BYTES, &p);
	if (m == NULL)
		return;
	ip6_write(p, message->src, message->dst, IPPROTO_ICMPV6, BYTES);
	p[7] = ND_HOP_LIMIT;
	nd = p + IP6_BYTES;
	memset(nd, 0, BYTES);
	nd[0] = message->type;
	nd[4] = message->flags;
	memcpy(nd + 8, message->target, 16);
	nd[24] = message->option;
	nd[25] = OPTION_BYTES / 8;
	memcpy(nd + 26, i->mac, 6);
	icmp6_checksum_set(p, BYTES);
	frame_send(h, m, BORN_nd, i);
}

void
nd_ask(struct host *h, const struct interface *i, const union address *target, const uint8_t *to)
{
	union address group = solicited_node(target);
	struct nd_message ns = {
		.type = ND_SOLICITATION, .option = OPTION_SOURCE_MAC, .target = target, .to = to,
		.src = interface_source(i, target, 6), .dst = to != NULL ? target : &group,
	};

	if (ns.src != NULL)
		nd_send(h, i, &ns);
}

void
nd_announce(struct host *h, const struct interface *i, const union address *own)
{
	struct nd_message na = {
		.type = ND_ADVERTISEMENT, .flags = FLAG_ROUTER | FLAG_OVERRIDE,
		.option = OPTION_TARGET_MAC, .target = own, .src = own, .dst = &all_nodes,
	};

	nd_send(h, i, &na);
}

/* Answers a solicitation.  Who asks from no address finds out whether his is free: everybody is
 * told (RFC 4861 7.2.4). */
static void
advertise(struct host *h, const struct interface *i, const struct nd *ns,
	const union address *asker)
{
	struct nd_message na = {
		.type = ND_ADVERTISEMENT, .flags = FLAG_ROUTER | FLAG_OVERRIDE,
		.option = OPTION_TARGET_MAC, .target = &ns->target, .src = &ns->target,
		.dst = &all_nodes,
	};

	if (!is_unspecified(asker)) {
		na.flags |= FLAG_SOLICITED;
		na.dst = asker;
		na.to = ns->source_mac != NULL ? ns->source_mac : ns->from;
	}
	nd_send(h, i, &na);
}

/* Notes the MACs among n bytes of options; false: one has no length, or runs past the end. */
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

/* Reads NS or NA of n bytes; false: it breaks the rules of RFC 4861 7.1. */
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

/* May somebody on the link say that this address has this MAC?  The rule that it breaks, or
 * REASON_NONE. */
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
		? REASON_NONE : REASON_neighbour_static;
}

static void
hear(struct host *h, const struct interface *in, const union address *a, const uint8_t *mac,
	enum host_heard how)
{
	struct host_fact fact = {
		.iface = in->id, .family = 6, .heard = (uint8_t)how, .address = *a,
		.tpid = h->tpid,
	};

	memcpy(fact.mac, mac, 6);
	neighbour_hear(h, &fact);
	if (h->setup.tell != NULL)
		h->setup.tell(h->setup.arg, &fact);
}

static enum reason
receive_solicitation(struct host *h, const struct interface *in, const struct nd *ns,
	const union address *asker)
{
	const uint8_t *mac = ns->source_mac;
	enum reason fault = mac != NULL ? claim_fault(h, in, asker, mac) : REASON_NONE;

	if (fault != REASON_NONE)
		return fault;
	if (!interface_owns(in, &ns->target, 6))
		return REASON_NONE;
	if (mac != NULL && address_is_unicast(asker, 6) && interface_on_link(in, asker, 6))
		hear(h, in, asker, mac, HEARD_REQUEST);
	advertise(h, in, ns, asker);
	return REASON_NONE;
}

static enum reason
receive_advertisement(struct host *h, const struct interface *in, const struct nd *na)
{
	uint16_t slot = neighbour_find(h, in->id, 6, &na->target);
	bool solicited = na->flags & FLAG_SOLICITED;
	const uint8_t *mac = na->target_mac;
	enum reason fault;

	if (mac == NULL) {      /* may confirm what is known, says nothing new */
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

/* Is the message as a whole what a neighbour may send us?  Hop limit 255 shows that no router passed
 * it on; fragments are refused (RFC 6980). */
static bool
message_ok(const struct interface *in, const struct view *v, const struct rte_mbuf *m,
	unsigned n)
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
	counter_add(&h->setup.ledger->consumed[CONSUMED_nd], 1);
	rte_pktmbuf_free(m);
	return REASON_NONE;
}
