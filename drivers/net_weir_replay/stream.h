/* SPDX-License-Identifier: BSD-3-Clause */
/* step=: conversations that go on while their capture is repeated.
 *
 * In each repetition two numbers of a frame have moved on by as many bytes, in both captures of a
 * pair alike: the sequence and the acknowledgement number of TCP, the first eight bytes of what
 * UDP carries.  Both cost the same.  Checksums are corrected. */
#ifndef NET_WEIR_REPLAY_STREAM_H
#define NET_WEIR_REPLAY_STREAM_H

#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

#include "fresh.h"
#include "frames.h"

/* Returns two numbers, each plus bytes: no carry goes from one to the other. */
static inline uint64_t
stream_add(uint64_t numbers, uint32_t bytes)
{
	const uint64_t top = 0x8000000080000000;
	uint64_t both = (uint64_t)bytes << 32 | bytes;

	return ((numbers & ~top) + (both & ~top)) ^ ((numbers ^ both) & top);
}

/* Moves a frame on that was copied from one to another place, if it has numbers.  They and the
 * checksum are read where they came from: what was just written in pieces would have to be waited
 * for.  The sum over eight bytes changes by the difference in one's complement (RFC 1624, equation
 * 3, for four words at once). */
static inline void
stream_frame(uint8_t *to, const uint8_t *from, const struct place *place, uint32_t moved)
{
	unsigned l4 = place->ip + place->l4, at = l4 + place->numbers, sum = l4 + place->cksum;
	uint64_t before, after, change;

	if (place->numbers == 0)
		return;
	memcpy(&before, from + at, 8);
	after = rte_cpu_to_be_64(stream_add(rte_be_to_cpu_64(before), moved));
	memcpy(to + at, &after, 8);
	change = after - before - (after < before);
	change = (change & UINT32_MAX) + (change >> 32);
	change = (change & UINT16_MAX) + (change >> 16 & UINT16_MAX) + (change >> 32);
	fresh_l4_checksum(to + sum, from + sum, place, (uint32_t)change);
}

#endif
