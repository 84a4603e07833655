/* SPDX-License-Identifier: BSD-3-Clause */
/* Two endpoints that lose their state, abort, close and connect again by the same ports, and the
 *tracker between them: the next connection is always made, as it would be without a tracker.  In
 *between somebody forges segments for either end.
 *
 *	client <---> [ tracker ] <---> server, which listens; segments may be lost
 *
 * Ends do what RFC 9293 3.10.7 and RFC 5961 say: challenge a SYN and an inexact RST, reset what
 *they do not know. */

#include "session/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

enum { F = 1, S = 2, R = 4, A = 16 };
enum { CLIENT, SERVER };
enum mode { IDLE, SYN_SENT, SYN_RECEIVED, OPEN, FIN_SENT, CLOSE_WAIT, LAST_ACK, TIME_WAIT };

#define QUEUE 64
#define RUNS  20000

struct end {
	enum mode mode; /* IDLE: the server listens, the client has no connection */
	uint32_t nxt, una, rcv;
	bool heard; /* data of the other end */
};

struct pair {
	struct end end[2];
	struct session s;
	struct tcp_offer offer;
	struct tcp_segment at[QUEUE];
	bool to[QUEUE];
	unsigned n;
	unsigned loss;       /* of a hundred */
	const char *refused; /* the last segment that the tracker dropped, for a message */
};

static unsigned
dice(unsigned n)
{
	return (unsigned)rand() % n;
}

static uint32_t
any32(void)
{
	return (uint32_t)rand() << 16 ^ (uint32_t)rand();
}

/* Through the tracker, as stage track does it. */
static void
put(struct pair *p, bool from, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	struct tcp_segment seg = { .flags = flags,
		.seq = seq,
		.ack = ack,
		.bytes = bytes,
		.window = 60000,
		.scale = TCP_SCALE_NONE };

	if (dice(100) < p->loss)
		return;
	if (tcp_begins_anew(&p->s, from == SERVER, flags, seq)) {
		if (from == SERVER)
			return; /* none of these servers connects */
		memset(&p->s, 0, sizeof(p->s));
		p->s.proto = IPPROTO_TCP;
	}
	if (p->s.state == TCP_NONE && from == SERVER)
		return;
	p->refused = NULL;
	if (tcp_track(&p->s, &p->offer, from == SERVER, &seg).reason != REASON_NONE) {
		p->refused = tcp_state_name(p->s.state);
		return;
	}
	if (dice(100) < p->loss || p->n == QUEUE)
		return;
	p->to[p->n] = !from;
	p->at[p->n++] = seg;
}

static void
say(struct pair *p, bool who, uint8_t flags, uint32_t bytes)
{
	struct end *e = &p->end[who];

	put(p, who, flags, e->nxt, (flags & A) ? e->rcv : 0, bytes);
}

/* An end that has no connection resets what is none (RFC 9293 3.10.7.1). */
static void
reset(struct pair *p, bool who, const struct tcp_segment *seg)
{
	uint32_t length = seg->bytes + ((seg->flags & S) != 0) + ((seg->flags & F) != 0);

	if (seg->flags & R)
		return;
	if (seg->flags & A)
		put(p, who, R, seg->ack, 0, 0);
	else
		put(p, who, R | A, 0, seg->seq + length, 0);
}

static void
take_syn(struct pair *p, const struct tcp_segment *seg)
{
	struct end *e = &p->end[SERVER];

	e->mode = SYN_RECEIVED;
	e->rcv = seg->seq + 1;
	e->una = any32();
	e->nxt = e->una + 1;
	e->heard = false;
	put(p, SERVER, S | A, e->una, e->rcv, 0);
}

static void
hear_asking(struct pair *p, const struct tcp_segment *seg)
{
	struct end *e = &p->end[CLIENT];
	bool right = (seg->flags & A) && seg->ack == e->nxt;

	if ((seg->flags & A) && !right) {
		reset(p, CLIENT, seg);
	} else if (seg->flags & R) {
		if (right)
			e->mode = IDLE;
	} else if ((seg->flags & (S | A)) == (S | A)) {
		e->mode = OPEN;
		e->una = e->nxt;
		e->rcv = seg->seq + 1;
		say(p, CLIENT, A, 0);
	}
}

