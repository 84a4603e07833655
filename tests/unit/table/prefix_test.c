/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefixes as text, their order and what they cover. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/prefix.h"

static void
expect(const char *text, unsigned family, const char *bytes, unsigned length)
{
	const char *why = "";
	struct prefix p;

	assert_int_equal(prefix_parse(&p, text, strlen(text), &why), 0);
	assert_int_equal(p.family, family);
	assert_int_equal(p.length, length);
	assert_memory_equal(p.address.bytes, bytes, 16);
}

static void
refuse(const char *text, const char *expected)
{
	const char *why = "";
	struct prefix p;

	assert_int_equal(prefix_parse(&p, text, strlen(text), &why), -EINVAL);
	assert_string_equal(why, expected);
}

static void
text_of_both_families_is_read(void **state)
{
	(void)state;
	expect("192.0.2.1", 4, "\xc0\0\2\1\0\0\0\0\0\0\0\0\0\0\0", 32);
	expect("192.0.2.0/24", 4, "\xc0\0\2\0\0\0\0\0\0\0\0\0\0\0\0", 24);
	expect("0.0.0.0/0", 4, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0);
	expect("255.255.255.255/32", 4, "\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0", 32);
	expect("2001:db8::1", 6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 128);
	expect("2001:db8::/32", 6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", 32);
	expect("::/0", 6, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0);
}

static void
wrong_text_is_refused_with_its_reason(void **state)
{
	(void)state;
	refuse("", "not an address or prefix");
	refuse("10.0.0", "not an address or prefix");
	refuse("10.0.0.0.0", "not an address or prefix");
	refuse("10.0.0.256", "not an address or prefix");
	refuse("10.0.0.01", "not an address or prefix");
	refuse("10.0.0.1000", "not an address or prefix");
	refuse(" 10.0.0.1", "not an address or prefix");
	refuse("10.0.0.1 ", "not an address or prefix");
	refuse("example.com", "not an address or prefix");
	refuse("192.0.2.255/25", "bits beyond the length are set");
	refuse("0.0.0.1/0", "bits beyond the length are set");
	refuse("2001:db8::ff/121", "bits beyond the length are set");
	refuse("10.0.0.0/33", "the prefix length is above 32");
	refuse("10.0.0.0/", "the prefix length is not a number");
	refuse("10.0.0.0/-1", "the prefix length is not a number");
	refuse("10.0.0.0/08", "the prefix length is not a number");
	refuse("10.0.0.0/8/8", "the prefix length is not a number");
	refuse("2001:db8:::", "not an IPv6 address");
	refuse("2001:db8::1::", "not an IPv6 address");
	refuse("2001:db8::/129", "the prefix length is above 128");
	refuse("2001:db8:1111:2222:3333:4444:5555:6666:7777:8888", "not an IPv6 address");
}

static void
order_is_family_address_length(void **state)
{
	static const char *const sorted[] = { "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.1",
		"192.0.2.0/24", "::/0", "2001:db8::/32", "2001:db8::/48", "2001:db8::1" };
	struct prefix p, q;
	const char *why;

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		for (unsigned k = 0; k < 9; k++) {
			prefix_parse(&p, sorted[i], strlen(sorted[i]), &why);
			prefix_parse(&q, sorted[k], strlen(sorted[k]), &why);
			assert_int_equal(prefix_compare(&p, &q), (i > k) - (i < k));
		}
	}
}

static void
prefix_covers_its_first_and_last_address(void **state)
{
	struct prefix p, a;
	const char *why;

	(void)state;
	prefix_parse(&p, "10.9.128.0/17", 13, &why);
	prefix_parse(&a, "10.9.128.0", 10, &why);
	assert_true(prefix_covers(&p, &a.address));
	prefix_parse(&a, "10.9.255.255", 12, &why);
	assert_true(prefix_covers(&p, &a.address));
	prefix_parse(&a, "10.9.127.255", 12, &why);
	assert_false(prefix_covers(&p, &a.address));
	prefix_parse(&a, "10.10.128.0", 11, &why);
	assert_false(prefix_covers(&p, &a.address));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_both_families_is_read),
		cmocka_unit_test(wrong_text_is_refused_with_its_reason),
		cmocka_unit_test(order_is_family_address_length),
		cmocka_unit_test(prefix_covers_its_first_and_last_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
