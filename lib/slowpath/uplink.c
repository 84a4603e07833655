/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that have to leave by another interface than before, because their next hop died or
 * their route changed. */

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
