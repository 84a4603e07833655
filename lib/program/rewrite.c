/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiles rewrites; the general executor. */

#include "program/rewrite.h"

#include "packet/crc32c.h"

/* Returns the sum of the difference between two tuples, as RFC 1624 defines it: ~m + m'. */
static uint64_t
delta_bytes(const void *old, const void *new, size_t n)
{
	const uint8_t *a = old, *b = new;
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i += 2) {
		uint16_t m, w;

		memcpy(&m, a + i, 2);
		memcpy(&w, b + i, 2);
		if (m != w)
			sum += (uint64_t)(uint16_t)~m + w;
	}
	return sum;
}

static uint64_t
delta_addresses(const struct tuple *from, const struct tuple *to)
{
	size_t n = from->family == 4 ? 4 : 16;

	return delta_bytes(&from->src, &to->src, n) + delta_bytes(&from->dst, &to->dst, n);
}

static uint64_t
delta_ports(const struct tuple *from, const struct tuple *to)
{
	return delta_bytes(&from->sport, &to->sport, 2) + delta_bytes(&from->dport, &to->dport, 2);
}

/* Returns the difference for the TTL, which is the first byte of its word, in memory as on the
 * wire. */
static uint16_t
delta_ttl(bool ttl)
{
	uint8_t less_one[2] = { 0xff, 0xff }; /* 0 - 1 in the first byte: ~0x0100 on the wire */
	uint16_t word;

	if (!ttl)
		return 0;
	less_one[0] = 0xfe;
	memcpy(&word, less_one, 2);
	return word;
}

void
rewrite4_compile(struct to4 *out, uint16_t *l4_delta, const struct tuple *from,
	const struct tuple *to, bool ttl)
{
	bool same = address_equal(&from->src, &to->src) && address_equal(&from->dst, &to->dst);
	uint64_t addresses = same ? 0 : delta_addresses(from, to);

	out->ttl = ttl;
	out->proto = to->proto;
	out->ip_delta = checksum_fold(addresses + delta_ttl(ttl));
	out->src = to->src.v4;
	out->dst = to->dst.v4;
	out->sport = to->sport;
	out->dport = to->dport;
	same = same && from->sport == to->sport && from->dport == to->dport;
	*l4_delta = same ? 0 : checksum_fold(addresses + delta_ports(from, to));
}

void
rewrite6_compile(struct to6 *out, uint16_t *l4_delta, const struct tuple *from,
	const struct tuple *to, bool ttl)
{
	memset(out, 0, sizeof(*out));
	out->ttl = ttl;
	out->proto = to->proto;
	memcpy(out->src, to->src.bytes, 16);
	memcpy(out->dst, to->dst.bytes, 16);
	out->sport = to->sport;
	out->dport = to->dport;
	*l4_delta = checksum_fold(delta_addresses(from, to) + delta_ports(from, to));
}

void
rewrite4_tuple(struct tuple *to, const struct to4 *c)
{
	to->family = 4;
	to->proto = c->proto;
	to->kind = to->domain = 0;
	to->src = address_v4(c->src);
	to->dst = address_v4(c->dst);
	to->sport = c->sport;
	to->dport = c->dport;
}

void
rewrite6_tuple(struct tuple *to, const struct to6 *c)
{
	memset(to, 0, sizeof(*to));
	to->family = 6;
	to->proto = c->proto;
	memcpy(to->src.bytes, c->src, 16);
	memcpy(to->dst.bytes, c->dst, 16);
	to->sport = c->sport;
	to->dport = c->dport;
}

/* Where a protocol has its checksum, whether the checksum covers the addresses, and where the ports
 * are.  A rewrite changes nothing in protocols that are not listed; SCTP has a CRC. */
struct l4_shape {
	uint8_t checksum;
	bool pseudo;
	uint8_t sport; /* 0xff: none */
	uint8_t dport;
};

static bool
l4_shape(struct l4_shape *s, const struct view *v)
{
	switch (v->proto) {
	case IPPROTO_TCP:
		*s = (struct l4_shape){ 16, true, 0, 2 };
		return true;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		*s = (struct l4_shape){ 6, true, 0, 2 };
		return true;
	case IPPROTO_ICMP:
		*s = (struct l4_shape){ 2, false, 4, 0xff };
		return v->family == 4;
	case IPPROTO_ICMPV6:
		*s = (struct l4_shape){ 2, true, 4, 0xff };
		return v->family == 6;
	}
	return false;
}

static void
add_to_checksum(uint8_t *field, uint16_t delta)
{
	uint16_t c;

	memcpy(&c, field, 2);
	c = checksum_apply(c, delta);
	memcpy(field, &c, 2);
}

/* Rewrites the ports of SCTP.  Those of a fragment stay: the checksum is over the whole packet,
 * whose length is not known here (slowpath/execute.c). */
