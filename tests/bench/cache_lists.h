/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys in lists, each in one list at most, found by a hash: what LRU and ARC are made of. */
#ifndef BENCH_CACHE_LISTS_H
#define BENCH_CACHE_LISTS_H

#include <stdint.h>

enum { LISTS = 4 };

struct cache_node {
	uint32_t key;
	uint32_t chain;         /* next of the same hash; 0: none */
	uint32_t before, after; /* in its list; the list's head is node 1 + list */
	uint8_t list;
};

struct cache_lists {
	struct cache_node *node; /* [1..LISTS] are the heads; then one for each key */
	uint32_t *first;         /* by hash */
	uint32_t mask;
	uint32_t vacant, high;
	uint32_t length[LISTS];
};

/* Room for so many keys; ends the process without memory. */
void cache_lists_init(struct cache_lists *l, uint32_t keys);
void cache_lists_fini(struct cache_lists *l);

/* The node of a key; 0: it is in no list. */
uint32_t cache_lists_find(const struct cache_lists *l, uint32_t key);

/* To the front of a list: a key that is in none, or the node of one that is. */
void cache_lists_add(struct cache_lists *l, uint32_t key, unsigned list);
void cache_lists_move(struct cache_lists *l, uint32_t node, unsigned list);

/* The last of a list, 0 when it is empty; and out of all lists with a node. */
uint32_t cache_lists_last(const struct cache_lists *l, unsigned list);
void cache_lists_remove(struct cache_lists *l, uint32_t node);

#endif
