/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/match_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
an_icmp_name_stands_for_a_type_of_each_family(void **state)
{
	struct icmp_word w;

	assert_null(icmp_word_read("echo-request", &w));
	assert_false(w.negated);
	assert_int_equal(w.first4, 0x0800);
	assert_int_equal(w.last4, 0x08ff);
	assert_int_equal(w.first6, 0x8000);
	assert_int_equal(w.last6, 0x80ff);
}

static void
a_name_of_one_family_is_none_of_the_other(void **state)
{
	struct icmp_word w;

	assert_null(icmp_word_read("neighbour-solicitation", &w));
	assert_true(w.first4 > w.last4);
	assert_int_equal(w.first6, 0x8700);
	assert_int_equal(w.last6, 0x87ff);
}

static void
a_name_may_stand_for_a_code(void **state)
{
	struct icmp_word w;

	assert_null(icmp_word_read("packet-too-big", &w));
	assert_int_equal(w.first4, 0x0304);
	assert_int_equal(w.last4, 0x0304);
	assert_int_equal(w.first6, 0x0200);
	assert_int_equal(w.last6, 0x02ff);
}

static void
a_number_may_have_a_code(void **state)
{
	struct icmp_word w;

	assert_null(icmp_word_read("3", &w));
	assert_int_equal(w.first4, 0x0300);
	assert_int_equal(w.last4, 0x03ff);
	assert_null(icmp_word_read("3/4", &w));
	assert_int_equal(w.first4, 0x0304);
	assert_int_equal(w.last4, 0x0304);
	assert_int_equal(w.first6, 0x0304);
	assert_null(icmp_word_read("255/255", &w));
	assert_int_equal(w.last4, 0xffff);
}

static void
a_mark_before_it_says_not(void **state)
{
	struct icmp_word w;

	assert_null(icmp_word_read("!redirect", &w));
	assert_true(w.negated);
	assert_int_equal(w.first4, 0x0500);
}

static void
other_texts_are_no_icmp_type(void **state)
{
	static const char *const wrong[] = {
		"",
		"echo",
		"256",
		"3/",
		"3/256",
		"3/1/1",
		"-1",
		"3x",
		"/3",
	};
	struct icmp_word w;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(icmp_word_read(wrong[i], &w));
}

static void
flags_alone_must_be_set(void **state)
{
	uint8_t flags, mask;

	assert_null(tcp_flags_read("SA", &flags, &mask));
	assert_int_equal(flags, 0x12);
	assert_int_equal(mask, 0x12);
}

static void
flags_with_a_mask_are_the_only_ones_of_it(void **state)
{
	uint8_t flags, mask;

	assert_null(tcp_flags_read("S/SARF", &flags, &mask));
	assert_int_equal(flags, 0x02);
	assert_int_equal(mask, 0x17);
	assert_null(tcp_flags_read("EC/EC", &flags, &mask));
	assert_int_equal(flags, 0xc0);
	assert_null(tcp_flags_read("0/SA", &flags, &mask));
	assert_int_equal(flags, 0);
	assert_int_equal(mask, 0x12);
}

static void
other_texts_are_no_flags(void **state)
{
	static const char *const wrong[] = { "", "X", "S/", "/S", "S/A", "S/SA/F", "!S", "s", "0",
		"0S/SA", "0/" };
	uint8_t flags, mask;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(tcp_flags_read(wrong[i], &flags, &mask));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_icmp_name_stands_for_a_type_of_each_family),
		cmocka_unit_test(a_name_of_one_family_is_none_of_the_other),
		cmocka_unit_test(a_name_may_stand_for_a_code),
		cmocka_unit_test(a_number_may_have_a_code),
		cmocka_unit_test(a_mark_before_it_says_not),
		cmocka_unit_test(other_texts_are_no_icmp_type),
		cmocka_unit_test(flags_alone_must_be_set),
		cmocka_unit_test(flags_with_a_mask_are_the_only_ones_of_it),
		cmocka_unit_test(other_texts_are_no_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
