/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads and writes numbers in network byte order, at any alignment. */
#ifndef PACKET_BYTES_H
#define PACKET_BYTES_H

#include <stdint.h>

static inline void
put16(uint8_t *p, uint32_t n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

static inline void
put32(uint8_t *p, uint32_t n)
{
	put16(p, n >> 16);
	put16(p + 2, n & 0xffff);
}

static inline uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#endif
