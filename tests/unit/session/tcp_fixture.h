/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of the tracker share: segments, and a connection that is established. */
#ifndef FLOW_TCP_FIXTURE_H
#define FLOW_TCP_FIXTURE_H

#include "session/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { F = 1, S = 2, R = 4, P = 8, A = 16, U = 32 };
enum { OUT, BACK }; /* directions: forward, reply */

#define ISN_C  1000u
#define ISN_S  5000u
#define PASS   REASON_NONE
#define WINDOW REASON_tcp_out_of_window
#define ALIEN  REASON_tcp_no_session

static inline struct session
given_session(void)
{
	return (struct session){ .proto = IPPROTO_TCP, .family = 4, .state = TCP_NONE };
}

static inline struct tcp_segment
segment(uint8_t flags, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	return (struct tcp_segment){ .flags = flags,
		.seq = seq,
		.ack = ack,
		.bytes = bytes,
		.window = 60000,
		.scale = TCP_SCALE_NONE };
}

/* What stands beside a session in its table; and whether the last segment was idle.  One of a
 * test's sessions at a time has an offer. */
static struct tcp_offer beside;
static bool was_idle;

static inline enum reason
track(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_verdict v = tcp_track(s, &beside, reply, seg);

	was_idle = v.idle;
	return v.reason;
}

static inline enum reason
pass_on(struct session *s, bool reply, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	struct tcp_segment seg = segment(flags, seq, ack, bytes);

	return track(s, reply, &seg);
}

#define expect(s, dir, flags, seq, ack, bytes, reason, then) \
	do { \
		assert_int_equal(pass_on(&(s), dir, flags, seq, ack, bytes), reason); \
		assert_int_equal((s).state, then); \
	} while (0)

/* It passes, and the session is none the wiser. */
#define expect_idle(s, dir, flags, seq, ack, bytes) \
	do { \
		struct session was_ = (s); \
		assert_int_equal(pass_on(&(s), dir, flags, seq, ack, bytes), PASS); \
		assert_true(was_idle); \
		assert_int_equal((s).state, was_.state); \
		for (unsigned i_ = 0; i_ < 2; i_++) { \
			assert_int_equal((s).side[i_].end, was_.side[i_].end); \
			assert_int_equal((s).side[i_].max_end, was_.side[i_].max_end); \
			assert_int_equal((s).side[i_].window, was_.side[i_].window); \
			assert_int_equal((s).acked[i_], was_.acked[i_]); \
		} \
	} while (0)

/* The client has sent up to 1001, the server up to 5001. */
static inline struct session
given_established(void)
{
	struct session s = given_session();

	expect(s, OUT, S, ISN_C, 0, 0, PASS, TCP_SYN_SENT);
	expect(s, BACK, S | A, ISN_S, 1001, 0, PASS, TCP_SYN_RECEIVED);
	expect(s, OUT, A, 1001, 5001, 0, PASS, TCP_ESTABLISHED);
	return s;
}

/* A session in each state, with the next right numbers of both sides. */
struct place {
	struct session s;
	uint32_t next[2];
};

static inline struct place
given_place(enum tcp_state want)
{
	struct place p = { .s = given_session(), .next = { 1000, 5000 } };

	if (want == TCP_NONE)
		return p;
	if (want == TCP_SYN_SENT || want == TCP_SYN_BOTH || want == TCP_SYN_RECEIVED) {
		pass_on(&p.s, OUT, S, ISN_C, 0, 0);
		p.next[OUT] = 1001;
		if (want == TCP_SYN_SENT)
			return p;
		pass_on(&p.s, BACK, want == TCP_SYN_BOTH ? S : S | A, ISN_S, 1001, 0);
		p.next[BACK] = 5001;
		return p;
	}
	p = (struct place){ given_established(), { 1001, 5001 } };
	if (want == TCP_RESET)
		pass_on(&p.s, BACK, R, 5001, 0, 0);
	if (want == TCP_FIN_FORWARD || want == TCP_CLOSING || want == TCP_LAST_ACK
		|| want == TCP_TIME_WAIT) {
		pass_on(&p.s, OUT, F | A, 1001, 5001, 0);
		p.next[OUT] = 1002;
	}
	if (want == TCP_FIN_REPLY || want == TCP_CLOSING || want == TCP_LAST_ACK
		|| want == TCP_TIME_WAIT) {
		pass_on(&p.s, BACK, F | A, 5001,
			want == TCP_LAST_ACK || want == TCP_TIME_WAIT ? 1002 : 1001, 0);
		p.next[BACK] = 5002;
	}
	if (want == TCP_TIME_WAIT)
		pass_on(&p.s, OUT, A, 1002, 5002, 0);
	return p;
}

#endif
