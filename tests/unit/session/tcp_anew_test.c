/* SPDX-License-Identifier: BSD-3-Clause */
/* Endpoints that begin again: a port is used again while its old connection is known here, by a
 * client whose server has lost its state or whose own has gone; and those who forge such segments.
 */

#include "tcp_fixture.h"

/* Lower, higher, and a half of the numbers away from those of the old connection. */
static const uint32_t isns[] = { 500, 900000, 3000000000u, 1000 - 1, ISN_C + 40000 };

/* States of a connection that a client's SYN may find. */
static bool
may_be_found(unsigned state)
{
	return state > TCP_SYN_SENT && state != TCP_RESET;
}

static void
t18_an_answer_to_exactly_the_new_syn_takes_the_session_over(void **state)
{
	for (unsigned st = 0; st < TCP_STATES; st++) {
		for (unsigned i = 0; may_be_found(st) && i < 5; i++) {
			struct place p = given_place(st);

			if (tcp_begins_anew(&p.s, OUT, S, isns[i]))
				continue; /* time-wait and a higher number: a session of its own */
			assert_true(tcp_asks_anew(&p.s, S));
			expect_idle(p.s, OUT, S, isns[i], 0, 0);
			expect_idle(p.s, OUT, S, isns[i], 0, 0);
			expect(p.s, BACK, S | A, 77000000, isns[i] + 1, 0, PASS, TCP_SYN_RECEIVED);
			assert_false(was_idle);
			expect(p.s, BACK, S | A, 77000000, isns[i] + 1, 0, PASS, TCP_SYN_RECEIVED);
			expect(p.s, OUT, A, isns[i] + 1, 77000001, 10, PASS, TCP_ESTABLISHED);
			expect(p.s, BACK, F | A, 77000001, isns[i] + 11, 10, PASS, TCP_FIN_REPLY);
		}
	}
}

static void
a_forged_syn_alone_changes_nothing(void **state)
{
	struct session s = given_established();

	for (unsigned i = 0; i < 5; i++)
		expect_idle(s, OUT, S, isns[i], 0, 0);
	expect(s, OUT, P | A, 1001, 5001, 100, PASS, TCP_ESTABLISHED);
	expect(s, BACK, P | A, 5001, 1101, 100, PASS, TCP_ESTABLISHED);
	/* Its claimed sender goes on with the old connection: whatever answers the SYN is forged,
	 * too. */
	expect(s, BACK, S | A, 77000000, isns[4] + 1, 0, WINDOW, TCP_ESTABLISHED);
}

static void
a_forged_answer_alone_changes_nothing(void **state)
{
	for (unsigned st = TCP_SYN_SENT; st < TCP_STATES; st++) {
		for (unsigned i = 0; i < 5; i++) {
			struct place p = given_place(st);
			struct session was = p.s;
			enum reason r = pass_on(&p.s, BACK, S | A, 77000000, isns[i] + 1, 0);

			assert_true(r == WINDOW || (st == TCP_SYN_SENT && was_idle));
			assert_int_equal(p.s.state, st);
			assert_int_equal(p.s.side[0].end, was.side[0].end);
			assert_int_equal(p.s.side[1].end, was.side[1].end);
		}
	}
}

static void
an_answer_to_another_syn_than_the_offered_one_is_dropped(void **state)
{
	struct session s = given_established();

	expect_idle(s, OUT, S, 900000, 0, 0);
	expect(s, BACK, S | A, 77000000, 900000, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, S | A, 77000000, 900002, 0, WINDOW, TCP_ESTABLISHED);
	expect_idle(s, OUT, S, 800000, 0, 0); /* the latest counts */
	expect(s, BACK, S | A, 77000000, 900001, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, S | A, 77000000, 800001, 0, PASS, TCP_SYN_RECEIVED);
}

