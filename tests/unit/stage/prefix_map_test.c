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

static uint32_t
sum_of(const union address *a)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 16; i += 2)
		sum += (unsigned)a->bytes[i] << 8 | a->bytes[i + 1];
	return sum % 0xffff;
}

/* Copies the first bits of one address over those of another. */
static void
copy_bits(union address *to, const union address *from, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++) {
		uint8_t bit = (uint8_t)(0x80u >> i % 8);

		to->bytes[i / 8] = (uint8_t)((to->bytes[i / 8] & ~bit)
			| (from->bytes[i / 8] & bit));
	}
}

static void
fill(union address *a, unsigned *seed)
{
	for (unsigned i = 0; i < 16; i++) {
		*seed = *seed * 1103515245u + 12345u;
		a->bytes[i] = (uint8_t)(*seed >> 16);
	}
}

/* A map between two prefixes, whatever their length: its adjustment as RFC 6296 says. */
static struct prefix_map
random_map(unsigned family, unsigned length, bool neutral, unsigned *seed)
{
	static const union address none;
	struct prefix_map m = {
		.family = (uint8_t)family, .length = (uint8_t)length, .neutral = neutral
	};
	union address a;

	fill(&a, seed);
	m.from = m.to = none;
	copy_bits(&m.from, &a, length);
	fill(&a, seed);
	copy_bits(&m.to, &a, length);
	m.adjustment = (uint16_t)((sum_of(&m.from) + 0xffff - sum_of(&m.to)) % 0xffff);
	return m;
}

/* Of any length: the prefix becomes the other one, and host bits stay, or the sum of all words. */
static void
prefixes_of_every_length(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned length = 1; length <= 128; length++) {
			for (unsigned neutral = 0; neutral < (length <= 112 ? 2 : 1); neutral++) {
				struct prefix_map m = random_map(6, length, neutral, &seed);
				union address a, b, wanted;

				fill(&a, &seed);
				copy_bits(&a, &m.from, length);
				assert_true(prefix_map_find(&m, 6, &a, &b));
				wanted = neutral ? b : a;
				copy_bits(&wanted, &m.to, length);
				assert_memory_equal(&wanted, &b, 16);
				if (neutral)
					assert_int_equal(sum_of(&a), sum_of(&b));
			}
		}
		for (unsigned length = 1; length <= 32; length++) {
			struct prefix_map m = random_map(4, length, false, &seed);
			union address a = { .words = { 0, 0 } }, b, wanted;

			fill(&wanted, &seed);
			a.v4 = wanted.v4;
			copy_bits(&a, &m.from, length);
			assert_true(prefix_map_find(&m, 4, &a, &b));
			wanted = a;
			copy_bits(&wanted, &m.to, length);
			assert_memory_equal(&wanted, &b, 4);
		}
	}
}

/* Each bit of the prefix counts, and no bit behind it. */
static void
the_bits_of_a_prefix_count(void **state)
{
	unsigned seed = 9;

	(void)state;
	for (unsigned length = 1; length <= 128; length++) {
		struct prefix_map m = random_map(6, length, false, &seed);

		for (unsigned bit = 0; bit < 128; bit++) {
			union address a = m.from;

			a.bytes[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
			assert_int_equal(prefix_map_holds(&m, 6, &a), bit >= length);
		}
		assert_true(prefix_map_holds(&m, 6, &m.from));
		assert_false(prefix_map_holds(&m, 4, &m.from));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_rfc_6296_in_both_directions),
		cmocka_unit_test(an_address_without_a_word_to_adjust_is_not_translated),
		cmocka_unit_test(a_long_prefix_adjusts_the_identifier),
		cmocka_unit_test(host_bits_stay_where_that_is_wanted),
		cmocka_unit_test(prefixes_of_every_length),
		cmocka_unit_test(the_bits_of_a_prefix_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