static void
hear_fin(struct end *e)
{
	e->rcv++;
	e->mode = e->mode == FIN_SENT ? TIME_WAIT : CLOSE_WAIT;
}

/* RST and SYN in a connection; true: nothing else is in the segment. */
static bool
hear_odd(struct pair *p, bool who, const struct tcp_segment *seg)
{
	struct end *e = &p->end[who];

	if (seg->flags & R) {
		if (seg->seq == e->rcv)
			e->mode = IDLE;
		else if (seg->seq - e->rcv < 60000)
			say(p, who, A, 0);
		return true;
	}
	if (!(seg->flags & S))
		return false;
	if (who == SERVER && e->mode == TIME_WAIT && (int32_t)(seg->seq - e->rcv) > 0
		&& !(seg->flags & A))
		take_syn(p, seg);
	else if (who == SERVER && e->mode == SYN_RECEIVED && seg->seq + 1 == e->rcv)
		put(p, SERVER, S | A, e->una, e->rcv, 0);
	else
		say(p, who, A, 0);
	return true;
}

static void
hear(struct pair *p, bool who, const struct tcp_segment *seg)
{
	struct end *e = &p->end[who];

	if (e->mode == IDLE) {
		if (who == SERVER && (seg->flags & (S | A | R)) == S)
			take_syn(p, seg);
		else
			reset(p, who, seg);
		return;
	}
	if (e->mode == SYN_SENT) {
		hear_asking(p, seg);
		return;
	}
	if (hear_odd(p, who, seg) || !(seg->flags & A))
		return;
	if (seg->ack - e->una > e->nxt - e->una) {
		if (e->mode == SYN_RECEIVED)
			reset(p, who, seg);
		else
			say(p, who, A, 0); /* RFC 5961 5 */
		return;
	}
	e->una = seg->ack;
	if (e->una == e->nxt && e->mode == SYN_RECEIVED)
		e->mode = OPEN;
	if (e->una == e->nxt && e->mode == LAST_ACK)
		e->mode = IDLE;
	if (seg->seq == e->rcv) {
		e->rcv += seg->bytes;
		e->heard |= seg->bytes != 0;
		if (seg->flags & F)
			hear_fin(e);
	}
	if (seg->bytes != 0 || (seg->flags & F) || seg->seq != e->rcv)
		say(p, who, A, 0);
}

static void
deliver(struct pair *p)
{
	for (unsigned i = 0; i < 4 * QUEUE && p->n > 0; i++) {
		struct tcp_segment seg = p->at[0];
		bool to = p->to[0];

		p->n--;
		memmove(&p->at[0], &p->at[1], p->n * sizeof(p->at[0]));
		memmove(&p->to[0], &p->to[1], p->n * sizeof(p->to[0]));
		hear(p, to, &seg);
	}
	p->n = 0;
}

/* Timers: what is not acknowledged is sent again. */
static void
tick(struct pair *p)
{
	for (unsigned who = 0; who < 2; who++) {
		struct end *e = &p->end[who];
		uint32_t behind = e->nxt - e->una;

		if (e->mode == SYN_SENT)
			put(p, who, S, e->nxt - 1, 0, 0);
		else if (e->mode == SYN_RECEIVED)
			put(p, who, S | A, e->una, e->rcv, 0);
		else if (behind != 0 && (e->mode == FIN_SENT || e->mode == LAST_ACK))
			put(p, who, behind > 1 ? A : A | F, e->una, e->rcv,
				behind > 1 ? behind - 1 : 0);
		else if (behind != 0 && e->mode != TIME_WAIT)
			put(p, who, A, e->una, e->rcv, behind);
		deliver(p);
	}
}

static void
connect_anew(struct pair *p)
{
	struct end *e = &p->end[CLIENT];
	uint32_t was = e->nxt;

	*e = (struct end){ .mode = SYN_SENT };
	e->una = dice(3) == 0 ? was - 5000 - dice(2000) : dice(2) ? was + dice(100000) : any32();
	e->nxt = e->una + 1;
}

