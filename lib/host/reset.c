/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends TCP resets, from the address that the segment was sent to (RFC 9293 3.10.7.1). */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "packet/checksum.h"
#include "host/host_priv.h"

enum {
	TCP_BYTES = 20,
	TCP_FIN = 1,
	TCP_SYN = 2,
	TCP_RST = 4,
	TCP_ACK = 16,
};

/* Writes the reset for segment, which carries that many bytes of payload. */
static void
tcp_write(uint8_t *tcp, const uint8_t *segment, uint8_t flags, uint32_t payload_bytes)
{
	uint32_t seq;

	memset(tcp, 0, TCP_BYTES);
	memcpy(tcp, segment + 2, 2);
	memcpy(tcp + 2, segment, 2);
	tcp[12] = TCP_BYTES / 4 << 4;
	if (flags & TCP_ACK) {
		memcpy(tcp + 4, segment + 8, 4);
		tcp[13] = TCP_RST;
		return;
	}
	memcpy(&seq, segment + 4, 4);
	seq = rte_be_to_cpu_32(seq) + payload_bytes + !!(flags & TCP_SYN) + !!(flags & TCP_FIN);
	seq = rte_cpu_to_be_32(seq);
	memcpy(tcp + 8, &seq, 4);
	tcp[13] = TCP_RST | TCP_ACK;
}

void
reset_send(struct host *h, const struct subject *s)
{
	const struct view *v = s->v;
	const struct tuple *t = &v->tuple;
	bool four = v->family == 4;
	uint32_t payload = v->l3_bytes - (uint32_t)(v->payload - v->l3);
	uint8_t copy[TCP_BYTES];
	const uint8_t *segment = rte_pktmbuf_read(s->m, v->l4, TCP_BYTES, copy);
	struct rte_mbuf *m;
	uint8_t *ip, *tcp;
	uint16_t sum;

	if (segment == NULL || (v->tcp_flags & TCP_RST) || v->fragment)
		return;
	m = frame_take(h, s->in, s->from, four ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6,
		(four ? IP4_BYTES : IP6_BYTES) + TCP_BYTES, &ip);
	if (m == NULL)
		return;
	if (four)
		ip4_write(ip, &t->dst, &t->src, IPPROTO_TCP, IP4_BYTES + TCP_BYTES);
	else
		ip6_write(ip, &t->dst, &t->src, IPPROTO_TCP, TCP_BYTES);
	tcp = ip + (four ? IP4_BYTES : IP6_BYTES);
	tcp_write(tcp, segment, v->tcp_flags, payload);
	sum = (uint16_t)~checksum_fold(checksum_sum(tcp, TCP_BYTES)
		+ checksum_pseudo(&t->dst, &t->src, four ? 4 : 16, IPPROTO_TCP, TCP_BYTES));
	memcpy(tcp + 16, &sum, 2);
	frame_send(h, m, BORN_tcp_reset, s->in);
}
