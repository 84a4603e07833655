/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_byteorder.h>
#include <rte_mbuf.h>

#include "base/random.h"
#include "support/checksum.h"

#ifdef WEIR_DEBUG
#define RANDOM_CASES 1000000
#else
#define RANDOM_CASES 10000000
#endif

static uint16_t
host(uint16_t memory_word)
{
	return rte_be_to_cpu_16(memory_word);
}

static uint16_t
whole(const uint8_t *data, size_t n)
{
	return host((uint16_t)~checksum_fold(checksum_sum(data, n)));
}

/* The bytes 0001 f203 f4f5 f6f7 of RFC 1071, section 3: the sum is ddf2. */
static void
sum_is_the_one_of_rfc1071(void **state)
{
	static const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	assert_int_equal(host(checksum_fold(checksum_sum(data, sizeof(data)))), 0xddf2);
}

static void
sum_of_any_length_and_alignment_is_the_plain_one(void **state)
{
	uint8_t data[300];

	random_use_seed(1);
	random_bytes(data, sizeof(data));
	for (size_t off = 0; off < 8; off++) {
		for (size_t n = 0; n <= sizeof(data) - off; n++)
			assert_int_equal(whole(data + off, n), plain_checksum(data + off, n));
	}
}

static void
sum_of_65535_bytes_of_ones_does_not_overflow(void **state)
{
	uint8_t *data = malloc(65535);

	memset(data, 0xff, 65535);
	assert_int_equal(whole(data, 65535), plain_checksum(data, 65535));
	free(data);
}

static void
fold_takes_any_sum(void **state)
{
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(0xffff), 0xffff);
	assert_int_equal(checksum_fold(0x10000), 1);
	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(0x1fffffffffffffff), 0x1fff);
}

/* The example of RFC 1624, section 4: checksum dd2f, a word changes from 5555 to 3285, the new
 * checksum is 0000.  RFC 1141's equation gives ffff. */
static void
incremental_update_is_equation_3_of_rfc1624(void **state)
{
	uint16_t from = rte_cpu_to_be_16(0x5555), to = rte_cpu_to_be_16(0x3285);
	uint16_t delta = checksum_delta(&from, &to, 2);

	assert_int_equal(host(checksum_apply(rte_cpu_to_be_16(0xdd2f), delta)), 0x0000);
}

/* Changes bytes [at, at + n) of a header with a right checksum, incrementally and in full. */
static void
expect_update_as_in_full(uint8_t header[20], size_t at, size_t n, const uint8_t *to)
{
	uint16_t checksum, delta;

	checksum_ip4_set(header, 20);
	memcpy(&checksum, header + 10, 2);
	delta = checksum_delta(header + at, to, n);
	checksum = checksum_apply(checksum, delta);
	memcpy(header + at, to, n);
	memcpy(header + 10, &checksum, 2);
	if (plain_checksum(header, 20) != 0)
		fail_msg("at %zu, %zu bytes", at, n);
	checksum_ip4_set(header, 20);
	assert_memory_equal(&checksum, header + 10, 2);
}

static void
incremental_update_is_the_full_one_for_every_corner(void **state)
{
	static const uint16_t corner[] = { 0x0000, 0x0001, 0x00ff, 0x7fff, 0x8000, 0xff00, 0xfffe,
		0xffff };

	for (unsigned i = 0; i < 8 * 8 * 8 * 8; i++) {
		uint16_t from[2] = { corner[i % 8], corner[i / 8 % 8] };
		uint16_t to[2] = { corner[i / 64 % 8], corner[i / 512] };
		uint8_t header[20];

		for (unsigned fill = 0; fill < 8; fill++) {
			memset(header, 0, sizeof(header));
			header[0] = 0x45; /* an IPv4 header is never all zero */
			memcpy(header + 2, &corner[fill], 2);
			memcpy(header + 12, from, 4);
			expect_update_as_in_full(header, 12, 4, (const uint8_t *)to);
		}
	}
}

static void
incremental_update_is_the_full_one_at_random(void **state)
{
	random_use_seed(2);
	for (unsigned i = 0; i < RANDOM_CASES; i++) {
		struct {
			uint8_t header[20];
			uint8_t to[8];
			uint8_t extreme;
			uint8_t value;
		} r;

		random_bytes(&r, sizeof(r));
		r.header[0] = 0x45;
		if (r.extreme < 64)
			memset(r.to, r.value & 1 ? 0xff : 0, sizeof(r.to));
		if (r.extreme % 8 == 0)
			memset(r.header + 12, r.value & 2 ? 0xff : 0, 8);
		expect_update_as_in_full(r.header, 12, 8, r.to);
	}
}

/* RFC 1624 keeps the error: a wrong checksum is not repaired (acceptance of NAT). */
static void
a_wrong_checksum_stays_wrong_by_as_much(void **state)
{
	uint8_t header[20] = { 0x45, 0, 0, 20, 0, 7, 0, 0, 64, 17, 0, 0, 10, 0, 0, 2, 10, 0, 0, 3 };
	static const uint8_t to[4] = { 192, 0, 2, 1 };
	uint16_t checksum;

	checksum_ip4_set(header, 20);
	header[11] ^= 0x10;
	memcpy(&checksum, header + 10, 2);
	checksum = checksum_apply(checksum, checksum_delta(header + 12, to, 4));
	memcpy(header + 12, to, 4);
	checksum_ip4_set(header, 20);
	header[11] ^= 0x10;
	assert_memory_equal(&checksum, header + 10, 2);
}

