/* SPDX-License-Identifier: BSD-3-Clause */
/* Caches to be compared by their hit ratio: Weir's flow table as it is used without state, and
 * plain references of LRU and ARC.  A key is a number below 2^32.
 *
 * Threads: one. */
#ifndef BENCH_CACHE_POLICY_H
#define BENCH_CACHE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct cache_policy {
	const char *name;
	void *(*create)(uint32_t capacity);
	void (*destroy)(void *cache);
	bool (*access)(void *cache, uint32_t key); /* was it there?  It is used, in any case */
};

extern const struct cache_policy cache_weir, cache_lru, cache_arc;

#endif
