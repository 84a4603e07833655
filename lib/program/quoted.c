/* SPDX-License-Identifier: BSD-3-Clause */
/* Rewrites the packet that an ICMP error quotes: RFC 5508 REQ-4 and REQ-5. */

#include "program/rewrite.h"
#include "packet/crc32c.h"
#include "packet/load.h"
#include "packet/parse.h"

/* A change of bytes of the quote, and of the ICMP checksum over them. */
struct change {
	uint64_t outer; /* difference of all that has changed */
	uint8_t *end;   /* of the quote */
};

static void
change(struct change *c, uint8_t *field, const void *new, size_t n)
{
	if (memcmp(field, new, n) == 0)
		return;
	c->outer += checksum_delta(field, new, n);
	memcpy(field, new, n);
}

/* Adds a difference to a checksum of the quote, if the quote has it. */
static void
settle(struct change *c, uint8_t *field, uint64_t delta, bool none_is_zero)
{
	uint16_t old, new;

	if (delta == 0 || field + 2 > c->end)
		return;
	memcpy(&old, field, 2);
	if (none_is_zero && old == 0)
		return;
	new = checksum_apply(old, checksum_fold(delta));
	if (none_is_zero && new == 0)
		new = 0xffff;
	change(c, field, &new, 2);
}

/* Corrects the checksum of a quoted ICMPv4 message, of which n bytes are quoted, after a change of
 * its identifier. */
static void
settle_zeros(struct change *c, uint8_t *icmp, size_t n)
{
	uint8_t was[2];

	memcpy(was, icmp + 2, 2);
	checksum_icmp4_zeros(icmp, n);
	c->outer += checksum_delta(was, icmp + 2, 2);
}

static void
change_addresses(struct change *c, uint8_t *ip, const struct view *q, const struct tuple *to)
{
	if (q->family == 4) {
		uint64_t before = c->outer;

		change(c, ip + 12, &to->src.v4, 4);
		change(c, ip + 16, &to->dst.v4, 4);
		settle(c, ip + 10, c->outer - before, false);
	} else {
		change(c, ip + 8, to->src.bytes, 16);
		change(c, ip + 24, to->dst.bytes, 16);
	}
}

/* Changes the ports of a quoted SCTP packet, and its checksum if the quote has that: its length is
 * what the quoted IP header says, however much of it is quoted. */
static void
change_sctp(struct change *c, uint8_t *ip, const struct view *q, const struct tuple *to)
{
	uint8_t *sctp = ip + q->l4, changed[12], ports[4];
	uint32_t all = q->family == 4 ? read_be16(ip + 2) : 40u + read_be16(ip + 4);

	memcpy(ports, &to->sport, 2);
	memcpy(ports + 2, &to->dport, 2);
	if (memcmp(ports, sctp, 4) == 0)
		return;
	if (q->fragment || sctp + sizeof(changed) > c->end || all < q->l4 + sizeof(changed)) {
		change(c, sctp, ports, 4);
		return;
	}
	memcpy(changed, sctp, sizeof(changed));
	sctp_set_ports(changed, ports, all - q->l4);
	change(c, sctp, changed, sizeof(changed));
}

static void
change_ports(struct change *c, uint8_t *l4, const struct view *q, const struct tuple *to,
	uint64_t addresses)
{
	uint64_t before = c->outer;

	if (tuple_is_icmp(&q->tuple)) {
		if (q->tuple.sport != to->sport)
			change(c, l4 + 4, &to->sport, 2);
		settle(c, l4 + 2, c->outer - before + (q->family == 6 ? addresses : 0), false);
		if (q->family == 4 && q->tuple.sport != to->sport)
			settle_zeros(c, l4, q->l3_bytes - q->l4);
		return;
	}
	if (q->proto != IPPROTO_TCP && q->proto != IPPROTO_UDP && q->proto != IPPROTO_UDPLITE
		&& q->proto != IPPROTO_DCCP)
		return;
	change(c, l4, &to->sport, 2);
	change(c, l4 + 2, &to->dport, 2);
	settle(c, l4 + (q->proto == IPPROTO_TCP ? 16 : 6), c->outer - before + addresses,
		q->proto == IPPROTO_UDP);
}

void
rewrite_quoted(struct rte_mbuf *m, const struct view *v, const struct tuple *to)
{
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *), *ip = frame + v->payload;
	uint32_t end = RTE_MIN((uint32_t)m->data_len, v->l3 + v->l3_bytes);
	struct view q = { .iface = v->iface };
	struct change c = { 0, frame + end };
	uint64_t addresses = 0;

	if (v->payload == VIEW_NONE || v->payload >= end
		|| parse_quoted(&q, ip, end - v->payload, v->family) != REASON_NONE)
		return;
	if (!address_equal(&q.tuple.src, &to->src))
		addresses += checksum_delta(q.tuple.src.bytes, to->src.bytes, 16);
	if (!address_equal(&q.tuple.dst, &to->dst))
		addresses += checksum_delta(q.tuple.dst.bytes, to->dst.bytes, 16);
	change_addresses(&c, ip, &q, to);
	if (q.l4 != VIEW_NONE)
		change_ports(&c, ip + q.l4, &q, to, addresses);
	if (q.l4 != VIEW_NONE && q.proto == IPPROTO_SCTP)
		change_sctp(&c, ip, &q, to);
	settle(&c, frame + v->l4 + 2, c.outer, false);
}
