/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of several workers, added up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "session/session.h"

enum { WORDS = sizeof(struct session_counts) / sizeof(uint64_t) };

static_assert(WORDS * sizeof(uint64_t) == sizeof(struct session_counts), "it is counts alone");

/* Whatever a worker counts is in the sum. */
static void
every_count_is_added(void **state)
{
	struct session_counts sum, more;
	uint64_t words[WORDS];

	(void)state;
	for (unsigned i = 0; i < WORDS; i++)
		words[i] = i + 1;
	memcpy(&more, words, sizeof(more));
	for (unsigned i = 0; i < WORDS; i++)
		words[i] = 1000 * (i + 1);
	memcpy(&sum, words, sizeof(sum));
	session_counts_add(&sum, &more);
	memcpy(words, &sum, sizeof(sum));
	for (unsigned i = 0; i < WORDS; i++)
		assert_int_equal(words[i], 1001 * (i + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_count_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
