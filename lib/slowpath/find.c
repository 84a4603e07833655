/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the flow of a slot: its record, and its program. */

#include <netinet/in.h>

#include "nat/nat.h"
#include "session/sctp.h"
#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"

uint32_t
slot_find(struct datapath *dp, const struct burst *b, unsigned slot)
{
	bool ip6 = slot_is_ip6(b, slot);
	struct flow_table *t = ip6 ? dp->flow6 : dp->flow4;
	const void *key = ip6 ? (const void *)&b->key6[slot] : &b->key4[slot];
	uint32_t index = flow_table_find(t, key, b->hash[slot]);

	if (index != 0 && unlikely(flow_at(t, index)->epoch == dp->kept_epoch))
		slowpath_keep(dp, t, index);
	return index;
}

const struct flow *
slot_record(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	bool ip6 = b->class[slot] == SLOT_PLAIN6 || b->class[slot] == SLOT_OTHER6;

	return flow_at(ip6 ? dp->flow6 : dp->flow4, b->flow[slot]);
}

bool
slot_has_program(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	const struct flow *f = flow_at(slot_is_ip6(b, slot) ? dp->flow6 : dp->flow4, b->flow[slot]);

	uint8_t state = dp->nexthops[f->nexthop].state;

	return b->flow[slot] != 0 && f->epoch == dp->epoch && state != NEXTHOP_DEAD
		&& !(b->handed && state == NEXTHOP_WORKER);
}

bool
slot_asks_anew(struct datapath *dp, const struct burst *b, unsigned slot)
{
	const struct session *session = session_of(dp->sessions, slot_record(dp, b, slot));
	const struct view *v;

	if (session == NULL || (session->proto != IPPROTO_TCP && session->proto != IPPROTO_SCTP))
		return false;
	v = slot_view(dp, b, slot);
	if (session->proto == IPPROTO_SCTP)
		return v->l4 != VIEW_NONE && sctp_asks_anew(session, v->sctp_chunk);
	return v->l4 != VIEW_NONE && tcp_asks_anew(session, v->tcp_flags);
}

static uint64_t
hash_of_source(const struct datapath *dp, const struct tuple *t)
{
	struct tuple source = *t;

	source.dst = address_v4(0);
	source.dport = 0;
	return flow_table_hash(dp->flow4, &source);
}

bool
tuple_belongs_here(const struct datapath *dp, const struct tuple *t, struct sought *what)
{
	bool reply;

	what->session = flow_table_hash(t->family == 6 ? dp->flow6 : dp->flow4, t);
	what->endpoint = t->family == 4 && dp->gen->n_pools != 0 ? hash_of_source(dp, t) : 0;
	return session_find_hash(dp->sessions, t, what->session, &reply) != NULL
		|| expectation_find(&dp->helpers->expectations, t, dp->now_ns) != NULL
		|| (what->endpoint != 0 && nat_has_endpoint(dp->nat, t));
}

bool
slot_belongs_here(struct datapath *dp, const struct burst *b, unsigned slot, struct sought *what)
{
	const struct view *v = slot_view(dp, b, slot);
	struct tuple t = v->tuple;
	struct view quoted;
	enum reason why;

	if (v->icmp_error && slot_quoted(b, slot, v, &quoted, &why) && why == REASON_NONE)
		tuple_reverse(&t, &quoted.tuple);
	*what = (struct sought){ 0 };
	if (b->flow[slot] != 0 && (slot_record(dp, b, slot)->flags & FLOW_SESSION))
		return true;
	return tuple_belongs_here(dp, &t, what);
}

void
slowpath_session_ends(
	const struct datapath *dp, const struct session *session, struct session_ends *out)
{
	const struct flow_table *t = session->family == 6 ? dp->flow6 : dp->flow4;

	for (unsigned reply = 0; reply < 2; reply++) {
		session_tuple(dp->sessions, session, reply, &out->tuple[reply]);
		out->hash[reply] = (struct sought){ flow_table_hash(t, &out->tuple[reply]), 0 };
		out->iface[reply] = session_iface(dp->sessions, session, reply);
	}
	if (nat_shares_endpoint(dp->nat, session))
		out->hash[0].endpoint = hash_of_source(dp, &out->tuple[0]);
}
