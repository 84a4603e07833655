/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of the flows of a wide world, and what leaves. */
#ifndef UNIT_CONTROL_RELOAD_WIDE_FRAMES_H
#define UNIT_CONTROL_RELOAD_WIDE_FRAMES_H

#include <arpa/inet.h>

#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "packet/key.h"
#include "support/appliance_fixture.h"
#include "reload_wide_world.h"

/* A packet that has left, and how many have since the last time. */
struct left {
	unsigned n;
	char side; /* of its port: enum side + 1; 0: none */
	uint8_t dscp;
	struct tuple tuple;
};

/* How a packet is made: of a tuple, with these. */
struct make {
	enum side in;
	uint8_t flags; /* TCP */
	uint32_t seq, ack;
	uint16_t fragment; /* as in an IPv4 header; 0: a whole packet */
	uint16_t id;
};

static inline union address
wide_address(const char *text)
{
	union address a = { .bytes = { 0 } };

	assert_int_equal(inet_pton(strchr(text, ':') != NULL ? AF_INET6 : AF_INET, text, &a), 1);
	return a;
}

/* Where a station of a flow is. */
static inline union address
station(unsigned i, enum side side)
{
	static const char *const known[2][2] = { { "10.1.0.2", "10.2.0.2" },
		{ "2001:db8:1::2", "2001:db8:2::2" } };
	char text[64];

	if (side != WAN)
		return wide_address(known[flow_is_6(i)][side]);
	snprintf(text, sizeof(text), flow_is_6(i) ? "2001:db8:f::%x" : "203.0.113.%u", 10 + i);
	return wide_address(text);
}

/* The tuple of a flow's forward packets as they come in. */
static inline struct tuple
forward_tuple(unsigned i)
{
	struct tuple t = {
		.family = flow_is_6(i) ? 6 : 4,
		.proto = flow_is_tcp(i) ? IPPROTO_TCP : IPPROTO_UDP,
		.sport = rte_cpu_to_be_16((uint16_t)(20000 + i)),
		.dport = rte_cpu_to_be_16((uint16_t)(5000 + i)),
		.src = station(i, flow_from(i)),
		.dst = station(i, flow_to(i)),
	};

	if (flow_is_forwarded(i))
		t.dst = wide_address("198.51.100.1");
	return t;
}

static inline unsigned
write_l4(uint8_t *l4, const struct tuple *t, const struct make *how)
{
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)l4;
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)l4;

	memset(l4, 0, 20);
	if (how->fragment & 0x1fff)
		return 8;
	tcp->src_port = t->sport;
	tcp->dst_port = t->dport;
	if (t->proto == IPPROTO_TCP) {
		tcp->sent_seq = rte_cpu_to_be_32(how->seq);
		tcp->recv_ack = rte_cpu_to_be_32(how->ack);
		tcp->data_off = 5 << 4;
		tcp->tcp_flags = how->flags;
		tcp->rx_win = RTE_BE16(8000);
		return 20;
	}
	udp->dgram_len = how->fragment != 0 ? RTE_BE16(24) : RTE_BE16(16);
	udp->dgram_cksum = RTE_BE16(1);
	return 16;
}

static inline unsigned
write_ip4(uint8_t *at, const struct tuple *t, const struct make *how)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)at;
	unsigned bytes = 20 + write_l4(at + 20, t, how);

	*ip = (struct rte_ipv4_hdr){
		.version_ihl = 0x45,
		.total_length = rte_cpu_to_be_16((uint16_t)bytes),
		.time_to_live = 64,
		.next_proto_id = t->proto,
		.src_addr = t->src.v4,
		.dst_addr = t->dst.v4,
		.packet_id = rte_cpu_to_be_16(how->id),
		.fragment_offset = rte_cpu_to_be_16(how->fragment),
	};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	return bytes;
}

