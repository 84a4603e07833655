/* SPDX-License-Identifier: BSD-3-Clause */
/* Transport headers (RFC 9293, 768, 792, 4443, 9260, 3828; the ports of RFC 4340), the numbers of
 * GRE (RFC 2784, 2890, 2637), ESP and AH (RFC 4303, 4302), and what must be true of a fragment
 * (RFC 791, 1858, 3128, 7112, 8200). */
#include "packet/parse.h"

#include <netinet/in.h>
#include <string.h>

#include "packet/checksum.h"
#include "packet/parse_priv.h"

#define TCP_BYTES          20
#define ICMP_BYTES         8
#define QUOTE_BYTES        8 /* of a transport header, in an ICMP error: RFC 792 */
#define DATAGRAM_BYTES_MAX 65535
#define SCTP_BYTES         12

/* Bits of a GRE header's first word; the last three are the version. */
#define GRE_CHECKSUM 0x8000u
#define GRE_KEY      0x2000u
#define GRE_SEQUENCE 0x1000u
#define GRE_ACK      0x0080u /* of version 1 */
#define GRE_PPP      0x880bu

/* The bytes of the fixed header of each protocol whose ports are read; 0: any number of bytes is
 * valid. */
static const uint8_t l4_bytes[256] = {
	[IPPROTO_TCP] = TCP_BYTES,
	[IPPROTO_UDP] = 8,
	[IPPROTO_UDPLITE] = 8,
	[IPPROTO_SCTP] = SCTP_BYTES,
	[IPPROTO_DCCP] = 12,
};

enum reason
parse_fragment(struct view *v, uint32_t before, uint32_t n)
{
	v->first = v->frag_offset == 0;
	v->frag_bytes = (uint16_t)n;
	if (!v->first)
		v->tuple.kind = KEY_FRAGMENT;
	if (n == 0 || (v->more && n % 8 != 0))
		return REASON_frag_bad;
	if (before + v->frag_offset + n > DATAGRAM_BYTES_MAX)
		return REASON_frag_bad;
	if (v->frag_offset == 8 && v->proto == IPPROTO_TCP)
		return REASON_frag_bad; /* would rewrite the flags: RFC 3128 */
	return REASON_NONE;
}

/* Returns the reason for a transport header that ends too early: a first fragment must hold all of
 * it. */
static enum reason
cut(const struct view *v)
{
	return v->fragment ? REASON_frag_bad : REASON_l4_bad_header;
}

static enum reason
parse_tcp(struct view *v, const uint8_t *tcp, uint32_t bytes)
{
	uint32_t header_bytes = (tcp[12] >> 4) * 4u;

	v->tcp_flags = tcp[13];
	if (header_bytes < TCP_BYTES)
		return REASON_l4_bad_header;
	if (header_bytes > bytes)
		return cut(v);
	v->payload = (uint16_t)(v->l4 + header_bytes);
	return tcp_flags_bad(v->tcp_flags) ? REASON_tcp_bad_flags : REASON_NONE;
}

static enum reason
parse_udp(const struct view *v, const uint8_t *udp, uint32_t bytes)
{
	uint32_t says = read_be16(udp + 4);

	if (says < 8 || (says > bytes && !v->fragment))
		return REASON_l4_bad_header;
	return REASON_NONE;
}

/* Judges the checksum coverage: 0 is all of the packet, and less than the header is not allowed
 * (RFC 3828 3.1). */
static enum reason
parse_udplite(const struct view *v, const uint8_t *udplite, uint32_t bytes)
{
	uint32_t covers = read_be16(udplite + 4);

	if ((covers != 0 && covers < 8) || (covers > bytes && !v->fragment))
		return REASON_l4_bad_header;
	return REASON_NONE;
}

/* Reads the verification tag, and the type of the first chunk if there is one. */
static void
read_sctp(struct view *v, const struct frame *f, uint32_t at, uint32_t bytes)
{
	v->sctp_chunk = SCTP_NO_CHUNK;
	memcpy(&v->ident, f->data + at + 4, 4);
	if (bytes >= SCTP_BYTES + 4
		&& frame_lacks(f, at, SCTP_BYTES + 4, REASON_frag_bad) == REASON_NONE)
		v->sctp_chunk = f->data[at + SCTP_BYTES];
}

/* Returns where in a GRE header its number is, which has bytes bytes; 0: it has none.  Headers of
 * other kinds (RFC 1701 source routes) have none. */
static uint32_t
gre_number_at(const uint8_t *gre)
{
	unsigned flags = read_be16(gre);

	if (flags == (flags & (GRE_CHECKSUM | GRE_KEY | GRE_SEQUENCE)))
		return flags & GRE_KEY ? (flags & GRE_CHECKSUM ? 8 : 4) : 0;
	if ((flags & (0xffffu ^ GRE_SEQUENCE ^ GRE_ACK)) == (GRE_KEY | 1)
		&& read_be16(gre + 2) == GRE_PPP)
		return 4;
	return 0;
}

