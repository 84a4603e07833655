/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the fields that a frame is steered by: no checks, only what is needed to find its flow's
 * owner. */

#include "io/steer.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>

enum {
	TAGS_MAX = 2,
	EXTENSIONS_MAX = 8,
	ICMP6_UNREACHABLE = 1,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ECHO_REPLY = 129,
};

struct reader {
	const uint8_t *at;
	size_t left;
};

static bool
skip(struct reader *r, size_t n)
{
	if (n > r->left)
		return false;
	r->at += n;
	r->left -= n;
	return true;
}

static uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool read_ip(struct reader r, struct tuple *t, bool quoted);

/* Reads the packet behind an error's eight bytes, which the error is about and against whose
 * direction it travels. */
static bool
read_icmp_error(struct reader r, struct tuple *t, bool quoted)
{
	struct tuple inner = { 0 };

	if (quoted || !skip(&r, 8) || !read_ip(r, &inner, true))
		return false;
	*t = inner;
	t->src = inner.dst;
	t->dst = inner.src;
	t->sport = inner.dport;
	t->dport = inner.sport;
	return true;
}

static void
read_icmp(struct reader r, struct tuple *t, bool quoted)
{
	uint8_t type;

	if (r.left < 8)
		return;
	type = r.at[0];
	if (t->proto == IPPROTO_ICMP
		&& (type == 3 || type == 4 || type == 5 || type == 11 || type == 12)) {
		read_icmp_error(r, t, quoted);
		return;
	}
	if (t->proto == IPPROTO_ICMPV6 && type >= ICMP6_UNREACHABLE
		&& type <= ICMP6_PARAMETER_PROBLEM) {
		read_icmp_error(r, t, quoted);
		return;
	}
	if (t->proto == IPPROTO_ICMP || type == ICMP6_ECHO_REQUEST || type == ICMP6_ECHO_REPLY)
		memcpy(&t->sport, r.at + 4, 2);
}

/* Reads the ports.  ICMP has its identifier in both, so that the order of the ends does not
 * matter. */
static void
read_ports(struct reader r, struct tuple *t, bool quoted)
{
	switch (t->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		if (r.left < 4)
			return;
		memcpy(&t->sport, r.at, 2);
		memcpy(&t->dport, r.at + 2, 2);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		read_icmp(r, t, quoted);
		if (t->proto == IPPROTO_ICMP || t->proto == IPPROTO_ICMPV6)
			t->dport = t->sport;
		break;
	default:
		break;
	}
}

static bool
read_ip4(struct reader r, struct tuple *t, bool quoted)
{
	size_t header;

	if (r.left < sizeof(struct rte_ipv4_hdr))
		return false;
	header = (size_t)(r.at[0] & 15) * 4;
	t->family = 4;
	t->proto = r.at[9];
	memcpy(&t->src, r.at + 12, 4);
	memcpy(&t->dst, r.at + 16, 4);
	/* A fragment, also the first one, is steered by its addresses; a quoted first one by its
	 * ports. */
	if ((be16(r.at + 6) & (quoted ? 0x1fff : 0x3fff)) != 0)
		t->kind = KEY_FRAGMENT;
	else if (header >= sizeof(struct rte_ipv4_hdr) && skip(&r, header))
		read_ports(r, t, quoted);
	return true;
}

/* Skips hop-by-hop, routing and destination headers.  Returns false at a fragment header or the
 * end. */
static bool
skip_extensions(struct reader *r, struct tuple *t)
{
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		if (t->proto != IPPROTO_HOPOPTS && t->proto != IPPROTO_ROUTING
			&& t->proto != IPPROTO_DSTOPTS)
			return t->proto != IPPROTO_FRAGMENT;
		if (r->left < 8)
			return false;
		t->proto = r->at[0];
		if (!skip(r, (size_t)(r->at[1] + 1) * 8))
			return false;
	}
	return false;
}

static void
read_fragment(struct reader r, struct tuple *t, bool quoted)
{
	/* Unfragmented, or the first fragment of a quoted datagram. */
	bool ports = (be16(r.at + 2) & (quoted ? 0xfff8 : 0xfff9)) == 0;

	t->proto = r.at[0];
	if (ports && skip(&r, 8))
		read_ports(r, t, quoted);
	else
		t->kind = KEY_FRAGMENT;
}

static bool
read_ip6(struct reader r, struct tuple *t, bool quoted)
{
	if (r.left < sizeof(struct rte_ipv6_hdr))
		return false;
	t->family = 6;
	t->proto = r.at[6];
	memcpy(&t->src, r.at + 8, 16);
	memcpy(&t->dst, r.at + 24, 16);
	skip(&r, sizeof(struct rte_ipv6_hdr));
	if (skip_extensions(&r, t))
		read_ports(r, t, quoted);
	else if (t->proto == IPPROTO_FRAGMENT && r.left >= 8)
		read_fragment(r, t, quoted);
	return true;
}

static bool
read_ip(struct reader r, struct tuple *t, bool quoted)
{
	if (r.left == 0)
		return false;
	if (r.at[0] >> 4 == 4)
		return read_ip4(r, t, quoted);
	return r.at[0] >> 4 == 6 && read_ip6(r, t, quoted);
}

bool
steer_parse(const uint8_t *frame, size_t length, struct steer_view *view)
{
	struct reader r = { frame, length };
	uint16_t type;

	if (!skip(&r, 2 * RTE_ETHER_ADDR_LEN) || r.left < 2)
		return false;
	type = be16(r.at);
	skip(&r, 2);
	for (int i = 0;
		i < TAGS_MAX && (type == RTE_ETHER_TYPE_VLAN || type == RTE_ETHER_TYPE_QINQ); i++) {
		if (r.left < 4)
			return false;
		view->vlan[i] = be16(r.at) & 0xfff;
		type = be16(r.at + 2);
		skip(&r, 4);
	}
	return (type == RTE_ETHER_TYPE_IPV4 || type == RTE_ETHER_TYPE_IPV6)
		&& read_ip(r, &view->tuple, false);
}
