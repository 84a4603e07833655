/* SPDX-License-Identifier: BSD-3-Clause */
/* The pools of a generation in the form that workers use: computed once by control, beside the
 * running ones.
 *
 * A pool keeps its slot by its name, and an address its place by its value, over all layouts;
 * mappings hold these numbers.  A pool or an address that the configuration no longer has stays in
 * the layout, with its last settings, as long as a worker's mappings need it.  A worker therefore
 * adopts a layout by one pointer, and computes the free ports of an address under another range at
 * its next use (nat_ports).
 *
 * Threads: control creates and discards; workers read. */
#ifndef NAT_LAYOUT_H
#define NAT_LAYOUT_H

#include <stdbool.h>

#include "nat/nat.h"
#include "nat/counts.h"
#include "nat/port_pool.h"

/* Pools: those of a configuration, and removed ones in use. */
#define NAT_SLOTS  255u
#define NAT_PLACES (2u * NAT_POOLS * NAT_ADDRESSES) /* addresses, likewise */

struct nat_layout_pool {
	char *name; /* NULL: vacant */
	bool configured, reject;
	uint8_t mapping, filtering;
	uint8_t domain; /* of its addresses */
	uint16_t low, high;
	uint32_t per_source;
	const char *known_as;  /* the name, for the life of the process */
	const char *logged_as; /* the same; NULL: not logged */
	uint32_t n_addresses;
	uint32_t *address;       /* their places */
	uint64_t serial;         /* of the slot's present owner */
	uint64_t ports;          /* a new number: other ports may be given out */
	struct port_mask *masks; /* ports that may be given out, of all workers; n_masks */
	unsigned n_masks;
	uint8_t mask[NAT_PROTOS]; /* index of the mask for each protocol */
};

struct nat_place {
	rte_be32_t address;
	uint8_t domain;
	uint8_t slot;               /* NAT_NO_POOL: only old mappings are left */
	bool used;                  /* else vacant */
	bool followed;              /* an interface had it, and no pool has it by itself */
	bool ended;                 /* no interface has it any more: nor may its sessions */
	uint16_t old_low, old_high; /* ports that mappings may have by earlier ranges of its pools;
				     * high 0: none */
};

struct nat_layout {
	unsigned n_slots;
	uint8_t slot[NAT_POOLS]; /* by pool number */
	uint32_t n_places;
	struct nat_place *place;
	uint32_t *found; /* open addressing: place + 1 of an address */
	uint32_t found_mask;
	bool has_peers, has_log;
	bool has_ended; /* a place that ended */
	bool has_old;   /* a place with old ports that its pool does not have */
	struct nat_layout_pool pool[NAT_SLOTS];
};

/* The layout without pools. */
extern const struct nat_layout nat_layout_empty;

struct nat_layout_setup {
	const struct nat_pool_spec *specs; /* spec i is pool number i */
	unsigned n_specs;
	const struct nat_layout *before; /* of the running generation; NULL: the first */
	const struct nat *const *user;   /* the workers' NATs */
	unsigned n_users;
	bool settled; /* every user has adopted `before`: what is removed in it
		       * can be given up */
};

/* Creates a layout.  Returns 0, -ENOMEM, or -ENOSPC: mappings hold too many removed pools or
 * addresses. */
int nat_layout_create(const struct nat_layout_setup *setup, struct nat_layout **layout);
void nat_layout_discard(struct nat_layout *l); /* NULL is fine */

/* Ends the places without a pool that an interface had: they are no longer ours by owns. */
void nat_layout_end(struct nat_layout *l, bool (*owns)(const void *arg, const struct nat_place *p),
	const void *arg);

/* Returns the place of a public address, or -1. */
int nat_layout_find(const struct nat_layout *l, rte_be32_t address);

/* Returns true if the tuple is to a port of a public address that only mappings of an earlier range
 * may have. */
bool nat_layout_is_old(const struct nat_layout *l, const struct tuple *t);

#endif
