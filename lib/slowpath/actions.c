/* SPDX-License-Identifier: BSD-3-Clause */
/* Listed actions: rule counters, meters, DSCP, MSS. */

#include <string.h>

#include "base/clock.h"
#include "base/limiter.h"
#include "base/meter.h"
#include "slowpath/dynamic.h"
#include "slowpath/slowpath_priv.h"

/* Counts a packet that a meter drops, at the line of the meter. */
static void
count_exceeded(struct datapath *dp, uint32_t meter, unsigned ip_bytes)
{
	struct rule_hits *hits = dp->gen->worker[dp->worker].hits;

	rule_hits_add(&hits[dp->gen->meters[meter].counter], 1, ip_bytes, clock_tick(dp->now_ns));
}

static struct limiter_key
key_of(const struct metered *m, const struct meter_spec *spec)
{
	struct limiter_key key = { .owner = m->iface };

	if (spec->per == METER_ALL)
		return key;
	key.family = m->family;
	key.domain = spec->per == METER_SOURCE ? m->domain : m->to_domain;
	memcpy(key.bytes, spec->per == METER_SOURCE ? m->src : m->dst, sizeof(key.bytes));
	return key;
}

/* Gives back what the first n actions took from tables of addresses. */
static void
refund(struct datapath *dp, const struct metered *m, unsigned n)
{
	struct limiter *const *limiters = dp->gen->worker[dp->worker].limiters;

	for (unsigned i = 0; i < n && m->actions[i] != 0; i++) {
		uint32_t arg = ACTION_ARG(m->actions[i]);
		const struct meter_spec *spec;
		struct limiter_key key;

		if (ACTION_OP(m->actions[i]) != ACTION_METER)
			continue;
		spec = &dp->gen->meters[arg];
		if (spec->keys == 0 || (spec->sessions && !m->begins))
			continue;
		key = key_of(m, spec);
		limiter_refund(limiters[arg], &key, m->ip_bytes);
	}
}

void
slowpath_refund(struct datapath *dp, const struct metered *m)
{
	refund(dp, m, PROGRAM_ACTIONS_MAX);
}

static bool
take(struct datapath *dp, const struct metered *m, uint32_t meter)
{
	const struct generation_worker *gw = &dp->gen->worker[dp->worker];
	const struct meter_spec *spec = &dp->gen->meters[meter];
	struct limiter_key key;

	if (spec->sessions && !m->begins)
		return true;
	if (spec->keys == 0)
		return meter_take(gw->meters[meter], dp->now_ns, m->ip_bytes);
	key = key_of(m, spec);
	return limiter_take(gw->limiters[meter], &key, m->ip_bytes, dp->now_ns);
}

static void
add_source(struct datapath *dp, unsigned set, const union address *src, const struct metered *m)
{
	const struct member member = {
		.address = *src,
		.family = m->family,
		.domain = m->domain,
		.owner = m->iface,
	};

	dynamic_add(dp, set, &member);
}

void
slowpath_adds(struct datapath *dp, const struct view *v, const uint32_t actions[])
{
	const struct metered m = {
		.family = v->family,
		.domain = v->tuple.domain,
		.iface = v->iface,
	};

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && actions[i] != 0; i++)
		if (ACTION_OP(actions[i]) == ACTION_ADD && v->family != 0)
			add_source(dp, ACTION_ARG(actions[i]), &v->tuple.src, &m);
}

static bool
would_take(struct datapath *dp, const struct metered *m, uint32_t meter)
{
	const struct generation_worker *gw = &dp->gen->worker[dp->worker];
	const struct meter_spec *spec = &dp->gen->meters[meter];
	struct limiter_key key;
	struct meter copy;

	if (spec->sessions && !m->begins)
		return true;
	if (spec->keys == 0) {
		copy = *gw->meters[meter];
		return meter_take(&copy, dp->now_ns, m->ip_bytes);
	}
	key = key_of(m, spec);
	return limiter_may(gw->limiters[meter], &key, m->ip_bytes, dp->now_ns);
}

/* Notes the line of a meter that refuses a packet: a list may have several. */
static enum reason
refused_by(struct datapath *dp, uint32_t meter)
{
	dp->slow->scratch->refused_by = dp->gen->meters[meter].counter;
	return (enum reason)dp->gen->meters[meter].reason;
}

enum reason
meters_foresee(struct datapath *dp, const struct metered *m)
{
	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && m->actions[i] != 0; i++) {
		uint32_t arg = ACTION_ARG(m->actions[i]);

		if (ACTION_OP(m->actions[i]) == ACTION_METER && !would_take(dp, m, arg))
			return refused_by(dp, arg);
	}
	return REASON_NONE;
}

enum reason
slowpath_meters(struct datapath *dp, const struct metered *m)
{
	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && m->actions[i] != 0; i++) {
		uint32_t arg = ACTION_ARG(m->actions[i]);

		if (ACTION_OP(m->actions[i]) != ACTION_METER || take(dp, m, arg))
			continue;
		refund(dp, m, i);
		count_exceeded(dp, arg, m->ip_bytes);
		if (dp->gen->meters[arg].add != 0)
			add_source(dp, dp->gen->meters[arg].add, m->src, m);
		return refused_by(dp, arg);
	}
	return REASON_NONE;
}

void
slowpath_marks(const uint32_t actions[], const struct marked *m)
{
	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && actions[i] != 0; i++) {
		uint32_t arg = ACTION_ARG(actions[i]);

		if (ACTION_OP(actions[i]) == ACTION_DSCP && m->family != 0)
			rewrite_dscp(m->ip, m->family, (uint8_t)arg);
		if (ACTION_OP(actions[i]) == ACTION_MSS && m->tcp != NULL)
			rewrite_mss(m->tcp, m->tcp_bytes, (uint16_t)arg);
	}
}
