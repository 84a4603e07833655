/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the flow of a slot: its record, and its program. */

#include <netinet/in.h>

#include "session/sctp.h"
#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"

uint32_t
slot_find(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	if (slot_is_ip6(b, slot))
		return flow_table_find(dp->flow6, &b->key6[slot], b->hash[slot]);
	return flow_table_find(dp->flow4, &b->key4[slot], b->hash[slot]);
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
