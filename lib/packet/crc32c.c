/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/crc32c.h"

#include <string.h>

#include <rte_byteorder.h>

#define POLYNOMIAL 0x82f63b78u /* Castagnoli's, bits reversed */

uint32_t
crc32c(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t crc = ~0u;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
	}
	return ~crc;
}

/* Returns the product of two polynomials, modulo that of the CRC. */
static uint32_t
times(uint32_t a, uint32_t b)
{
	uint32_t product = 0;

	for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
		product ^= a & bit ? b : 0;
		b = b >> 1 ^ (b & 1 ? POLYNOMIAL : 0);
	}
	return product;
}

/* Returns the CRC register after n more bytes of zeros, n below 65,536: it is multiplied by x to
 * the power of 8 n. */
static uint32_t
after_zeros(uint32_t crc, size_t n)
{
	static const uint32_t power[16] = {
		/* of x, to 8 * 2^i */
		0x00800000,
		0x00008000,
		0x82f63b78,
		0x6ea2d55c,
		0x18b8ea18,
		0x510ac59a,
		0xb82be955,
		0xb8fdb1e7,
		0x88e56f72,
		0x74c360a4,
		0xe4172b16,
		0x0d65762a,
		0x35d73a62,
		0x28461564,
		0xbf455269,
		0xe2ea32dc,
	};

	for (unsigned i = 0; i < 16; i++)
		if (n >> i & 1)
			crc = times(power[i], crc);
	return crc;
}

uint32_t
crc32c_delta(const uint8_t from[4], const uint8_t to[4], size_t n)
{
	uint32_t crc = 0;

	for (unsigned i = 0; i < 4; i++) {
		crc ^= (uint32_t)(from[i] ^ to[i]);
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
	}
	return after_zeros(crc, n - 4);
}

void
sctp_set_ports(uint8_t *sctp, const uint8_t ports[4], size_t n)
{
	rte_le32_t field;
	uint32_t crc;

	memcpy(&field, sctp + 8, 4);
	crc = rte_le_to_cpu_32(field);
	if (crc != 0) {
		field = rte_cpu_to_le_32(crc ^ crc32c_delta(sctp, ports, n));
		memcpy(sctp + 8, &field, 4);
	}
	memcpy(sctp, ports, 4);
}
