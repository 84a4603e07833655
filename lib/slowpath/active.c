/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that are active for long are told while they last: the sweep over sessions looks at them
 * for it. */

#include "base/clock.h"
#include "session/session.h"
#include "slowpath/slowpath_priv.h"

/* Tells a session that goes on, if it has been active for longer than the active timeout, with what
 * its records have counted since the sweep.  Returns in how many ticks it may be. */
static uint32_t
watch_session(void *datapath, struct session *session)
{
	struct datapath *dp = datapath;
	struct flow_table *t = session->family == 6 ? dp->flow6 : dp->flow4;
	uint32_t index = session_index(dp->sessions, session);
	uint64_t due_ns;

	if (!(session->flags & SESSION_LINKED) || !session_account_has(dp->reports, index))
		return dp->sessions->watch_ticks;
	due_ns = session_account_start_ns(&dp->reports->short_account[index])
		+ dp->reports->active_ns;
	if (dp->now_ns < due_ns)
		return clock_tick(due_ns - dp->now_ns) + 1;
	slowpath_collect(dp, flow_at(t, session->flow[0]));
	slowpath_collect(dp, flow_at(t, session->flow[1]));
	flows_tell_session(dp, session, FLOW_REPORT_ACTIVE);
	return dp->sessions->watch_ticks;
}

void
slowpath_report_sessions(struct datapath *dp)
{
	uint64_t ns = 0;

	/* What is collected next from the records of a session may be as old as their sweep. */
	if (dp->reports != NULL)
		ns = dp->reports->active_ns
			- RTE_MIN(dp->reports->active_ns / 8, FLOW_SWEEP_MAX_NS);
	sessions_watch(dp->sessions, clock_tick(ns), watch_session);
}
