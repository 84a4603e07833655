/* SPDX-License-Identifier: BSD-3-Clause */
/* new=: frames that begin a flow that was never there before.
 *
 * A number is XORed into a frame: its low three bytes into those of the source address, its high
 * byte into the low one of the source port.  As long as the frames of a capture differ elsewhere
 * (in the other address, say), every number makes another flow of each.  Checksums are corrected
 * (RFC 1624), and the hash, which is linear: what the difference hashes to is XORed into it. */
#ifndef NET_WEIR_REPLAY_FRESH_H
#define NET_WEIR_REPLAY_FRESH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "frames.h"

/* What each byte of the number makes of the hash, for IPv4 and IPv6. */
struct fresh {
	uint32_t hash[2][4][256];
};

void fresh_init(struct fresh *fresh, const struct rss *rss);

/* A 16-bit word at a place changes by XOR: the checksum over it with it (RFC 1624, equation 3). */
static inline void
fresh_word(uint8_t *word, uint16_t change, uint32_t *sum)
{
	uint16_t before;
	uint16_t after;

	memcpy(&before, word, 2);
	after = before ^ change;
	memcpy(word, &after, 2);
	*sum += (uint16_t)~before;
	*sum += after;
}

/* Writes the checksum that follows from the one before and the sum of changes. */
static inline void
fresh_checksum(uint8_t *to, const uint8_t *from, uint32_t sum)
{
	uint16_t checksum;

	memcpy(&checksum, from, 2);
	sum += (uint16_t)~checksum;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	checksum = (uint16_t)~sum;
	memcpy(to, &checksum, 2);
}

/* The same for TCP or UDP.  UDP without a checksum stays so; one that comes out as 0 is written as
 * 0xffff. */
static inline void
fresh_l4_checksum(uint8_t *to, const uint8_t *from, const struct place *place, uint32_t sum)
{
	bool udp = place->cksum != PLACE_TCP_CKSUM;

	if (udp && from[0] == 0 && from[1] == 0)
		return;
	fresh_checksum(to, from, sum);
	if (udp && to[0] == 0 && to[1] == 0)
		memset(to, 0xff, 2);
}

/* Changes a copied frame, TCP or UDP and no fragment (place->l4 is not 0).  Returns what its hash
 * is to be XORed with. */
static inline uint32_t
fresh_frame(const struct fresh *fresh, uint8_t *bytes, const struct place *place, uint32_t number)
{
	const uint32_t(*hash)[256] = fresh->hash[place->six];
	uint8_t *ip = bytes + place->ip;
	uint8_t *source = ip + (place->six ? 20 : 12);
	uint8_t *l4 = ip + place->l4;
	/* As words of memory: the first byte of each is its low one. */
	uint16_t high = (uint16_t)((number >> 16 & 0xff) << 8);
	uint16_t low = (uint16_t)((number >> 8 & 0xff) | (number & 0xff) << 8);
	uint16_t port = (uint16_t)(number >> 24 << 8);
	uint32_t change = hash[0][number & 0xff] ^ hash[1][number >> 8 & 0xff]
		^ hash[2][number >> 16 & 0xff];
	uint32_t sum = 0;

	fresh_word(source, high, &sum);
	fresh_word(source + 2, low, &sum);
	if (!place->six)
		fresh_checksum(ip + 10, ip + 10, sum);
	fresh_word(l4, port, &sum);
	fresh_l4_checksum(l4 + place->cksum, l4 + place->cksum, place, sum);
	return place->ports_hashed ? change ^ hash[3][number >> 24] : change;
}

#endif
