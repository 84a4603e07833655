/* SPDX-License-Identifier: BSD-3-Clause */
/* step=: connections of TCP that go on while their capture is repeated.
 *
 * In each repetition the sequence and acknowledgement numbers of TCP frames have moved on by as
 * many bytes, in both captures of a pair alike; checksums are corrected (RFC 1624). */
#ifndef NET_WEIR_REPLAY_STREAM_H
#define NET_WEIR_REPLAY_STREAM_H

#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

#include "fresh.h"
#include "frames.h"

/* Adds to a number; the checksum over it changes with it. */
static inline void
stream_number(uint8_t *at, uint32_t bytes, uint32_t *sum)
{
	uint32_t before;
	uint32_t after;

	memcpy(&before, at, 4);
	after = rte_cpu_to_be_32(rte_be_to_cpu_32(before) + bytes);
	memcpy(at, &after, 4);
	*sum += (~before & 0xffff) + (~before >> 16) + (after & 0xffff) + (after >> 16);
}

/* Moves a copied frame on, if it is TCP. */
static inline void
stream_frame(uint8_t *bytes, const struct place *place, uint32_t moved)
{
	uint8_t *tcp = bytes + place->ip + place->l4;
	uint32_t sum = 0;

	if (place->l4 == 0 || place->cksum != PLACE_TCP_CKSUM)
		return;
	stream_number(tcp + 4, moved, &sum);
	stream_number(tcp + 8, moved, &sum);
	fresh_checksum(tcp + PLACE_TCP_CKSUM, sum);
}

#endif
