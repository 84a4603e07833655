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

static bool
is_deferred(const struct burst *b, unsigned slot)
{
	return b->class[slot] == SLOT_BAD && b->reason[slot] == REASON_session_unproven;
}

/* What parse has found out of a slot goes to another one. */
static void
move_slot(struct datapath *dp, struct burst *b, unsigned to, unsigned from)
{
	if (b->class[from] > SLOT_PLAIN6)
		*slowpath_view(dp, to) = *slowpath_view(dp, from);
	b->m[to] = b->m[from];
	b->frame[to] = b->frame[from];
	b->key4[to] = b->key4[from];
	if (b->class[from] == SLOT_PLAIN6 || b->class[from] == SLOT_OTHER6)
		b->key6[to] = b->key6[from];
	b->hash[to] = b->hash[from];
	b->l3[to] = b->l3[from];
	b->iface[to] = b->iface[from];
	b->class[to] = b->class[from];
	b->reason[to] = b->reason[from];
}

void
syn_gate_drop_deferred(struct datapath *dp, struct burst *b, bool watched)
{
	struct rte_mbuf *dead[BURST_MAX], *last = NULL;
	uint16_t iface = b->ingress->untagged;
	unsigned n = 0, kept = 0;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < b->n; i++) {
		bool deferred = is_deferred(b, i);

		counter_add(&dp->sessions->unproven, deferred);
		if (!deferred || watched) {
			if (kept != i)
				move_slot(dp, b, kept, i);
			kept++;
		} else if (last == NULL) {
			last = b->m[i];
		} else {
			dead[n++] = b->m[i];
			bytes += b->m[i]->pkt_len;
			ledger_drop(dp->ledger, iface, REASON_session_unproven);
		}
	}
	if (last == NULL)
		return;
	b->m[kept] = last;
	b->iface[kept] = iface;
	b->class[kept] = SLOT_BAD;
	b->reason[kept] = REASON_session_unproven;
	b->n = (uint16_t)(kept + 1);
	counter_add(&dp->ledger->port[b->port].rx, n);
	counter_add(&dp->ledger->iface[iface].rx, n);
	if (b->ingress->has_vlans) /* else those of the whole burst are counted */
		counter_add(&dp->ledger->iface[iface].rx_bytes, bytes);
	rte_pktmbuf_free_bulk(dead, n);
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
