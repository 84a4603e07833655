/* SPDX-License-Identifier: BSD-3-Clause */
/* Entries of the flight recorder. */

#include "slowpath/recorded.h"

#include <rte_mbuf.h>

#include "program/action_list.h"
#include "slowpath/slowpath_priv.h"
#include "tap/recorder.h"
#include "tap/probes.h"

struct recorder_entry *
slowpath_record_begin(struct datapath *dp, const struct burst *b, unsigned slot)
{
	return recorder_begin(dp->slow->recorder, b->m[slot]);
}

void
slowpath_record_end(
	struct datapath *dp, const struct burst *b, unsigned slot, struct recorder_entry *e)
{
	bool dropped = b->output[slot].port == OUT_DROP;

	e->time_ns = dp->now_ns;
	e->generation = (uint32_t)dp->gen->number;
	e->counter = dropped ? dp->slow->scratch->counter[slot] : 0;
	e->iface = b->iface[slot];
	e->out = b->output[slot].port;
	e->port = (uint8_t)b->port;
	e->reason = dropped ? b->reason[slot] : 0;
	e->sample = dp->slow->sample_line;
	dp->slow->sample_line = 0;
	recorder_keep(dp->slow->recorder);
	if (dropped)
		PROBE_DROP(e->reason, e->iface, e->frame, e->bytes);
}

void
slowpath_record_sample(struct datapath *dp, const struct burst *b, unsigned slot, uint32_t line)
{
	if (slot >= BURST_MAX)
		return; /* held until now: the entry of its slot has been made */
	dp->slow->sample_line = line;
	if (!dp->slow->records)
		dp->slow->sample_entry = slowpath_record_begin(dp, b, slot);
}

void
slowpath_record_sampled(struct datapath *dp, const struct burst *b, unsigned slot)
{
	slowpath_record_end(dp, b, slot, dp->slow->sample_entry);
	dp->slow->sample_entry = NULL;
}

void
slowpath_find_counter(struct datapath *dp, const struct burst *b, unsigned slot)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(b->m[slot], const uint8_t *, b->l3[slot]);
	const struct flow *f;

	dp->slow->scratch->counter[slot] = 0;
	if (b->flow[slot] == 0 || reason_fault((enum reason)b->reason[slot]) != FAULT_POLICY)
		return;
	f = flow_at(ip[0] >> 4 == 6 ? dp->flow6 : dp->flow4, b->flow[slot]);
	if (reason_of_meter((enum reason)b->reason[slot])
		&& dp->nexthops[f->nexthop].state != NEXTHOP_DROP)
		dp->slow->scratch->counter[slot] = dp->slow->scratch->metered[slot];
	else
		dp->slow->scratch->counter[slot] = deciding_counter(
			action_lists_at(dp->lists, f->list)->word);
}

const uint32_t *
slowpath_counters(const struct datapath *dp)
{
	return dp->slow->scratch->counter;
}
