/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes that change one at a time while workers look them up: a table outside of generations.
 *
 * One writer keeps all routes of the table and publishes views of them.  A view is immutable: a
 * large base, and the prefixes that have changed since the base was built, in a small table beside
 * it.  A view that was replaced is freed when no reader can hold it any more (struct live_grace).
 *
 * Of several routes for one prefix the one with the lowest metric counts, and of those the oldest;
 * a route none of whose next hops leads to an interface of ours does not count.
 *
 * Threads: one writer at a time calls everything but live_view and live_find, which any reader may
 * call; a reader keeps a view no longer than the step that struct live_grace counts. */
#ifndef TABLE_LIVE_H
#define TABLE_LIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/prefix.h"
#include "table/prefixes.h"

#define LIVE_HOPS_MAX   64u
#define LIVE_GROUPS_MAX 65536u
#define LIVE_READERS    130u
#define LIVE_NONE       PREFIXES_NONE

enum live_kind {
	LIVE_VIA,
	LIVE_BLACKHOLE,
	LIVE_UNREACHABLE,
	LIVE_PROHIBIT,
};

struct live_hop {
	union address gateway;
	uint32_t link;          /* the kernel's index of the interface */
	_Atomic uint16_t iface; /* ours, 0: none.  writer: write, workers: read */
	uint16_t weight;
	bool on_link; /* no gateway */
};

/* What routes have in common: shared by all routes that say the same. */
struct live_group {
	uint8_t kind; /* enum live_kind */
	uint8_t n;
	bool usable; /* writer's: it can be used by packets */
	bool idle;   /* writer's: it waits to be freed, or for a route */
	uint32_t id;
	uint32_t object; /* the kernel's number of the next-hop object it is; 0: none */
	uint32_t refs;   /* routes that have it */
	uint32_t chain;  /* the next of its bucket, + 1 */
	uint32_t next;   /* of idle ones, + 1 */
	uint64_t left;   /* number of the view in which a route had it last */
	struct live_hop hop[];
};

/* One route of the kernel. */
struct live_route {
	struct prefix prefix;
	uint32_t metric;
	uint32_t group; /* id */
	uint8_t protocol;
};

struct live_changed {
	uint32_t value;
	uint8_t length;
};

struct live_view {
	const struct prefixes *base;
	const struct prefixes *delta; /* value: index of changed; or NULL */
	const struct live_changed *changed;
	const struct prefixes
		*recent; /* changed within LIVE_RECENT_NS; value: its length; or NULL */
	struct live_group *const *group; /* by id */
	uint64_t all;                    /* number of changes too many for recent */
	uint64_t number;                 /* of the view: 1, 2, ... */
};

#define LIVE_RECENT_NS 2500000000ull

/* When readers have let go of what they read. */
struct live_grace {
	void (*note)(void *arg, uint64_t steps[LIVE_READERS]);
	bool (*passed)(void *arg, const uint64_t steps[LIVE_READERS]);
	void *arg;
};

struct live;

struct live *live_create(void);    /* NULL: no memory */
void live_destroy(struct live *l); /* no reader is left; NULL is fine */

/* What a group says. */
struct live_hops {
	enum live_kind kind;
	uint32_t object; /* the kernel's number of the next-hop object; 0: none */
	const struct live_hop *hop;
	unsigned n;
};

/* Returns the id of a group, which is new if need be: a route has to be put with it before the next
 * live_publish.  LIVE_NONE: no memory, or too many. */
uint32_t live_group(struct live *l, const struct live_hops *h);
/* Returns the id of a group that is there; LIVE_NONE: it is not. */
uint32_t live_group_find(const struct live *l, const struct live_hops *h);
/* Returns the group of an id; NULL: there is none. */
struct live_group *live_group_at(const struct live *l, uint32_t id);

/* Adds a route, or replaces the one of its prefix and metric; also: it is a further one.  Returns
 * false without memory. */
bool live_put(struct live *l, const struct live_route *r, bool also);
/* Removes the route of a prefix and metric: the one of that group if there are several; exact: it
 * alone.  Returns true if there was one. */
bool live_remove(
	struct live *l, const struct prefix *p, uint32_t metric, uint32_t group, bool exact);

/* Returns true, and the route of a prefix that counts, if there is one. */
bool live_lookup(const struct live *l, const struct prefix *p, struct live_route *out);

/* A resync: routes that are not put between the two calls are removed. */
void live_mark(struct live *l);
void live_sweep(struct live *l);

/* Sets our interface of each next hop; of: from the kernel's index to ours, or 0. */
void live_map(struct live *l, uint16_t (*of)(void *arg, uint32_t link), void *arg);

/* Returns true if a route has a next-hop object of this number, or one that leads to this interface
 * of the kernel (0: not asked for). */
bool live_has_object(const struct live *l, uint32_t object, uint32_t link);

/* Publishes the changes since the last time, if there are any.  Returns false if that has to wait
 * for readers, or for memory. */
bool live_publish(struct live *l, const struct live_grace *grace, uint64_t now_ns);
/* Frees what readers have let go. */
void live_reclaim(struct live *l, const struct live_grace *grace);

size_t live_count(const struct live *l);
size_t live_bytes(const struct live *l);
/* Returns the next route from place *at on, which is advanced; NULL: there is none.  best: it
 * counts. */
bool live_next(const struct live *l, uint32_t *at, struct live_route *out, bool *best);

/* The live tables of an appliance, by the kernel's number; they last as long as it. */
#define LIVE_TABLES 16u

struct live_tables {
	struct {
		uint32_t number;
		struct live *live;
	} at[LIVE_TABLES];
	unsigned n;
};

/* Returns the table of a number, a new one if need be; NULL: no memory, or too many. */
struct live *live_tables_find(struct live_tables *t, uint32_t number);
void live_tables_fini(struct live_tables *t);

/* --- readers --- */

/* NULL: nothing has been published. */
const struct live_view *live_view(const struct live *l);

/* Returns the value for an address: live_length and live_id of it; LIVE_NONE: no route. */
uint32_t live_find(const struct live_view *v, unsigned family, const union address *a);

static inline unsigned
live_length(uint32_t value)
{
	return value >> 23;
}

static inline uint32_t
live_id(uint32_t value)
{
	return value & 0x7fffff;
}

/* Returns true if the best route of an address may have changed within LIVE_RECENT_NS. */
bool live_has_changed(const struct live_view *v, unsigned family, const union address *a);

#endif
