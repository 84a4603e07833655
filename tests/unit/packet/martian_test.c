/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/martian.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum place { SOURCE, DESTINATION };

/* Is the address a martian in that place? */
static bool
martian(enum place place, const char *text)
{
	struct tuple t;
	union address *a = place == SOURCE ? &t.src : &t.dst;

	memset(&t, 0, sizeof(t));
	t.family = strchr(text, ':') == NULL ? 4 : 6;
	assert_int_equal(inet_pton(t.family == 4 ? AF_INET : AF_INET6, text, a->bytes), 1);
	return place == SOURCE ? martian_source(&t) : martian_destination(&t);
}

static void
expect_nowhere(const char *text)
{
	if (!martian(SOURCE, text) || !martian(DESTINATION, text))
		fail_msg("%s is taken", text);
}

static void
expect_destination_only(const char *text)
{
	if (!martian(SOURCE, text) || martian(DESTINATION, text))
		fail_msg("%s is taken as a source or refused as a destination", text);
}

static void
expect_anywhere(const char *text)
{
	if (martian(SOURCE, text) || martian(DESTINATION, text))
		fail_msg("%s is refused", text);
}

static void
this_network_and_loopback_are_nowhere(void **state)
{
	expect_nowhere("0.0.0.0");
	expect_nowhere("0.255.255.255");
	expect_anywhere("1.0.0.0");
	expect_nowhere("127.0.0.1");
	expect_nowhere("127.255.255.255");
	expect_anywhere("126.255.255.255");
	expect_anywhere("128.0.0.0");
}

static void
reserved_addresses_are_nowhere(void **state)
{
	expect_nowhere("240.0.0.0");
	expect_nowhere("255.255.255.254");
}

static void
multicast_and_broadcast_are_no_source(void **state)
{
	expect_destination_only("224.0.0.1");
	expect_destination_only("239.255.255.255");
	expect_anywhere("223.255.255.255");
	expect_destination_only("255.255.255.255");
	expect_destination_only("ff02::1");
	expect_destination_only("ff00::");
}

static void
unspecified_and_loopback_of_ipv6_are_nowhere(void **state)
{
	expect_nowhere("::");
	expect_nowhere("::1");
	expect_anywhere("::2");
}

static void
mapped_ipv4_is_nowhere(void **state)
{
	expect_nowhere("::ffff:10.0.0.2");
	expect_anywhere("::fffe:10.0.0.2");
	expect_anywhere("64:ff9b::10.0.0.2");
}

static void
ordinary_addresses_are_anywhere(void **state)
{
	expect_anywhere("10.0.0.2");
	expect_anywhere("169.254.169.254");
	expect_anywhere("192.0.2.1");
	expect_anywhere("2001:db8::1");
	expect_anywhere("fc00::1");
	expect_anywhere("fe80::1");
}

static bool
link_local(const char *text)
{
	union address a;

	assert_int_equal(inet_pton(AF_INET6, text, a.bytes), 1);
	return address_link_local(&a, 6);
}

static void
link_local_is_fe80_slash_10(void **state)
{
	union address a = { .bytes = { 0xfe, 0x80, 0, 1 } };

	assert_true(link_local("fe80::1"));
	assert_true(link_local("febf:ffff::1"));
	assert_false(link_local("fec0::1"));
	assert_false(link_local("fe7f::1"));
	assert_false(address_link_local(&a, 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_network_and_loopback_are_nowhere),
		cmocka_unit_test(reserved_addresses_are_nowhere),
		cmocka_unit_test(multicast_and_broadcast_are_no_source),
		cmocka_unit_test(unspecified_and_loopback_of_ipv6_are_nowhere),
		cmocka_unit_test(mapped_ipv4_is_nowhere),
		cmocka_unit_test(ordinary_addresses_are_anywhere),
		cmocka_unit_test(link_local_is_fe80_slash_10),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
