/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses that translation must not use, and words that match nobody: found by the check of a
 * whole file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/check.h"
#include "config/config.h"

#define HEAD \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: a, neighbours: {192.0.2.9: \"02:00:00:00:00:09\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: b}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
#define POOL \
	HEAD "nat: {up: {pool: [%s]}}\n" \
	     "pipelines: {a: [track, {route: main}, {snat: up}], b: [track, {route: main}]}\n"
#define TARGET \
	HEAD "pipelines: {b: [track, {dnat: {to: %s, if: {dst: 198.51.100.1}}}, {route: main}], a: [track, {route: main}]}\n"

#define INTERFACE \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}}\n" \
	"interfaces: {lan: {%s, pipeline: a}}\n" \
	"pipelines: {a: [drop]}\n"

struct row {
	const char *address;
	const char *error; /* NULL: it is lawful */
};

static void
verify(const char *text, const char *what, const char *error, unsigned tests)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", text, err);
	struct check_result result = { 0 };

	assert_non_null(cfg);
	config_verify(cfg, err, &result);
	if (error == NULL ? err_count(err) != 0 : strstr(err_first(err), error) == NULL)
		fail_msg("%s: expected '%s', found '%s'", what, error != NULL ? error : "",
			err_first(err));
	assert_int_equal(result.tests, tests);
	assert_int_equal(result.failed, 0);
	config_free(cfg);
	err_destroy(err);
}

static void
expect(const char *format, const struct row rows[], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char text[2048];

		/* NOLINTNEXTLINE: one of those above */
		snprintf(text, sizeof(text), format, rows[i].address);
		verify(text, rows[i].address, rows[i].error, 0);
	}
}

static void
a_pool_has_addresses_that_a_station_may_have(void **state)
{
	static const struct row rows[] = {
		{ "0.1.2.3", "is of 0.0.0.0/8" },
		{ "1.0.0.1", NULL },
		{ "126.255.255.254", NULL },
		{ "127.0.0.1", "loopback" },
		{ "128.0.0.1", NULL },
		{ "223.255.255.1", NULL },
		{ "224.0.0.1", "is multicast" },
		{ "239.255.255.255", "is multicast" },
		{ "240.0.0.1", "reserved" },
		{ "255.255.255.255", "is the broadcast address" },
		{ "198.51.100.0", "198.51.100.0" },
		{ "198.51.100.255", "198.51.100.255" },
		{ "198.51.100.2", "198.51.100.2" },
		{ "192.0.2.9", "192.0.2.9" },
		{ "198.51.100.3", NULL },
		{ "198.51.100.1", NULL },
	};

	(void)state;
	expect(POOL, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
a_destination_is_one_that_a_station_may_have(void **state)
{
	static const struct row rows[] = {
		{ "0.0.0.0", "is of 0.0.0.0/8" },
		{ "127.0.0.1", "loopback" },
		{ "224.0.0.1", "is multicast" },
		{ "255.255.255.255", "is the broadcast address" },
		{ "192.0.2.0", "network or broadcast address" },
		{ "192.0.2.255", "network or broadcast address" },
		{ "192.0.2.9", NULL },
		{ "203.0.113.0", NULL },
	};

	(void)state;
	expect(TARGET, rows, sizeof(rows) / sizeof(rows[0]));
}

static void
an_interface_has_addresses_that_a_station_may_have(void **state)
{
	static const struct row rows[] = {
		{ "addresses: [192.0.2.0/24]", "is the subnet itself" },
		{ "addresses: [192.0.2.255/24]", "is the broadcast address of its subnet" },
		{ "addresses: [192.0.2.0/31]", NULL },
		{ "addresses: [192.0.2.255/32]", NULL },
		{ "addresses: [127.0.0.1/8]", "is no address of an interface" },
		{ "addresses: [224.0.0.1/24]", "is no address of an interface" },
		{ "addresses: ['::/64']", "is no address of an interface" },
		{ "addresses: ['::1/128']", "is no address of an interface" },
		{ "addresses: ['::2/128']", NULL },
		{ "addresses: ['ff02::1/64']", "is multicast" },
		{ "addresses: ['::ffff:192.0.2.1/128']", "is an IPv4 address in IPv6's form" },
		{ "addresses: ['::fffe:192.0.2.1/128']", NULL },
	};

	(void)state;
	expect(INTERFACE, rows, sizeof(rows) / sizeof(rows[0]));
}

#define NEIGHBOUR(subnet, address) \
	"addresses: [" subnet "], neighbours: {" address ": '02:00:00:00:00:09'}"

static void
a_neighbour_has_an_address_that_a_station_may_have(void **state)
{
	static const struct row rows[] = {
		{ NEIGHBOUR("192.0.2.1/24", "192.0.2.254"), NULL },
		{ NEIGHBOUR("192.0.2.1/24", "192.0.2.255"), "is the network or broadcast address" },
		{ NEIGHBOUR("192.0.2.1/24", "192.0.2.0"), "is the network or broadcast address" },
		{ NEIGHBOUR("192.0.2.1/30", "192.0.2.3"), "is the network or broadcast address" },
		{ NEIGHBOUR("192.0.2.1/31", "192.0.2.0"), NULL },
		{ NEIGHBOUR("192.0.2.1/24", "192.0.3.2"), "is in no subnet of lan" },
		{ NEIGHBOUR("192.0.2.1/24", "192.0.2.1"), "is our own address" },
		{ NEIGHBOUR("'2001:db8::1/64'", "'2001:db8::'"), NULL },
	};

	(void)state;
	expect(INTERFACE, rows, sizeof(rows) / sizeof(rows[0]));
}

#define RULE(match) \
	HEAD "acls: {list: {default: drop, rules: [{" match ", action: accept}]}}\n" \
	     "pipelines: {a: [{acl: list}, {route: main}], b: [drop]}\n" \
	     "tests:\n"
#define IS(packet, fate) "  - {in: lan, packet: \"" packet "\", expect: " fate "}\n"
#define ECHO             "icmp 192.0.2.9 > 198.51.100.9 echo-request id 7"
#define REPLY            "icmp 192.0.2.9 > 198.51.100.9 echo-reply id 7"

/* A word of the other family's messages alone matches no message of this one, whatever is negated
 * beside it. */
static void
words_of_icmp_are_of_their_family(void **state)
{
	(void)state;
	verify(RULE("icmp: [packet-too-big, \"!echo-reply\"]") IS(ECHO, "drop acl_denied")
			IS(REPLY, "drop acl_denied"),
		"of IPv6, one negated", NULL, 2);
	verify(RULE("icmp: [\"!echo-reply\"]") IS(ECHO, "output wan") IS(REPLY, "drop acl_denied"),
		"negated", NULL, 2);
	verify(RULE("icmp: [echo-request, \"!echo-reply\"]") IS(ECHO, "output wan")
			IS(REPLY, "drop acl_denied"),
		"both", NULL, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pool_has_addresses_that_a_station_may_have),
		cmocka_unit_test(a_destination_is_one_that_a_station_may_have),
		cmocka_unit_test(an_interface_has_addresses_that_a_station_may_have),
		cmocka_unit_test(a_neighbour_has_an_address_that_a_station_may_have),
		cmocka_unit_test(words_of_icmp_are_of_their_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
