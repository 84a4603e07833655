/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/mailbox.h"

static void
told_to_all_the_others_in_order(void **state)
{
	struct mailbox *mb = mailbox_create(3);
	struct host_fact first = { .iface = 1 }, second = { .iface = 2 }, got[4];

	(void)state;
	mailbox_tell(mb, 0, &first);
	mailbox_tell(mb, 0, &second);

	assert_int_equal(mailbox_take(mb, 0, got, 4), 0);
	for (unsigned to = 1; to < 3; to++) {
		assert_int_equal(mailbox_take(mb, to, got, 4), 2);
		assert_int_equal(got[0].iface, 1);
		assert_int_equal(got[1].iface, 2);
		assert_int_equal(mailbox_take(mb, to, got, 4), 0);
	}
	mailbox_destroy(mb);
}

static void
facts_of_several_senders_are_taken_together(void **state)
{
	struct mailbox *mb = mailbox_create(3);
	struct host_fact one = { .iface = 1 }, two = { .iface = 2 }, got[4];

	(void)state;
	mailbox_tell(mb, 1, &one);
	mailbox_tell(mb, 2, &two);
	assert_int_equal(mailbox_take(mb, 0, got, 4), 2);
	assert_int_equal(got[0].iface + got[1].iface, 3);
	mailbox_destroy(mb);
}

static void
a_full_ring_loses_facts_and_counts_them(void **state)
{
	struct mailbox *mb = mailbox_create(2);
	struct host_fact fact = { .iface = 7 }, got[MAILBOX_FACTS];

	(void)state;
	for (unsigned i = 0; i < MAILBOX_FACTS + 9; i++)
		mailbox_tell(mb, 0, &fact);
	assert_int_equal(mailbox_lost(mb, 0), 10);
	assert_int_equal(mailbox_take(mb, 1, got, MAILBOX_FACTS), MAILBOX_FACTS - 1);
	assert_int_equal(mailbox_lost(mb, 1), 0);
	mailbox_destroy(mb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_to_all_the_others_in_order),
		cmocka_unit_test(facts_of_several_senders_are_taken_together),
		cmocka_unit_test(a_full_ring_loses_facts_and_counts_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
