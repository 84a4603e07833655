/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets to our own addresses: echo requests are answered, senders of all others are told that
 * there is no service. */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "base/counter.h"
#include "packet/checksum.h"
#include "host/host_priv.h"

enum {
	ECHO4_REQUEST = 8,
	ECHO6_REQUEST = 128,
	ECHO6_REPLY = 129,
};

static unsigned
l4_bytes(const struct view *v)
{
	return v->l3_bytes - (unsigned)(v->l4 - v->l3);
}

/* A damaged packet gets no answer. */
bool
checksum_ok(const struct view *v, const struct rte_mbuf *m)
{
	size_t address_bytes = v->family == 4 ? 4 : 16;
	unsigned n = l4_bytes(v);
	uint64_t sum = 0;

	if (v->l4 + n > m->pkt_len)
		return false;
	if (v->proto == IPPROTO_UDP && v->family == 4) {
		const uint8_t *udp = rte_pktmbuf_mtod_offset(m, const uint8_t *, v->l4);

		if (udp[6] == 0 && udp[7] == 0)
			return true;
	}
	if (v->proto != IPPROTO_ICMP || v->family == 6)
		sum = checksum_pseudo(&v->tuple.src, &v->tuple.dst, address_bytes, v->proto, n);
	return checksum_fold(sum + checksum_mbuf(m, v->l4, n)) == 0xffff;
}

/* Exchanges the addresses of an IP packet; sets TTL 64 and the correct checksum. */
static void
turn_round(uint8_t *ip, unsigned family)
{
	unsigned bytes = family == 4 ? 4 : 16;
	uint8_t *src = ip + (family == 4 ? 12 : 8), *dst = src + bytes;
	uint8_t was_src[16];

	memcpy(was_src, src, bytes);
	memcpy(src, dst, bytes);
	memcpy(dst, was_src, bytes);
	if (family == 4) {
		ip[8] = HOP_LIMIT;
		checksum_ip4_set(ip, (ip[0] & 15u) * 4);
	} else {
		ip[7] = HOP_LIMIT;
	}
}

/* Changes the type of an ICMP message; the exchange of the addresses does not change the
 * checksum. */
static void
set_type(uint8_t *icmp, uint8_t type)
{
	uint8_t was[2] = { icmp[0], icmp[1] }, now[2] = { type, icmp[1] };
	uint16_t sum;

	memcpy(&sum, icmp + 2, 2);
	sum = checksum_apply(sum, checksum_delta(was, now, 2));
	memcpy(icmp + 2, &sum, 2);
	icmp[0] = type;
}

/* Sends the request back as the answer, in its own buffer and of the same size; a fragment of a
 * request as the same fragment of the answer. */
static enum reason
answer_echo(struct host *h, const struct view *v, struct rte_mbuf *m)
{
	const struct interface *in = host_interface(h, v->iface);
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	unsigned trailer = m->pkt_len - v->l3 - v->l3_bytes;

	if (trailer > 0 && rte_pktmbuf_trim(m, (uint16_t)trailer) < 0)
		return REASON_multi_segment;
	counter_add(&h->setup.ledger->consumed[CONSUMED_echo], 1);
	if (!limit_take(h, LIMIT_ECHO, in->id, v)) {
		rte_pktmbuf_free(m);
		return REASON_NONE;
	}
	memmove(frame, frame + RTE_ETHER_ADDR_LEN, RTE_ETHER_ADDR_LEN);
	memcpy(frame + RTE_ETHER_ADDR_LEN, in->mac, RTE_ETHER_ADDR_LEN);
	turn_round(frame + v->l3, v->family);
	if (v->l4 != VIEW_NONE)
		set_type(frame + v->l4, v->family == 4 ? 0 : ECHO6_REPLY);
	if (v->l4 != VIEW_NONE && v->family == 4)
		checksum_icmp4_zeros_mbuf(m, v->l4, l4_bytes(v));
	m->ol_flags = 0;
	frame_send(h, m, BORN_echo, in);
	return REASON_NONE;
}

static bool
is_echo_request(const struct view *v)
{
	return tuple_is_icmp(&v->tuple) && address_is_unicast(&v->tuple.src, v->family)
		&& tuple_icmp_type(&v->tuple) == (v->family == 4 ? ECHO4_REQUEST : ECHO6_REQUEST);
}

static enum reason
local_icmp(struct host *h, const struct interface *in, const struct view *v, struct rte_mbuf *m)
{
	if (!checksum_ok(v, m))
		return REASON_icmp_bad_checksum;
	if (is_echo_request(v))
		return answer_echo(h, v, m);
	if (in->host != NULL)
		return deliver(h, in, v, m);
	counter_add(&h->setup.ledger->consumed[CONSUMED_local], 1);
	rte_pktmbuf_free(m);
	return REASON_NONE;
}

/* Tells that there is no service. */
static enum reason
refuse(struct host *h, const struct view *v, struct rte_mbuf *m)
{
	if (v->proto == IPPROTO_TCP && checksum_ok(v, m))
		host_tell_sender(h, v, m, HOST_RESET, 0);
	else if (v->proto == IPPROTO_UDP && checksum_ok(v, m))
		host_tell_sender(h, v, m, HOST_UNREACHABLE, 3);
	else if (v->proto != IPPROTO_TCP && v->proto != IPPROTO_UDP)
		host_tell_sender(h, v, m, HOST_UNREACHABLE, 2);
	return REASON_local_no_service;
}

enum reason
host_local(struct host *h, const struct view *v, struct rte_mbuf *m)
{
	const struct interface *in = host_interface(h, v->iface);
	bool icmp = v->proto == (v->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	if (v->kind == VIEW_ARP)
		return host_arp(h, v, m);
	if (in == NULL)
		return REASON_interface_unused;
	if (v->l4_fault != REASON_NONE)
		return (enum reason)v->l4_fault;
	if (nd_is(v))
		return nd_receive(h, v, m);
	if (v->broadcast || !address_is_unicast(&v->tuple.dst, v->family)
		|| (v->family == 4 && interface_broadcast(in, &v->tuple.dst)))
		return in->host != NULL ? deliver_group(h, in, v, m) : REASON_multicast;
	if (v->fragment && is_echo_request(v)) /* fragments are not reassembled here, and the sum is
						* not verified */
		return answer_echo(h, v, m);
	if (icmp && !v->fragment && v->l4 != VIEW_NONE)
		return local_icmp(h, in, v, m);
	if (in->host != NULL)
		return deliver(h, in, v, m);
	return v->fragment || v->l4 == VIEW_NONE ? REASON_local_no_service : refuse(h, v, m);
}
