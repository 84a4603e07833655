/* SPDX-License-Identifier: BSD-3-Clause */
/* What a NIC would say about a frame: its type, its RSS hash, whether its checksums are right. */

#include "frames.h"

#include <string.h>

#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_net.h>
#include <rte_tcp.h>
#include <rte_thash.h>
#include <rte_udp.h>

/* One frame as it is looked at. */
struct view {
	const uint8_t *bytes;
	unsigned length;
	uint32_t ptype;
	struct rte_net_hdr_lens lens;
};

static bool
is_ipv4(uint32_t ptype)
{
	return RTE_ETH_IS_IPV4_HDR(ptype);
}

static bool
is_ipv6(uint32_t ptype)
{
	return RTE_ETH_IS_IPV6_HDR(ptype);
}

static void
look(struct view *v, const struct frames *frames, const struct frame *frame)
{
	struct rte_mbuf mbuf;

	memset(&mbuf, 0, sizeof(mbuf));
	v->bytes = frames->bytes + (size_t)frame->line * FRAME_LINE;
	v->length = frame->length;
	mbuf.buf_addr = (void *)(uintptr_t)v->bytes;
	mbuf.buf_len = frame->length;
	mbuf.data_len = frame->length;
	mbuf.pkt_len = frame->length;
	mbuf.nb_segs = 1;
	memset(&v->lens, 0, sizeof(v->lens));
	v->ptype = rte_net_get_ptype(
		&mbuf, &v->lens, RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK);
}

/* Which offload of ports the transport has, 0 for one without ports. */
static uint64_t
ports_type(uint32_t ptype)
{
	switch (ptype & RTE_PTYPE_L4_MASK) {
	case RTE_PTYPE_L4_TCP:
		return is_ipv4(ptype) ? RTE_ETH_RSS_NONFRAG_IPV4_TCP : RTE_ETH_RSS_NONFRAG_IPV6_TCP;
	case RTE_PTYPE_L4_UDP:
		return is_ipv4(ptype) ? RTE_ETH_RSS_NONFRAG_IPV4_UDP : RTE_ETH_RSS_NONFRAG_IPV6_UDP;
	default:
		return 0;
	}
}

/* Whether a datagram of UDP, of which so many bytes are in the frame, padding included, carries
 * eight. */
static bool
carries_numbers(const uint8_t *udp, unsigned room)
{
	struct rte_udp_hdr header;

	memcpy(&header, udp, sizeof(header));
	return RTE_MIN(rte_be_to_cpu_16(header.dgram_len), room) >= sizeof(header) + 8;
}

