/* SPDX-License-Identifier: BSD-3-Clause */
/* The Internet checksum as RFC 1071 writes it down, one 16-bit word after the other: the oracle
 * that lib/packet/checksum.c is compared with.  Shares no code with it. */
#ifndef SUPPORT_CHECKSUM_H
#define SUPPORT_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The checksum (inverted sum) of n bytes, host order: 0 over data with a right checksum in it. */
static inline uint16_t
plain_checksum(const uint8_t *data, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += i % 2 == 0 ? (unsigned)data[i] << 8 : data[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(0xffff - sum);
}

#endif
