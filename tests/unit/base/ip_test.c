/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses and prefixes, from text and back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/ip.h"

static void
expect_prefix(const char *text, const char *back)
{
	struct ip_prefix prefix;
	char buf[IP_TEXT_MAX];

	assert_true(ip_prefix_parse(text, &prefix));
	assert_string_equal(ip_prefix_text(&prefix, buf), back);
}

static void
prefixes_read_back(void **state)
{
	(void)state;
	expect_prefix("192.0.2.1", "192.0.2.1/32");
	expect_prefix("192.0.2.1/24", "192.0.2.1/24");
	expect_prefix("0.0.0.0/0", "0.0.0.0/0");
	expect_prefix("::/0", "::/0");
	expect_prefix("2001:DB8:0:0::1", "2001:db8::1/128");
	expect_prefix("2001:db8:1111:2222:3333:4444:5555:6666/128",
		"2001:db8:1111:2222:3333:4444:5555:6666/128");
}

static void
what_is_no_prefix_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"/",
		"/8",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.01",
		"192.0.2.1/",
		"192.0.2.1/33",
		"192.0.2.1/08",
		"192.0.2.1/-1",
		"192.0.2.1/8x",
		" 192.0.2.1",
		"192.0.2.1/8/8",
		"::/129",
		"2001:db8:::1",
		"fe80::1%lo",
		"x",
		"1111111111111111111111111111111111111111111111111111111111111111111111111",
	};
	struct ip_prefix prefix;

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(ip_prefix_parse(wrong[i], &prefix));
		assert_int_equal(prefix.address.family, 0);
	}
}

static void
host_bits_are_told_from_network_bits(void **state)
{
	struct ip_prefix prefix, network;
	char buf[IP_TEXT_MAX];

	(void)state;
	ip_prefix_parse("10.255.255.255/9", &prefix);
	assert_false(ip_prefix_is_network(&prefix));
	network = ip_prefix_network(&prefix);
	assert_string_equal(ip_prefix_text(&network, buf), "10.128.0.0/9");
	assert_true(ip_prefix_is_network(&network));
	assert_true(ip_prefix_contains(&prefix, &network.address));

	ip_prefix_parse("2001:db8::1/127", &prefix);
	network = ip_prefix_network(&prefix);
	assert_string_equal(ip_prefix_text(&network, buf), "2001:db8::/127");
	ip_prefix_parse("10.0.0.0/8", &network);
	assert_false(ip_prefix_contains(&network, &prefix.address));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_read_back),
		cmocka_unit_test(what_is_no_prefix_is_refused),
		cmocka_unit_test(host_bits_are_told_from_network_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
