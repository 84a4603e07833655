/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow table as first packets use it without sessions (slowpath/install.c): a flow is admitted
 * on its second packet, and takes the place of the one of its bucket that was seen longest ago. */

#include <stdlib.h>

#include "cache_policy.h"
#include "flow/table.h"

#define PACKETS_PER_TICK 1024 /* a tick is 1 ms: a million packets a second */

struct weir {
	struct flow_table *table;
	uint64_t packets;
};

static void *
weir_create(uint32_t capacity)
{
	struct weir *w = calloc(1, sizeof(*w));

	if (w != NULL)
		w->table = flow_table_create(capacity, sizeof(struct flow4), 0);
	if (w == NULL || w->table == NULL)
		abort();
	return w;
}

static void
weir_destroy(void *cache)
{
	struct weir *w = cache;

	flow_table_destroy(w->table);
	free(w);
}

static bool
weir_access(void *cache, uint32_t number)
{
	struct weir *w = cache;
	struct key4 key = { .proto = 17, .iface = 1, .src = number, .dst = 0x0100a8c0 };
	uint64_t hash = flow_hash4(&key, &w->table->secret);
	uint32_t tick = (uint32_t)(w->packets++ / PACKETS_PER_TICK);
	uint32_t index = flow_table_find(w->table, &key, hash);

	if (index != 0) {
		flow_at(w->table, index)->seen = tick;
		return true;
	}
	if (!flow_table_admit(w->table, hash))
		return false;
	index = flow_table_insert(w->table, &key, hash, tick);
	if (index == 0 && flow_table_evict(w->table, hash, tick) != 0) {
		flow_table_reclaim(w->table);
		flow_table_insert(w->table, &key, hash, tick);
	}
	flow_table_reclaim(w->table);
	return false;
}

const struct cache_policy cache_weir = { "weir", weir_create, weir_destroy, weir_access };
