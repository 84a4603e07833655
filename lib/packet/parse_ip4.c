/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4 (RFC 791) with its options; source routes are dropped (RFC 7126). */
#include "packet/parse_priv.h"

#include <netinet/ip.h>
#include <string.h>

#include <rte_common.h>

#include "packet/checksum.h"

#define IP4_BYTES 20

enum option {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_LSRR = 131,
	OPTION_SSRR = 137,
};

/* Reads the options. Each iteration advances by at least one byte, so 40 bytes of options bound the
 * loop. */
static enum reason
walk_options(const uint8_t *option, const uint8_t *end)
{
	while (option < end && option[0] != OPTION_END) {
		if (option[0] == OPTION_NOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			return REASON_ip4_bad_option;
		if (option[0] == OPTION_LSRR || option[0] == OPTION_SSRR)
			return REASON_source_route;
		option += option[1];
	}
	return REASON_NONE;
}

static enum reason
check_header(const struct view *v, const struct frame *f)
{
	const uint8_t *ip = f->data + v->l3;
	enum reason why = frame_lacks(f, v->l3, IP4_BYTES, REASON_ip4_truncated);
	uint32_t header_bytes, bytes;

	if (why != REASON_NONE)
		return why;
	header_bytes = (ip[0] & 0xf) * 4u;
	bytes = read_be16(ip + 2);
	if (ip[0] >> 4 != 4 || header_bytes < IP4_BYTES || bytes < header_bytes)
		return REASON_ip4_bad_header;
	if (bytes > f->all_bytes - v->l3 && !f->quoted)
		return REASON_ip4_truncated;
	why = frame_lacks(f, v->l3, header_bytes, REASON_ip4_truncated);
	if (why != REASON_NONE)
		return why;
	if (checksum_ip4_verify(ip, header_bytes) != 0)
		return REASON_ip4_bad_checksum;
	return walk_options(ip + IP4_BYTES, ip + header_bytes);
}

static void
read_header(struct view *v, const uint8_t *ip)
{
	uint16_t frag = read_be16(ip + 6);

	v->dscp = ip[1] >> 2;
	v->frag_id = read_be16(ip + 4);
	v->dont_fragment = frag & IP_DF;
	v->more = frag & IP_MF;
	v->frag_offset = (uint16_t)((frag & IP_OFFMASK) * 8);
	v->fragment = v->more || v->frag_offset != 0;
	v->ttl = ip[8];
	v->proto = ip[9];
	v->tuple.proto = v->proto;
	memcpy(v->tuple.src.bytes, ip + 12, 4);
	memcpy(v->tuple.dst.bytes, ip + 16, 4);
}

enum reason
parse_ip4(struct view *v, struct frame *f)
{
	const uint8_t *ip = f->data + v->l3;
	uint32_t header_bytes, bytes;
	enum reason why;

	v->family = 4;
	v->tuple.family = 4;
	why = check_header(v, f);
	if (why != REASON_NONE)
		return why;
	header_bytes = (ip[0] & 0xf) * 4u;
	bytes = read_be16(ip + 2);
	v->l3_bytes = RTE_MIN(bytes, f->all_bytes - v->l3);
	read_header(v, ip);
	if (v->fragment) {
		why = parse_fragment(v, header_bytes, bytes - header_bytes);
		if (why != REASON_NONE || !v->first)
			return why;
	}
	return parse_l4(v, f, v->l3 + header_bytes);
}
