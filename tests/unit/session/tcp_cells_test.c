/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP from the middle, row T24: every combination of flags in every state and direction against a
 * plain model. */

#include "tcp_fixture.h"

struct cell {
	enum reason reason;
	uint8_t state;
	bool idle; /* it must not keep the session alive */
	bool anew; /* a new session's, whatever this one says to it */
};

/* What a segment without data, with the next right numbers, does, said row by row and not by window
 * sums. A SYN takes the place before the next number once its side has sent one. */
static struct cell
model(enum tcp_state st, bool reply, uint8_t f)
{
	const bool syn = f & S, ack = f & A, rst = f & R, fin = f & F;

	if (f == 0 || (syn && (fin || rst)) || (fin && !ack))
		return (struct cell){ REASON_tcp_bad_flags, st };
	if (st == TCP_NONE)
		return syn && !ack ? (struct cell){ PASS, TCP_SYN_SENT }
				   : (struct cell){ ALIEN, st };
	if (st == TCP_SYN_SENT && !reply) {
		if (rst)
			return (struct cell){ PASS, TCP_RESET };
		return (struct cell){ syn && !ack ? PASS : ALIEN, st };
	}
	if (st == TCP_SYN_SENT) {
		if (rst)
			return ack ? (struct cell){ PASS, TCP_RESET } : (struct cell){ WINDOW, st };
		if (syn)
			return (struct cell){ PASS, ack ? TCP_SYN_RECEIVED : TCP_SYN_BOTH };
		return ack ? (struct cell){ PASS, st, .idle = true } : (struct cell){ ALIEN, st };
	}
	if (rst)
		return (struct cell){ PASS, TCP_RESET };
	if (syn && !ack && (st == TCP_TIME_WAIT || st == TCP_RESET))
		return (struct cell){ .anew = true };
	if (syn) /* again; in a simultaneous open, its acknowledgement */
		return (struct cell){ PASS, st, .idle = st != TCP_SYN_BOTH || !ack };
	if (!ack)
		return (struct cell){ WINDOW, st };
	switch (st) {
	case TCP_SYN_BOTH:
		return (struct cell){ PASS, st }; /* the other's SYN is not acknowledged yet */
	case TCP_SYN_RECEIVED:
		if (reply)
			return (struct cell){ PASS, st };
		return (struct cell){ PASS, fin ? TCP_FIN_FORWARD : TCP_ESTABLISHED };
	case TCP_ESTABLISHED:
		return (struct cell){ PASS, !fin ? st : reply ? TCP_FIN_REPLY : TCP_FIN_FORWARD };
	case TCP_FIN_FORWARD:
		if (reply && fin)
			return (struct cell){ PASS, TCP_LAST_ACK };
		return (struct cell){ PASS, st };
	case TCP_FIN_REPLY:
		if (!reply && fin)
			return (struct cell){ PASS, TCP_LAST_ACK };
		return (struct cell){ PASS, st };
	case TCP_CLOSING:
		return (struct cell){ PASS, TCP_LAST_ACK };
	case TCP_LAST_ACK:
		return (struct cell){ PASS, reply ? st : TCP_TIME_WAIT };
	default:
		return (struct cell){ PASS, st };
	}
}

/* The number that a segment without data must have: a SYN or a FIN comes again where it was. */
static uint32_t
right_number(const struct place *p, bool reply, uint8_t flags)
{
	bool over = p->s.state == TCP_TIME_WAIT || p->s.state == TCP_RESET;
	uint32_t isn = reply ? ISN_S : ISN_C;

	if (flags & S)
		return over && !(flags & A) ? 1000000 : isn;
	return (flags & F) && p->next[reply] == isn + 2 ? isn + 1 : p->next[reply];
}

static void
t24_every_flag_combination_in_every_state_is_as_the_model_says(void **state)
{
	unsigned cells = 0;

	for (unsigned st = 0; st < TCP_STATES; st++) {
		for (unsigned i = 0; i < 128; i++) {
			bool reply = i & 64;
			uint8_t flags = i & 63;
			struct place p = given_place(st);
			uint32_t seq = right_number(&p, reply, flags);
			struct cell want = model(st, reply, flags), got;

			assert_int_equal(p.s.state, st);
			cells++;
			got.anew = tcp_begins_anew(&p.s, reply, flags, seq);
			assert_int_equal(got.anew, want.anew);
			if (want.anew)
				continue;
			got.reason = pass_on(&p.s, reply, flags, seq, p.next[!reply], 0);
			got.state = (uint8_t)p.s.state;
			got.idle = was_idle;
			if (got.reason != want.reason || got.state != want.state
				|| got.idle != want.idle)
				fail_msg("%s, %s, flags 0x%02x: %s, %s%s, expected %s, %s%s",
					tcp_state_name(st), reply ? "reply" : "forward", flags,
					got.reason ? reason_name(got.reason) : "pass",
					tcp_state_name(got.state), got.idle ? ", idle" : "",
					want.reason ? reason_name(want.reason) : "pass",
					tcp_state_name(want.state), want.idle ? ", idle" : "");
		}
	}
	assert_int_equal(cells, 1408);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t24_every_flag_combination_in_every_state_is_as_the_model_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
