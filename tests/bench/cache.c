/* SPDX-License-Identifier: BSD-3-Clause */
/* Hit ratios of the flow table's admission and eviction beside LRU and ARC, as JSON.
 *
 *   zipf    65,536 flows by Zipf's law, exponent 1
 *   scan    the same, and every second packet is of a flow that never comes again
 *   round   65,536 flows, each in turn
 *   mixed   Zipf whose popular flows change after each quarter, with a scan in its middle and a
 *           round over an eighth of the flows at its end
 *
 * Caches of 1, 10, 50 and 100 % of the flows; the first quarter of the packets fills them and is
 * not counted. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>

#include "base/random.h"
#include "cache_policy.h"
#include "measure/traffic.h"

#define FLOWS   65536u
#define PACKETS (1u << 21)
#define ONCE    0x40000000u /* keys from here on come once */

enum trace { ZIPF, SCAN, ROUND, MIXED, TRACES };

static const char *const trace_names[TRACES] = { "zipf", "scan", "round", "mixed" };

static struct traffic *
flows_in(enum traffic_order order)
{
	struct traffic_setup setup = {
		.aim = { .family = 4,
			.src = { .addresses = 256, .port = 1024, .ports = 1024 },
			.dst = { .addresses = 1, .port = 53, .ports = 1 } },
		.flows = FLOWS,
		.order = order,
		.zipf = 1.0,
		.seed = 1,
	};
	struct err *err = err_create();
	struct traffic *t = err != NULL ? traffic_create(&setup, err) : NULL;

	if (t == NULL)
		abort();
	err_destroy(err);
	return t;
}

/* The key of packet i; zipf gives one of the popular flows. */
static uint32_t
key_at(enum trace trace, uint32_t i, uint32_t zipf, uint32_t in_turn)
{
	uint32_t quarter = i / (PACKETS / 4), place = i % (PACKETS / 4);

	if (trace == ROUND)
		return in_turn;
	if (trace == SCAN && i % 2 == 0)
		return ONCE + i;
	if (trace != MIXED)
		return zipf;
	if (place > PACKETS / 4 / 8 * 3 && place < PACKETS / 4 / 8 * 4)
		return ONCE + i;
	if (place > PACKETS / 4 / 8 * 7)
		return i % (FLOWS / 8);
	return (zipf + quarter * (FLOWS / 4)) % FLOWS;
}

static void
make_trace(enum trace trace, uint32_t *keys)
{
	struct traffic *zipf = flows_in(TRAFFIC_ZIPF), *round = flows_in(TRAFFIC_ROUND);

	for (uint32_t i = 0; i < PACKETS; i++)
		keys[i] = key_at(
			trace, i, (uint32_t)traffic_next(zipf), (uint32_t)traffic_next(round));
	traffic_destroy(zipf);
	traffic_destroy(round);
}

static double
hit_ratio(const struct cache_policy *policy, uint32_t capacity, const uint32_t *keys)
{
	void *cache = policy->create(capacity);
	uint32_t hits = 0;

	for (uint32_t i = 0; i < PACKETS; i++)
		hits += policy->access(cache, keys[i]) && i >= PACKETS / 4;
	policy->destroy(cache);
	return (double)hits / (PACKETS - PACKETS / 4);
}

int
main(void)
{
	static const struct cache_policy *const policies[] = { &cache_weir, &cache_lru,
		&cache_arc };
	static const unsigned percents[] = { 1, 10, 50, 100 };
	uint32_t *keys = malloc(PACKETS * sizeof(*keys));
	const char *comma = "";

	if (keys == NULL)
		return 1;
	random_use_seed(0);
	printf("[\n");
	for (unsigned t = 0; t < TRACES; t++) {
		make_trace((enum trace)t, keys);
		for (unsigned p = 0; p < RTE_DIM(percents); p++) {
			printf("%s {\"trace\": \"%s\", \"percent\": %u", comma, trace_names[t],
				percents[p]);
			for (unsigned c = 0; c < RTE_DIM(policies); c++)
				printf(", \"%s\": %.4f", policies[c]->name,
					hit_ratio(policies[c], FLOWS * percents[p] / 100, keys));
			printf("}");
			comma = ",\n";
		}
	}
	printf("\n]\n");
	free(keys);
	return 0;
}
