/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/spread.h"

static const int one_node[4] = { 0, 0, 0, 0 };
static const int two_nodes[4] = { 0, 0, 1, 1 };

static void
a_queue_for_each_worker_is_its_own(void **state)
{
	const struct spread s = { 4, two_nodes };

	(void)state;
	for (unsigned port = 0; port < 3; port++)
		for (unsigned q = 0; q < 4; q++)
			assert_int_equal(spread_queue(&s, port, 4, q, 1), q);
}

static void
more_queues_than_workers_go_round(void **state)
{
	const struct spread s = { 4, one_node };

	(void)state;
	assert_int_equal(spread_queue(&s, 1, 6, 3, 0), 3);
	assert_int_equal(spread_queue(&s, 1, 6, 4, 0), 0);
	assert_int_equal(spread_queue(&s, 1, 6, 5, 0), 1);
}

static void
ports_of_one_queue_are_spread(void **state)
{
	const struct spread s = { 4, one_node };

	(void)state;
	for (unsigned port = 0; port < 8; port++)
		assert_int_equal(spread_queue(&s, port, 1, 0, 0), port % 4);
}

static void
a_port_is_polled_on_its_node(void **state)
{
	const struct spread s = { 4, two_nodes };

	(void)state;
	assert_int_equal(spread_queue(&s, 0, 1, 0, 1), 2);
	assert_int_equal(spread_queue(&s, 1, 1, 0, 1), 3);
	assert_int_equal(spread_queue(&s, 2, 1, 0, 1), 2);
	assert_int_equal(spread_queue(&s, 0, 1, 0, 0), 0);
	assert_int_equal(spread_queue(&s, 1, 2, 0, 0), 1);
	assert_int_equal(spread_queue(&s, 1, 2, 1, 0), 0);
}

static void
a_node_without_workers_is_served_by_all(void **state)
{
	const struct spread s = { 4, two_nodes };

	(void)state;
	for (unsigned port = 0; port < 4; port++)
		assert_int_equal(spread_queue(&s, port, 1, 0, 7), port);
}

/* 64 workers on four nodes, in the order of their cores. */
static void
every_port_of_a_large_machine_is_polled_on_its_node(void **state)
{
	int node[64];
	const struct spread s = { 64, node };
	unsigned polled[64] = { 0 };

	(void)state;
	for (unsigned w = 0; w < 64; w++)
		node[w] = (int)(w / 16);
	for (unsigned port = 0; port < 32; port++) {
		for (unsigned q = 0; q < 4; q++) {
			unsigned w = spread_queue(&s, port, 4, q, (int)(port % 4));

			assert_int_equal(w / 16, port % 4);
			polled[w]++;
		}
	}
	/* 32 queues on each node, two for each of its workers or near to that. */
	for (unsigned w = 0; w < 64; w++)
		assert_in_range(polled[w], 0, 4);
	for (unsigned q = 0; q < 64; q++)
		assert_int_equal(spread_queue(&s, 5, 64, q, 3), q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_for_each_worker_is_its_own),
		cmocka_unit_test(more_queues_than_workers_go_round),
		cmocka_unit_test(ports_of_one_queue_are_spread),
		cmocka_unit_test(a_port_is_polled_on_its_node),
		cmocka_unit_test(a_node_without_workers_is_served_by_all),
		cmocka_unit_test(every_port_of_a_large_machine_is_polled_on_its_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
