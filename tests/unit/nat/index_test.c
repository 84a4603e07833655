/* SPDX-License-Identifier: BSD-3-Clause */
/* How NAT finds records: as many as are promised, with any hashes, and none once they are gone. */

#include "nat/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define RECORDS 4000u

static struct nat_index t;
static uint64_t hash_of[RECORDS + 1];
static bool is_in[RECORDS + 1];

static void
given_room_for(uint32_t records)
{
	t.lines = nat_index_lines(records);
	t.line = aligned_alloc(64, t.lines * sizeof(*t.line));
	assert_non_null(t.line);
	for (uint32_t i = 0; i < t.lines; i++)
		t.line[i] = (struct nat_line){ .passed = 0 };
}

static bool
finds(uint64_t hash, uint32_t record)
{
	struct nat_search s = nat_search_begin(&t, hash);
	uint32_t found, n = 0;

	while ((found = nat_search_next(&t, &s, hash)) != 0) {
		assert_true(++n <= RECORDS);
		if (found == record)
			return true;
	}
	return false;
}

static void
expect_nothing_left(void)
{
	for (uint32_t i = 0; i < t.lines; i++) {
		assert_int_equal(t.line[i].passed, 0);
		for (unsigned k = 0; k < NAT_LINE_PLACES; k++)
			assert_int_equal(t.line[i].entry[k], 0);
	}
	free(t.line);
}

/* Comes and goes: each round one record enters or leaves, and a few are looked for. */
static void
churn(uint32_t records, uint64_t (*draw)(uint32_t record))
{
	srand(11);
	given_room_for(records);
	for (uint32_t round = 0; round < 20 * records; round++) {
		uint32_t i = 1 + (uint32_t)rand() % records, k = 1 + (uint32_t)rand() % records;

		if (is_in[i])
			nat_index_remove(&t, hash_of[i], i);
		else
			nat_index_add(&t, hash_of[i] = draw(i), i);
		is_in[i] = !is_in[i];
		assert_int_equal(finds(hash_of[i], i), is_in[i]);
		assert_int_equal(finds(hash_of[k], k), is_in[k]);
	}
	for (uint32_t i = 1; i <= records; i++) {
		if (is_in[i])
			nat_index_remove(&t, hash_of[i], i);
		is_in[i] = false;
	}
	expect_nothing_left();
}

static uint64_t
random_hash(uint32_t record)
{
	return (uint64_t)rand() << 33 ^ (uint64_t)rand() << 16 ^ (uint64_t)rand() ^ record;
}

static uint64_t
same_hash(uint32_t record)
{
	return 0xffffffffull; /* the last line, and tag 0, which is none */
}

static void
what_comes_and_goes_is_found_while_it_is_there(void **state)
{
	churn(RECORDS, random_hash);
	churn(1, random_hash);
	churn(12, random_hash);
}

static void
records_of_one_hash_are_all_found(void **state)
{
	churn(100, same_hash);
}

/* All that are promised, entered, and each found; a look-up of something else reads little more
 * than a line. */
static void
it_holds_as_many_as_are_promised(void **state)
{
	uint32_t guesses = 0;

	srand(12);
	given_room_for(RECORDS);
	for (uint32_t i = 1; i <= RECORDS; i++)
		nat_index_add(&t, hash_of[i] = random_hash(i), i);
	for (uint32_t i = 1; i <= RECORDS; i++)
		assert_true(finds(hash_of[i], i));
	for (uint32_t i = 0; i < RECORDS; i++) {
		uint64_t other = random_hash(0);
		struct nat_search s = nat_search_begin(&t, other);

		while (nat_search_next(&t, &s, other) != 0)
			guesses++;
	}
	assert_true(guesses < RECORDS / 10);
	for (uint32_t i = 1; i <= RECORDS; i++)
		nat_index_remove(&t, hash_of[i], i);
	expect_nothing_left();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_and_goes_is_found_while_it_is_there),
		cmocka_unit_test(records_of_one_hash_are_all_found),
		cmocka_unit_test(it_holds_as_many_as_are_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
