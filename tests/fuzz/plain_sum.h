/* SPDX-License-Identifier: BSD-3-Clause */
/* The Internet checksum as RFC 1071 defines it, byte by byte: what others are compared with. */
#ifndef FUZZ_PLAIN_SUM_H
#define FUZZ_PLAIN_SUM_H

#include <stdint.h>

static inline uint32_t
plain_sum(const uint8_t *p, unsigned n)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	return sum;
}

static inline uint16_t
plain_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static inline uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void
put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

#endif
