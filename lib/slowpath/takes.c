/* SPDX-License-Identifier: BSD-3-Clause */
/* What packets take from the limits of the matches that they have met: rates, volumes, places for
 * sessions. */

#include <string.h>

#include "base/limiter.h"
#include "session/tally.h"
#include "slowpath/slowpath_priv.h"

static void
take_place(struct datapath *dp, const struct eval_take *t, struct session *session)
{
	const struct meter_spec *spec = &dp->gen->meters[t->meter];
	const struct tally_key key = {
		.address = t->address,
		.family = t->family,
		.domain = t->domain,
		.line = spec->tally,
	};

	/* The number was compared when the packet was judged, directly before. */
	session_tally(dp->sessions, session, &key, UINT32_MAX);
}

void
slowpath_take_sessions(struct datapath *dp, const struct eval *ev)
{
	for (unsigned i = 0; i < ev->n_takes; i++)
		if (dp->gen->meters[ev->takes[i].meter].most_sessions != 0)
			take_place(dp, &ev->takes[i], ev->session);
}

static void
take(struct datapath *dp, const struct eval *ev, const struct eval_take *t)
{
	const struct generation_worker *gw = &dp->gen->worker[dp->worker];
	struct limiter_key key = {
		.family = t->family, .domain = t->domain, .owner = ev->view->iface
	};

	if (dp->gen->meters[t->meter].quota != 0) {
		__atomic_fetch_add(gw->used[t->meter], ev->view->l3_bytes, __ATOMIC_RELAXED);
		return;
	}
	memcpy(key.bytes, t->address.bytes, sizeof(key.bytes));
	limiter_take(gw->limiters[t->meter], &key, ev->view->l3_bytes, dp->now_ns);
}

void
slowpath_take(struct datapath *dp, const struct eval *ev, struct session *session, bool left)
{
	for (unsigned i = 0; i < ev->n_takes; i++) {
		const struct eval_take *t = &ev->takes[i];

		if (dp->gen->meters[t->meter].most_sessions == 0) {
			if (left || t->always)
				take(dp, ev, t);
		} else if (left && session != NULL && session != ev->fresh
			&& !ev->view->icmp_error) {
			take_place(dp, t, session);
		}
	}
}
