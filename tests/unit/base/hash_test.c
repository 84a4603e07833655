/* SPDX-License-Identifier: BSD-3-Clause */
/* SipHash against vectors of others: those of its authors for 2-4, those of Rust's library for 1-3
 * and values of CPython's hash() (1-3, key 0).  Vector n is the hash of the bytes 0, 1, ..., n - 1.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/hash.h"

static const struct hash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };

static const uint64_t sip24[] = {
	0x726fdb47dd0e0e31,
	0x74f839c593dc67fd,
	0x0d6c8009d9a94f5a,
	0x85676696d7fb7e2d,
	0xcf2794e0277187b7,
	0x18765564cd99a68d,
	0xcbc9466e58fee3ce,
	0xab0200f58b01d137,
	0x93f5f5799a932462,
	0x9e0082df0ba9e4b0,
	0x7a5dbbc594ddb9f3,
	0xf4b32f46226bada7,
};

static const uint64_t sip13[] = {
	0xabac0158050fc4dc,
	0xc9f49bf37d57ca93,
	0x82cb9b024dc7d44d,
	0x8bf80ab8e7ddf7fb,
	0xcf75576088d38328,
	0xdef9d52f49533b67,
	0xc50d2b50c59f22a7,
	0xd3927d989bb11140,
	0x369095118d299a8e,
	0x25a48eb36c063de4,
	0x79de85ee92ff097f,
	0x70c118c1f94dc352,
	0x78a384b157b4d9a2,
	0x306f760c1229ffa7,
	0x605aa111c0f95d34,
	0xd320d86d2a519956,
	0xcc4fdd1a7d908b66,
	0x9cf2689063dbd80c,
	0x8ffc389cb473e63e,
	0xf21f9de58d297d1c,
	0xc0dc2f46a6cce040,
	0xb992abfe2b45f844,
	0x7ffe7b9ba320872e,
	0x525a0e7fdae6c123,
	0xf464aeb267349c8c,
};

static void
count_up(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)i;
}

static void
two_and_four_rounds_give_the_authors_vectors(void **state)
{
	uint8_t bytes[64];

	(void)state;
	count_up(bytes, sizeof(bytes));
	for (size_t n = 0; n < sizeof(sip24) / sizeof(sip24[0]); n++)
		assert_int_equal(hash_sip(&key, bytes, n, 2, 4), sip24[n]);
}

static void
one_and_three_rounds_give_rusts_vectors(void **state)
{
	uint8_t bytes[64];

	(void)state;
	count_up(bytes, sizeof(bytes));
	for (size_t n = 0; n < sizeof(sip13) / sizeof(sip13[0]); n++)
		assert_int_equal(hash_bytes(&key, bytes, n), sip13[n]);
}

static void
one_and_three_rounds_give_cpythons_values(void **state)
{
	const struct hash_key zero = { 0, 0 };
	uint8_t bytes[64];

	(void)state;
	count_up(bytes, sizeof(bytes));
	assert_int_equal(hash_bytes(&zero, bytes, 16), 0x8972188433a5c5b7);
	assert_int_equal(hash_bytes(&zero, bytes, 36), 0xac77921fcc642bd3);
	assert_int_equal(hash_bytes(&zero, bytes, 40), 0x95bc321ab41d8206);
	assert_int_equal(hash_bytes(&zero, bytes, 63), 0x385d3e39e5f37359);
}

static void
another_secret_gives_another_hash(void **state)
{
	const struct hash_key other = { 0x0706050403020100, 0x0f0e0d0c0b0a0909 };

	(void)state;
	assert_int_not_equal(hash_bytes(&key, "weir", 4), hash_bytes(&other, "weir", 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_and_four_rounds_give_the_authors_vectors),
		cmocka_unit_test(one_and_three_rounds_give_rusts_vectors),
		cmocka_unit_test(one_and_three_rounds_give_cpythons_values),
		cmocka_unit_test(another_secret_gives_another_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
