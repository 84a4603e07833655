/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet notation: from a recipe to bytes. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "packet/bytes.h"
#include "packet/checksum.h"
#include "packet/notation_priv.h"

#define TCP_BYTES       20
#define UDP_BYTES       8
#define ICMP_BYTES      8
#define FRAGMENT_BYTES  8
#define ICMP4_QUOTE_MAX (576 - 20 - ICMP_BYTES)  /* RFC 1812 4.3.2.3 */
#define ICMP6_QUOTE_MAX (1280 - 40 - ICMP_BYTES) /* RFC 4443 2.4 (c) */

static bool
is_fragment(const struct recipe *r)
{
	return r->more || recipe_has(r, NUMBER_FRAG);
}

static bool
has_l4(const struct recipe *r)
{
	return recipe_number(r, NUMBER_FRAG, 0) == 0;
}

static size_t
ip_header_bytes(const struct recipe *r)
{
	if (r->tuple.family == 4)
		return 20;
	return is_fragment(r) ? 40 + FRAGMENT_BYTES : 40;
}

static size_t
l4_header_bytes(const struct recipe *r)
{
	if (!has_l4(r))
		return 0;
	if (r->icmp)
		return ICMP_BYTES;
	if (r->unread)
		return 0;
	if (r->tuple.proto != IPPROTO_TCP && r->tuple.proto != IPPROTO_UDP)
		return recipe_tunnel_bytes(r);
	if (!r->ports)
		return 0;
	return r->tuple.proto == IPPROTO_TCP ? TCP_BYTES : UDP_BYTES;
}

static size_t
quote_max(const struct recipe *r)
{
	return r->tuple.family == 4 ? ICMP4_QUOTE_MAX : ICMP6_QUOTE_MAX;
}

/* Returns the bytes of transport header, quote and payload, and the bytes behind them that size
 * asks for. */
static size_t
l4_all_bytes(const struct recipe *r, size_t quote_bytes)
{
	size_t n = l4_header_bytes(r) + r->payload_bytes + quote_bytes;

	if (recipe_has(r, NUMBER_SIZE))
		return r->number[NUMBER_SIZE] - ip_header_bytes(r);
	if (!has_l4(r) && n == 0)
		n = 8; /* a fragment is never empty */
	return r->more ? RTE_ALIGN_CEIL(n, 8) : n;
}

static void
make_tcp(const struct recipe *r, uint8_t *tcp)
{
	memcpy(tcp, &r->tuple.sport, 2);
	memcpy(tcp + 2, &r->tuple.dport, 2);
	put32(tcp + 4, recipe_number(r, NUMBER_SEQ, 0));
	put32(tcp + 8, recipe_number(r, NUMBER_ACK, 0));
	tcp[12] = TCP_BYTES / 4 << 4;
	tcp[13] = r->tcp_flags;
	put16(tcp + 14, recipe_number(r, NUMBER_WIN, 65535));
}

static void
make_udp(const struct recipe *r, uint8_t *udp, size_t bytes)
{
	memcpy(udp, &r->tuple.sport, 2);
	memcpy(udp + 2, &r->tuple.dport, 2);
	put16(udp + 4, (uint32_t)bytes);
}

static void
make_icmp(const struct recipe *r, uint8_t *icmp)
{
	icmp[0] = (uint8_t)recipe_number(r, NUMBER_TYPE, 0);
	icmp[1] = (uint8_t)recipe_number(r, NUMBER_CODE, 0);
	put16(icmp + 4, recipe_number(r, NUMBER_ID, 0));
	put16(icmp + 6, recipe_number(r, NUMBER_SEQ, 0));
	if (recipe_has(r, NUMBER_MTU))
		put32(icmp + 4, r->number[NUMBER_MTU]);
}

static void
set_l4_checksum(const struct recipe *r, uint8_t *l4, size_t bytes)
{
	size_t address_bytes = r->tuple.family == 4 ? 4 : 16;
	size_t at = r->icmp ? 2 : r->tuple.proto == IPPROTO_TCP ? 16 : 6;
	uint32_t covers = r->tuple.proto == IPPROTO_UDPLITE ? recipe_number(r, NUMBER_COVERS, 0)
							    : 0;
	uint64_t sum = checksum_sum(l4, covers != 0 && covers < bytes ? covers : bytes);
	uint16_t checksum;

	if (!r->icmp || r->tuple.family == 6)
		sum += checksum_pseudo(r->tuple.src.bytes, r->tuple.dst.bytes, address_bytes,
			r->tuple.proto, (uint32_t)bytes);
	checksum = (uint16_t)~checksum_fold(sum);
	if (r->bad_checksum)
		checksum ^= rte_cpu_to_be_16(0x0400);
	if (checksum == 0 && (r->tuple.proto == IPPROTO_UDP || r->tuple.proto == IPPROTO_UDPLITE))
		checksum = r->bad_checksum ? rte_cpu_to_be_16(0x0800) : 0xffff;
	memcpy(l4 + at, &checksum, 2);
}