static struct place
place_of(const struct view *v, const struct rss *rss)
{
	bool tcp = (v->ptype & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_TCP;
	unsigned ip = v->lens.l2_len;
	unsigned l4 = v->lens.l3_len;
	unsigned needed = tcp ? sizeof(struct rte_tcp_hdr) : sizeof(struct rte_udp_hdr);
	struct place place = { 0 };

	if ((!is_ipv4(v->ptype) && !is_ipv6(v->ptype)) || ip + l4 > v->length)
		return place;
	place.ip = (uint8_t)ip;
	place.six = is_ipv6(v->ptype);
	if (ports_type(v->ptype) == 0 || l4 > UINT8_MAX || ip + l4 + needed > v->length)
		return place;
	place.l4 = (uint8_t)l4;
	place.cksum = tcp ? offsetof(struct rte_tcp_hdr, cksum)
			  : offsetof(struct rte_udp_hdr, dgram_cksum);
	place.numbers = tcp ? offsetof(struct rte_tcp_hdr, sent_seq)
		: carries_numbers(v->bytes + ip + l4, v->length - ip - l4)
		? sizeof(struct rte_udp_hdr)
		: 0;
	place.ports_hashed = (rss->types & ports_type(v->ptype)) != 0
		&& (rss->types & RTE_ETH_RSS_L3_SRC_ONLY) == 0;
	return place;
}

uint32_t
rss_hash(const struct rss *rss, const uint8_t *tuple, unsigned bytes)
{
	uint32_t words[RSS_TUPLE_BYTES / 4];

	for (unsigned i = 0; i < bytes / 4; i++) {
		rte_be32_t word;

		memcpy(&word, tuple + i * 4, 4);
		words[i] = rte_be_to_cpu_32(word);
	}
	return rte_softrss(words, bytes / 4, rss->key);
}

static uint32_t
hash_of(const struct view *v, const struct place *place, const struct rss *rss)
{
	bool source_only = (rss->types & RTE_ETH_RSS_L3_SRC_ONLY) != 0;
	unsigned addresses = (place->six ? 32 : 8) / (source_only ? 2 : 1);
	uint8_t tuple[RSS_TUPLE_BYTES];
	unsigned bytes = addresses;

	memcpy(tuple, v->bytes + place->ip + (place->six ? 8 : 12), addresses);
	if (place->ports_hashed) {
		memcpy(tuple + bytes, v->bytes + place->ip + place->l4, 4);
		bytes += 4;
	}
	return rss_hash(rss, tuple, bytes);
}

static uint16_t
ipv4_flags(const uint8_t *ip, unsigned room, const struct place *place)
{
	const struct rte_ipv4_hdr *header = (const void *)ip;
	unsigned header_bytes = rte_ipv4_hdr_len(header);
	unsigned total = rte_be_to_cpu_16(header->total_length);
	uint16_t flags;

	if (rte_raw_cksum(ip, header_bytes) != 0xffff)
		return RTE_MBUF_F_RX_IP_CKSUM_BAD;
	flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	if (place->l4 == 0 || total > room || total < header_bytes)
		return flags;
	return flags
		| (rte_ipv4_udptcp_cksum_verify(header, ip + place->l4) == 0
				? RTE_MBUF_F_RX_L4_CKSUM_GOOD
				: RTE_MBUF_F_RX_L4_CKSUM_BAD);
}

static uint16_t
ipv6_flags(const uint8_t *ip, unsigned room, const struct place *place)
{
	const struct rte_ipv6_hdr *header = (const void *)ip;

	/* Behind extension headers NICs give up, and so may we. */
	if (place->l4 != sizeof(*header)
		|| rte_be_to_cpu_16(header->payload_len) + sizeof(*header) > room)
		return 0;
	return rte_ipv6_udptcp_cksum_verify(header, ip + place->l4) == 0
		? RTE_MBUF_F_RX_L4_CKSUM_GOOD
		: RTE_MBUF_F_RX_L4_CKSUM_BAD;
}

static uint16_t
cksum_flags(const struct view *v, const struct place *place)
{
	const uint8_t *ip = v->bytes + place->ip;
	unsigned room = v->length - place->ip;

	return place->six ? ipv6_flags(ip, room, place) : ipv4_flags(ip, room, place);
}

static_assert((RTE_MBUF_F_RX_RSS_HASH | RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_IP_CKSUM_GOOD
		      | RTE_MBUF_F_RX_L4_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_GOOD)
		<= UINT16_MAX,
	"frame.flags");

void
frames_describe(struct frames *frames, const struct describe *what)
{
	for (uint32_t i = 0; i < frames->count; i++) {
		struct frame *frame = &frames->at[i];
		struct place *place = &frames->places[i];
		struct view v;

		look(&v, frames, frame);
		*place = place_of(&v, what->rss);
		frame->ptype = what->ptype ? v.ptype : 0;
		frame->flags = 0;
		frame->hash = 0;
		if (place->ip == 0)
			continue;
		frame->hash = hash_of(&v, place, what->rss);
		if (what->hash)
			frame->flags |= RTE_MBUF_F_RX_RSS_HASH;
		if (what->cksum)
			frame->flags |= cksum_flags(&v, place);
	}
}