static inline unsigned
write_ip6(uint8_t *at, const struct tuple *t, const struct make *how)
{
	struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)at;
	bool pieces = how->fragment != 0;
	unsigned bytes = (pieces ? 8 : 0) + write_l4(at + (pieces ? 48 : 40), t, how);
	uint16_t offset = (uint16_t)((how->fragment & 0x1fff) << 3
		| (how->fragment & 0x2000 ? 1 : 0));

	memset(ip, 0, sizeof(*ip));
	ip->vtc_flow = RTE_BE32(6u << 28);
	ip->payload_len = rte_cpu_to_be_16((uint16_t)bytes);
	ip->proto = pieces ? 44 : t->proto;
	ip->hop_limits = 64;
	memcpy(&ip->src_addr, t->src.bytes, 16);
	memcpy(&ip->dst_addr, t->dst.bytes, 16);
	if (pieces) {
		const uint8_t header[8] = { t->proto, 0, (uint8_t)(offset >> 8), (uint8_t)offset, 0,
			0, (uint8_t)(how->id >> 8), (uint8_t)how->id };

		memcpy(at + 40, header, 8);
	}
	return 40 + bytes;
}

/* A packet comes in. */
static inline void
come_in(struct appliance_fixture *f, const struct wide *w, const struct tuple *t,
	const struct make *how)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pools_of_node(appliance_pools(f->a), 0));
	struct port *port = port_of(f, wide_port(how->in));
	uint8_t frame[256] = { 0 };
	unsigned at = 12;

	assert_non_null(m);
	memcpy(frame, port->mac.addr_bytes, 6);
	frame[6] = 2;
	frame[11] = 9;
	if (how->in == DMZ) {
		frame[at++] = 0x81;
		at++;
		at++;
		frame[at++] = (uint8_t)w->dmz_vlan;
	}
	frame[at++] = t->family == 6 ? 0x86 : 0x08;
	frame[at++] = t->family == 6 ? 0xdd : 0x00;
	at += t->family == 6 ? write_ip6(frame + at, t, how) : write_ip4(frame + at, t, how);
	memcpy(rte_pktmbuf_append(m, (uint16_t)at), frame, at);
	assert_int_equal(capture_push(port, 0, &m, 1), 1);
	settle(f);
}

static inline void
note_left(void *arg, const struct rte_mbuf *m)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	struct left *l = arg;
	unsigned at = 12;
	const uint8_t *ip, *l4;

	if (frame[at] == 0x81)
		at += 4;
	ip = frame + at + 2;
	if (frame[at] == 0x08 && frame[at + 1] == 0x00) {
		l->dscp = ip[1] >> 2;
		l->tuple = (struct tuple){ .family = 4, .proto = ip[9] };
		memcpy(&l->tuple.src, ip + 12, 4);
		memcpy(&l->tuple.dst, ip + 16, 4);
		l4 = ip + 20;
	} else if (frame[at] == 0x86 && ip[6] != IPPROTO_ICMPV6) {
		l->dscp = (uint8_t)((ip[0] & 15) << 2 | ip[1] >> 6);
		l->tuple = (struct tuple){ .family = 6, .proto = ip[6] };
		memcpy(&l->tuple.src, ip + 8, 16);
		memcpy(&l->tuple.dst, ip + 24, 16);
		l4 = ip + 40;
	} else {
		return;
	}
	memcpy(&l->tuple.sport, l4, 2);
	memcpy(&l->tuple.dport, l4 + 2, 2);
	l->n++;
}

/* What has left since the last time: IP packets but those of neighbour discovery; the last one. */
static inline struct left
look(struct appliance_fixture *f, const struct wide *w)
{
	struct left l;

	memset(&l, 0, sizeof(l));
	for (unsigned side = 0; side < SIDES; side++) {
		unsigned before = l.n;

		each_sent(port_of(f, wide_port((enum side)side)), note_left, &l);
		if (l.n != before)
			l.side = (char)(side + 1);
	}
	return l;
}

#endif
