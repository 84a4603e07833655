/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
every_reason_is_found_by_its_name(void **state)
{
	for (enum reason r = REASON_NONE + 1; r < REASON_COUNT; r++)
		assert_int_equal(reason_find(reason_name(r)), r);
}

static void
an_unknown_name_is_none(void **state)
{
	assert_int_equal(reason_find("other"), REASON_NONE);
	assert_int_equal(reason_find("none"), REASON_NONE);
	assert_int_equal(reason_find(""), REASON_NONE);
}

static void
every_reason_has_a_sentence(void **state)
{
	for (enum reason r = REASON_NONE; r < REASON_COUNT; r++) {
		const char *s = reason_sentence(r);

		assert_true(strlen(s) > 10);
		assert_int_equal(s[strlen(s) - 1], '.');
	}
}

static void
a_reason_says_whose_fault_it_is(void **state)
{
	assert_int_equal(reason_fault(REASON_martian), FAULT_PEER);
	assert_int_equal(reason_fault(REASON_acl_denied), FAULT_POLICY);
	assert_int_equal(reason_fault(REASON_no_mbuf), FAULT_CAPACITY);
	assert_int_equal(reason_fault(REASON_no_route), FAULT_CONFIG);
	assert_string_equal(fault_name(FAULT_PEER), "peer");
	assert_string_equal(fault_name(FAULT_POLICY), "policy");
	assert_string_equal(fault_name(FAULT_CAPACITY), "capacity");
	assert_string_equal(fault_name(FAULT_CONFIG), "configuration");
	assert_string_equal(fault_name(FAULT_US), "us");
}

/* A view, a ledger row and a record hold a reason in 8 bits. */
static void
a_reason_fits_a_byte(void **state)
{
	assert_true(REASON_COUNT <= 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_is_found_by_its_name),
		cmocka_unit_test(an_unknown_name_is_none),
		cmocka_unit_test(every_reason_has_a_sentence),
		cmocka_unit_test(a_reason_says_whose_fault_it_is),
		cmocka_unit_test(a_reason_fits_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
