/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packet/crc32c.h"

/* RFC 3720 B.4 and the usual check value. */
static void
known_values(void **state)
{
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(crc32c("123456789", 9), 0xe3069283);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(crc32c(bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(crc32c(bytes, 32), 0x62a8ab43);
}

static void
put_crc(uint8_t *sctp, uint32_t crc)
{
	for (unsigned i = 0; i < 4; i++)
		sctp[8 + i] = (uint8_t)(crc >> 8 * i);
}

static void
new_ports_give_the_checksum_of_the_whole(void **state)
{
	static uint8_t sctp[65535], whole[65535];

	(void)state;
	srandom(7);
	for (size_t i = 12; i < sizeof(sctp); i++)
		sctp[i] = (uint8_t)random();
	for (size_t n = 12; n <= sizeof(sctp); n = n < 100 ? n + 1 : n * 2 + 1) {
		uint8_t ports[4] = { (uint8_t)random(), (uint8_t)random(), (uint8_t)n, 0xff };

		for (unsigned i = 0; i < 8; i++)
			sctp[i] = (uint8_t)random();
		put_crc(sctp, 0);
		put_crc(sctp, crc32c(sctp, n));
		sctp_set_ports(sctp, ports, n);
		memcpy(whole, sctp, n);
		put_crc(whole, 0);
		put_crc(whole, crc32c(whole, n));
		assert_memory_equal(sctp, whole, n);
		assert_memory_equal(sctp, ports, 4);
	}
}

static void
wrong_stays_wrong_and_none_stays_none(void **state)
{
	uint8_t sctp[20] = { 1, 2, 3, 4 }, right[20];

	(void)state;
	put_crc(sctp, crc32c(sctp, 20));
	memcpy(right, sctp, 20);
	sctp[8] ^= 0x40;
	sctp_set_ports(sctp, (const uint8_t[4]){ 9, 9, 9, 9 }, 20);
	sctp_set_ports(right, (const uint8_t[4]){ 9, 9, 9, 9 }, 20);
	right[8] ^= 0x40;
	assert_memory_equal(sctp, right, 20);
	put_crc(sctp, 0);
	sctp_set_ports(sctp, (const uint8_t[4]){ 7, 7, 7, 7 }, 20);
	assert_memory_equal(sctp + 8, "\0\0\0\0", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(new_ports_give_the_checksum_of_the_whole),
		cmocka_unit_test(wrong_stays_wrong_and_none_stays_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
