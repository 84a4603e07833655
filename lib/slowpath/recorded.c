/* SPDX-License-Identifier: BSD-3-Clause */
/* Entries of the flight recorder. */

#include "slowpath/recorded.h"

#include <rte_mbuf.h>

#include "program/action_list.h"
#include "slowpath/slowpath_priv.h"
#include "tap/recorder.h"
#include "tap/probes.h"

struct recorder_entry *
slowpath_record_begin(struct slowpath *s, const struct burst *b, unsigned slot)
{
	return recorder_begin(s->recorder, b->m[slot]);
}

void
slowpath_record_end(
	struct slowpath *s, const struct burst *b, unsigned slot, struct recorder_entry *e)
{
	bool dropped = b->out[slot] == OUT_DROP;

	e->time_ns = s->now_ns;
	e->generation = (uint32_t)s->gen->number;
	e->counter = dropped ? s->scratch->counter[slot] : 0;
	e->iface = b->iface[slot];
	e->out = b->out[slot];
	e->port = (uint8_t)b->port;
	e->reason = dropped ? b->reason[slot] : 0;
	recorder_keep(s->recorder);
	if (dropped)
		PROBE_DROP(e->reason, e->iface, e->frame, e->bytes);
}

void
slowpath_find_counter(struct slowpath *s, const struct burst *b, unsigned slot)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(b->m[slot], const uint8_t *, b->l3[slot]);
	const struct flow *f;

	s->scratch->counter[slot] = 0;
	if (b->flow[slot] == 0 || reason_fault((enum reason)b->reason[slot]) != FAULT_POLICY)
		return;
	f = flow_at(ip[0] >> 4 == 6 ? s->flow6 : s->flow4, b->flow[slot]);
	s->scratch->counter[slot] = deciding_counter(action_lists_at(s->lists, f->list)->word);
}

const uint32_t *
slowpath_counters(const struct slowpath *s)
{
	return s->scratch->counter;
}
