/* SPDX-License-Identifier: BSD-3-Clause */
/* First SYNs while too many connections are half-open: refused before anything is judged, because a
 * flood of them must not cost more than what is known. */

#include "base/counter.h"
#include "slowpath/syn_gate.h"
#include "slowpath/slowpath_priv.h"
#include "policy/pipeline.h"
#include "policy/stage.h"

bool
openings_are_refused_by(const struct slowpath *s, uint16_t iface)
{
	const struct interface *in = iface != IFACE_NONE ? s->gen->iface[iface] : NULL;
	const struct step *first = in != NULL && in->pipeline != NULL ? in->pipeline->step : NULL;

	return first != NULL && (first->traits & TRAIT_TRACKS) && first->condition == NULL;
}

unsigned
refuse_openings(struct slowpath *s, struct burst *b, unsigned from)
{
	unsigned i, refused = 0;

	if (!openings_are_refused(s, b))
		return from;
	openings_prefetch(s, b, from);
	for (i = from; i < b->n; i++) {
		if (b->class[i] == SLOT_DONE)
			continue;
		if (b->class[i] > SLOT_PLAIN6 || !slot_lacks_flow(s, b, i)
			|| !refuse_opening(s, b, i))
			break;
		report(s, b, i, NULL);
		refused++;
	}
	counter_add(&s->ledger->lookups_miss, refused);
	return i;
}
