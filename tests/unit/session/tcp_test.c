/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP from the middle: the rows of its conformance table, each a test of its name; an attacker who
 * guesses. */

#include "tcp_fixture.h"

#include "packet/parse.h"

static struct session
given_time_wait(void)
{
	struct session s = given_established();

	expect(s, OUT, F | A, 1001, 5001, 0, PASS, TCP_FIN_FORWARD);
	expect(s, BACK, F | A, 5001, 1002, 0, PASS, TCP_LAST_ACK);
	expect(s, OUT, A, 1002, 5002, 0, PASS, TCP_TIME_WAIT);
	return s;
}

static void
t1_a_whole_connection_passes_and_ends_closed(void **state)
{
	struct session s = given_established();

	expect(s, OUT, P | A, 1001, 5001, 100, PASS, TCP_ESTABLISHED);
	expect(s, BACK, P | A, 5001, 1101, 200, PASS, TCP_ESTABLISHED);
	expect(s, OUT, F | A, 1101, 5201, 0, PASS, TCP_FIN_FORWARD);
	expect(s, BACK, F | A, 5201, 1102, 0, PASS, TCP_LAST_ACK);
	expect(s, OUT, A, 1102, 5202, 0, PASS, TCP_TIME_WAIT);
	assert_int_equal(tcp_class(s.state), SESSION_CLOSED);
}

static void
t2_a_simultaneous_open_passes(void **state)
{
	struct session s = given_session();

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S, ISN_S, 0, 0, PASS, TCP_SYN_BOTH);
	expect(s, OUT, S | A, ISN_C, 5001, 0, PASS, TCP_SYN_BOTH);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_ESTABLISHED);
	expect(s, OUT, A, 1001, 5001, 10, PASS, TCP_ESTABLISHED);
}

static void
t3_a_segment_in_mid_stream_without_state_is_dropped(void **state)
{
	struct session s = given_session();

	expect(s, OUT, A, 1001, 5001, 10, ALIEN, TCP_NONE);
	expect(s, OUT, S | A, 1001, 5001, 0, ALIEN, TCP_NONE);
	expect(s, OUT, R, 1001, 0, 0, ALIEN, TCP_NONE);
}

static void
t4_a_reset_outside_the_window_changes_nothing(void **state)
{
	struct session s = given_established();

	expect(s, BACK, R, 5001 + 2000000, 0, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, R, 5001 - 2000000, 0, 0, WINDOW, TCP_ESTABLISHED);
}

static void
t5_a_reset_in_the_window_that_is_not_exact_passes_and_changes_nothing(void **state)
{
	struct session s = given_established();

	expect_idle(s, BACK, R, 5002, 0, 0);
	expect_idle(s, BACK, R | A, 5001 + 1460, 1001, 0); /* behind a loss */
	expect_idle(s, OUT, R, 1001 + 30000, 0, 0);
	expect_idle(s, OUT, R, 1001 + 60000, 0, 0);
	expect(s, OUT, R, 1001 + 60001, 0, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, R | A, 5000, 1001, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, R | A, 5002, 1002, 0, WINDOW,
		TCP_ESTABLISHED); /* acknowledges what was never sent */
	expect(s, BACK, P | A, 5001, 1001, 500, PASS, TCP_ESTABLISHED);
	expect_idle(s, BACK, R, 5301, 0, 0); /* sent, not acknowledged */
	expect(s, OUT, A, 1001, 5501, 0, PASS, TCP_ESTABLISHED);
	expect(s, BACK, R, 5301, 0, 0, WINDOW, TCP_ESTABLISHED);
}

static void
t6_an_exact_reset_closes(void **state)
{
	struct session s = given_established(), t = s;

	expect(s, BACK, R, 5001, 0, 0, PASS, TCP_RESET);
	assert_int_equal(tcp_class(s.state), SESSION_CLOSED);
	expect(t, BACK, P | A, 5001, 1001, 500, PASS, TCP_ESTABLISHED); /* not acknowledged yet */
	expect(t, BACK, R, 5001, 0, 0, PASS, TCP_RESET);
}

