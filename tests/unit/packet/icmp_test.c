/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/icmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
a_name_is_a_type_of_each_family(void **state)
{
	assert_int_equal(icmp_find(4, "echo-request").type, 8);
	assert_int_equal(icmp_find(6, "echo-request").type, 128);
	assert_int_equal(icmp_find(4, "echo-request").code, -1);
	assert_int_equal(icmp_find(4, "destination-unreachable").type, 3);
	assert_int_equal(icmp_find(6, "destination-unreachable").type, 1);
}

static void
too_big_is_a_code_in_ipv4_and_a_type_in_ipv6(void **state)
{
	assert_int_equal(icmp_find(4, "too-big").type, 3);
	assert_int_equal(icmp_find(4, "too-big").code, 4);
	assert_int_equal(icmp_find(6, "too-big").type, 2);
	assert_int_equal(icmp_find(6, "too-big").code, -1);
}

static void
a_name_of_one_family_is_none_of_the_other(void **state)
{
	assert_int_equal(icmp_find(4, "neighbour-solicitation").type, -1);
	assert_int_equal(icmp_find(6, "timestamp-request").type, -1);
	assert_int_equal(icmp_find(4, "ping").type, -1);
}

static void
a_type_is_printed_by_its_first_name(void **state)
{
	assert_string_equal(icmp_name(4, 3, 1), "unreachable");
	assert_string_equal(icmp_name(4, 3, 4), "too-big");
	assert_string_equal(icmp_name(6, 2, 0), "too-big");
	assert_string_equal(icmp_name(6, 136, 0), "neighbour-advertisement");
	assert_null(icmp_name(4, 42, 0));
	assert_null(icmp_name(6, 8, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_a_type_of_each_family),
		cmocka_unit_test(too_big_is_a_code_in_ipv4_and_a_type_in_ipv6),
		cmocka_unit_test(a_name_of_one_family_is_none_of_the_other),
		cmocka_unit_test(a_type_is_printed_by_its_first_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
