/* SPDX-License-Identifier: BSD-3-Clause */
/* Decides which senders are told of errors: RFC 1122 3.2.2, RFC 1812 4.3.2.7, RFC 4443 2.4 (e). */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

bool
may_answer(const struct interface *in, const struct view *v)
{
	const struct tuple *t = &v->tuple;

	if (v->broadcast || v->kind == VIEW_BAD || (v->fragment && !v->first))
		return false;
	if (!address_is_unicast(&t->src, t->family) || !address_is_unicast(&t->dst, t->family))
		return false;
	return t->family == 6
		|| (!interface_broadcast(in, &t->src) && !interface_broadcast(in, &t->dst));
}

/* Returns true for errors, and for ICMP types that may be errors: no errors are sent about them. */
static bool
is_error(const struct view *v)
{
	static const uint8_t queries4[] = { 0, 8, 9, 10, 13, 14, 15, 16, 17, 18 };

	if (v->tuple.kind == KEY_BLIND && tuple_is_icmp(&v->tuple))
		return true;
	if (v->family == 6)
		return v->proto == IPPROTO_ICMPV6 && (v->icmp_type < 128 || v->icmp_type == 137);
	return v->proto == IPPROTO_ICMP && memchr(queries4, v->icmp_type, sizeof(queries4)) == NULL;
}

static enum limit
limit_of(enum host_error what, bool reset)
{
	if (reset)
		return LIMIT_RESET;
	return what == HOST_TTL_EXPIRED ? LIMIT_TTL_EXPIRED
		: what == HOST_TOO_BIG  ? LIMIT_TOO_BIG
					: LIMIT_UNREACHABLE;
}

void
tell_sender(struct host *h, const struct subject *s, enum host_error what, uint16_t code_or_mtu)
{
	const struct view *v = s->v;
	bool reset = what == HOST_RESET && v->proto == IPPROTO_TCP && v->l4 != VIEW_NONE;

	if (!may_answer(s->in, v) || (!reset && is_error(v)))
		return;
	if (!limit_take(h, limit_of(what, reset), s->in->id, v))
		return;
	if (!reset && what == HOST_RESET) {
		what = HOST_UNREACHABLE;
		code_or_mtu = 3;
	}
	h->tpid = v->tpid;
	if (reset)
		reset_send(h, s);
	else if (v->family == 4)
		error4_send(h, s, what, code_or_mtu);
	else
		error6_send(h, s, what, code_or_mtu);
	h->tpid = 0;
}

void
host_tell_sender(struct host *h, const struct view *v, const struct rte_mbuf *m,
	enum host_error what, uint16_t code_or_mtu)
{
	struct subject s = { .v = v, .m = m, .in = host_interface(h, v->iface) };

	if (s.in == NULL || m->data_len < RTE_ETHER_HDR_LEN)
		return;
	s.from = rte_pktmbuf_mtod(m, const uint8_t *) + RTE_ETHER_ADDR_LEN;
	tell_sender(h, &s, what, code_or_mtu);
}
