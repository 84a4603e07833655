/* SPDX-License-Identifier: BSD-3-Clause */
/* "Did you mean". */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "base/suggest.h"

static void
distance_counts_slips_of_the_finger(void **state)
{
	(void)state;
	assert_int_equal(suggest_distance("mtu", "mtu"), 0);
	assert_int_equal(suggest_distance("nat", "snat"), 1);
	assert_int_equal(suggest_distance("snat", "nat"), 1);
	assert_int_equal(suggest_distance("mut", "mtu"), 1);
	assert_int_equal(suggest_distance("abc", "axc"), 1);
	assert_int_equal(suggest_distance("", "abc"), 3);
	assert_int_equal(suggest_distance("kitten", "sitting"), 3);
}

static void
long_words_are_far_apart(void **state)
{
	char word[100];

	(void)state;
	memset(word, 'a', sizeof(word));
	word[99] = '\0';
	assert_int_equal(suggest_distance(word, word), 64);
	word[63] = '\0';
	assert_int_equal(suggest_distance(word, word), 0);
}

static const char *
best_of(const char *word, const char *a, const char *b)
{
	struct suggestion s = suggestion_of(word);

	suggestion_offer(&s, a);
	suggestion_offer(&s, b);
	return s.best != NULL ? s.best : "";
}

static void
the_nearest_is_suggested_and_nothing_far(void **state)
{
	(void)state;
	assert_string_equal(best_of("nat", "dnat", "snat"), "dnat");
	assert_string_equal(best_of("adresses", "address", "addresses"), "addresses");
	assert_string_equal(best_of("workres", "worker", "workers"), "workers");
	assert_string_equal(best_of("foo", "bar", "track"), "");
	assert_string_equal(best_of("x", "y", "xy"), "");
	assert_string_equal(best_of("ab", "x", "b"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_slips_of_the_finger),
		cmocka_unit_test(long_words_are_far_apart),
		cmocka_unit_test(the_nearest_is_suggested_and_nothing_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
