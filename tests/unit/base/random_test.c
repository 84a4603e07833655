/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Runs first: a seed once used stays. */
static void
without_a_seed_two_secrets_differ(void **state)
{
	uint8_t a[32], b[32];

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
the_same_seed_gives_the_same_bytes(void **state)
{
	uint8_t a[37], b[37];

	random_use_seed(7);
	random_bytes(a, sizeof(a));
	random_use_seed(7);
	random_bytes(b, sizeof(b));
	assert_memory_equal(a, b, sizeof(a));
}

static void
another_seed_gives_other_bytes(void **state)
{
	uint8_t a[16], b[16];

	random_use_seed(7);
	random_bytes(a, sizeof(a));
	random_use_seed(8);
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

/* The first output of SplitMix64 for seed 1234567, as published with the algorithm. */
static void
seeded_sequence_is_splitmix64(void **state)
{
	uint64_t word;

	random_use_seed(1234567);
	random_bytes(&word, sizeof(word));
	assert_int_equal(word, 6457827717110365317ull);
	random_bytes(&word, sizeof(word));
	assert_int_equal(word, 3203168211198807973ull);
}

static void
only_the_n_bytes_are_written(void **state)
{
	uint8_t buf[8];

	memset(buf, 0xee, sizeof(buf));
	random_use_seed(1);
	random_bytes(buf, 3);
	for (unsigned i = 3; i < sizeof(buf); i++)
		assert_int_equal(buf[i], 0xee);
	random_bytes(buf, 0);
	assert_int_equal(buf[3], 0xee);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_seed_two_secrets_differ),
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(another_seed_gives_other_bytes),
		cmocka_unit_test(seeded_sequence_is_splitmix64),
		cmocka_unit_test(only_the_n_bytes_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
