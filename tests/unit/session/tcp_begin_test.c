/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that begin in mid-stream, and what ICMP errors may quote of one. */

#include "tcp_fixture.h"

/* A half-open session in mid-stream; the other end's word opens it. */
static struct session
given_loose(void)
{
	struct session s = given_session();

	s.flags |= SESSION_LOOSE;
	expect(s, OUT, A | P, 700, 300, 100, PASS, TCP_SYN_BOTH);
	assert_true(tcp_is_new(&s, s.state));
	assert_int_equal(tcp_class(s.state), SESSION_HALF_OPEN); /* a guess is not kept for long */
	return s;
}

static void
loose_a_session_begins_in_mid_stream(void **state)
{
	struct session s = given_loose(), strict = given_session();

	expect(strict, OUT, A | P, 700, 300, 100, ALIEN, TCP_NONE);
	expect(s, OUT, A, 800, 300, 100, PASS, TCP_SYN_BOTH);
	expect(s, BACK, A, 300, 900, 1400, PASS, TCP_ESTABLISHED);
	assert_false(tcp_is_new(&s, s.state));
	expect(s, OUT, A, 900, 1700, 0, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 1700 - (1u << 31), 900, 0, WINDOW, TCP_ESTABLISHED);
	expect_idle(s, BACK, R, 1701, 0, 0);
	expect(s, BACK, R, 1700, 0, 0, PASS, TCP_RESET);
}

static void
loose_nothing_but_an_acknowledgement_begins(void **state)
{
	static const uint8_t flags[] = { R, R | A, S | A, P, F | A };

	for (unsigned i = 0; i < sizeof(flags); i++) {
		struct session s = given_session();
		bool fin = flags[i] & F;

		s.flags |= SESSION_LOOSE;
		expect(s, OUT, flags[i], 700, 300, 0, fin ? PASS : ALIEN,
			fin ? TCP_SYN_BOTH : TCP_NONE);
	}
}

/* RFC 5927 4.1: what an ICMP error quotes must have been sent lately. */
static void
a_quoted_number_is_one_that_was_sent(void **state)
{
	struct session s = given_established();

	assert_true(tcp_has_sent(&s, &beside, false, s.side[0].end));
	assert_true(tcp_has_sent(&s, &beside, false, s.side[0].end - 1));
	assert_true(tcp_has_sent(&s, &beside, false, s.side[0].end - 60000));
	assert_false(tcp_has_sent(&s, &beside, false, s.side[0].end + 1));
	assert_false(tcp_has_sent(&s, &beside, false, s.side[0].end - (1u << 30)));
	assert_true(tcp_has_sent(&s, &beside, true, s.side[1].end));
	assert_false(tcp_has_sent(&s, &beside, true, s.side[1].end + 100));
	s = given_session();
	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	assert_true(tcp_has_sent(&s, &beside, false, ISN_C));
	assert_false(tcp_has_sent(&s, &beside, true, 0)); /* it has not spoken yet */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loose_a_session_begins_in_mid_stream),
		cmocka_unit_test(loose_nothing_but_an_acknowledgement_begins),
		cmocka_unit_test(a_quoted_number_is_one_that_was_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