static void
talk(struct pair *p, bool who)
{
	struct end *e = &p->end[who];

	if (e->mode != OPEN && e->mode != CLOSE_WAIT)
		return;
	put(p, who, A, e->nxt, e->rcv, 100);
	e->nxt += 100;
	deliver(p);
}

static void
close_end(struct pair *p, bool who)
{
	struct end *e = &p->end[who];

	if (e->mode != OPEN && e->mode != CLOSE_WAIT)
		return;
	say(p, who, F | A, 0);
	e->nxt++;
	e->mode = e->mode == OPEN ? FIN_SENT : LAST_ACK;
	deliver(p);
}

/* Somebody who knows the ports alone. */
static void
forge(struct pair *p)
{
	static const uint8_t kinds[] = { S, S | A, R, R | A, A, F | A };

	put(p, dice(2), kinds[dice(RTE_DIM(kinds))], any32(), any32(), dice(2) * 10);
	deliver(p);
}

static void
live(struct pair *p)
{
	switch (dice(9)) {
	case 0: /* it forgets all */
		p->end[dice(2)].mode = IDLE;
		break;
	case 1:
		say(p, CLIENT, R | A, 0);
		p->end[CLIENT].mode = IDLE;
		break;
	case 2:
	case 3:
		close_end(p, dice(2));
		break;
	case 4:
		forge(p);
		break;
	case 5:
		tick(p);
		break;
	default:
		talk(p, dice(2));
	}
	deliver(p);
}

/* The client connects; without loss it must come about. */
static bool
is_made(struct pair *p)
{
	for (unsigned tries = 0; tries < 12; tries++) {
		if (p->end[CLIENT].mode == IDLE)
			connect_anew(p);
		tick(p);
		talk(p, CLIENT);
		talk(p, SERVER);
		if (p->end[CLIENT].mode == OPEN && p->end[CLIENT].heard && p->end[SERVER].heard
			&& p->s.state == TCP_ESTABLISHED)
			return true;
	}
	return false;
}

static void
the_next_connection_is_always_made(void **state)
{
	unsigned seen[TCP_STATES] = { 0 };

	(void)state;
	srand(29);
	for (unsigned i = 0; i < RUNS; i++) {
		struct pair p = { .s = { .proto = IPPROTO_TCP, .family = 4 } };

		for (unsigned round = 0; round < 4; round++) {
			p.loss = dice(3) * 15;
			for (unsigned n = dice(12); n > 0; n--)
				live(&p);
			seen[p.s.state]++;
			p.loss = 0;
			connect_anew(&p);
			if (!is_made(&p))
				fail_msg(
					"run %u, round %u: client %d, server %d, tracked %s, refused in %s",
					i, round, p.end[CLIENT].mode, p.end[SERVER].mode,
					tcp_state_name(p.s.state),
					p.refused != NULL ? p.refused : "none");
		}
	}
	for (unsigned st = TCP_SYN_SENT; st < TCP_STATES; st++)
		assert_true(st == TCP_SYN_BOTH || seen[st] > 0);
}

/* Forged segments for a connection that both ends still have. */
static void
a_connection_survives_what_others_forge(void **state)
{
	(void)state;
	srand(31);
	for (unsigned i = 0; i < RUNS; i++) {
		struct pair p = { .s = { .proto = IPPROTO_TCP, .family = 4 } };

		connect_anew(&p);
		assert_true(is_made(&p));
		for (unsigned n = dice(30); n > 0; n--) {
			forge(&p);
			if (dice(3) == 0)
				talk(&p, dice(2));
		}
		p.end[CLIENT].heard = p.end[SERVER].heard = false;
		if (!is_made(&p))
			fail_msg("run %u: client %d, server %d, tracked %s", i, p.end[CLIENT].mode,
				p.end[SERVER].mode, tcp_state_name(p.s.state));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_connection_is_always_made),
		cmocka_unit_test(a_connection_survives_what_others_forge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
