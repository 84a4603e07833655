/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of the tracker share: segments, and a connection that is established. */
#ifndef FLOW_TCP_FIXTURE_H
#define FLOW_TCP_FIXTURE_H

#include "flow/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { F = 1, S = 2, R = 4, P = 8, A = 16, U = 32 };
enum { OUT, BACK };                     /* directions: forward, reply */

#define ISN_C 1000u
#define ISN_S 5000u
#define PASS REASON_NONE
#define WINDOW REASON_tcp_out_of_window
#define ALIEN REASON_tcp_no_session

static inline struct session
given_session(void)
{
	return (struct session){ .proto = IPPROTO_TCP, .family = 4, .state = TCP_NONE };
}

static inline struct tcp_segment
segment(uint8_t flags, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	return (struct tcp_segment){ .flags = flags, .seq = seq, .ack = ack, .bytes = bytes,
		.window = 60000, .scale = TCP_SCALE_NONE };
}

static inline enum reason
pass_on(struct session *s, bool reply, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	struct tcp_segment seg = segment(flags, seq, ack, bytes);

	return tcp_track(s, reply, &seg);
}

#define expect(s, dir, flags, seq, ack, bytes, reason, then) do { \
	assert_int_equal(pass_on(&(s), dir, flags, seq, ack, bytes), reason); \
	assert_int_equal((s).state, then); \
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

#endif
