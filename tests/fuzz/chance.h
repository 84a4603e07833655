/* SPDX-License-Identifier: BSD-3-Clause */
/* Chance that comes out the same for the same seed. */
#ifndef FUZZ_CHANCE_H
#define FUZZ_CHANCE_H

#include <stdint.h>

extern uint64_t chance_state; /* the program's own; its seed */

/* A number below that; SplitMix64. */
static inline uint64_t
chance(uint64_t below)
{
	uint64_t z = chance_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % below;
}

#endif