/* Reads the number of a packet whose protocol has one, as far as it is there. */
static void
read_ident(struct view *v, const struct frame *f, uint32_t at, uint32_t bytes)
{
	uint32_t number_at = v->proto == IPPROTO_ESP ? 0 : 4;
	uint32_t call;

	if (v->proto == IPPROTO_GRE) {
		if (bytes < 8 || frame_lacks(f, at, 8, REASON_frag_bad) != REASON_NONE)
			return;
		number_at = gre_number_at(f->data + at);
		if (number_at == 0)
			return;
	}
	if (bytes < number_at + 4
		|| frame_lacks(f, at, number_at + 4, REASON_frag_bad) != REASON_NONE)
		return;
	memcpy(&v->ident, f->data + at + number_at, 4);
	if (v->proto != IPPROTO_GRE || (f->data[at + 1] & 7) == 0)
		return;
	call = GRE_CALL | read_be16(f->data + at + 6);
	v->ident = rte_cpu_to_be_32(call);
}

static bool
icmp_checksum_right(const struct view *v, const struct frame *f, uint32_t bytes)
{
	uint64_t sum = 0;

	if (v->fragment || f->quoted || f->destination_moves)
		return true; /* cannot be known here */
	if (v->family == 6)
		sum = checksum_pseudo(v->tuple.src.bytes, v->tuple.dst.bytes, 16, v->proto, bytes);
	if (v->l4 + bytes <= f->here_bytes)
		sum += checksum_sum(f->data + v->l4, bytes);
	else if (f->m != NULL)
		sum += checksum_mbuf(f->m, v->l4, bytes);
	else
		return true;
	return checksum_fold(sum) == 0xffff;
}

/* Returns true if the type is an error, which quotes the packet it is about (RFC 792; RFC 4443 2.1:
 * types below 128). */
static bool
icmp_is_error(unsigned family, uint8_t type)
{
	if (family == 6)
		return type < 128;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static enum reason
parse_icmp(struct view *v, const struct frame *f, uint32_t bytes)
{
	const uint8_t *icmp = f->data + v->l4;

	v->icmp_type = icmp[0];
	v->icmp_code = icmp[1];
	v->icmp_error = icmp_is_error(v->family, v->icmp_type);
	memcpy(&v->tuple.dport, icmp, 2);
	if (icmp_is_query(v->family, v->icmp_type))
		memcpy(&v->tuple.sport, icmp + 4, 2);
	return icmp_checksum_right(v, f, bytes) ? REASON_NONE : REASON_icmp_bad_checksum;
}

static bool
is_plain(const struct view *v, const struct frame *f)
{
	unsigned ip_bytes = v->family == 4 ? 20 : 40;

	return (v->proto == IPPROTO_TCP || v->proto == IPPROTO_UDP) && !v->fragment && !f->quoted
		&& v->l4 == v->l3 + ip_bytes && f->here_bytes == f->all_bytes;
}

static enum reason
read_l4(struct view *v, const struct frame *f, uint32_t at)
{
	uint32_t bytes = v->l3 + v->l3_bytes - at;
	bool icmp = tuple_is_icmp(&v->tuple);
	uint32_t fixed_bytes = icmp ? ICMP_BYTES : l4_bytes[v->proto];
	uint32_t want = f->quoted && fixed_bytes > QUOTE_BYTES ? QUOTE_BYTES : fixed_bytes;
	enum reason why;

	if (bytes < want)
		return cut(v);
	why = frame_lacks(f, at, want, cut(v));
	if (why != REASON_NONE)
		return why;
	v->l4 = (uint16_t)at;
	if (want == fixed_bytes)
		v->payload = (uint16_t)(at + fixed_bytes);
	if (proto_has_ident(v->proto))
		read_ident(v, f, at, bytes);
	if (fixed_bytes == 0)
		return REASON_NONE;
	if (icmp)
		return parse_icmp(v, f, bytes);

	memcpy(&v->tuple.sport, f->data + at, 2);
	memcpy(&v->tuple.dport, f->data + at + 2, 2);
	v->plain = is_plain(v, f);
	if (v->proto == IPPROTO_TCP)
		v->tcp_seq = read_be32(f->data + at + 4);
	if (v->proto == IPPROTO_TCP && !f->quoted)
		return parse_tcp(v, f->data + at, bytes);
	if (v->proto == IPPROTO_UDP && !f->quoted)
		return parse_udp(v, f->data + at, bytes);
	if (v->proto == IPPROTO_UDPLITE && !f->quoted)
		return parse_udplite(v, f->data + at, bytes);
	if (v->proto == IPPROTO_SCTP)
		read_sctp(v, f, at, bytes);
	return REASON_NONE;
}

/* Notes a fault of the transport header in the view.  Code that looks at the header judges it
 * (track, rules on ports, local delivery); a router forwards the packet (RFC 1812 5.2.2). */
static void
note_fault(struct view *v, enum reason why)
{
	bool readable = v->l4 != VIEW_NONE;

	v->l4_fault = (uint8_t)why;
	v->tuple.kind = readable ? KEY_FAULTY : KEY_BLIND;
	v->plain = false;
	v->icmp_error = false;
	v->payload = VIEW_NONE;
}

enum reason
parse_l4(struct view *v, const struct frame *f, uint32_t at)
{
	enum reason why = read_l4(v, f, at);
	bool fault = why == REASON_l4_bad_header || why == REASON_tcp_bad_flags
		|| why == REASON_icmp_bad_checksum;

	if (!fault || f->quoted)
		return why;
	note_fault(v, why);
	return REASON_NONE;
}
