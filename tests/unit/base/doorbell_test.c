/* SPDX-License-Identifier: BSD-3-Clause */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/doorbell.h"

static bool
is_readable(const struct doorbell *bell)
{
	struct pollfd p = { .fd = bell->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void
a_ring_wakes_a_sleeper(void **state)
{
	struct doorbell bell;

	(void)state;
	assert_int_equal(doorbell_init(&bell), 0);
	doorbell_arm(&bell);
	assert_false(is_readable(&bell));
	doorbell_ring(&bell);
	assert_true(is_readable(&bell));
	doorbell_disarm(&bell);
	assert_false(is_readable(&bell));
	doorbell_fini(&bell);
}

static void
nobody_calls_the_kernel_for_one_who_is_awake(void **state)
{
	struct doorbell bell;

	(void)state;
	assert_int_equal(doorbell_init(&bell), 0);
	doorbell_ring(&bell);
	assert_false(is_readable(&bell));
	doorbell_arm(&bell);
	doorbell_disarm(&bell);
	doorbell_ring(&bell);
	assert_false(is_readable(&bell));
	doorbell_fini(&bell);
}

static void
several_rings_are_one(void **state)
{
	struct doorbell bell;
	uint64_t count = 0;

	(void)state;
	assert_int_equal(doorbell_init(&bell), 0);
	doorbell_arm(&bell);
	doorbell_ring(&bell);
	doorbell_ring(&bell);
	doorbell_ring(&bell);
	assert_int_equal(read(bell.fd, &count, sizeof(count)), sizeof(count));
	assert_int_equal(count, 1);
	doorbell_disarm(&bell);
	doorbell_fini(&bell);
}

static void
a_bell_that_was_never_made_is_fine(void **state)
{
	struct doorbell bell = { .fd = 0 };

	(void)state;
	doorbell_fini(&bell);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_wakes_a_sleeper),
		cmocka_unit_test(nobody_calls_the_kernel_for_one_who_is_awake),
		cmocka_unit_test(several_rings_are_one),
		cmocka_unit_test(a_bell_that_was_never_made_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
