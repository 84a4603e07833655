/* SPDX-License-Identifier: BSD-3-Clause */
/* Listed actions: rule counters, meters, DSCP. */

#include "base/clock.h"
#include "base/counter.h"
#include "base/meter.h"
#include "slowpath/slowpath_priv.h"

void
count_rule(struct rule_hits *h, unsigned ip_bytes, uint32_t tick)
{
	if (h->packets == 0)
		h->first = tick;
	h->last = tick;
	counter_add(&h->packets, 1);
	counter_add(&h->bytes, ip_bytes);
}

/* Counts a packet that a meter drops, at the line of the meter. */
static void
count_exceeded(struct datapath *dp, uint32_t meter, unsigned ip_bytes)
{
	struct rule_hits *hits = dp->gen->worker[dp->worker].hits;

	count_rule(&hits[dp->gen->meters[meter].counter], ip_bytes, clock_tick(dp->now_ns));
}

bool
slowpath_meters(struct datapath *dp, const uint32_t actions[], unsigned ip_bytes)
{
	struct meter *const *meters = dp->gen->worker[dp->worker].meters;

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && actions[i] != 0; i++) {
		uint32_t arg = ACTION_ARG(actions[i]);

		if (ACTION_OP(actions[i]) == ACTION_METER
			&& !meter_take(meters[arg], dp->now_ns, ip_bytes)) {
			count_exceeded(dp, arg, ip_bytes);
			return false;
		}
	}
	return true;
}

void
slowpath_marks(const uint32_t actions[], uint8_t *ip, unsigned family)
{
	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && actions[i] != 0; i++)
		if (ACTION_OP(actions[i]) == ACTION_DSCP && family != 0)
			rewrite_dscp(ip, family, (uint8_t)ACTION_ARG(actions[i]));
}
