/* SPDX-License-Identifier: BSD-3-Clause */
/* Address classes: the mask of the sets that contain an address. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/random_prefixes.h"
#include "table/classes.h"

static struct set *
set_of(const char *const texts[])
{
	struct set *set = set_create("s");
	struct prefix p;
	const char *why;

	for (unsigned i = 0; texts[i] != NULL; i++) {
		assert_int_equal(prefix_parse(&p, texts[i], strlen(texts[i]), &why), 0);
		assert_int_equal(set_add(set, &p), 0);
	}
	set_seal(set);
	return set;
}

static uint32_t
mask_of(const struct classes *c, const char *text)
{
	struct prefix p;
	const char *why;
	uint32_t mask;

	assert_int_equal(prefix_parse(&p, text, strlen(text), &why), 0);
	if (p.family == 4)
		classes_lookup4(c, &p.address.v4, &mask, 1);
	else
		classes_lookup6(c, &p.address, &mask, 1);
	return mask;
}

static void
nested_prefixes_give_the_bits_of_all_around(void **state)
{
	const struct set *sets[] = {
		set_of((const char *const[]){ "10.0.0.0/8", "2001:db8::/32", NULL }),
		set_of((const char *const[]){ "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", NULL }),
		set_of((const char *const[]){ "10.1.2.0/24", "10.0.0.0/8", "2001:db8:1::/48", NULL }),
	};
	struct classes *c = classes_build(sets, 3);

	(void)state;
	assert_int_equal(mask_of(c, "192.0.2.1"), 2);
	assert_int_equal(mask_of(c, "10.0.0.1"), 7);
	assert_int_equal(mask_of(c, "10.1.2.3"), 7);
	assert_int_equal(mask_of(c, "2001:db8::1"), 1);
	assert_int_equal(mask_of(c, "2001:db8:1::1"), 5);
	assert_int_equal(mask_of(c, "2001:db9::1"), 0);
	classes_discard(c);
	for (unsigned i = 0; i < 3; i++)
		set_destroy((struct set *)sets[i]);
}

static void
no_set_and_empty_set_give_no_bit(void **state)
{
	const struct set *empty = set_of((const char *const[]){ NULL });
	struct classes *none = classes_build(NULL, 0), *one = classes_build(&empty, 1);

	(void)state;
	assert_int_equal(mask_of(none, "10.0.0.1"), 0);
	assert_int_equal(mask_of(one, "10.0.0.1"), 0);
	assert_int_equal(mask_of(one, "2001:db8::1"), 0);
	classes_discard(none);
	classes_discard(one);
	set_destroy((struct set *)empty);
}

static void
thirty_two_sets_fill_the_mask(void **state)
{
	struct set *sets[32];
	struct classes *c;

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		sets[i] = set_of((const char *const[]){ "192.0.2.0/24", "::/0", NULL });
	c = classes_build((const struct set *const *)sets, 32);
	assert_int_equal(mask_of(c, "192.0.2.1"), 0xffffffff);
	assert_int_equal(mask_of(c, "2001:db8::1"), 0xffffffff);
	assert_int_equal(mask_of(c, "192.0.3.1"), 0);
	classes_discard(c);
	for (unsigned i = 0; i < 32; i++)
		set_destroy(sets[i]);
}

static uint32_t
plain_mask(struct set *const sets[], unsigned n, unsigned family, const union address *a)
{
	uint32_t mask = 0;

	for (unsigned i = 0; i < n; i++)
		if (set_contains(sets[i], family, a))
			mask |= 1u << i;
	return mask;
}

static void
expect_same(const struct classes *c, struct set *const sets[], unsigned n,
	struct random_prefixes *r)
{
	union address a4[40], a6[40];
	uint32_t mask4[40], mask6[40];
	rte_be32_t v4[40];

	for (unsigned i = 0; i < 40; i++) {
		size_t n_prefixes;
		const struct prefix *list = set_prefixes(sets[random_below(r, n)], &n_prefixes);
		const struct prefix *at = &list[random_below(r, (uint32_t)n_prefixes)];

		random_address(r, 4, &a4[i]);
		random_address(r, 6, &a6[i]);
		corner_address(r, at, at->family == 4 ? &a4[i] : &a6[i]);
		v4[i] = a4[i].v4;
	}
	classes_lookup4(c, v4, mask4, 40);
	classes_lookup6(c, a6, mask6, 40);
	for (unsigned i = 0; i < 40; i++) {
		assert_int_equal(mask4[i], plain_mask(sets, n, 4, &a4[i]));
		assert_int_equal(mask6[i], plain_mask(sets, n, 6, &a6[i]));
	}
}

static void
random_classes_agree_with_each_set(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 64; round++) {
		struct random_prefixes r = { { 3, 1, (unsigned short)round }, round % 4 * 8, 1 };
		unsigned n = 1 + round % 32;
		struct set *sets[32];
		struct classes *c;

		for (unsigned i = 0; i < n; i++) {
			struct prefix p;

			sets[i] = set_create("s");
			for (unsigned k = 0; k < 1 + random_below(&r, 60); k++) {
				random_prefix(&r, random_below(&r, 2) ? 4 : 6, &p);
				assert_int_equal(set_add(sets[i], &p), 0);
			}
			set_seal(sets[i]);
		}
		c = classes_build((const struct set *const *)sets, n);
		for (unsigned k = 0; k < 10; k++)
			expect_same(c, sets, n, &r);
		classes_discard(c);
		for (unsigned i = 0; i < n; i++)
			set_destroy(sets[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nested_prefixes_give_the_bits_of_all_around),
		cmocka_unit_test(no_set_and_empty_set_give_no_bit),
		cmocka_unit_test(thirty_two_sets_fill_the_mask),
		cmocka_unit_test(random_classes_agree_with_each_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
