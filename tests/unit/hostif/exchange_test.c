/* SPDX-License-Identifier: BSD-3-Clause */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_mbuf.h>

#include "hostif/exchange.h"

/* Never touched by the rings: only their addresses count. */
static struct rte_mbuf packets[EXCHANGE_FROM_KERNEL + 1];

static bool
is_readable(const struct exchange *x)
{
	struct pollfd p = { .fd = exchange_fd(x), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void
take_all(struct exchange *x, unsigned worker, enum hostif_class class)
{
	struct rte_mbuf *m[64];

	while (exchange_take_up(x, worker, class, m, 64) != 0)
		;
}

static void
a_full_class_takes_no_room_from_another(void **state)
{
	struct exchange *x = exchange_create(1);
	struct rte_mbuf *m[2];

	(void)state;
	for (unsigned i = 0; i < EXCHANGE_TO_KERNEL; i++)
		assert_true(exchange_give(x, 0, HOSTIF_REST, &packets[i]));
	assert_false(exchange_give(x, 0, HOSTIF_REST, &packets[EXCHANGE_TO_KERNEL]));
	assert_true(exchange_give(x, 0, HOSTIF_ROUTING, &packets[EXCHANGE_TO_KERNEL]));

	assert_int_equal(exchange_take_up(x, 0, HOSTIF_ROUTING, m, 2), 1);
	assert_ptr_equal(m[0], &packets[EXCHANGE_TO_KERNEL]);
	assert_int_equal(exchange_take_up(x, 0, HOSTIF_REST, m, 2), 2);
	assert_ptr_equal(m[0], &packets[0]);
	assert_ptr_equal(m[1], &packets[1]);
	take_all(x, 0, HOSTIF_REST);
	exchange_destroy(x);
}

static void
workers_have_rings_of_their_own(void **state)
{
	struct exchange *x = exchange_create(2);
	struct rte_mbuf *m[2];

	(void)state;
	assert_true(exchange_give(x, 1, HOSTIF_DHCP, &packets[0]));
	assert_int_equal(exchange_take_up(x, 0, HOSTIF_DHCP, m, 2), 0);
	assert_int_equal(exchange_take_up(x, 1, HOSTIF_DHCP, m, 2), 1);
	assert_true(exchange_give_down(x, 0, &packets[1]));
	assert_int_equal(exchange_take(x, 1, m, 2), 0);
	assert_int_equal(exchange_take(x, 0, m, 2), 1);
	exchange_destroy(x);
}

static void
the_ring_from_the_kernel_is_bounded(void **state)
{
	struct exchange *x = exchange_create(1);
	struct rte_mbuf *m[64];

	(void)state;
	for (unsigned i = 0; i < EXCHANGE_FROM_KERNEL; i++)
		assert_true(exchange_give_down(x, 0, &packets[i]));
	assert_false(exchange_give_down(x, 0, &packets[EXCHANGE_FROM_KERNEL]));
	while (exchange_take(x, 0, m, 64) != 0)
		;
	exchange_destroy(x);
}

static void
a_packet_wakes_the_sleeping_thread_once(void **state)
{
	struct exchange *x = exchange_create(1);

	(void)state;
	assert_true(exchange_give(x, 0, HOSTIF_REST, &packets[0]));
	assert_false(is_readable(x));    /* it does not sleep */
	assert_false(exchange_sleep(x)); /* and must not: a packet waits */
	take_all(x, 0, HOSTIF_REST);

	assert_true(exchange_sleep(x));
	assert_true(exchange_give(x, 0, HOSTIF_REST, &packets[0]));
	assert_true(is_readable(x));
	exchange_awake(x);
	assert_false(is_readable(x));
	assert_true(exchange_give(x, 0, HOSTIF_REST, &packets[1]));
	assert_false(is_readable(x));
	take_all(x, 0, HOSTIF_REST);
	exchange_destroy(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_class_takes_no_room_from_another),
		cmocka_unit_test(workers_have_rings_of_their_own),
		cmocka_unit_test(the_ring_from_the_kernel_is_bounded),
		cmocka_unit_test(a_packet_wakes_the_sleeping_thread_once),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
