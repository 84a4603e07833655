/* SPDX-License-Identifier: BSD-3-Clause */
/* One-to-one translation of the addresses of a prefix into those of another one of the same length:
 * IPv4 subnets, and IPv6 prefixes, checksum-neutral (RFC 6296) or with the host bits as they are.
 *
 * Threads: built by control, read by workers. */
#ifndef STAGE_PREFIX_MAP_H
#define STAGE_PREFIX_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/key.h"
#include "policy/stage.h"

struct build;

struct prefix_map_cfg {
	struct cfg_head head;
	struct ip_prefix from, to;
	bool neutral;
};

struct prefix_map {
	uint8_t family; /* 0: none */
	uint8_t length;
	bool neutral;
	uint16_t adjustment; /* of a 16-bit word of a neutral one, in one's complement */
	union address from, to;
};

extern const struct cfg_table prefix_map_table;

/* Builds *out.  Returns 0, or negative after an error. */
int prefix_map_build(struct build *b, const struct prefix_map_cfg *cfg, struct prefix_map *out);

/* Returns true if the address is one of the prefix. */
bool prefix_map_holds(const struct prefix_map *m, unsigned family, const union address *a);

/* Returns true if the address is one of the prefix, and writes what it becomes.  No address of a
 * neutral map whose host part is all ones from the prefix on becomes anything: its packets are
 * dropped (RFC 6296 3.7). */
bool prefix_map_find(const struct prefix_map *m, unsigned family, const union address *address,
	union address *out);

#endif
