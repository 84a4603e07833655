/* SPDX-License-Identifier: BSD-3-Clause */
/* Two TCP endpoints, a network that loses, repeats and reorders, and the tracker between them:
 *nothing that either end may send is dropped.
 *
 *	client --- out ---> [ tracker ] --- in ---> server, and back; each arrow loses one in ten
 */

#include "session/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

enum { F = 1, S = 2, A = 16 };
enum { OUT, BACK }; /* the client, the server */

#define HOP_MAX 16
#define REORDER 4

struct hop { /* segments on their way, oldest first */
	struct tcp_segment at[HOP_MAX];
	unsigned n;
};

struct end {
	uint32_t isn, una, nxt, last; /* last: all its data is before it, then comes FIN */
	uint32_t rcv, edge;           /* what it waits for, and has allowed */
	uint32_t right;               /* what the other allows */
	uint8_t scale, shift;         /* offered, and in use */
	bool syn_seen, open;          /* has the other's SYN; may send data */
	bool fin_taken;
};

struct pair {
	struct end end[2];
	struct hop out[2], in[2]; /* by sender: before and behind the tracker */
	struct session s;
	struct tcp_offer offer;
	unsigned passed;
};

static unsigned
dice(unsigned n)
{
	return (unsigned)rand() % n;
}

static void
put(struct hop *h, const struct tcp_segment *seg)
{
	if (dice(10) != 0 && h->n < HOP_MAX) /* else it is lost */
		h->at[h->n++] = *seg;
	if (dice(20) == 0 && h->n < HOP_MAX)
		h->at[h->n++] = *seg;
}

static bool
take(struct hop *h, struct tcp_segment *seg)
{
	unsigned i;

	if (h->n == 0)
		return false;
	i = dice(h->n < REORDER ? h->n : REORDER);
	*seg = h->at[i];
	memmove(&h->at[i], &h->at[i + 1], (--h->n - i) * sizeof(*seg));
	return true;
}

static void
emit(struct pair *p, unsigned who, uint8_t flags, uint32_t seq, uint32_t bytes)
{
	struct end *e = &p->end[who];
	struct tcp_segment seg = {
		.flags = flags, .seq = seq, .ack = (flags & A) ? e->rcv : 0, .bytes = bytes
	};
	uint32_t room = (1u << e->shift) * (1 + dice(4)) * 3000;

	if (!(flags & S) && dice(5) != 0 && (int32_t)(e->rcv + room - e->edge) > 0)
		e->edge = e->rcv + room;
	seg.window = (uint16_t)RTE_MIN((e->edge - e->rcv) >> ((flags & S) ? 0 : e->shift), 65535u);
	seg.scale = (flags & S) ? e->scale : TCP_SCALE_NONE;
	put(&p->out[who], &seg);
}

/* What its timer makes an end send: its SYN, old data or new, FIN, a probe, or an ACK. */
static void
speak(struct pair *p, unsigned who)
{
	struct end *e = &p->end[who];
	uint32_t from = dice(3) == 0 ? e->una : e->nxt, bytes = 1 + dice(1460), room;

	if (e->una == e->isn) {
		if (who == OUT || e->syn_seen)
			emit(p, who, who == OUT ? S : S | A, e->isn, 0);
		return;
	}
	if (!e->open)
		return;
	room = e->right - from;
	if ((int32_t)room <= 0)
		room = from == e->una ? 1 : 0; /* a probe of a closed window */
	bytes = RTE_MIN(bytes, room);
	if (from == e->last && room != 0) {
		emit(p, who, F | A, from, 0);
		e->nxt = e->last + 1;
		return;
	}
	bytes = from == e->last + 1 ? 0 : RTE_MIN(bytes, e->last - from);
	emit(p, who, A, from, bytes);
	if ((int32_t)(from + bytes - e->nxt) > 0)
		e->nxt = from + bytes;
}

