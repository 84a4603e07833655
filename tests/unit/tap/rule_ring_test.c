/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker tells of rules that are logged: rates, losses, ends of sessions. */
#include "tap/rule_ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"

#define RULES    8
#define SESSIONS 100
#define TENTH_NS (NS_PER_SECOND / 10)

static int
setup(void **state)
{
	*state = rule_ring_create(RULES, SESSIONS, -1);
	return *state != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	rule_ring_destroy(*state);
	return 0;
}

static void
tell(struct rule_ring *r, unsigned rule, uint64_t now_ns, unsigned n, uint32_t interval_ns)
{
	for (unsigned i = 0; i < n; i++)
		rule_ring_tell(r, &(struct rule_entry){ .time_ns = now_ns, .rule = (uint16_t)rule },
			interval_ns);
}

static unsigned
take_all(struct rule_ring *r)
{
	unsigned n = 0;

	for (; ring_peek(rule_ring_entries(r)) != NULL; n++)
		ring_release(rule_ring_entries(r));
	return n;
}

static void
a_rule_tells_at_its_rate(void **state)
{
	struct rule_ring *r = *state;

	tell(r, 3, NS_PER_SECOND, 100, TENTH_NS);
	assert_int_equal(take_all(r), 10);
	assert_int_equal(rule_ring_over(r, 3), 90);
	tell(r, 3, NS_PER_SECOND + 2 * TENTH_NS, 100, TENTH_NS);
	assert_int_equal(take_all(r), 2);
	tell(r, 3, 100 * NS_PER_SECOND, 100, TENTH_NS);
	assert_int_equal(take_all(r), 10);
	assert_int_equal(rule_ring_over(r, 3), 90 + 98 + 90);
}

static void
a_rule_takes_nothing_from_another(void **state)
{
	struct rule_ring *r = *state;

	tell(r, 3, NS_PER_SECOND, 100, TENTH_NS);
	take_all(r);
	tell(r, 4, NS_PER_SECOND, 5, TENTH_NS);
	assert_int_equal(take_all(r), 5);
	assert_int_equal(rule_ring_over(r, 4), 0);
}

static void
a_full_ring_loses_and_counts(void **state)
{
	struct rule_ring *r = *state;

	tell(r, 1, NS_PER_SECOND, RULE_RING_ENTRIES + 17, 1);
	assert_int_equal(ring_lost(rule_ring_entries(r)), 17);
	assert_int_equal(take_all(r), RULE_RING_ENTRIES);
	tell(r, 1, NS_PER_SECOND, 1, 1);
	assert_int_equal(take_all(r), 1);
	assert_int_equal(ring_lost(rule_ring_entries(r)), 17);
}

static void
the_end_of_a_session_has_its_counts(void **state)
{
	struct rule_ring *r = *state;
	struct rule_entry begin = { .time_ns = 1000, .rule = 2, .packets = { 1 }, .bytes = { 60 } };
	const struct rule_entry *end;

	assert_int_equal(rule_ring_keep_sessions(r), 0);
	rule_ring_begin(r, SESSIONS, &begin);
	assert_true(rule_ring_keeps(r));
	rule_ring_count(r, SESSIONS, false, 2, 100);
	rule_ring_count(r, SESSIONS, true, 3, 4000);
	rule_ring_count(r, 7, true, 3, 4000); /* another one */
	rule_ring_end(r, 7, 1, 2000);
	rule_ring_end(r, SESSIONS, 5, 6000);
	end = ring_peek(rule_ring_entries(r));
	assert_non_null(end);
	assert_int_equal(end->event, RULE_END);
	assert_int_equal(end->why, 5);
	assert_int_equal(end->lasted_ns, 5000);
	assert_int_equal(end->packets[0], 3);
	assert_int_equal(end->bytes[0], 160);
	assert_int_equal(end->packets[1], 3);
	assert_int_equal(end->bytes[1], 4000);
	ring_release(rule_ring_entries(r));
	assert_false(rule_ring_keeps(r));
	rule_ring_end(r, SESSIONS, 5, 7000); /* once */
	assert_null(ring_peek(rule_ring_entries(r)));
}

static void
places_of_ended_sessions_serve_again(void **state)
{
	struct rule_ring *r = *state;
	struct rule_entry begin = { .rule = 2 };

	assert_int_equal(rule_ring_keep_sessions(r), 0);
	for (unsigned i = 0; i < 3 * RULE_RING_SESSIONS; i++) {
		rule_ring_begin(r, 1 + i % SESSIONS, &begin);
		rule_ring_end(r, 1 + i % SESSIONS, 0, 1);
		take_all(r);
	}
	assert_int_equal(rule_ring_untold(r), 0);
	assert_false(rule_ring_keeps(r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_rule_tells_at_its_rate, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rule_takes_nothing_from_another, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_ring_loses_and_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_end_of_a_session_has_its_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(
			places_of_ended_sessions_serve_again, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