static void
windows_of_the_new_connection_are_those_of_its_own_syns(void **state)
{
	struct session s = given_established();
	struct tcp_segment syn = segment(S, 900000, 0, 0),
			   answer = segment(S | A, 77000000, 900001, 0);
	struct tcp_segment ack = segment(A, 900001, 77000001, 0);

	syn.scale = 7;
	syn.window = 1000;
	answer.scale = 2;
	answer.window = 3000;
	ack.window = 500;
	assert_int_equal(track(&s, OUT, &syn), PASS);
	assert_int_equal(track(&s, BACK, &answer), PASS);
	assert_int_equal(track(&s, OUT, &ack), PASS);
	assert_int_equal(s.side[0].max_end, 900001 + 3000); /* a SYN's window is not scaled */
	assert_int_equal(s.side[1].max_end, 77000001 + (500 << 7));
	expect(s, BACK, A, 77000001 + (500 << 7), 900001, 1, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, A, 77000001 + (500 << 7) - 1, 900001, 1, PASS, TCP_ESTABLISHED);
}

static void
a_new_syn_may_carry_data(void **state)
{
	static const uint32_t taken[] = { 0, 500, 1460 };

	for (unsigned i = 0; i < 3; i++) {
		struct session s = given_established();

		expect_idle(s, OUT, S, 900000, 0, 1460);
		expect(s, BACK, S | A, 77000000, 900001 + taken[i], 0, PASS, TCP_SYN_RECEIVED);
		expect(s, OUT, A, 900001 + taken[i], 77000001, 100, PASS, TCP_ESTABLISHED);
	}
}

/* The server knows the old connection, and the client has forgotten it (RFC 9293 3.5.1, RFC 5961
 * 4). */
static void
a_challenge_and_its_reset_end_the_old_connection(void **state)
{
	for (unsigned st = TCP_ESTABLISHED; st <= TCP_TIME_WAIT; st++) {
		struct place p = given_place(st);

		expect_idle(p.s, OUT, S, 900000 - 1000000, 0, 0);
		assert_int_equal(pass_on(&p.s, BACK, A, p.next[BACK], p.next[OUT], 0), PASS);
		expect(p.s, OUT, R, p.next[OUT], 0, 0, PASS, TCP_RESET);
		assert_true(tcp_begins_anew(&p.s, OUT, S, 900000 - 1000000));
	}
}

/* A server without the old connection that refuses the new one: the client hears of it. */
static void
a_reset_that_refuses_the_new_syn_passes(void **state)
{
	for (unsigned st = 0; st < TCP_STATES; st++) {
		struct place p = given_place(st);

		if (!may_be_found(st) && st != TCP_SYN_SENT)
			continue;
		expect_idle(p.s, OUT, S, 3000000000u, 0, 0);
		expect(p.s, BACK, R | A, 0, 3000000002u, 0, WINDOW, st);
		expect_idle(p.s, BACK, R | A, 0, 3000000001u, 0);
		expect(p.s, BACK, R | A, 0, 3000000001u, 0, WINDOW, st); /* once */
	}
}

static void
an_old_syn_again_is_no_offer(void **state)
{
	struct session s = given_established();

	expect(s, OUT, P | A, 1001, 5001, 100, PASS, TCP_ESTABLISHED);
	expect(s, BACK, P | A, 5001, 1101, 100, PASS, TCP_ESTABLISHED);
	expect_idle(s, OUT, S, ISN_C, 0, 0); /* late, and so is its answer */
	expect_idle(s, BACK, S | A, ISN_S, 1001, 0);
	expect(s, OUT, P | A, 1101, 5101, 100, PASS, TCP_ESTABLISHED);
}

/* Numbers may be drawn twice; and the answer of a server that has lost its state is never one of
 * the old connection's. */
static void
the_new_syn_may_have_the_old_number(void **state)
{
	struct session s = given_established();

	expect(s, OUT, P | A, 1001, 5001, 100, PASS, TCP_ESTABLISHED);
	expect_idle(s, OUT, S, ISN_C, 0, 0);
	expect(s, BACK, S | A, 77000000, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 77000001, 0, PASS, TCP_ESTABLISHED);
}