static void
hear_syn(struct pair *p, unsigned who, const struct tcp_segment *seg)
{
	struct end *e = &p->end[who];

	if (!e->syn_seen) {
		e->syn_seen = true;
		e->rcv = seg->seq + 1;
		e->edge = e->rcv + 3000;
		e->right = e->nxt + seg->window;
		e->shift = seg->scale != TCP_SCALE_NONE && e->scale != TCP_SCALE_NONE ? e->scale
										      : 0;
	}
	if (who == BACK && !e->open) {
		emit(p, who, S | A, e->isn, 0);
		return;
	}
	e->una = e->una == e->isn ? e->isn + 1 : e->una;
	e->open = true;
	emit(p, who, A, e->nxt, 0); /* or a challenge */
}

static void
hear(struct pair *p, unsigned who, const struct tcp_segment *seg)
{
	struct end *e = &p->end[who];
	unsigned shift = p->end[!who].scale == TCP_SCALE_NONE || e->scale == TCP_SCALE_NONE
		? 0
		: p->end[!who].scale;
	uint32_t after = seg->seq + seg->bytes;

	if (seg->flags & S) {
		hear_syn(p, who, seg);
		return;
	}
	if (!e->syn_seen)
		return;
	if ((int32_t)(seg->ack - e->una) > 0 && (int32_t)(seg->ack - e->nxt) <= 0)
		e->una = seg->ack;
	e->open |= e->una != e->isn;
	if ((int32_t)(seg->ack + ((uint32_t)seg->window << shift) - e->right) > 0)
		e->right = seg->ack + ((uint32_t)seg->window << shift);
	if ((int32_t)(seg->seq - e->rcv) <= 0 && (int32_t)(after - e->rcv) > 0)
		e->rcv = (int32_t)(after - e->edge) > 0 ? e->edge : after;
	if ((seg->flags & F) && after == e->rcv && !e->fin_taken) {
		e->rcv++;
		e->fin_taken = true;
	}
	if (seg->bytes != 0 || (seg->flags & F))
		emit(p, who, A, e->nxt, 0);
}

static void
begin_pair(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	p->s = (struct session){ .proto = IPPROTO_TCP, .family = 4, .state = TCP_NONE };
	for (unsigned i = 0; i < 2; i++) {
		struct end *e = &p->end[i];

		e->isn = e->una = (uint32_t)rand() << 8 ^ (uint32_t)rand();
		e->nxt = e->isn + 1;
		e->last = e->nxt + dice(20000);
		e->rcv = 0;
		e->edge = 3000 + dice(60000);
		e->scale = dice(3) == 0 ? TCP_SCALE_NONE : (uint8_t)dice(15);
	}
}

/* Ends when both have been told of all, or after so many steps. */
static void
converse(struct pair *p)
{
	struct tcp_segment seg;

	for (unsigned i = 0; i < 600; i++) {
		unsigned who = dice(2);

		if (dice(4) == 0)
			speak(p, who);
		if (take(&p->out[who], &seg)) {
			enum reason r = tcp_track(&p->s, &p->offer, who == BACK, &seg).reason;

			if (r != REASON_NONE)
				fail_msg("%s flags 0x%02x seq %u ack %u bytes %u: %s in %s",
					who ? "reply" : "forward", seg.flags,
					seg.seq - p->end[who].isn, seg.ack - p->end[!who].isn,
					seg.bytes, reason_name(r), tcp_state_name(p->s.state));
			p->passed++;
			put(&p->in[who], &seg);
		}
		if (take(&p->in[who], &seg))
			hear(p, !who, &seg);
	}
}

static void
no_legal_segment_is_dropped(void **state)
{
	unsigned closed = 0, connections = 100000;
	uint64_t passed = 0;
	struct pair p;

	srand(11);
	for (unsigned i = 0; i < connections; i++) {
		begin_pair(&p);
		converse(&p);
		closed += tcp_class(p.s.state) == SESSION_CLOSED;
		passed += p.passed;
	}
	assert_true(passed > 100ull * connections);
	assert_true(closed > connections / 4); /* they did get somewhere */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_legal_segment_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
