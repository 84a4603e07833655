/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors (RFC 792, RFC 1191), with as much of the packet as 576 bytes hold (RFC 1812
 * 4.3.2.3). */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "packet/checksum.h"
#include "host/host_priv.h"

enum {
	ICMP_BYTES = 8,
	ERROR4_BYTES = 576,
	INTERNETWORK_CONTROL = 0xc0, /* precedence of errors, RFC 1812 4.3.2.5 */
	UNREACHABLE = 3,
	UNREACHABLE_TOO_BIG = 4,
	TIME_EXCEEDED = 11,
};

static void
head_write(uint8_t *icmp, enum host_error what, uint16_t code_or_mtu)
{
	memset(icmp, 0, ICMP_BYTES);
	icmp[0] = what == HOST_TTL_EXPIRED ? TIME_EXCEEDED : UNREACHABLE;
	if (what == HOST_UNREACHABLE)
		icmp[1] = (uint8_t)code_or_mtu;
	if (what != HOST_TOO_BIG)
		return;
	icmp[1] = UNREACHABLE_TOO_BIG;
	icmp[6] = (uint8_t)(code_or_mtu >> 8);
	icmp[7] = (uint8_t)code_or_mtu;
}

void
error4_send(struct host *h, const struct subject *s, enum host_error what, uint16_t code_or_mtu)
{
	unsigned quote = RTE_MIN((unsigned)s->v->l3_bytes, ERROR4_BYTES - IP4_BYTES - ICMP_BYTES);
	unsigned bytes = IP4_BYTES + ICMP_BYTES + quote;
	const union address *src = answer_source(h, s);
	uint8_t *ip, *icmp;
	struct rte_mbuf *m;
	uint16_t sum;

	if (src == NULL)
		return;
	m = frame_take(h, s->in, s->from, RTE_ETHER_TYPE_IPV4, bytes, &ip);
	if (m == NULL)
		return;
	icmp = ip + IP4_BYTES;
	if (!quote_copy(icmp + ICMP_BYTES, s, quote)) {
		rte_pktmbuf_free(m);
		return;
	}
	ip4_write(ip, src, &s->v->tuple.src, IPPROTO_ICMP, (uint16_t)bytes);
	ip[1] = INTERNETWORK_CONTROL;
	checksum_ip4_set(ip, IP4_BYTES);
	head_write(icmp, what, code_or_mtu);
	sum = (uint16_t)~checksum_fold(checksum_sum(icmp, ICMP_BYTES + quote));
	memcpy(icmp + 2, &sum, 2);
	frame_send(h, m, BORN_icmp_error, s->in);
}