/* Writes the transport header; quote_bytes of a quote are already behind it. */
static void
make_l4(const struct recipe *r, uint8_t *l4, size_t bytes, size_t quote_bytes)
{
	size_t header_bytes = l4_header_bytes(r);

	memcpy(l4 + header_bytes + quote_bytes, r->payload, r->payload_bytes);
	if (header_bytes == 0)
		return;
	if (r->icmp)
		make_icmp(r, l4);
	else if (r->tuple.proto == IPPROTO_TCP)
		make_tcp(r, l4);
	else if (r->tuple.proto == IPPROTO_UDP)
		make_udp(r, l4, bytes);
	else
		recipe_make_tunnel(r, l4, bytes);
	if (!r->icmp && r->tuple.proto != IPPROTO_TCP && r->tuple.proto != IPPROTO_UDP
		&& r->tuple.proto != IPPROTO_UDPLITE)
		return;
	set_l4_checksum(r, l4, bytes);
}

static uint32_t
ip_id(const struct recipe *r)
{
	return recipe_number(r, NUMBER_IP_ID, r->icmp ? 0 : recipe_number(r, NUMBER_ID, 0));
}

static void
make_ip4(const struct recipe *r, uint8_t *ip, size_t bytes)
{
	uint32_t frag = recipe_number(r, NUMBER_FRAG, 0) / 8;

	ip[0] = 0x45;
	ip[1] = (uint8_t)(r->dscp << 2);
	put16(ip + 2, (uint32_t)bytes);
	put16(ip + 4, ip_id(r));
	put16(ip + 6, frag | (r->more ? 0x2000 : 0) | (r->dont_fragment ? 0x4000 : 0));
	ip[8] = (uint8_t)recipe_number(r, NUMBER_TTL, 64);
	ip[9] = r->tuple.proto;
	memcpy(ip + 12, r->tuple.src.bytes, 4);
	memcpy(ip + 16, r->tuple.dst.bytes, 4);
	checksum_ip4_set(ip, 20);
	if (r->bad_ip_checksum)
		ip[10] ^= 4;
}

static void
make_ip6(const struct recipe *r, uint8_t *ip, size_t bytes)
{
	uint32_t frag = recipe_number(r, NUMBER_FRAG, 0);

	put32(ip, 6u << 28 | (uint32_t)r->dscp << 22);
	put16(ip + 4, (uint32_t)bytes - 40);
	ip[6] = r->tuple.proto;
	ip[7] = (uint8_t)recipe_number(r, NUMBER_TTL, 64);
	memcpy(ip + 8, r->tuple.src.bytes, 16);
	memcpy(ip + 24, r->tuple.dst.bytes, 16);
	if (!is_fragment(r))
		return;
	ip[40] = ip[6];
	ip[6] = IPPROTO_FRAGMENT;
	put16(ip + 42, frag | r->more);
	put32(ip + 44, ip_id(r));
}

int
recipe_make_ip(const struct recipe *r, uint8_t *ip, size_t max_bytes, char why[static WHY_BYTES])
{
	size_t header_bytes = ip_header_bytes(r), least, bytes;
	int quote_bytes = 0;

	least = header_bytes + l4_header_bytes(r);
	if (least > max_bytes)
		return -ENOSPC;
	if (r->quote != NULL && has_l4(r)) {
		quote_bytes = recipe_make_ip(r->quote, ip + least, max_bytes - least, why);
		if (quote_bytes < 0)
			return quote_bytes;
		quote_bytes = (int)RTE_MIN((size_t)quote_bytes, quote_max(r));
	}
	least += r->payload_bytes + (size_t)quote_bytes;
	if (recipe_has(r, NUMBER_SIZE) && r->number[NUMBER_SIZE] < least)
		return notation_wrong(why, "size %u is below the %zu bytes of the packet",
			r->number[NUMBER_SIZE], least);
	bytes = header_bytes + l4_all_bytes(r, (size_t)quote_bytes);
	if (bytes > max_bytes)
		return -ENOSPC;

	memset(ip, 0, header_bytes + l4_header_bytes(r));
	memset(ip + least - r->payload_bytes, 0, bytes - least + r->payload_bytes);
	make_l4(r, ip + header_bytes, bytes - header_bytes, (size_t)quote_bytes);
	if (r->tuple.family == 4)
		make_ip4(r, ip, bytes);
	else
		make_ip6(r, ip, bytes);
	return (int)bytes;
}

int
notation_build(const char *text, const struct notation_macs *macs, uint8_t *frame, size_t max_bytes,
	char why[static 128])
{
	struct recipe quote = { .tcp_flags = 0x02, .chunk = SCTP_CHUNK_INIT };
	struct recipe r = { .tcp_flags = 0x02, .chunk = SCTP_CHUNK_INIT, .macs = *macs };
	size_t eth_bytes;
	int rc;

	why[0] = '\0';
	if (notation_is_neighbour(text))
		return notation_build_neighbour(text, macs, frame, max_bytes, why);
	rc = recipe_read(&r, &quote, text, why);
	if (rc < 0)
		return rc;
	eth_bytes = 14 + 4 * r.vlans;
	rc = max_bytes < eth_bytes
		? -ENOSPC
		: recipe_make_ip(&r, frame + eth_bytes, max_bytes - eth_bytes, why);
	if (rc == -ENOSPC)
		snprintf(why, WHY_BYTES, "the packet is longer than %zu bytes", max_bytes);
	if (rc < 0)
		return rc;
	return rc + (int)recipe_make_eth(&r, frame, r.tuple.family == 4 ? 0x0800 : 0x86dd);
}