/* The server lost its state, and answered a SYN before this one: its challenge is of a connection
 * that was never seen. */
static void
a_challenge_of_an_unseen_connection_and_its_reset_pass(void **state)
{
	struct session s = given_established();

	expect(s, BACK, A, 66000001, 800001, 0, WINDOW, TCP_ESTABLISHED);
	expect_idle(s, OUT, S, 800000, 0, 0);
	expect_idle(s, OUT, S, 900000, 0, 0);
	expect(s, BACK, S | A, 66000000, 800001, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, A, 66000001, 800001, 10, WINDOW, TCP_ESTABLISHED);
	expect_idle(s, BACK, A, 66000001, 800001, 0);
	expect(s, OUT, R, 800002, 0, 0, WINDOW, TCP_ESTABLISHED);
	expect_idle(s, OUT, R, 800001, 0, 0);
	expect_idle(s, OUT, S, 900000, 0, 0);
	expect(s, OUT, R, 800001, 0, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, S | A, 77000000, 900001, 0, PASS, TCP_SYN_RECEIVED);
}

/* --- before the connection is made --- */

static void
another_syn_does_not_replace_the_first(void **state)
{
	struct session s = given_session(), t = s;

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect_idle(s, OUT, S, 666, 0, 0);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 5001, 0, PASS, TCP_ESTABLISHED);
	expect(t, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect_idle(t, OUT, S, 666, 0, 0);
	expect(t, BACK, S | A, ISN_S, 667, 0, PASS, TCP_SYN_RECEIVED);
	expect(t, OUT, A, 667, 5001, 0, PASS, TCP_ESTABLISHED);
}

static void
a_forged_syn_of_the_server_does_not_stop_its_answer(void **state)
{
	struct session s = given_session(), refused = s;

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S, 666, 0, 0, PASS, TCP_SYN_BOTH);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 5001, 0, PASS, TCP_ESTABLISHED);
	expect(refused, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(refused, BACK, S, 666, 0, 0, PASS, TCP_SYN_BOTH);
	expect(refused, BACK, R | A, 0, 1002, 0, WINDOW, TCP_SYN_BOTH);
	expect(refused, BACK, R | A, 0, 1001, 0, PASS, TCP_RESET);
}

static void
of_two_answers_the_one_that_the_client_acknowledges_counts(void **state)
{
	struct session s = given_session(), t, u;

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect_idle(s, BACK, S | A, 8000000, 1001, 0);
	t = u = s;
	expect(s, OUT, A, 1001, 8000001, 0, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 8000001, 1001, 100, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 5001, 1001, 100, WINDOW, TCP_ESTABLISHED);
	expect(t, OUT, A, 1001, 5001, 0, PASS, TCP_ESTABLISHED);
	expect(t, BACK, A, 5001, 1001, 100, PASS, TCP_ESTABLISHED);
	expect(u, OUT, A, 1001, 8000000, 0, WINDOW, TCP_SYN_RECEIVED);
	expect(u, BACK, S | A, 9000000, 1000, 0, WINDOW, TCP_SYN_RECEIVED); /* of another SYN */
}

static void
an_answer_may_carry_data_that_is_acknowledged_or_not(void **state)
{
	for (uint32_t acked = 0; acked <= 2; acked++) {
		struct session s = given_session();

		expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
		expect(s, BACK, S | A, ISN_S, 1001, 2, PASS, TCP_SYN_RECEIVED);
		expect(s, OUT, A, 1001, 5000, 0, WINDOW, TCP_SYN_RECEIVED);
		expect(s, OUT, A, 1001, 5004, 0, WINDOW, TCP_SYN_RECEIVED);
		expect(s, OUT, A, 1001, 5001 + acked, 0, PASS, TCP_ESTABLISHED);
		expect(s, OUT, P | A, 1001, 5001 + acked, 3, PASS, TCP_ESTABLISHED);
		expect(s, BACK, A, 5003, 1004, 0, PASS, TCP_ESTABLISHED);
	}
}

