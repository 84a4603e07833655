/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a live table, for its files: the routes, their groups, and the views of them. */
#ifndef TABLE_LIVE_PRIV_H
#define TABLE_LIVE_PRIV_H

#include "table/live.h"

#define LIVE_VACANT 0xffffffffu
/* Beyond so many changed prefixes a new base is built. */
#define LIVE_TOUCHED_MAX 65536u

struct live_entry {
	union address address;
	uint32_t metric, group;
	uint32_t next; /* of its bucket, or vacant one */
	uint8_t family, length;
	uint8_t protocol;
	uint8_t mark;
};

struct live_touch {
	struct prefix prefix;
	uint64_t at_ns;
};

struct live_touches {
	struct live_touch *at;
	size_t n, room;
};

/* What was replaced; freed after a grace period. */
struct live_retired {
	struct live_view view;
	const struct live_view *shell;
	struct live_group **groups; /* array of ids; or NULL */
	bool base;                  /* view.base goes, too */
	uint64_t number;
	uint64_t steps[LIVE_READERS];
};

#define LIVE_RETIRED 8u

/* The groups of a table by id.  One that no route has is freed when no reader can hold a view in
 * which a route had it, and its id is used again. */
struct live_groups {
	struct live_group **at; /* the published array; NULL: no group has this id */
	uint32_t n, room;
	uint32_t *bucket; /* id + 1 */
	uint32_t *spare;  /* ids below n that are free; as many as room */
	uint32_t n_spare;
	uint32_t idle_first, idle_last; /* ids + 1 of groups without routes, by number; 0: none */
	struct live_group **old;        /* array replaced since the last view; or NULL */
	size_t bytes;
};

struct live {
	struct live_entry *entry;
	uint32_t *bucket;
	uint32_t n_entries, room, vacant, buckets;
	size_t count;
	uint8_t mark;
	struct live_groups groups;
	struct live_touches touched; /* since the base was built */
	struct live_touches recent;
	size_t published; /* of touched */
	bool rebuild;     /* the base is to be built */
	uint64_t all;
	_Atomic(const struct live_view *) view; /* writer: write, readers: read */
	uint64_t number;                        /* of the view */
	struct live_retired retired[LIVE_RETIRED];
	unsigned n_retired;
};

/* Mixes words to a hash. */
static inline uint32_t
live_hash(uint64_t a, uint64_t b, uint32_t c)
{
	uint64_t x = (a ^ (uint64_t)c << 40 ^ c) * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 29 ^ b) * 0xbf58476d1ce4e5b9u;
	return (uint32_t)(x ^ x >> 32);
}

/* live_groups.c */
bool live_groups_init(struct live_groups *g); /* false: no memory */
void live_groups_fini(struct live_groups *g);
/* A route leaves a group. */
void live_group_give(struct live *l, uint32_t id);
/* Frees groups without routes; oldest: number of the oldest view that a reader may hold. */
void live_groups_reclaim(struct live *l, uint64_t oldest);

/* Sets our interface of each next hop as live_map does; changed, by id: one of the group's has.
 * Returns true if any has. */
bool live_groups_map(
	struct live_groups *g, uint16_t (*of)(void *arg, uint32_t link), void *arg, bool changed[]);

/* live.c: notes that the best route of a prefix may have changed. */
void live_touch(struct live *l, const struct prefix *p);
/* Gives back memory that withdrawn routes have left. */
void live_shrink(struct live *l);
/* Returns the route of a prefix that counts, or LIVE_VACANT. */
uint32_t live_best(const struct live *l, const struct prefix *p);

#endif
