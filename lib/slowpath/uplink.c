/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows whose route has changed; sessions that have to leave by another interface than before,
 * because their next hop died or their route changed. */

#include "policy/routes.h"
#include "slowpath/slowpath_priv.h"

struct eval *
evaluate_stranded(struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev)
{
	const struct program *p = &ev->program;

	if (ev->session == NULL || ev->session == ev->fresh || ev->view->icmp_error
		|| p->verdict != PROGRAM_OUTPUT || route_keeps_session(ev, p->iface))
		return ev;
	session_end(dp->sessions, ev->session, SESSION_END_uplink_lost);
	b->flow[slot] = 0;
	evaluate_one(dp, b, slot, &dp->slow->scratch->late);
	return &dp->slow->scratch->late;
}

bool
slowpath_route_changed(const struct datapath *dp, const struct flow_table *t, uint32_t index)
{
	struct tuple to;

	if (t == dp->flow6) {
		rewrite6_tuple(&to, &flow6_at(t, index)->to);
		return route_has_changed(dp->gen, 6, &to.dst);
	}
	to.dst = (union address){ .words = { 0, 0 } };
	rewrite4_tuple(&to, &flow4_at(t, index)->to);
	return route_has_changed(dp->gen, 4, &to.dst);
}

uint64_t
slowpath_route_views(const struct datapath *dp)
{
	return route_views(dp->gen);
}

uint64_t
slowpath_route_changes(const struct datapath *dp)
{
	return route_changes(dp->gen);
}
