/* SPDX-License-Identifier: BSD-3-Clause */
/* First SYNs while too many connections are half-open: refused before anything is judged, because a
 * flood of them must not cost more than what is known. */

#include "base/counter.h"
#include "slowpath/syn_gate.h"
#include "slowpath/slowpath_priv.h"
#include "policy/pipeline.h"
#include "policy/stage.h"

bool
syn_gate_closed_for(const struct datapath *dp, uint16_t iface)
{
	const struct interface *in = iface != IFACE_NONE ? dp->gen->iface[iface] : NULL;
	const struct step *first = in != NULL && in->pipeline != NULL ? in->pipeline->step : NULL;

	return first != NULL && (first->traits & TRAIT_TRACKS) && first->condition == NULL;
}

unsigned
syn_gate_refuse_from(struct datapath *dp, struct burst *b, unsigned from)
{
	unsigned i, refused = 0;

	if (!syn_gate_is_closed(dp, b))
		return from;
	syn_gate_prefetch_from(dp, b, from);
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
