/* SPDX-License-Identifier: BSD-3-Clause */
/* The usual segment against tcp_track: whatever the session and the segment, either nothing happens
 * or the same. */

#include "session/tcp_usual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

#include "packet/bytes.h"

#define CASES 2000000

static uint32_t
any(uint32_t below)
{
	return (uint32_t)((((uint64_t)rand() << 15) ^ (uint64_t)rand()) % below);
}

/* Near enough to what a side has sent for all outcomes to be frequent. */
static uint32_t
around(uint32_t number)
{
	static const uint32_t far[] = { 2, 2000, 70000, 1u << 24, 1u << 31 };
	uint32_t most = far[any(RTE_DIM(far))];

	return number + any(most) - any(most);
}

static void
given_side(struct tcp_side *side)
{
	static const uint8_t flags[] = {
		SIDE_SEEN | SIDE_SYN_ACKED,
		SIDE_SEEN | SIDE_SYN_ACKED | SIDE_OFFER,
		SIDE_SEEN | SIDE_SYN_ACKED | SIDE_FIN,
		SIDE_SEEN | SIDE_SYN_ACKED | SIDE_SYN_WINDOW,
	};

	side->end = any(UINT32_MAX);
	side->max_end = around(side->end);
	side->window = any(4) == 0 ? 0 : (uint16_t)any(0x10000);
	side->scale = any(3) == 0 ? TCP_SCALE_NONE : (uint8_t)any(15);
	side->flags = flags[any(8) < 6 ? 0 : any(RTE_DIM(flags))];
}

static void
given_session(struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->state = any(8) == 0 ? (uint16_t)any(TCP_STATES) & 15 : TCP_ESTABLISHED;
	s->flags = any(4) == 0 ? SESSION_LOOSE : 0;
	given_side(&s->side[0]);
	given_side(&s->side[1]);
	s->acked[0] = around(s->side[0].end);
	s->acked[1] = around(s->side[1].end);
	tcp_settle(s);
}

/* Its length. */
static uint32_t
given_segment(uint8_t *tcp, const struct session *s, bool reply)
{
	unsigned header = 20 + 4 * any(3);

	memset(tcp, 0, 60);
	put32(tcp + 4, around(s->side[reply].end));
	put32(tcp + 8, around(s->side[!reply].end));
	tcp[12] = (uint8_t)(header / 4 << 4);
	tcp[13] = any(8) == 0 ? (uint8_t)any(256) : any(2) ? ACK : ACK | 8;
	if (any(4) != 0) {
		tcp[14] = (uint8_t)rand();
		tcp[15] = (uint8_t)rand();
	}
	return header + (any(2) ? any(1460) : 0);
}

static void
a_usual_segment_moves_a_session_as_tcp_track_does(void **state)
{
	unsigned taken = 0, left = 0;

	(void)state;
	for (unsigned i = 0; i < CASES; i++) {
		struct session was, usual, plain;
		bool reply = any(2);
		uint8_t tcp[60];
		struct tcp_offer beside = { .seq = (uint32_t)rand() };
		struct tcp_segment seg;
		struct tcp_verdict v;
		uint32_t bytes;

		given_session(&was);
		bytes = given_segment(tcp, &was, reply);
		usual = plain = was;
		if (!tcp_track_usual(&usual, reply, tcp, bytes)) {
			assert_memory_equal(&usual, &was, sizeof(was));
			left++;
			continue;
		}
		tcp_read(&seg, tcp, bytes);
		v = tcp_track(&plain, &beside, reply, &seg);
		assert_int_equal(v.reason, REASON_NONE);
		assert_false(v.idle);
		assert_memory_equal(&usual, &plain, sizeof(plain));
		taken++;
	}
	assert_true(taken > CASES / 50 && left > CASES / 20);
}

/* Data and its acknowledgement, both ways, windows scaled and not: none of it needs tcp_track. */
static void
a_running_connection_is_all_usual(void **state)
{
	static const uint8_t scales[] = { TCP_SCALE_NONE, 0, 7, 14 };

	(void)state;
	for (unsigned i = 0; i < RTE_DIM(scales); i++) {
		struct session s = { .state = TCP_ESTABLISHED };
		uint8_t data[20] = { [12] = 0x50, [13] = ACK | 8, [14] = 0xff, [15] = 0xff };
		uint8_t ack[20] = { [12] = 0x50, [13] = ACK, [14] = 0xff, [15] = 0xff };

		s.side[0] = (struct tcp_side){ 1000, 1000 + 65535, 65535, scales[i],
			SIDE_SEEN | SIDE_SYN_ACKED };
		s.side[1] = (struct tcp_side){ 9000, 9000 + 65535, 65535, scales[i],
			SIDE_SEEN | SIDE_SYN_ACKED };
		tcp_settle(&s);
		for (uint32_t n = 0; n < 1000; n++) {
			put32(data + 4, 1000 + n * 1460);
			put32(data + 8, 9000);
			put32(ack + 4, 9000);
			put32(ack + 8, 1000 + (n + 1) * 1460);
			assert_true(tcp_track_usual(&s, false, data, 20 + 1460));
			assert_true(tcp_track_usual(&s, true, ack, 20));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_segment_moves_a_session_as_tcp_track_does),
		cmocka_unit_test(a_running_connection_is_all_usual),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
