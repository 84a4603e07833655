/* SPDX-License-Identifier: BSD-3-Clause */
/* Decides which slots of a burst may be evaluated together.
 *
 * "Together" means that all are evaluated before the first is installed, so none may depend on what
 * another one leaves behind: the state of its conversation, the count of its source, its port.
 * What is taken during evaluation (a source's share, a public port) is taken in order of arrival,
 * so the outcome is the same as with bursts of one. */

#include "nat/nat.h"
#include "slowpath/slowpath_priv.h"
#include "policy/pipeline.h"

static const struct pipeline *
pipeline_of(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	const struct interface *in = dp->gen->iface[b->iface[slot]];

	return in != NULL ? in->pipeline : NULL;
}

/* Returns true for a segment of a finished connection, which may end its session during
 * evaluation. */
static bool
may_end(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	const struct flow *f = flow_at(slot_is_ip6(b, slot) ? dp->flow6 : dp->flow4, b->flow[slot]);
	const struct session *session = session_of(dp->sessions, f);

	return session != NULL && session->class == SESSION_CLOSED;
}

/* Returns true if what a packet finds may have been left by a packet that is evaluated with it;
 * only with sessions. */
static bool
depends(struct datapath *dp, const struct burst *b, unsigned slot, const struct pipeline *p,
	const struct pipeline *before)
{
	if (p != before || p->alone || may_end(dp, b, slot))
		return true;
	if ((p->traits & TRAIT_LIMITS)
		&& conflict_has(&dp->slow->scratch->conflict, conflict_of_source(b, slot)))
		return true;
	if (b->class[slot] == SLOT_OTHER4 || b->class[slot] == SLOT_OTHER6)
		return slot_view(dp, b, slot)->icmp_error;
	return (p->traits & TRAIT_TRANSLATES) && b->class[slot] == SLOT_PLAIN4
		&& nat_is_public(dp->nat, b->key4[slot].dst, b->key4[slot].domain);
}

unsigned
collect_misses(struct datapath *dp, struct burst *b, unsigned from, unsigned to, unsigned *n_miss)
{
	struct slowpath_scratch *sc = dp->slow->scratch;
	const struct pipeline *before = NULL;
	unsigned i, n = 0;

	conflict_clear(&sc->conflict);
	for (i = from; i < to; i++) {
		const struct pipeline *p;
		uint32_t bit;

		if (b->class[i] == SLOT_BAD || b->class[i] == SLOT_DONE)
			continue;
		if (b->class[i] == SLOT_SLOW) { /* may change neighbours: handled alone */
			i += i == from;
			break;
		}
		b->flow[i] = slot_find(dp, b, i);
		bit = conflict_of_tuple(b, i);
		if (!slot_has_program(dp, b, i)) {
			p = pipeline_of(dp, b, i);
			if (conflict_has(&sc->conflict, bit))
				break;
			if (p != NULL && (p->traits & TRAIT_TRACKS)) {
				if (n > 0 && depends(dp, b, i, p, before))
					break;
				if (p->traits & TRAIT_LIMITS)
					conflict_add(&sc->conflict, conflict_of_source(b, i));
			}
			before = p != NULL && may_end(dp, b, i)
				? NULL
				: p; /* NULL: nothing goes with it */
			sc->miss[n++] = (uint16_t)i;
		}
		conflict_add(&sc->conflict, bit);
	}
	*n_miss = n;
	return i;
}