static void
an_answer_comes_again_with_more_data_or_less(void **state)
{
	struct session s = given_session();

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S | A, ISN_S, 1001, 10, PASS, TCP_SYN_RECEIVED);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, BACK, S | A, ISN_S, 1001, 20, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 5021, 0, PASS, TCP_ESTABLISHED);
}

/* A server in time-wait that connects to its former client, from the same port. */
static void
the_other_end_may_ask_after_the_end(void **state)
{
	struct place p = given_place(TCP_TIME_WAIT), q = given_place(TCP_ESTABLISHED);

	expect_idle(p.s, BACK, S, 4000, 0, 0);
	expect(p.s, OUT, S | A, 60000000, 4001, 0, PASS, TCP_SYN_BOTH);
	expect(p.s, BACK, A, 4001, 59999999, 0, WINDOW, TCP_SYN_BOTH); /* a guess */
	expect(p.s, BACK, A, 4001, 60000001, 0, PASS, TCP_ESTABLISHED);
	expect(p.s, OUT, A, 60000001, 4001, 10, PASS, TCP_ESTABLISHED);
	expect(q.s, BACK, S, 70000000, 0, 0, WINDOW, TCP_ESTABLISHED);
}

static void
an_icmp_error_may_quote_the_offered_syn(void **state)
{
	struct session s = given_established();

	assert_false(tcp_has_sent(&s, &beside, false, 900000));
	expect_idle(s, OUT, S, 900000, 0, 0);
	assert_true(tcp_has_sent(&s, &beside, false, 900000));
	assert_false(tcp_has_sent(&s, &beside, false, 900001));
	assert_false(tcp_has_sent(&s, &beside, true, 900000));
}

/* --- guesses --- */

static void
a_simultaneous_open_is_not_completed_by_a_guess(void **state)
{
	struct session s = given_session();

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S, ISN_S, 0, 0, PASS, TCP_SYN_BOTH);
	expect(s, OUT, A, 1001, 5000, 0, WINDOW, TCP_SYN_BOTH);
	expect(s, OUT, A, 1001, 5001, 0, PASS, TCP_SYN_BOTH);
	expect(s, BACK, A, 5001, 1000, 0, WINDOW, TCP_SYN_BOTH);
	expect(s, BACK, A, 5001, 1001, 0, PASS, TCP_ESTABLISHED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t18_an_answer_to_exactly_the_new_syn_takes_the_session_over),
		cmocka_unit_test(a_forged_syn_alone_changes_nothing),
		cmocka_unit_test(a_forged_answer_alone_changes_nothing),
		cmocka_unit_test(an_answer_to_another_syn_than_the_offered_one_is_dropped),
		cmocka_unit_test(windows_of_the_new_connection_are_those_of_its_own_syns),
		cmocka_unit_test(a_new_syn_may_carry_data),
		cmocka_unit_test(a_challenge_and_its_reset_end_the_old_connection),
		cmocka_unit_test(a_reset_that_refuses_the_new_syn_passes),
		cmocka_unit_test(an_old_syn_again_is_no_offer),
		cmocka_unit_test(the_new_syn_may_have_the_old_number),
		cmocka_unit_test(a_challenge_of_an_unseen_connection_and_its_reset_pass),
		cmocka_unit_test(another_syn_does_not_replace_the_first),
		cmocka_unit_test(a_forged_syn_of_the_server_does_not_stop_its_answer),
		cmocka_unit_test(of_two_answers_the_one_that_the_client_acknowledges_counts),
		cmocka_unit_test(an_answer_may_carry_data_that_is_acknowledged_or_not),
		cmocka_unit_test(an_answer_comes_again_with_more_data_or_less),
		cmocka_unit_test(the_other_end_may_ask_after_the_end),
		cmocka_unit_test(an_icmp_error_may_quote_the_offered_syn),
		cmocka_unit_test(a_simultaneous_open_is_not_completed_by_a_guess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