static void
t7_a_syn_in_a_connection_does_not_reset_it(void **state)
{
	struct session s = given_established();

	expect(s, BACK, S, 77777777, 0, 0, WINDOW, TCP_ESTABLISHED);
	expect_idle(s, OUT, S, 77777777, 0, 0);                   /* asks for a challenge */
	expect(s, BACK, A, 5001, 1001, 0, PASS, TCP_ESTABLISHED); /* gets it */
	expect(s, OUT, A, 1001, 5001, 10, PASS, TCP_ESTABLISHED);
}

static void
t8_a_bad_syn_and_a_bad_reset_leave_the_connection(void **state)
{
	struct session s = given_established();

	expect(s, BACK, S, 424242, 0, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, R, 424243, 0, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, P | A, 5001, 1001, 10, PASS, TCP_ESTABLISHED);
}

static void
t9_data_with_an_ack_out_of_range_is_dropped(void **state)
{
	struct session s = given_established();

	expect(s, BACK, A, 5001, 1002, 10, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, A, 5001, 1001 - 70000, 10, WINDOW, TCP_ESTABLISHED);
}

static void
t10_data_outside_the_window_is_dropped(void **state)
{
	struct session s = given_established();

	expect(s, BACK, A, 5001 + 60000, 1001, 1, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, A, 5001 + 60001, 1001, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, A, 5001 + 60000, 1001, 0, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 5001 + 59999, 1001, 1, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 5001 - 70000, 1001, 1, WINDOW, TCP_ESTABLISHED);
}

/* RFC 9293 3.10.7.4: acceptable is what lies in the window in part; its receiver cuts the rest off.
 */
static void
t10_data_that_lies_in_the_window_in_part_passes(void **state)
{
	struct session s = given_established();

	expect(s, BACK, A, 5001, 1001, 60000, PASS, TCP_ESTABLISHED);
	expect(s, OUT, A, 1001, 65001, 0, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 65001, 1001, 59000, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 65001 + 59000, 1001, 1460, PASS, TCP_ESTABLISHED); /* 460 too many */
	expect(s, OUT, A, 1001, 65001 + 60000, 0, PASS, TCP_ESTABLISHED);
	expect(s, OUT, A, 1001, 65001 + 60460, 0, PASS, TCP_ESTABLISHED); /* or not cut */
	/* More than a window back, but for its last bytes: sent before, together with new ones. */
	expect(s, BACK, A, 65001 - 10000, 1001, 70460, PASS, TCP_ESTABLISHED);
}

static void
t11_a_probe_of_a_closed_window_passes(void **state)
{
	struct session s = given_session();
	struct tcp_segment syn = segment(S, ISN_C, 0, 0), closed = segment(A, 1001, 5001, 0);

	syn.window = 0;
	closed.window = 0;
	assert_int_equal(track(&s, OUT, &syn), PASS);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	assert_int_equal(track(&s, OUT, &closed), PASS);
	expect(s, BACK, A, 5001, 1001, 1, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 5002, 1001, 2, WINDOW, TCP_ESTABLISHED);
}

static void
t12_a_keep_alive_passes(void **state)
{
	struct session s = given_established();

	expect(s, BACK, A, 5000, 1001, 0, PASS, TCP_ESTABLISHED);
	expect(s, OUT, A, 1000, 5001, 1, PASS, TCP_ESTABLISHED);
}

static struct session
given_scales(uint8_t client, uint8_t server)
{
	struct session s = given_session();
	struct tcp_segment syn = segment(S, ISN_C, 0, 0), both = segment(S | A, ISN_S, 1001, 0);
	struct tcp_segment ack = segment(A, 1001, 5001, 0);

	syn.scale = client;
	both.scale = server;
	ack.window = 65535;
	assert_int_equal(track(&s, OUT, &syn), PASS);
	assert_int_equal(track(&s, BACK, &both), PASS);
	assert_int_equal(track(&s, OUT, &ack), PASS);
	return s;
}

