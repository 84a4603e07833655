/* SPDX-License-Identifier: BSD-3-Clause */
/* Rewrites a plain packet of IPv6. */
#ifndef PROGRAM_REWRITE_PLAIN6_H
#define PROGRAM_REWRITE_PLAIN6_H

#include "program/rewrite_plain.h"

/* The new tuple in the shape of a key. */
struct to6 {
	uint8_t ttl;
	uint8_t proto;
	uint8_t spare[2];
	uint8_t src[16];
	uint8_t dst[16];
	rte_be16_t sport;
	rte_be16_t dport;
};
static_assert(sizeof(struct to6) == 40, "five words");

/* Rewrites a packet of class SLOT_PLAIN6: a 40-byte header with UDP or TCP behind it. */
static inline void
rewrite_plain6(uint8_t *ip, const struct to6 *to, uint16_t l4_delta)
{
	ip[7] = (uint8_t)(ip[7] - to->ttl);
	rewrite_l4_checksum(ip + 40, to->proto, l4_delta);
	memcpy(ip + 8, to->src, 36); /* addresses and ports are contiguous */
}

#endif
