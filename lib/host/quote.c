/* SPDX-License-Identifier: BSD-3-Clause */
/* The quote in an error: the packet as its sender sent it, although it may have been rewritten
 * since (it waited for a neighbour, and its addresses were translated). RFC 5508 REQ-5 and RFC 4787
 * REQ-13 require that the sender recognises it. */

#include <netinet/in.h>
#include <string.h>

#include "packet/checksum.h"
#include "host/host_priv.h"

/* Returns the offset of the checksum that covers addresses and ports, from the transport header. */
static unsigned
checksum_offset(const struct view *v)
{
	switch (v->proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return NONE;
	}
}

/* Changes bytes that a transport checksum covers, if the quote has that checksum. */
static void
change(uint8_t *at, const void *to, unsigned n, uint8_t *checksum)
{
	uint16_t sum;

	if (checksum != NULL) {
		memcpy(&sum, checksum, 2);
		sum = checksum_apply(sum, checksum_delta(at, to, n));
		memcpy(checksum, &sum, 2);
	}
	memcpy(at, to, n);
}

static bool
is_echo(const struct view *v)
{
	return v->family == 4 ? v->icmp_type == 0 || v->icmp_type == 8
			      : v->icmp_type == 128 || v->icmp_type == 129;
}

static void
restore_ports(uint8_t *l4, unsigned n, const struct view *v, uint8_t *checksum)
{
	const struct tuple *t = &v->tuple;

	if (v->proto == IPPROTO_TCP || v->proto == IPPROTO_UDP) {
		change(l4, &t->sport, 2, checksum);
		change(l4 + 2, &t->dport, 2, checksum);
	} else if (checksum != NULL && is_echo(v)) {
		change(l4 + 4, &t->sport, 2, checksum); /* identifier */
		if (v->family == 4)
			checksum_icmp4_zeros(l4, n);
	}
}

static void
restore(uint8_t *ip, unsigned n, const struct view *v)
{
	bool four = v->family == 4;
	unsigned l4 = v->l4 == VIEW_NONE ? n : (unsigned)(v->l4 - v->l3);
	unsigned bytes = four ? 4 : 16, src = four ? 12 : 8, at = checksum_offset(v);
	uint8_t *checksum = at != NONE && l4 + at + 2 <= n ? ip + l4 + at : NULL;
	bool covered = v->proto != IPPROTO_ICMP || !four;

	if (v->proto == IPPROTO_UDP && checksum != NULL && checksum[0] == 0 && checksum[1] == 0)
		checksum = NULL;
	change(ip + src, &v->tuple.src, bytes, covered ? checksum : NULL);
	change(ip + src + bytes, &v->tuple.dst, bytes, covered ? checksum : NULL);
	if (l4 + 8 <= n)
		restore_ports(ip + l4, n - l4, v, checksum);
	ip[four ? 8 : 7] = v->ttl;
	if (four)
		checksum_ip4_set(ip, (ip[0] & 15u) * 4);
}

bool
quote_copy(uint8_t *out, const struct subject *s, unsigned n)
{
	const void *from = s->ip != NULL ? s->ip : rte_pktmbuf_read(s->m, s->v->l3, n, out);
	unsigned least = s->v->family == 4 ? IP4_BYTES : IP6_BYTES;

	if (from == NULL || n < least)
		return false;
	if (from != out)
		memcpy(out, from, n);
	if (s->rewritten)
		restore(out, n, s->v);
	return true;
}

const union address *
answer_source(const struct host *h, const struct subject *s)
{
	const struct tuple *t = &s->v->tuple;

	if (generation_owns(h->gen, &t->dst, tuple_space(t)))
		return &t->dst;
	return host_source(h, s->in, &t->src, t->family);
}
