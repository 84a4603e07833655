/* SPDX-License-Identifier: BSD-3-Clause */
/* The MSS option is lowered in place: at every place, and never beyond the header. */
#include "program/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_tcp.h>

#define ROUNDS 200000u

/* A header of exactly as many bytes, so that ASan sees an access behind it. */
static uint8_t *
given_header(const uint8_t *options, unsigned n, uint8_t flags)
{
	uint8_t *tcp = calloc(1, 20 + n);

	assert_non_null(tcp);
	tcp[12] = (uint8_t)((20 + n) / 4 << 4);
	tcp[13] = flags;
	memcpy(tcp + 20, options, n);
	return tcp;
}

static void
expect_options(const uint8_t *was, const uint8_t *want, unsigned n, uint8_t flags)
{
	uint8_t *tcp = given_header(was, n, flags);
	uint16_t before = checksum_fold(checksum_sum(tcp, 20 + n));

	rewrite_mss(tcp, 20 + n, 1000);
	assert_memory_equal(tcp + 20, want, n);
	assert_int_equal(checksum_fold(checksum_sum(tcp, 20 + n)) % 0xffff, before % 0xffff);
	free(tcp);
}

#define EXPECT(flags, was, want) \
	expect_options((const uint8_t *)was, (const uint8_t *)want, sizeof(was) - 1, flags)

static void
the_option_is_lowered_at_even_and_odd_places(void **state)
{
	(void)state;
	EXPECT(RTE_TCP_SYN_FLAG, "\2\4\5\xb4", "\2\4\3\xe8");
	EXPECT(RTE_TCP_SYN_FLAG, "\1\2\4\5\xb4\1\1\1", "\1\2\4\3\xe8\1\1\1");
	EXPECT(RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, "\1\1\1\1\2\4\5\xb4", "\1\1\1\1\2\4\3\xe8");
	EXPECT(RTE_TCP_SYN_FLAG, "\2\4\5\xb4\2\4\xff\xff", "\2\4\3\xe8\2\4\3\xe8");
}

static void
what_need_not_or_cannot_be_lowered_stays(void **state)
{
	(void)state;
	EXPECT(RTE_TCP_SYN_FLAG, "\2\4\3\xe8", "\2\4\3\xe8");
	EXPECT(RTE_TCP_SYN_FLAG, "\2\4\0\0", "\2\4\0\0");
	EXPECT(RTE_TCP_ACK_FLAG, "\2\4\5\xb4", "\2\4\5\xb4");
	EXPECT(RTE_TCP_SYN_FLAG, "\2\3\5\xb4", "\2\3\5\xb4");
	EXPECT(RTE_TCP_SYN_FLAG, "\0\2\4\xff\2\4\xff\xff", "\0\2\4\xff\2\4\xff\xff");
	EXPECT(RTE_TCP_SYN_FLAG, "\x1e\0\2\4\2\4\xff\xff", "\x1e\0\2\4\2\4\xff\xff");
	EXPECT(RTE_TCP_SYN_FLAG, "\x1e\1\1\1\2\4\xff\xff", "\x1e\1\1\1\2\4\xff\xff");
	EXPECT(RTE_TCP_SYN_FLAG, "\1\1\1\2", "\1\1\1\2");
	EXPECT(RTE_TCP_SYN_FLAG, "\1\1\2\4", "\1\1\2\4");
}

/* The checksum stays as right or wrong as it was, whatever the options are. */
static void
random_headers_keep_their_sum(void **state)
{
	uint8_t options[40];

	(void)state;
	srand(7);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned n = (unsigned)rand() % 11 * 4, held = (unsigned)rand() % 4;
		uint8_t *tcp;
		uint16_t before;

		for (unsigned k = 0; k < n; k++)
			options[k] = (uint8_t)(rand() % 3 != 0 ? rand() % 5 : rand());
		tcp = given_header(options, n, RTE_TCP_SYN_FLAG);
		tcp[16] = (uint8_t)rand();
		tcp[17] = (uint8_t)rand();
		if (held == 0)
			tcp[12] = 0xf0; /* says more than there is */
		before = checksum_fold(checksum_sum(tcp, 20 + n));
		rewrite_mss(tcp, 20 + n, 536);
		assert_int_equal(
			checksum_fold(checksum_sum(tcp, 20 + n)) % 0xffff, before % 0xffff);
		free(tcp);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_option_is_lowered_at_even_and_odd_places),
		cmocka_unit_test(what_need_not_or_cannot_be_lowered_stays),
		cmocka_unit_test(random_headers_keep_their_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
