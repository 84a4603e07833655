/* SPDX-License-Identifier: BSD-3-Clause */
/* Loads and stores words at any alignment: in memory order, read_be16 in network byte order. */
#ifndef PACKET_LOAD_H
#define PACKET_LOAD_H

#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

static inline uint16_t
load16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return v;
}

static inline uint32_t
load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static inline uint64_t
load64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

static inline void
store64(void *p, uint64_t v)
{
	memcpy(p, &v, 8);
}

static inline unsigned
read_be16(const uint8_t *p)
{
	return rte_be_to_cpu_16(load16(p));
}

#endif
