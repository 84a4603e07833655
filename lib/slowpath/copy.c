/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies of packets for stages mirror and sample: taken before anything is done to the packet. */

#include <rte_mbuf.h>

#include "base/counter.h"
#include "base/meter.h"
#include "slowpath/recorded.h"
#include "slowpath/slowpath_priv.h"

/* Returns true if the packet is the first of the next so many. */
static bool
is_chosen(struct datapath *dp, const struct copy_spec *spec, unsigned number)
{
	uint32_t *skip = &dp->gen->worker[dp->worker].skips[number];

	if (*skip > 0) {
		--*skip;
		return false;
	}
	*skip = spec->one_in - 1;
	return true;
}

static enum reason
send_copy(struct datapath *dp, const struct copied *c, const struct copy_spec *spec, uint16_t port)
{
	const struct generation_worker *gw = &dp->gen->worker[dp->worker];
	uint32_t bytes = RTE_MIN(c->m->pkt_len, spec->bytes);
	struct rte_mbuf *copy;

	if (spec->meter >= 0 && !meter_take(gw->meters[spec->meter], dp->now_ns, bytes))
		return REASON_mirror_exceeded;
	copy = rte_pktmbuf_copy(c->m, dp->slow->pool, 0, bytes);
	if (copy == NULL)
		return REASON_no_mbuf;
	if (copy->nb_segs > 1) { /* the pool's buffers are smaller than the frame */
		rte_pktmbuf_free(copy);
		return REASON_multi_segment;
	}
	if (c->slot < BURST_MAX) /* others are judged at the place of a slot of the burst */
		dp->slow->slot = (uint16_t)c->slot;
	slowpath_send(dp, copy, port, 0);
	return REASON_NONE;
}

/* A copy that cannot be made is one that was dropped; the packet itself goes on. */
static void
mirror(struct datapath *dp, const struct copied *c, uint32_t arg)
{
	const struct copy_spec *spec = &dp->gen->copies[COPY_NUMBER(arg)];
	struct rule_hits *hits = dp->gen->worker[dp->worker].hits;
	enum reason r;

	if (!is_chosen(dp, spec, COPY_NUMBER(arg)))
		return;
	counter_add(&dp->ledger->born[BORN_clone], 1);
	r = send_copy(dp, c, spec, COPY_PORT(arg));
	if (r != REASON_NONE)
		ledger_drop(dp->ledger, c->b->iface[c->slot], r);
	else
		rule_hits_add(&hits[spec->counter], 1, c->ip_bytes, clock_tick(dp->now_ns));
}

static void
sample(struct datapath *dp, const struct copied *c, uint32_t number)
{
	const struct copy_spec *spec = &dp->gen->copies[number];
	struct rule_hits *hits = dp->gen->worker[dp->worker].hits;

	if (!is_chosen(dp, spec, number))
		return;
	rule_hits_add(&hits[spec->counter], 1, c->ip_bytes, clock_tick(dp->now_ns));
	slowpath_record_sample(dp, c->b, c->slot, spec->counter);
	if (dp->slow->sampled != NULL)
		dp->slow->sampled(dp->slow->sampled_arg, c->b, c->slot);
}

void
slowpath_copy(struct datapath *dp, const struct copied *c, enum copy_when when)
{
	bool metered = false;

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && c->actions[i] != 0; i++) {
		uint32_t arg = ACTION_ARG(c->actions[i]);

		switch (ACTION_OP(c->actions[i])) {
		case ACTION_METER:
			metered = true;
			break;
		case ACTION_MIRROR:
			if (when == COPY_ALL || metered == (when == COPY_METERED))
				mirror(dp, c, arg);
			break;
		case ACTION_SAMPLE:
			if (when == COPY_ALL || metered == (when == COPY_METERED))
				sample(dp, c, arg);
			break;
		default:
			break;
		}
	}
}
