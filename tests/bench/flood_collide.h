/* SPDX-License-Identifier: BSD-3-Clause */
/* Tuples that hashes of others take for the same: what an attacker computes at home. */
#ifndef BENCH_FLOOD_COLLIDE_H
#define BENCH_FLOOD_COLLIDE_H

#include <stdint.h>

/* In host order, as they stand on the wire. */
struct collide_tuple {
	uint32_t src, dst;
	uint16_t sport, dport;
};

enum collide_hash {
	COLLIDE_RANDOM,   /* do not collide */
	COLLIDE_CRC32C,   /* source address and port vary: whatever the seed */
	COLLIDE_JHASH,    /* seed 0 */
	COLLIDE_TOEPLITZ, /* Microsoft's key, the default of many devices */
	COLLIDE_HASHES,
};

/* The n-th of them.  All have the same low 20 bits of CRC32C, and all bits of the others. */
void collide_prepare(enum collide_hash hash);
struct collide_tuple collide_tuple(enum collide_hash hash, uint32_t n);

/* The hash, to prove it. */
uint32_t collide_value(enum collide_hash hash, const struct collide_tuple *t);

#endif