static void
rewrite_sctp(uint8_t *sctp, const struct view *v, const struct tuple *to)
{
	uint8_t ports[4];

	if (v->fragment || (v->tuple.sport == to->sport && v->tuple.dport == to->dport))
		return;
	memcpy(ports, &to->sport, 2);
	memcpy(ports + 2, &to->dport, 2);
	sctp_set_ports(sctp, ports, v->l3_bytes - (v->l4 - v->l3));
}

/* Rewrites the transport header: checksum, ports or identifier.  Later fragments have none. */
static void
rewrite_l4(struct rte_mbuf *m, const struct view *v, const struct tuple *to)
{
	uint8_t *l4 = rte_pktmbuf_mtod_offset(m, uint8_t *, v->l4);
	bool udp = v->proto == IPPROTO_UDP;
	struct l4_shape s;
	uint64_t delta;
	uint16_t old, new;

	if (v->proto == IPPROTO_SCTP)
		rewrite_sctp(l4, v, to);
	if (!l4_shape(&s, v))
		return;
	delta = s.dport != 0xff ? delta_ports(&v->tuple, to)
				: delta_bytes(&v->tuple.sport, &to->sport, 2);
	if (s.pseudo)
		delta += delta_addresses(&v->tuple, to);
	memcpy(&old, l4 + s.checksum, 2);
	if (delta != 0 && !(udp && old == 0)) {
		new = checksum_apply(old, checksum_fold(delta));
		if ((udp || v->proto == IPPROTO_UDPLITE) && new == 0 && old != 0)
			new = 0xffff;
		memcpy(l4 + s.checksum, &new, 2);
	}
	if (v->tuple.sport != to->sport)
		memcpy(l4 + s.sport, &to->sport, 2);
	if (s.dport != 0xff && v->tuple.dport != to->dport)
		memcpy(l4 + s.dport, &to->dport, 2);
	if (!s.pseudo && v->tuple.sport != to->sport)
		checksum_icmp4_zeros_mbuf(m, v->l4, v->l3_bytes - (v->l4 - v->l3));
}

void
rewrite_any(struct rte_mbuf *m, const struct view *v, const struct tuple *to, bool ttl)
{
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	uint8_t *ip = frame + v->l3;

	if (v->family == 4) {
		uint64_t delta = delta_addresses(&v->tuple, to) + delta_ttl(ttl);

		ip[8] = (uint8_t)(ip[8] - ttl);
		if (delta != 0)
			add_to_checksum(ip + 10, checksum_fold(delta));
		memcpy(ip + 12, &to->src.v4, 4);
		memcpy(ip + 16, &to->dst.v4, 4);
	} else {
		ip[7] = (uint8_t)(ip[7] - ttl);
		memcpy(ip + 8, to->src.bytes, 16);
		memcpy(ip + 24, to->dst.bytes, 16);
	}
	if (v->l4 != VIEW_NONE && v->payload != VIEW_NONE)
		rewrite_l4(m, v, to);
}

void
rewrite_dscp(uint8_t *ip, unsigned family, uint8_t dscp)
{
	uint8_t old[2], new[2];

	memcpy(old, ip, 2);
	memcpy(new, old, 2);
	if (family == 4) {
		new[1] = (uint8_t)(dscp << 2 | (old[1] & 3));
		if (new[1] != old[1])
			add_to_checksum(ip + 10, checksum_fold(delta_bytes(old, new, 2)));
	} else {
		new[0] = (uint8_t)(0x60 | dscp >> 2);
		new[1] = (uint8_t)(dscp << 6 | (old[1] & 0x3f));
	}
	memcpy(ip, new, 2);
}

void
rewrite_l2(struct rte_mbuf *m, unsigned l3, unsigned ip_bytes, const struct nexthop *nh)
{
	unsigned trailer = m->pkt_len - l3 - ip_bytes;

	if (m->nb_segs == 1) {
		rewrite_plain_l2(m, rte_pktmbuf_mtod_offset(m, uint8_t *, l3), l3, ip_bytes, nh);
		return;
	}
	/* Segment by segment: a trailer may be longer than the last one. */
	while (trailer > 0 && m->nb_segs > 1) {
		struct rte_mbuf *last = rte_pktmbuf_lastseg(m);
		struct rte_mbuf *before = m;
		uint16_t cut = last->data_len < trailer ? last->data_len : (uint16_t)trailer;

		last->data_len = (uint16_t)(last->data_len - cut);
		m->pkt_len -= cut;
		trailer -= cut;
		if (last->data_len != 0)
			break;
		while (before->next != last)
			before = before->next;
		before->next = NULL;
		m->nb_segs--;
		rte_pktmbuf_free_seg(last);
	}
	if (trailer > 0) {
		m->data_len = (uint16_t)(m->data_len - trailer);
		m->pkt_len -= trailer;
	}
	memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, l3) - nh->l2_bytes, nh->l2, nh->l2_bytes);
	m->data_off = (uint16_t)(m->data_off + l3 - nh->l2_bytes);
	m->data_len = (uint16_t)(m->data_len - l3 + nh->l2_bytes);
	m->pkt_len = m->pkt_len - l3 + nh->l2_bytes;
}
