/* SPDX-License-Identifier: BSD-3-Clause */
/* First SYNs while too many connections are half-open: refused before anything is judged, because a
 * flood of them must not cost more than what is known. */

#include "base/counter.h"
#include "slowpath/syn_gate.h"
#include "slowpath/slowpath_priv.h"
#include "policy/pipeline.h"
#include "policy/stage.h"

#define TURN_NS (4 * NS_PER_SECOND)

/* Returns true if the pipeline of an interface begins by tracking everything. */
static bool
tracks_all(const struct datapath *dp, uint16_t iface)
{
	const struct interface *in = iface != IFACE_NONE ? dp->gen->iface[iface] : NULL;
	const struct step *first = in != NULL && in->pipeline != NULL ? in->pipeline->step : NULL;

	return first != NULL && (first->traits & TRAIT_TRACKS) && first->condition == NULL;
}

static void
prefetch_from(const struct datapath *dp, const struct burst *b, unsigned from)
{
	for (unsigned i = from; i < b->n; i++)
		if (b->class[i] <= SLOT_PLAIN6)
			syn_gate_prefetch(&dp->sessions->gate, b->hash[i]);
}

unsigned
syn_gate_turn(const struct datapath *dp, const struct burst *b)
{
	/* In virtual time nothing comes too fast. */
	if (dp->clock.virtual || !sessions_flooded(dp->sessions, 0)
		|| !tracks_all(dp, b->ingress->untagged))
		return SYN_TURNS;
	return (unsigned)(dp->now_ns / TURN_NS % SYN_TURNS);
}

void
syn_gate_count_deferred(const struct datapath *dp, const struct burst *b)
{
	unsigned deferred = 0;

	for (unsigned i = 0; i < b->n; i++)
		deferred += b->class[i] == SLOT_BAD && b->reason[i] == REASON_session_unproven;
	counter_add(&dp->sessions->unproven, deferred);
}

bool
syn_gate_close(const struct datapath *dp, const struct burst *b)
{
	/* First packets of another worker are refused by that worker. */
	if ((dp->slow->owner != NULL && (!b->handed || b->sought == SOUGHT_ASKED))
		|| !tracks_all(dp, b->ingress->untagged))
		return false;
	prefetch_from(dp, b, 0);
	return true;
}

unsigned
syn_gate_refuse_from(struct datapath *dp, struct burst *b, unsigned from)
{
	unsigned i, refused = 0;

	if (!sessions_flooded(dp->sessions, 0) || !tracks_all(dp, b->ingress->untagged))
		return from;
	prefetch_from(dp, b, from);
	for (i = from; i < b->n; i++) {
		if (b->class[i] == SLOT_DONE)
			continue;
		if (b->class[i] > SLOT_PLAIN6 || !slot_lacks_flow(dp, b, i)
			|| !syn_gate_refuse(dp, b, i))
			break;
		report(dp, b, i, NULL);
		refused++;
	}
	counter_add(&dp->ledger->lookups_miss, refused);
	return i;
}
