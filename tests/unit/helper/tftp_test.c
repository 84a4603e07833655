/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IS(text) is_request(text, sizeof(text) - 1)

static bool
is_request(const char *text, size_t n)
{
	uint8_t *payload = malloc(n + 1); /* of nearly the exact size, for the sanitizer */
	bool is;

	assert_non_null(payload);
	memcpy(payload, text, n);
	is = tftp_is_request(payload, n);
	free(payload);
	return is;
}

static void
requests(void **state)
{
	(void)state;
	assert_true(IS("\0\1file\0octet\0"));
	assert_true(IS("\0\2a\0NetASCII\0tsize\0000\0"));
	assert_true(IS("\0\1a b\0mail\0"));
}

static void
others(void **state)
{
	(void)state;
	assert_false(IS(""));
	assert_false(IS("\0\1"));
	assert_false(IS("\0\1file\0octet"));
	assert_false(IS("\0\1\0octet\0"));
	assert_false(IS("\0\1file"));
	assert_false(IS("\0\1fi\nle\0octet\0"));
	assert_false(IS("\0\3\0\1data\0octet\0"));
	assert_false(IS("\0\1file\0binary\0"));
	assert_false(IS("\0\1\0\0\x21\x12\xa4\x42octet\0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(requests), cmocka_unit_test(others) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