/* A message of n bytes with the checksum given and one byte at `at`, which may be behind the end.
 */
static void
expect_of_zeros(unsigned n, uint8_t checksum, unsigned at, uint8_t wanted)
{
	uint8_t icmp[2][64] = { { 0 } };
	struct rte_mbuf m[2];

	memset(m, 0, sizeof(m));
	icmp[0][at] = 1;
	icmp[0][2] = icmp[0][3] = checksum;
	memcpy(icmp[1], icmp[0], 64);
	checksum_icmp4_zeros(icmp[0], n);
	m[0].buf_addr = icmp[1];
	m[0].data_len = 9;
	m[0].next = &m[1];
	m[1].buf_addr = icmp[1] + 9;
	m[1].data_len = 64 - 9;
	checksum_icmp4_zeros_mbuf(m, 0, n);
	assert_memory_equal(icmp[0], icmp[1], 64);
	assert_int_equal(icmp[0][2], wanted);
	assert_int_equal(icmp[0][3], wanted);
}

static void
icmp4_of_zeros_has_a_checksum_of_ones(void **state)
{
	for (unsigned n = 8; n < 64; n++) {
		expect_of_zeros(n, 0, n, 0xff);
		expect_of_zeros(n, 0, n - 1, 0);
		expect_of_zeros(n, 0, 4, 0);
		expect_of_zeros(n, 0x55, n, 0x55);
	}
}

static void
ip4_header_with_a_set_checksum_verifies(void **state)
{
	/* 45 00 00 73 ... : the worked example of many text books, checksum b861. */
	uint8_t header[20] = { 0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1,
		0xc0, 0xa8, 0, 0xc7 };

	assert_int_not_equal(checksum_ip4_verify(header, 20), 0);
	checksum_ip4_set(header, 20);
	assert_int_equal(header[10], 0xb8);
	assert_int_equal(header[11], 0x61);
	assert_int_equal(checksum_ip4_verify(header, 20), 0);
}

static void
pseudo_header_is_summed_as_it_is_defined(void **state)
{
	static const uint8_t src[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	static const uint8_t dst[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };
	static const uint8_t ip6[40] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1, 0x20, 0x01, 0x0d,
		0xb8, [31] = 2, 0, 1, 0x11, 0x70, 0, 0, 0, 58 };
	static const uint8_t ip4[12] = { 10, 0, 0, 2, 10, 0, 0, 3, 0, 17, 0x12, 0x34 };

	assert_int_equal(host((uint16_t)~checksum_fold(checksum_pseudo(src, dst, 16, 58, 70000))),
		plain_checksum(ip6, sizeof(ip6)));
	assert_int_equal(
		host((uint16_t)~checksum_fold(checksum_pseudo(ip4, ip4 + 4, 4, 17, 0x1234))),
		plain_checksum(ip4, sizeof(ip4)));
}

/* data[0..n) in two or three segments of any lengths, odd ones included. */
static void
sum_over_segments_is_the_one_over_the_whole(void **state)
{
	uint8_t data[64];

	random_use_seed(3);
	random_bytes(data, sizeof(data));
	for (unsigned cut = 0; cut <= 64 * 65; cut++) {
		unsigned first = cut % 65, second = cut / 65 < 64 - first ? cut / 65 : 64 - first;
		unsigned off = cut % 23, n = 64 - off - cut % 7;
		struct rte_mbuf m[3];

		memset(m, 0, sizeof(m));
		m[0].buf_addr = data;
		m[0].data_len = (uint16_t)first;
		m[0].next = &m[1];
		m[1].buf_addr = data + first;
		m[1].data_len = (uint16_t)second;
		m[1].next = &m[2];
		m[2].buf_addr = data + first + second;
		m[2].data_len = (uint16_t)(64 - first - second);
		assert_int_equal(host((uint16_t)~checksum_fold(checksum_mbuf(m, off, n))),
			plain_checksum(data + off, n));
	}
}

static void
sum_ends_where_the_frame_does(void **state)
{
	uint8_t data[4] = { 1, 2, 3, 4 };
	struct rte_mbuf m;

	memset(&m, 0, sizeof(m));
	m.buf_addr = data;
	m.data_len = 4;
	assert_int_equal(host(checksum_fold(checksum_mbuf(&m, 2, 1000))), 0x0304);
	assert_int_equal(checksum_mbuf(&m, 4, 1), 0);
	assert_int_equal(checksum_mbuf(&m, 1000, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_is_the_one_of_rfc1071),
		cmocka_unit_test(sum_of_any_length_and_alignment_is_the_plain_one),
		cmocka_unit_test(sum_of_65535_bytes_of_ones_does_not_overflow),
		cmocka_unit_test(fold_takes_any_sum),
		cmocka_unit_test(incremental_update_is_equation_3_of_rfc1624),
		cmocka_unit_test(incremental_update_is_the_full_one_for_every_corner),
		cmocka_unit_test(incremental_update_is_the_full_one_at_random),
		cmocka_unit_test(a_wrong_checksum_stays_wrong_by_as_much),
		cmocka_unit_test(icmp4_of_zeros_has_a_checksum_of_ones),
		cmocka_unit_test(ip4_header_with_a_set_checksum_verifies),
		cmocka_unit_test(pseudo_header_is_summed_as_it_is_defined),
		cmocka_unit_test(sum_over_segments_is_the_one_over_the_whole),
		cmocka_unit_test(sum_ends_where_the_frame_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
