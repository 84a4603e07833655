/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/checksum.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_mbuf.h>

uint64_t
checksum_sum(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t sum = 0;

	for (; n >= 4; n -= 4, p += 4) {
		uint32_t word;

		memcpy(&word, p, 4);
		sum += word;
	}
	if (n > 0) {
		uint32_t last = 0;

		memcpy(&last, p, n);
		sum += last;
	}
	return sum;
}

uint16_t
checksum_delta(const void *from, const void *to, size_t n)
{
	/* The sum of ~m over n / 2 words is n / 2 times 0xffff, which is zero, minus the sum of
	 * m. */
	uint64_t minus = (uint16_t)~checksum_fold(checksum_sum(from, n));

	return checksum_fold(minus + checksum_sum(to, n));
}

static bool
is_zero(const uint8_t *icmp)
{
	return icmp[2] == 0 && icmp[3] == 0;
}

/* The sum of bytes of which one is not zero is never 0. */
void
checksum_icmp4_zeros(uint8_t *icmp, size_t n)
{
	if (is_zero(icmp) && checksum_sum(icmp, n) == 0)
		memset(icmp + 2, 0xff, 2);
}

void
checksum_icmp4_zeros_mbuf(struct rte_mbuf *m, uint32_t off, uint32_t n)
{
	uint8_t *icmp = rte_pktmbuf_mtod_offset(m, uint8_t *, off);

	if (is_zero(icmp) && checksum_mbuf(m, off, n) == 0)
		memset(icmp + 2, 0xff, 2);
}

uint16_t
checksum_ip4_verify(const void *header, size_t n)
{
	return (uint16_t)~checksum_fold(checksum_sum(header, n));
}

void
checksum_ip4_set(void *header, size_t n)
{
	uint8_t *field = (uint8_t *)header + 10;
	uint16_t sum;

	memset(field, 0, 2);
	sum = (uint16_t)~checksum_fold(checksum_sum(header, n));
	memcpy(field, &sum, 2);
}

uint64_t
checksum_pseudo(
	const void *src, const void *dst, size_t address_bytes, uint8_t proto, uint32_t l4_bytes)
{
	return checksum_sum(src, address_bytes) + checksum_sum(dst, address_bytes)
		+ rte_cpu_to_be_16(proto) + rte_cpu_to_be_32(l4_bytes);
}

uint64_t
checksum_mbuf(const struct rte_mbuf *m, uint32_t off, uint32_t n)
{
	uint64_t sum = 0;
	bool odd = false; /* an odd number of bytes is summed so far */

	for (; m != NULL && n > 0; m = m->next) {
		uint32_t part;
		uint16_t words;

		if (off >= m->data_len) {
			off -= m->data_len;
			continue;
		}
		part = RTE_MIN(n, m->data_len - off);
		words = checksum_fold(checksum_sum(rte_pktmbuf_mtod_offset(m, void *, off), part));
		sum += odd ? rte_bswap16(words) : words;
		odd ^= part & 1;
		n -= part;
		off = 0;
	}
	return sum;
}
