/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that lines count: against a plain count, in any order of takes and ends. */
#include "session/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SESSIONS  300u
#define LINES     6u
#define ADDRESSES 5u

static struct tally_key
key_of(unsigned line, unsigned address)
{
	struct tally_key key = { .line = (uint16_t)line, .family = 4 };

	key.address.v4 = address;
	return key;
}

static void
a_key_has_as_many_sessions_as_it_may(void **state)
{
	struct tally *t = tally_create(10, -1);
	const struct tally_key a = key_of(1, 1), b = key_of(1, 2), other = key_of(2, 1);

	assert_true(tally_take(t, 1, &a, 2));
	assert_true(tally_take(t, 2, &a, 2));
	assert_false(tally_take(t, 3, &a, 2));
	assert_true(tally_may(t, 1, &a, 2)); /* it has its place */
	assert_true(tally_take(t, 1, &a, 2));
	assert_int_equal(tally_held(t, &a), 2);
	assert_true(tally_take(t, 3, &b, 2));
	assert_true(tally_take(t, 3, &other, 1));
	assert_int_equal(tally_sessions(t, 1), 3);
	assert_int_equal(tally_keys(t, 1), 2);
	tally_give(t, 2);
	assert_true(tally_take(t, 4, &a, 2));
	tally_destroy(t);
}

static void
a_session_counts_for_few_lines(void **state)
{
	struct tally *t = tally_create(10, -1);

	for (unsigned i = 1; i <= TALLY_HOLDS; i++) {
		const struct tally_key key = key_of(i, 1);

		assert_true(tally_take(t, 1, &key, 9));
	}
	const struct tally_key more = key_of(TALLY_HOLDS + 1, 1);

	assert_false(tally_may(t, 1, &more, 9));
	assert_false(tally_take(t, 1, &more, 9));
	assert_true(tally_may(t, 2, &more, 9));
	tally_give(t, 1);
	assert_true(tally_take(t, 1, &more, 9));
	tally_destroy(t);
}

/* What each session counts for, as a table. */
struct model {
	uint8_t address[SESSIONS + 1][LINES]; /* 0: not */
};

static unsigned
model_held(const struct model *m, unsigned line, unsigned address)
{
	unsigned n = 0;

	for (unsigned s = 1; s <= SESSIONS; s++)
		n += m->address[s][line] == address;
	return n;
}

static unsigned
model_lines(const struct model *m, unsigned session)
{
	unsigned n = 0;

	for (unsigned line = 1; line < LINES; line++)
		n += m->address[session][line] != 0;
	return n;
}

static void
it_counts_as_a_table_does(void **state)
{
	struct tally *t = tally_create(SESSIONS, -1);
	static struct model m;
	uint64_t r = 20261128;

	for (unsigned i = 0; i < 20000; i++) {
		r = r * 6364136223846793005ull + 1442695040888963407ull;
		unsigned s = (unsigned)(r >> 33) % SESSIONS + 1,
			 line = (unsigned)(r >> 45) % (LINES - 1) + 1;
		unsigned address = (unsigned)(r >> 55) % ADDRESSES + 1, max = 40;
		const struct tally_key key = key_of(line, address);
		bool may;

		if (r % 16 == 0) {
			tally_give(t, s);
			memset(m.address[s], 0, sizeof(m.address[s]));
			continue;
		}
		may = m.address[s][line] != 0
			|| (model_lines(&m, s) < TALLY_HOLDS
				&& model_held(&m, line, address) < max);
		assert_int_equal(tally_may(t, s, &key, max), may);
		assert_int_equal(tally_take(t, s, &key, max), may);
		if (may && m.address[s][line] == 0)
			m.address[s][line] = (uint8_t)address;
		assert_int_equal(tally_held(t, &key), model_held(&m, line, address));
	}
	for (unsigned s = 1; s <= SESSIONS; s++)
		tally_give(t, s);
	for (unsigned line = 1; line < LINES; line++) {
		assert_int_equal(tally_sessions(t, (uint16_t)line), 0);
		assert_int_equal(tally_keys(t, (uint16_t)line), 0);
	}
	tally_destroy(t);
}

static void
a_full_table_of_sessions_has_room(void **state)
{
	struct tally *t = tally_create(SESSIONS, -1);

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned s = 1; s <= SESSIONS; s++)
			for (unsigned line = 1; line <= TALLY_HOLDS; line++) {
				const struct tally_key key = key_of(line, s + round);

				assert_true(tally_take(t, s, &key, 1));
			}
		for (unsigned s = 1; s <= SESSIONS; s++)
			tally_give(t, s);
	}
	tally_destroy(t);
}

/* The smallest tables: for one session, or a few. */
static void
a_small_table_has_room_for_its_sessions(void **state)
{
	for (uint32_t sessions = 1; sessions < 5; sessions++) {
		struct tally *t = tally_create(sessions, -1);

		assert_non_null(t);
		for (unsigned s = 1; s <= sessions; s++)
			for (unsigned line = 1; line <= TALLY_HOLDS; line++) {
				const struct tally_key key = key_of(line, s);

				assert_true(tally_take(t, s, &key, 1));
			}
		for (unsigned line = 1; line <= TALLY_HOLDS; line++)
			assert_int_equal(tally_keys(t, (uint16_t)line), sessions);
		tally_destroy(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_has_as_many_sessions_as_it_may),
		cmocka_unit_test(a_session_counts_for_few_lines),
		cmocka_unit_test(it_counts_as_a_table_does),
		cmocka_unit_test(a_small_table_has_room_for_its_sessions),
		cmocka_unit_test(a_full_table_of_sessions_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
