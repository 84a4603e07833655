/* SPDX-License-Identifier: BSD-3-Clause */
/* Events about what is nearly used up: sessions, packet buffers, public ports.  One when nine
 * tenths are in use, one when there is room again. */

#include <stdio.h>
#include <string.h>

#include <rte_mempool.h>

#include "control/events_priv.h"
#include "io/pool.h"
#include "nat/counts.h"
#include "schema/json_text.h"

#define LOW_PERCENT    90 /* in use */
#define ENOUGH_PERCENT 80

/* How much of something there is, and what it is called. */
struct level {
	const char *resource, *name;
	uint64_t used, most;
};

static void
look_at(struct events *e, bool *low, const struct level *level)
{
	uint64_t bound = level->most * (*low ? ENOUGH_PERCENT : LOW_PERCENT) / 100;
	bool now = level->most != 0 && level->used > bound;

	if (now == *low)
		return;
	*low = now;
	events_tell(e, "limit",
		json_pack("{s:s,s:o*,s:I,s:I,s:s}", "resource", level->resource, "name",
			level->name != NULL ? json_text(level->name) : NULL, "used",
			(json_int_t)level->used, "most", (json_int_t)level->most, "state",
			now ? "low" : "enough"));
}

static void
look_at_sessions(struct events *e, const struct events_now *now)
{
	struct level level = { .resource = "sessions" };

	for (unsigned w = 0; w < workers_count(now->workers); w++) {
		struct fastpath_flows flows;

		fastpath_figures(workers_at(now->workers, w)->fp, &flows);
		level.used += flows.sessions;
		level.most += flows.sessions_capacity;
	}
	look_at(e, &e->low_sessions, &level);
}

static void
look_at_buffers(struct events *e, const struct events_now *now)
{
	for (unsigned i = 0; i < now->pools->count; i++) {
		const struct pool *pool = &now->pools->at[i];
		unsigned free = rte_mempool_avail_count(pool->mp), most = pool->sizing.count;
		const struct level level = { .resource = "packet buffers",
			.used = most - (free < most ? free : most),
			.most = most };

		look_at(e, &e->low_buffers[i], &level);
	}
}

/* The ports of the protocol that has fewest left. */
static struct level
level_of_pool(const struct nat_pool_counts *pool)
{
	struct level level = { .resource = "public ports", .name = pool->name };

	for (unsigned i = 0; i < pool->n_addresses; i++)
		level.most += pool->address[i].all.ports_total;
	for (unsigned p = 0; p < NAT_PROTOS; p++) {
		uint64_t used = 0;

		for (unsigned i = 0; i < pool->n_addresses; i++)
			used += pool->address[i].used[p];
		level.used = used > level.used ? used : level.used;
	}
	return level;
}

/* Returns the state of a pool, which generations know by its name; NULL: too many. */
static bool *
low_pool(struct events *e, const char *name)
{
	for (unsigned i = 0; i < NAT_POOLS; i++) {
		struct low_pool *p = &e->low_pool[i];

		if (p->name[0] == '\0')
			snprintf(p->name, sizeof(p->name), "%s", name);
		if (strcmp(p->name, name) == 0)
			return &p->low;
	}
	return NULL;
}

static void
look_at_ports(struct events *e, const struct events_now *now)
{
	struct nat_summary *sum = NULL;

	for (unsigned w = 0; w < workers_count(now->workers) && now->gen->n_pools > 0; w++) {
		uint64_t bytes;
		struct nat_summary *nat = worker_nat(workers_at(now->workers, w), now->gen, &bytes);

		if (nat == NULL) { /* it adopts a generation now: the next second */
			nat_summary_free(sum);
			return;
		}
		if (sum != NULL)
			nat_summary_add(sum, nat);
		else
			sum = nat;
		if (sum != nat)
			nat_summary_free(nat);
	}
	for (unsigned i = 0; sum != NULL && i < sum->n_pools; i++) {
		const struct level level = level_of_pool(&sum->pool[i]);
		bool *low = low_pool(e, sum->pool[i].name);

		if (low != NULL)
			look_at(e, low, &level);
	}
	nat_summary_free(sum);
}

void
events_look_at_levels(struct events *e, const struct events_now *now)
{
	if (e->sink == NULL || !e->all || now->clock_ns - e->levels_ns < NS_PER_SECOND)
		return;
	e->levels_ns = now->clock_ns;
	look_at_sessions(e, now);
	look_at_buffers(e, now);
	look_at_ports(e, now);
}
