/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a live table, for its two files: the routes, and the views of them. */
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
	uint64_t steps[LIVE_READERS];
};

#define LIVE_RETIRED 8u

struct live {
	struct live_entry *entry;
	uint32_t *bucket;
	uint32_t n_entries, room, vacant, buckets;
	size_t count;
	uint8_t mark;
	struct live_group **group; /* by id; the published array */
	uint32_t n_groups, group_room;
	uint32_t *group_bucket; /* id + 1 */
	uint32_t group_buckets;
	struct live_group **old_groups; /* replaced since the last view; or NULL */
	struct live_touches touched;    /* since the base was built */
	struct live_touches recent;
	size_t published; /* of touched */
	bool rebuild;     /* the base is to be built */
	uint64_t all;
	_Atomic(const struct live_view *) view; /* writer: write, readers: read */
	struct live_retired retired[LIVE_RETIRED];
	unsigned n_retired;
};

/* live.c: notes that the best route of a prefix may have changed. */
void live_touch(struct live *l, const struct prefix *p);
/* Gives back memory that withdrawn routes have left. */
void live_shrink(struct live *l);
/* Returns the route of a prefix that counts, or LIVE_VACANT. */
uint32_t live_best(const struct live *l, const struct prefix *p);

#endif