static void
t13_windows_are_scaled_when_both_ends_said_so(void **state)
{
	struct session s = given_scales(14, 0), one = given_scales(14, TCP_SCALE_NONE);

	expect(s, BACK, A, 5001 + (65535u << 14) - 1, 1001, 1, PASS, TCP_ESTABLISHED);
	expect(s, BACK, A, 5001 + (65535u << 14), 1001, 1, WINDOW, TCP_ESTABLISHED);
	expect(one, BACK, A, 5001 + 65535, 1001, 1, WINDOW, TCP_ESTABLISHED);
	expect(one, BACK, A, 5001 + 65534, 1001, 1, PASS, TCP_ESTABLISHED);
}

static void
t14_a_syn_or_its_answer_comes_again(void **state)
{
	struct session s = given_session();

	expect(s, OUT, S, 10, 0, 0, PASS, TCP_SYN_SENT);
	expect_idle(s, OUT, S, ISN_C, 0, 0); /* with new numbers */
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 5001, 0, PASS, TCP_ESTABLISHED);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS,
		TCP_ESTABLISHED); /* that ACK was lost behind us */
}

static void
t15_a_challenge_its_reset_and_a_new_syn_pass(void **state)
{
	struct session s = given_session();

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	assert_int_equal(pass_on(&s, BACK, A, 888, 777, 0), PASS);
	assert_true(was_idle && s.state == TCP_SYN_SENT);
	assert_int_equal(
		pass_on(&s, BACK, A, 888, 777, 1000), PASS); /* data that nobody has acknowledged */
	assert_true(was_idle && s.state == TCP_SYN_SENT);
	assert_int_equal(pass_on(&s, BACK, F | A, 1888, 777, 0), PASS);
	assert_true(was_idle && s.state == TCP_SYN_SENT);
	expect(s, OUT, R, 778, 0, 0, WINDOW, TCP_SYN_SENT);
	expect(s, OUT, R, 777, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
}

static void
t16_a_half_closed_connection_lives_on(void **state)
{
	struct session s = given_established();

	expect(s, OUT, F | A, 1001, 5001, 0, PASS, TCP_FIN_FORWARD);
	expect(s, OUT, F | A, 1001, 5001, 0, PASS, TCP_FIN_FORWARD);
	expect(s, BACK, A, 5001, 1002, 1000, PASS, TCP_FIN_FORWARD);
	expect(s, OUT, A, 1002, 6001, 0, PASS, TCP_FIN_FORWARD);
	assert_int_equal(tcp_class(s.state), SESSION_ESTABLISHED); /* 7440 s, never evicted */
	expect(s, BACK, F | A, 6001, 1002, 0, PASS, TCP_LAST_ACK);
	expect(s, BACK, F | A, 6001, 1002, 0, PASS, TCP_LAST_ACK);
}

static void
t17_an_inexact_reset_passes_once_it_is_closing(void **state)
{
	struct session s = given_established();

	expect(s, OUT, F | A, 1001, 5001, 0, PASS, TCP_FIN_FORWARD);
	expect(s, BACK, R | A, 5000, 1002, 0, PASS, TCP_RESET);
}

static void
t18_a_new_syn_reuses_a_connection_that_is_over(void **state)
{
	struct session s = given_time_wait();

	assert_true(tcp_begins_anew(&s, false, S, 90000));
	assert_true(tcp_begins_anew(&s, true, S, 90000)); /* whoever asks */
	assert_false(tcp_begins_anew(&s, false, S, 900)); /* older: nothing new */
	assert_false(tcp_begins_anew(&s, false, S | A, 90000));
	expect_idle(s, OUT, S, 900, 0, 0);
	expect(s, BACK, S | A, 7000000, 901, 0, PASS,
		TCP_SYN_RECEIVED); /* it was taken all the same */
	expect(s, OUT, A, 901, 7000001, 0, PASS, TCP_ESTABLISHED);
}

static void
t19_a_syn_may_carry_data(void **state)
{
	struct session s = given_session(), part = s;

	expect(s, OUT, S, ISN_C, 0, 500, PASS, TCP_SYN_SENT);
	expect(s, BACK, S | A, ISN_S, 1501, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, BACK, A, 5001, 1501, 100, PASS,
		TCP_SYN_RECEIVED); /* before the handshake is over */
	expect(s, BACK, S | A, ISN_S, 1501, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1501, 5101, 0, PASS, TCP_ESTABLISHED);
	expect(part, OUT, S, ISN_C, 0, 500, PASS, TCP_SYN_SENT);
	expect(part, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED); /* data not taken */
	expect(part, OUT, A, 1001, 5001, 500, PASS, TCP_ESTABLISHED);
}

static void
t20_a_reset_with_ack_0_behind_the_window_is_dropped(void **state)
{
	struct session s = given_established();

	expect(s, BACK, R | A, 5001 - 1000, 0, 0, WINDOW, TCP_ESTABLISHED);
}

static void
t21_a_fin_that_does_not_fit_closes_nothing(void **state)
{
	struct session s = given_established();

	expect(s, BACK, F | A, 5001, 2001, 0, WINDOW, TCP_ESTABLISHED);
	expect(s, BACK, F | A, 5001, 1001 - 100000, 0, WINDOW, TCP_ESTABLISHED);
	assert_int_equal(pass_on(&s, BACK, F | A, 4900, 1001, 0), PASS);
	assert_int_equal(s.state, TCP_ESTABLISHED);
}

static void
t22_padding_is_no_payload(void **state)
{
	static const uint8_t tcp[26] = { [12] = 0x50, [13] = A, [7] = 9 };
	struct tcp_segment seg;

	tcp_read(&seg, tcp, 20); /* what the IP header says, whatever the frame */
	assert_int_equal(seg.bytes, 0);
	assert_int_equal(seg.seq, 9);
}

static void
t23_urg_and_ecn_on_a_syn_pass(void **state)
{
	static const uint8_t tcp[20] = { [12] = 0x51, [13] = 0xc2 }; /* AE, CWR, ECE, SYN */
	struct session s = given_session(), urgent = s;
	struct tcp_segment seg;

	tcp_read(&seg, tcp, 20);
	assert_int_equal(track(&s, OUT, &seg), PASS);
	expect(urgent, OUT, S | U, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
}

static void
options_are_read_within_their_bounds(void **state)
{
	static const uint8_t scaled[28] = {
		[12] = 0x70, [13] = S, [20] = 1, [21] = 3, [22] = 3, [23] = 20
	};
	static const uint8_t endless[24] = { [12] = 0x60, [13] = S, [20] = 2, [21] = 0 };
	static const uint8_t beyond[24] = {
		[12] = 0x60, [13] = S, [20] = 1, [21] = 1, [22] = 3, [23] = 3
	};
	struct tcp_segment seg;

	tcp_read(&seg, scaled, 28);
	assert_int_equal(seg.scale, 14); /* at most: RFC 7323 2.3 */
	tcp_read(&seg, endless, 24);
	assert_int_equal(seg.scale, TCP_SCALE_NONE);
	tcp_read(&seg, beyond, 24);
	assert_int_equal(seg.scale, TCP_SCALE_NONE);
}

static void
a_window_scale_is_the_options_value(void **state)
{
	uint8_t tcp[24] = { [12] = 0x60, [13] = S, [20] = 3, [21] = 3, [23] = 1 };
	struct tcp_segment seg;

	for (unsigned scale = 0; scale < 256; scale++) {
		tcp[22] = (uint8_t)scale;
		tcp_read(&seg, tcp, sizeof(tcp));
		assert_int_equal(seg.scale, scale > 14 ? 14 : scale);
	}
	tcp[13] = A; /* it holds on a SYN alone */
	tcp_read(&seg, tcp, sizeof(tcp));
	assert_int_equal(seg.scale, TCP_SCALE_NONE);
}

static void
a_guessed_ack_does_not_complete_a_handshake(void **state)
{
	struct session s = given_session();

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 5000, 0, WINDOW, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 4000, 0, WINDOW, TCP_SYN_RECEIVED);
	assert_int_equal(tcp_class(s.state), SESSION_HALF_OPEN);
}

/* --- an attacker who knows the addresses and ports --- */

static void
a_blind_attacker_closes_nothing(void **state)
{
	struct session s = given_established();
	unsigned closed = 0;

	srand(7);
	for (unsigned i = 0; i < 1000000; i++) { /* idle or not */
		uint32_t seq = (uint32_t)rand() << 16 ^ (uint32_t)rand();
		uint32_t ack = (uint32_t)rand() << 16 ^ (uint32_t)rand();
		static const uint8_t kinds[] = { R, R | A, S, S | A, F | A, A };

		pass_on(&s, i & 1, kinds[i % 6], seq, ack, 0);
		closed += tcp_class(s.state) != SESSION_ESTABLISHED;
		if (s.state != TCP_ESTABLISHED)
			s = given_established();
	}
	assert_int_equal(closed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t1_a_whole_connection_passes_and_ends_closed),
		cmocka_unit_test(t2_a_simultaneous_open_passes),
		cmocka_unit_test(t3_a_segment_in_mid_stream_without_state_is_dropped),
		cmocka_unit_test(t4_a_reset_outside_the_window_changes_nothing),
		cmocka_unit_test(
			t5_a_reset_in_the_window_that_is_not_exact_passes_and_changes_nothing),
		cmocka_unit_test(t6_an_exact_reset_closes),
		cmocka_unit_test(t7_a_syn_in_a_connection_does_not_reset_it),
		cmocka_unit_test(t8_a_bad_syn_and_a_bad_reset_leave_the_connection),
		cmocka_unit_test(t9_data_with_an_ack_out_of_range_is_dropped),
		cmocka_unit_test(t10_data_outside_the_window_is_dropped),
		cmocka_unit_test(t10_data_that_lies_in_the_window_in_part_passes),
		cmocka_unit_test(t11_a_probe_of_a_closed_window_passes),
		cmocka_unit_test(t12_a_keep_alive_passes),
		cmocka_unit_test(t13_windows_are_scaled_when_both_ends_said_so),
		cmocka_unit_test(t14_a_syn_or_its_answer_comes_again),
		cmocka_unit_test(t15_a_challenge_its_reset_and_a_new_syn_pass),
		cmocka_unit_test(t16_a_half_closed_connection_lives_on),
		cmocka_unit_test(t17_an_inexact_reset_passes_once_it_is_closing),
		cmocka_unit_test(t18_a_new_syn_reuses_a_connection_that_is_over),
		cmocka_unit_test(t19_a_syn_may_carry_data),
		cmocka_unit_test(t20_a_reset_with_ack_0_behind_the_window_is_dropped),
		cmocka_unit_test(t21_a_fin_that_does_not_fit_closes_nothing),
		cmocka_unit_test(t22_padding_is_no_payload),
		cmocka_unit_test(t23_urg_and_ecn_on_a_syn_pass),
		cmocka_unit_test(options_are_read_within_their_bounds),
		cmocka_unit_test(a_window_scale_is_the_options_value),
		cmocka_unit_test(a_guessed_ack_does_not_complete_a_handshake),
		cmocka_unit_test(a_blind_attacker_closes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
