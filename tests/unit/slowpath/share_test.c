/* SPDX-License-Identifier: BSD-3-Clause */
/* Who holds most, against a plain count. */

#include "slowpath/fragments/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
who_holds_most_is_known(void **state)
{
	struct share *s = malloc(sizeof(*s));
	uint16_t count[50] = { 0 };

	(void)state;
	assert_non_null(s);
	memset(s, 0x55, sizeof(*s)); /* whatever was there */
	share_init(s);
	srand(1);
	for (unsigned turn = 0; turn < 200000; turn++) {
		uint16_t i = (uint16_t)(rand() % 50), most = 0;

		if (count[i] == 0 || (count[i] < 100 && rand() % 2 == 0)) {
			share_add(s, i);
			count[i]++;
		} else {
			share_sub(s, i);
			count[i]--;
		}
		for (unsigned k = 0; k < 50; k++)
			most = count[k] > most ? count[k] : most;
		if (most == 0)
			assert_int_equal(share_most(s), SHARE_NONE);
		else
			assert_int_equal(count[share_most(s)], most);
	}
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_holds_most_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
