/* SPDX-License-Identifier: BSD-3-Clause */
/* Longest prefix match: by hand, at the corners, and against a plain list. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/plain_prefixes.h"
#include "support/random_prefixes.h"
#include "table/prefixes.h"

static struct prefix
prefix(const char *text, uint32_t value)
{
	const char *why;
	struct prefix p;

	assert_int_equal(prefix_parse(&p, text, strlen(text), &why), 0);
	p.value = value;
	return p;
}

static uint32_t
find(const struct prefixes *p, const char *address)
{
	struct prefix a = prefix(address, 0);

	return prefixes_find(p, a.family, &a.address);
}

static void
empty_table_knows_no_address(void **state)
{
	struct prefixes *p = prefixes_build(NULL, 0);

	(void)state;
	assert_int_equal(find(p, "0.0.0.0"), PREFIXES_NONE);
	assert_int_equal(find(p, "255.255.255.255"), PREFIXES_NONE);
	assert_int_equal(find(p, "2001:db8::1"), PREFIXES_NONE);
	prefixes_discard(p);
}

static void
longest_prefix_wins(void **state)
{
	const struct prefix list[] = {
		prefix("10.9.3.7/32", 5),
		prefix("0.0.0.0/0", 1),
		prefix("10.9.0.0/16", 3),
		prefix("10.0.0.0/8", 2),
		prefix("10.9.3.0/24", 4),
		prefix("::/0", 11),
		prefix("2001:db8::/32", 12),
		prefix("2001:db8::1/128", 13),
	};
	struct prefixes *p = prefixes_build(list, 8);

	(void)state;
	assert_int_equal(find(p, "192.0.2.1"), 1);
	assert_int_equal(find(p, "10.255.0.0"), 2);
	assert_int_equal(find(p, "10.9.255.255"), 3);
	assert_int_equal(find(p, "10.9.3.6"), 4);
	assert_int_equal(find(p, "10.9.3.7"), 5);
	assert_int_equal(find(p, "10.9.3.8"), 4);
	assert_int_equal(find(p, "2001:db9::"), 11);
	assert_int_equal(find(p, "2001:db8::2"), 12);
	assert_int_equal(find(p, "2001:db8::1"), 13);
	assert_int_equal(find(p, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 11);
	prefixes_discard(p);
}

static void
later_of_two_equal_prefixes_counts(void **state)
{
	const struct prefix list[] = {
		prefix("192.0.2.0/24", 1),
		prefix("192.0.2.0/24", 2),
		prefix("192.0.2.0/24", 1),
		prefix("2001:db8::/32", 7),
		prefix("2001:db8::/32", 8),
	};
	struct prefixes *p = prefixes_build(list, 5);

	(void)state;
	assert_int_equal(find(p, "192.0.2.9"), 1);
	assert_int_equal(find(p, "2001:db8::9"), 8);
	prefixes_discard(p);
}

static void
bits_behind_the_length_are_ignored(void **state)
{
	struct prefix list[] = { prefix("192.0.2.0/24", 1), prefix("2001:db8::/32", 2) };
	struct prefixes *p;

	(void)state;
	list[0].address.bytes[3] = 77;
	list[0].address.bytes[9] = 77;
	list[1].address.bytes[15] = 77;
	p = prefixes_build(list, 2);

	assert_int_equal(find(p, "192.0.2.1"), 1);
	assert_int_equal(find(p, "2001:db8:77::"), 2);
	prefixes_discard(p);
}

static void
highest_value_and_every_length_work(void **state)
{
	struct prefix list[32 + 128 + 2];
	struct prefixes *p;
	unsigned n = 0;

	(void)state;
	for (unsigned length = 0; length <= 32; length++) {
		list[n] = prefix("255.255.255.255", PREFIXES_NONE - 1 - length);
		list[n++].length = (uint8_t)length;
	}
	for (unsigned length = 0; length <= 128; length++) {
		list[n] = prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", length);
		list[n++].length = (uint8_t)length;
	}
	p = prefixes_build(list, n);

	assert_int_equal(find(p, "0.0.0.0"), PREFIXES_NONE - 1);
	assert_int_equal(find(p, "255.255.255.255"), PREFIXES_NONE - 33);
	assert_int_equal(find(p, "255.255.255.253"), PREFIXES_NONE - 31);
	assert_int_equal(find(p, "7fff::"), 0);
	assert_int_equal(find(p, "ffff:ffff:ffff:ffff:7fff::"), 64);
	assert_int_equal(find(p, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 128);
	assert_int_equal(find(p, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"), 127);
	prefixes_discard(p);
}

static void
table_of_three_routes_is_small(void **state)
{
	const struct prefix list[] = {
		prefix("0.0.0.0/0", 1),
		prefix("10.9.0.0/16", 2),
		prefix("192.0.2.0/24", 3),
	};
	struct prefixes *p = prefixes_build(list, 3);

	(void)state;
	assert_in_range(prefixes_bytes(p), 1, 8192);
	prefixes_discard(p);
}

static void
expect_same(const struct prefixes *p, const struct prefix list[], size_t n,
	struct random_prefixes *r, unsigned n_keys)
{
	for (unsigned done = 0; done < n_keys; done += 32) {
		union address a6[32], a4[32];
		rte_be32_t v4[32];
		uint32_t value4[32], value6[32];

		for (unsigned i = 0; i < 32; i++) {
			const struct prefix *at = &list[random_below(r, (uint32_t)n)];

			random_address(r, 4, &a4[i]);
			random_address(r, 6, &a6[i]);
			if (random_below(r, 8) != 0)
				corner_address(r, at, at->family == 4 ? &a4[i] : &a6[i]);
			v4[i] = a4[i].v4;
		}
		prefixes_lookup4(p, v4, value4, 32);
		prefixes_lookup6(p, a6, value6, 32);
		for (unsigned i = 0; i < 32; i++) {
			assert_int_equal(value4[i], plain_prefixes_find(list, n, 4, &a4[i]));
			assert_int_equal(value6[i], plain_prefixes_find(list, n, 6, &a6[i]));
		}
	}
}

static void
random_tables_agree_with_a_plain_list(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 10, 60, 127, 129, 300, 1000, 3000 };
	static const unsigned fixed[] = { 0, 7, 14, 20, 24, 29 };

	(void)state;
	for (unsigned round = 0; round < 120; round++) {
		struct random_prefixes r = { { 1, 2, (unsigned short)round }, fixed[round % 6],
			round % 2 == 0 ? 3 : 1000000 };
		unsigned n = sizes[round / 12];
		struct prefix *list = calloc(n, sizeof(*list));
		struct prefixes *p;

		for (unsigned i = 0; i < n; i++)
			random_prefix(&r, random_below(&r, 2) ? 4 : 6, &list[i]);
		p = prefixes_build(list, n);
		expect_same(p, list, n, &r, 512);
		prefixes_discard(p);
		free(list);
	}
}

static void
large_table_agrees_with_a_plain_list(void **state)
{
	struct random_prefixes r = { { 9, 9, 9 }, 8, 5000 };
	unsigned n = 80000; /* of each family more than the largest root begins at */
	struct prefix *list = calloc(n, sizeof(*list));
	struct prefixes *p;

	(void)state;
	for (unsigned i = 0; i < n; i++)
		random_prefix(&r, i % 2 ? 4 : 6, &list[i]);
	p = prefixes_build(list, n);
	expect_same(p, list, n, &r, 1024);
	prefixes_discard(p);
	free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_table_knows_no_address),
		cmocka_unit_test(longest_prefix_wins),
		cmocka_unit_test(later_of_two_equal_prefixes_counts),
		cmocka_unit_test(bits_behind_the_length_are_ignored),
		cmocka_unit_test(highest_value_and_every_length_work),
		cmocka_unit_test(table_of_three_routes_is_small),
		cmocka_unit_test(random_tables_agree_with_a_plain_list),
		cmocka_unit_test(large_table_agrees_with_a_plain_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
