/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefixes translated one to one: the example of RFC 6296, its edges, and IPv4. */
#include "stage/prefix_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

/* What prefix_map_build computes, from texts. */
static struct prefix_map
map_of(const char *from, const char *to, unsigned length, bool neutral)
{
	struct prefix_map m = { .length = (uint8_t)length, .neutral = neutral };
	uint32_t sum = 0;

	m.family = strchr(from, ':') != NULL ? 6 : 4;
	inet_pton(m.family == 6 ? AF_INET6 : AF_INET, from, m.from.bytes);
	inet_pton(m.family == 6 ? AF_INET6 : AF_INET, to, m.to.bytes);
	for (unsigned i = 0; i < 16; i += 2) {
		sum += (unsigned)m.from.bytes[i] << 8 | m.from.bytes[i + 1];
		sum += 0xffffu ^ ((unsigned)m.to.bytes[i] << 8 | m.to.bytes[i + 1]);
	}
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	m.adjustment = (uint16_t)sum;
	return m;
}

static void
expect(const struct prefix_map *m, const char *from, const char *to)
{
	union address a = { .bytes = { 0 } }, b;
	char text[INET6_ADDRSTRLEN];
	int family = m->family == 6 ? AF_INET6 : AF_INET;

	inet_pton(family, from, a.bytes);
	if (to == NULL) {
		assert_false(prefix_map_find(m, m->family, &a, &b));
		return;
	}
	assert_true(prefix_map_find(m, m->family, &a, &b));
	assert_string_equal(inet_ntop(family, b.bytes, text, sizeof(text)), to);
}

static void
the_example_of_rfc_6296_in_both_directions(void **state)
{
	struct prefix_map out = map_of("fd01:203:405::", "2001:db8:1::", 48, true),
			  in = map_of("2001:db8:1::", "fd01:203:405::", 48, true);

	expect(&out, "fd01:203:405:1::1234", "2001:db8:1:d550::1234");
	expect(&in, "2001:db8:1:d550::1234", "fd01:203:405:1::1234");
	expect(&out, "fd01:203:406:1::1234", NULL);
	(void)state;
}

static void
an_address_without_a_word_to_adjust_is_not_translated(void **state)
{
	struct prefix_map subnet = map_of("fd01:203:405::", "2001:db8:1::", 48, true),
			  host = map_of("fd01:203:405:1::", "2001:db8:1:2::", 64, true);

	expect(&subnet, "fd01:203:405:ffff::1", NULL);
	expect(&host, "fd01:203:405:1:ffff:ffff:ffff:ffff", NULL);
	(void)state;
}

/* A long prefix: the interface identifier's first word that is not all ones. */
static void
a_long_prefix_adjusts_the_identifier(void **state)
{
	struct prefix_map out = map_of("fd01:203:405:1::", "2001:db8:1:2::", 64, true),
			  in = map_of("2001:db8:1:2::", "fd01:203:405:1::", 64, true);
	const char *inside[] = { "fd01:203:405:1::1", "fd01:203:405:1:ffff::9",
		"fd01:203:405:1:1:2:3:4" };

	for (unsigned i = 0; i < 3; i++) {
		union address a, b, c;

		inet_pton(AF_INET6, inside[i], a.bytes);
		assert_true(prefix_map_find(&out, 6, &a, &b));
		assert_memory_not_equal(a.bytes, b.bytes, 16);
		assert_true(prefix_map_find(&in, 6, &b, &c));
		assert_memory_equal(a.bytes, c.bytes, 16);
	}
	(void)state;
}

static void
host_bits_stay_where_that_is_wanted(void **state)
{
	struct prefix_map v6 = map_of("fd00:1::", "2001:db8:1::", 48, false),
			  v4 = map_of("10.1.0.0", "198.51.100.64", 26, false);

	expect(&v6, "fd00:1:0:7::5", "2001:db8:1:7::5");
	expect(&v4, "10.1.0.63", "198.51.100.127");
	expect(&v4, "10.1.0.64", NULL);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_rfc_6296_in_both_directions),
		cmocka_unit_test(an_address_without_a_word_to_adjust_is_not_translated),
		cmocka_unit_test(a_long_prefix_adjusts_the_identifier),
		cmocka_unit_test(host_bits_stay_where_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
