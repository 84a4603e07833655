/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6 errors (RFC 4443), with as much of the packet as the smallest MTU allows. */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

enum {
	ICMP6_BYTES = 8,
	ERROR6_BYTES = 1280,
	UNREACHABLE = 1,
	TOO_BIG = 2,
	TIME_EXCEEDED = 3,
	BAD_PARAMETER = 4,
	BAD_NEXT_HEADER = 1,
};

/* Returns the code of destination unreachable for one of IPv4, as RFC 7915 4.2 maps them. */
static uint8_t
unreachable_code(uint16_t code4)
{
	switch (code4) {
	case 3:
		return 4; /* port */
	case 9:
	case 10:
	case 13:
		return 1; /* administratively prohibited */
	case 1:
		return 3; /* address */
	default:
		return 0; /* no route */
	}
}

/* Returns the offset in the packet of the field that names its last header. */
static uint32_t
next_header_offset(const struct subject *s)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(s->m, const uint8_t *, s->v->l3);
	unsigned at = IP6_BYTES, end = (unsigned)(s->v->l4 - s->v->l3);
	uint8_t header = ip[6];
	uint32_t field = 6;

	while (at + 8 <= end) {
		unsigned bytes = header == IPPROTO_FRAGMENT ? 8
			: header == IPPROTO_AH              ? (ip[at + 1] + 2u) * 4
							    : (ip[at + 1] + 1u) * 8;

		field = at;
		header = ip[at];
		at += bytes;
	}
	return field;
}

static void
head_write(uint8_t *icmp, const struct subject *s, enum host_error what, uint16_t code_or_mtu)
{
	uint32_t word = 0;

	memset(icmp, 0, ICMP6_BYTES);
	if (what == HOST_TTL_EXPIRED) {
		icmp[0] = TIME_EXCEEDED;
	} else if (what == HOST_TOO_BIG) {
		icmp[0] = TOO_BIG;
		word = RTE_MAX(code_or_mtu, ERROR6_BYTES); /* RFC 8201: never less */
	} else if (code_or_mtu == 2 && s->v->l4 != VIEW_NONE) {
		icmp[0] = BAD_PARAMETER;
		icmp[1] = BAD_NEXT_HEADER;
		word = next_header_offset(s);
	} else {
		icmp[0] = UNREACHABLE;
		icmp[1] = unreachable_code(code_or_mtu);
	}
	word = rte_cpu_to_be_32(word);
	memcpy(icmp + 4, &word, 4);
}

void
error6_send(struct host *h, const struct subject *s, enum host_error what, uint16_t code_or_mtu)
{
	unsigned quote = RTE_MIN((unsigned)s->v->l3_bytes, ERROR6_BYTES - IP6_BYTES - ICMP6_BYTES);
	const union address *src = answer_source(h, s);
	struct rte_mbuf *m;
	uint8_t *ip;

	if (src == NULL)
		return;
	m = frame_take(
		h, s->in, s->from, RTE_ETHER_TYPE_IPV6, IP6_BYTES + ICMP6_BYTES + quote, &ip);
	if (m == NULL)
		return;
	if (!quote_copy(ip + IP6_BYTES + ICMP6_BYTES, s, quote)) {
		rte_pktmbuf_free(m);
		return;
	}
	ip6_write(ip, src, &s->v->tuple.src, IPPROTO_ICMPV6, (uint16_t)(ICMP6_BYTES + quote));
	head_write(ip + IP6_BYTES, s, what, code_or_mtu);
	icmp6_checksum_set(ip, (uint16_t)(ICMP6_BYTES + quote));
	frame_send(h, m, BORN_icmp_error, s->in);
}
