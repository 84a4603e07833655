/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct expectations *x;

static struct expectation
of(uint32_t client, uint16_t port)
{
	struct expectation e = { .first = { .family = 4, .proto = IPPROTO_TCP },
		.control = client };

	e.first.dport = rte_cpu_to_be_16(port);
	e.client.v4 = client;
	return e;
}

static bool
add(uint32_t client, uint16_t port, uint64_t now_ns)
{
	const struct expectation e = of(client, port);

	return expectation_add(x, NULL, &e, now_ns);
}

static bool
has(uint16_t port, uint64_t now_ns)
{
	const struct expectation e = of(0, port);

	return expectation_find(x, &e.first, now_ns) != NULL;
}

static int
begin(void **state)
{
	(void)state;
	x = calloc(1, sizeof(*x));
	return x != NULL ? 0 : -1;
}

static int
finish(void **state)
{
	(void)state;
	free(x);
	return 0;
}

static void
one_is_met_once(void **state)
{
	const struct expectation e = of(1, 5001);

	(void)state;
	assert_true(add(1, 5001, 0));
	assert_true(has(5001, 1));
	assert_false(has(5002, 1));
	assert_false(has(5001, EXPECT_NS));
	expectation_met(x, NULL, &e.first, 1);
	assert_false(has(5001, 1));
	assert_int_equal(x->used, 0);
}

static void
a_client_has_eight_the_oldest_makes_room(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 20; i++)
		assert_true(add(1, (uint16_t)(5000 + i), i));
	assert_int_equal(x->used, EXPECT_PER_CLIENT);
	assert_false(has(5011, 20));
	assert_true(has(5012, 20));
	assert_true(add(2, 6000, 20));
	assert_true(has(5012, 20));
}

static void
all_are_bounded_until_time_is_over(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < EXPECT_MAX; i++)
		assert_true(add(1 + i / EXPECT_PER_CLIENT, (uint16_t)(2000 + i), i));
	assert_false(add(9999, 60000, EXPECT_MAX));
	assert_int_equal(x->refused, 1);
	assert_true(add(9999, 60000, EXPECT_NS + EXPECT_MAX));
	assert_int_equal(x->used, 1);
	expectation_forget(x, NULL, 9999, EXPECT_NS);
	assert_int_equal(x->used, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_is_met_once, begin, finish),
		cmocka_unit_test_setup_teardown(
			a_client_has_eight_the_oldest_makes_room, begin, finish),
		cmocka_unit_test_setup_teardown(all_are_bounded_until_time_is_over, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
