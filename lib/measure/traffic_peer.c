/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers of the stations around Weir. */

#include "measure/traffic_peer.h"

#include <netinet/in.h>
#include <string.h>

#include "measure/traffic.h"
#include "packet/checksum.h"

enum {
	ARP_BYTES = 28,
	SOLICITATION_BYTES = 24,  /* without options */
	ADVERTISEMENT_BYTES = 32, /* with one option */
	TCP_SYN = 0x02,
	TCP_SYN_ACK = 0x12,
	ANSWER_TTL = 32, /* answers are not answered */
};

/* Returns the EtherType behind the tags; *l3 is where its payload begins. */
static unsigned
read_type(const uint8_t *frame, uint32_t bytes, uint32_t *l3)
{
	uint32_t at = 12;

	while (at + 6 <= bytes
		&& ((frame[at] == 0x81 && frame[at + 1] == 0x00)
			|| (frame[at] == 0x88 && frame[at + 1] == 0xa8)))
		at += 4;
	*l3 = at + 2;
	return at + 2 <= bytes ? (unsigned)frame[at] << 8 | frame[at + 1] : 0;
}

/* Begins an answer to the frame's sender, by the same VLAN. */
static void
begin_answer(uint8_t *answer, const uint8_t *sent, uint32_t bytes)
{
	memcpy(answer, sent, bytes);
	memcpy(answer, sent + 6, 6);
	memcpy(answer + 6, traffic_peer_mac, 6);
}

static uint32_t
answer_arp(const uint8_t *sent, uint32_t bytes, uint32_t l3, uint8_t *answer)
{
	const uint8_t *arp = sent + l3;
	uint8_t *to = answer + l3;

	if (l3 + ARP_BYTES > bytes || arp[7] != 1 || memcmp(arp + 14, arp + 24, 4) == 0)
		return 0;
	begin_answer(answer, sent, bytes);
	to[7] = 2;
	memcpy(to + 8, traffic_peer_mac, 6);
	memcpy(to + 14, arp + 24, 4);
	memcpy(to + 18, arp + 8, 10);
	return bytes;
}

static bool
is_zero(const uint8_t *p, unsigned n)
{
	return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static uint32_t
answer_nd(const uint8_t *sent, uint32_t bytes, uint32_t l3, uint8_t *answer)
{
	const uint8_t *ip = sent + l3;
	uint8_t *to = answer + l3, *nd = to + 40;
	uint16_t sum = 0;

	if (l3 + 40 + SOLICITATION_BYTES > bytes || ip[6] != IPPROTO_ICMPV6 || ip[40] != 135
		|| is_zero(ip + 8, 16))
		return 0;
	begin_answer(answer, sent, l3 + 40 + SOLICITATION_BYTES);
	memcpy(to + 8, ip + 48, 16);
	memcpy(to + 24, ip + 8, 16);
	to[4] = 0;
	to[5] = ADVERTISEMENT_BYTES;
	nd[0] = 136;
	nd[2] = nd[3] = 0;
	nd[4] = 0x60; /* solicited, override */
	nd[24] = 2;   /* target link-layer address */
	nd[25] = 1;
	memcpy(nd + 26, traffic_peer_mac, 6);
	sum = (uint16_t)~checksum_fold(checksum_sum(nd, ADVERTISEMENT_BYTES)
		+ checksum_pseudo(to + 8, to + 24, 16, IPPROTO_ICMPV6, ADVERTISEMENT_BYTES));
	memcpy(nd + 2, &sum, 2);
	return l3 + 40 + ADVERTISEMENT_BYTES;
}

static void
swap(uint8_t *a, uint8_t *b, unsigned n)
{
	uint8_t t[16];

	memcpy(t, a, n);
	memcpy(a, b, n);
	memcpy(b, t, n);
}

/* Turns SYN into SYN and ACK with its own number. */
static void
accept_connection(uint8_t *tcp)
{
	uint8_t was[12], now[12];
	uint32_t seq = rte_cpu_to_be_32(TRAFFIC_PEER_SEQUENCE), ack;
	uint16_t sum;

	memcpy(was, tcp + 4, 12);
	memcpy(&ack, tcp + 4, 4);
	ack = rte_cpu_to_be_32(rte_be_to_cpu_32(ack) + 1);
	memcpy(tcp + 4, &seq, 4);
	memcpy(tcp + 8, &ack, 4);
	tcp[13] = TCP_SYN_ACK;
	memcpy(now, tcp + 4, 12);
	memcpy(&sum, tcp + 16, 2);
	sum = checksum_apply(sum, checksum_delta(was, now, sizeof(was)));
	memcpy(tcp + 16, &sum, 2);
}

/* Echoes UDP and accepts connections: the sums stay correct when the ends change places. */
static uint32_t
answer_ip(const uint8_t *sent, uint32_t bytes, uint32_t l3, unsigned family, uint8_t *answer)
{
	uint32_t ip_bytes = family == 4 ? 20 : 40, address_bytes = family == 4 ? 4 : 16;
	uint8_t *ip = answer + l3, *l4 = ip + ip_bytes;
	uint8_t *src = ip + (family == 4 ? 12 : 8), *ttl = ip + (family == 4 ? 8 : 7);
	uint8_t proto;

	if (l3 + ip_bytes + 8 > bytes || sent[ttl - answer] <= ANSWER_TTL)
		return 0;
	proto = sent[l3 + (family == 4 ? 9 : 6)];
	if (proto != IPPROTO_UDP
		&& (proto != IPPROTO_TCP || l3 + ip_bytes + 20 > bytes
			|| sent[l3 + ip_bytes + 13] != TCP_SYN))
		return 0;
	begin_answer(answer, sent, bytes);
	swap(src, src + address_bytes, address_bytes);
	swap(l4, l4 + 2, 2);
	*ttl = ANSWER_TTL;
	if (family == 4)
		checksum_ip4_set(ip, 20);
	if (proto == IPPROTO_TCP)
		accept_connection(l4);
	return bytes;
}

uint32_t
traffic_answer_neighbour(const uint8_t *sent, uint32_t bytes, uint8_t *answer)
{
	uint32_t l3;

	switch (read_type(sent, bytes, &l3)) {
	case 0x0806:
		return answer_arp(sent, bytes, l3, answer);
	case 0x86dd:
		return answer_nd(sent, bytes, l3, answer);
	default:
		return 0;
	}
}

uint32_t
traffic_answer(const uint8_t *sent, uint32_t bytes, uint8_t *answer)
{
	uint32_t l3, n = traffic_answer_neighbour(sent, bytes, answer);
	unsigned type = read_type(sent, bytes, &l3);

	if (n != 0 || (type != 0x0800 && type != 0x86dd))
		return n;
	return answer_ip(sent, bytes, l3, type == 0x0800 ? 4 : 6, answer);
}
