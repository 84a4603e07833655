/* SPDX-License-Identifier: BSD-3-Clause */
/* The Internet checksum: whole (RFC 1071) and incremental (RFC 1624, equation 3).
 *
 * All values are 16-bit words as they stand in memory, so byte order does not matter. */
#ifndef PACKET_CHECKSUM_H
#define PACKET_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rte_mbuf;

static inline uint16_t
checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Returns the ones' complement sum of n bytes, not folded and not inverted; an odd last byte counts
 * as if a zero followed. */
uint64_t checksum_sum(const void *data, size_t n);

/* Returns what a checksum must add when n bytes that it covers change: ~m + m' over their 16-bit
 * words, folded. n is even. */
uint16_t checksum_delta(const void *from, const void *to, size_t n);

/* Returns the checksum after a change: HC' = ~(~HC + delta).  A correct one stays correct, a wrong
 * one stays equally wrong.  The caller treats UDP's "0 means none". */
static inline uint16_t
checksum_apply(uint16_t checksum, uint16_t delta)
{
	int32_t left = (int32_t)checksum - delta; /* the same, without the inversions */

	return (uint16_t)(left + (left >> 31));
}

/* Corrects the checksum after a change of an ICMPv4 message of n bytes, in memory or from off in a
 * frame. The message has no pseudo header, so it may be all zeros now: equation 3 then gives 0, and
 * the sum of nothing but zeros is 0xffff.  For a part of a message, as in a fragment, this is
 * correct whatever the rest is. */
void checksum_icmp4_zeros(uint8_t *icmp, size_t n);
void checksum_icmp4_zeros_mbuf(struct rte_mbuf *m, uint32_t off, uint32_t n);

/* Returns the checksum over an IPv4 header of n bytes, including its checksum field: 0 if
 * correct. */
uint16_t checksum_ip4_verify(const void *header, size_t n);

/* Writes the correct checksum into an IPv4 header of n bytes. */
void checksum_ip4_set(void *header, size_t n);

/* Returns the sum of the pseudo header: addresses of 4 or 16 bytes, protocol, transport length in
 * bytes. */
uint64_t checksum_pseudo(
	const void *src, const void *dst, size_t address_bytes, uint8_t proto, uint32_t l4_bytes);

/* Returns the sum over bytes [off, off + n) of a frame, over segments.  Bytes that the frame does
 * not hold count as zero. */
uint64_t checksum_mbuf(const struct rte_mbuf *m, uint32_t off, uint32_t n);

#endif
