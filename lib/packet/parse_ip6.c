/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6 and its chain of extension headers (RFC 8200), within limits.
 *
 * Weir does not process hop-by-hop options (RFC 8200, section 4, allows that); it forwards packets
 * that have them, whatever the options ask for.  ESP, AH and "no next header" end the chain. */
#include "packet/parse_priv.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_common.h>

#define IP6_BYTES       40
#define EXT_HEADERS_MAX 8 /* one header is 8 bytes at least */
#define EXT_BYTES_MAX   256

static bool
is_extension(uint8_t next_header)
{
	return next_header == IPPROTO_HOPOPTS || next_header == IPPROTO_DSTOPTS
		|| next_header == IPPROTO_ROUTING || next_header == IPPROTO_FRAGMENT;
}

static enum reason
parse_routing(struct frame *f, const uint8_t *header)
{
	if (header[2] == 0)
		return REASON_source_route; /* RFC 5095 */
	if (header[3] != 0)
		f->destination_moves = true;
	return REASON_NONE;
}

/* Reads a fragment header; bytes is the packet's length by its IPv6 header. */
static enum reason
parse_fragment_header(struct view *v, const struct frame *f, uint32_t at, uint32_t bytes)
{
	const uint8_t *header = f->data + at;
	uint32_t before = at - v->l3 - IP6_BYTES;

	if (v->frag_header != VIEW_NONE)
		return REASON_ip6_bad_ext;
	v->frag_header = (uint16_t)at;
	v->frag_offset = read_be16(header + 2) & 0xfff8;
	v->frag_id = read_be32(header + 4);
	v->more = header[3] & 1;
	v->fragment = v->more || v->frag_offset != 0; /* else atomic: RFC 6946 */
	if (!v->fragment)
		return REASON_NONE;
	v->proto = header[0];
	return parse_fragment(v, before, bytes - IP6_BYTES - before - 8);
}

/* Reads the extension header of type v->proto at *at and moves behind it. */
static enum reason
parse_extension(struct view *v, struct frame *f, uint32_t *at, uint32_t bytes)
{
	enum reason cut = v->fragment ? REASON_frag_bad : REASON_ip6_truncated;
	uint32_t end = v->l3 + v->l3_bytes, start = v->l3 + IP6_BYTES;
	const uint8_t *header = f->data + *at;
	uint32_t header_bytes = 8;
	enum reason why;

	if (*at + 8 > end)
		return cut;
	why = frame_lacks(f, *at, 8, cut);
	if (why != REASON_NONE)
		return why;
	if (v->proto != IPPROTO_FRAGMENT)
		header_bytes += header[1] * 8u;
	if (*at + header_bytes > end)
		return cut;
	if (*at + header_bytes - start > EXT_BYTES_MAX)
		return REASON_ip6_ext_limit;

	if (v->proto == IPPROTO_HOPOPTS && *at != start)
		return REASON_ip6_bad_ext;
	if (v->proto == IPPROTO_ROUTING)
		why = parse_routing(f, header);
	if (v->proto == IPPROTO_FRAGMENT)
		why = parse_fragment_header(v, f, *at, bytes);
	v->proto = header[0];
	*at += header_bytes;
	return why;
}

static void
read_header(struct view *v, const uint8_t *ip)
{
	v->dscp = (uint8_t)((ip[0] << 4 | ip[1] >> 4) & 0xff) >> 2;
	v->proto = ip[6];
	v->ttl = ip[7];
	memcpy(v->tuple.src.bytes, ip + 8, 16);
	memcpy(v->tuple.dst.bytes, ip + 24, 16);
}

enum reason
parse_ip6(struct view *v, struct frame *f)
{
	const uint8_t *ip = f->data + v->l3;
	uint32_t bytes, at = v->l3 + IP6_BYTES;
	enum reason why;

	v->family = 6;
	v->tuple.family = 6;
	why = frame_lacks(f, v->l3, IP6_BYTES, REASON_ip6_truncated);
	if (why != REASON_NONE)
		return why;
	if (ip[0] >> 4 != 6)
		return REASON_ip6_bad_header;
	bytes = IP6_BYTES + read_be16(ip + 4);
	if (bytes > f->all_bytes - v->l3 && !f->quoted)
		return REASON_ip6_truncated;
	v->l3_bytes = RTE_MIN(bytes, f->all_bytes - v->l3);
	read_header(v, ip);
	for (unsigned n = 0; is_extension(v->proto); n++) {
		if (n == EXT_HEADERS_MAX)
			return REASON_ip6_ext_limit;
		why = parse_extension(v, f, &at, bytes);
		if (why != REASON_NONE)
			return why;
		if (v->tuple.kind == KEY_FRAGMENT)
			break;
	}
	v->tuple.proto = v->proto;
	if (v->tuple.kind == KEY_FRAGMENT)
		return REASON_NONE;
	return parse_l4(v, f, at);
}
