/* SPDX-License-Identifier: BSD-3-Clause */
/* The slots of a burst that the straight loop left, in order of arrival.
 *
 * A burst is cut before a packet whose conversation an earlier packet of the same burst
 * belongs to, if it would have to be evaluated: the outcome is then the same as with bursts of one. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/tcp.h"
#include "packet/parse.h"
#include "slowpath/hit.h"
#include "slowpath/slowpath_priv.h"

int
slowpath_init(struct slowpath *s)
{
	s->scratch = calloc(1, sizeof(*s->scratch));
	return s->scratch != NULL ? 0 : -ENOMEM;
}

void
slowpath_fini(struct slowpath *s)
{
	free(s->scratch);
	s->scratch = NULL;
}

void
slowpath_begin(struct slowpath *s, const struct burst *b)
{
	memset(s->scratch->has_view, 0, b->n * sizeof(s->scratch->has_view[0]));
	s->n_born = 0;
	if (s->observer == NULL)
		return;
	s->scratch->n_tcp_behind = s->scratch->n_tcp_told = 0;
	for (unsigned i = 0; i < b->n; i++)     /* as they arrived: nothing is rewritten yet */
		slot_view(s, b, i);
}

struct view *
slowpath_view(struct slowpath *s, unsigned slot)
{
	s->scratch->has_view[slot] = true;
	return &s->scratch->view[slot];
}

const struct view *
slot_view(struct slowpath *s, const struct burst *b, unsigned slot)
{
	if (!s->scratch->has_view[slot])
		parse_frame(slowpath_view(s, slot), b->m[slot], b->ingress);
	return &s->scratch->view[slot];
}

static bool
is_ip6(const struct burst *b, unsigned slot)
{
	return b->class[slot] == SLOT_PLAIN6 || b->class[slot] == SLOT_OTHER6;
}

uint32_t
slot_find(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	if (is_ip6(b, slot))
		return flow_table_find(s->flow6, &b->key6[slot], b->hash[slot]);
	return flow_table_find(s->flow4, &b->key4[slot], b->hash[slot]);
}

/* The same for both directions of a conversation.  ICMP counts by its addresses alone. */
static uint32_t
conversation_bit(const struct burst *b, unsigned slot)
{
	uint64_t mix, w[4];

	if (is_ip6(b, slot)) {
		memcpy(w, b->key6[slot].src, 32);
		mix = (w[0] ^ w[2]) * 3 + (w[1] ^ w[3]);
		mix += (uint64_t)(b->key6[slot].sport ^ b->key6[slot].dport) << 16;
	} else {
		mix = b->key4[slot].src ^ b->key4[slot].dst;
		if (b->key4[slot].proto != IPPROTO_ICMP)
			mix += (uint64_t)(b->key4[slot].sport ^ b->key4[slot].dport) << 16;
	}
	return (uint32_t)(mix * 0x9e3779b97f4a7c15ull >> 52) % CONFLICT_BITS;
}

static bool
has_program(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	const struct flow_table *t = is_ip6(b, slot) ? s->flow6 : s->flow4;

	return b->flow[slot] != 0 && flow_at(t, b->flow[slot])->epoch == s->epoch;
}

/* Looks flows up and lists misses, from one slot up to another or to where the burst must be cut. */
static unsigned
collect(struct slowpath *s, struct burst *b, unsigned from, unsigned to, unsigned *n_miss)
{
	struct slowpath_scratch *sc = s->scratch;
	unsigned i;

	memset(sc->conflict, 0, sizeof(sc->conflict));
	*n_miss = 0;
	for (i = from; i < to; i++) {
		uint32_t bit;
		bool conflict;

		if (b->class[i] == SLOT_BAD)
			continue;
		if (b->class[i] == SLOT_SLOW)   /* may change neighbours: stands alone */
			return i == from ? i + 1 : i;
		b->flow[i] = slot_find(s, b, i);
		bit = conversation_bit(b, i);
		conflict = sc->conflict[bit / 64] >> (bit % 64) & 1;
		if (!has_program(s, b, i)) {
			if (conflict && !slot_tracks(s, b, i))
				return i;
			sc->miss[(*n_miss)++] = (uint16_t)i;
		}
		sc->conflict[bit / 64] |= 1ull << (bit % 64);
	}
	return i;
}

/* Does a SYN ask for a connection where another one is over?  Stage track ends that one and begins a session. */
static bool
begins_anew(struct slowpath *s, const struct burst *b, unsigned slot)
{
	const struct flow *f = flow_at(is_ip6(b, slot) ? s->flow6 : s->flow4, b->flow[slot]);
	const struct session *session = session_of(s->sessions, f);
	const struct view *v;

	if (session == NULL || session->class != SESSION_CLOSED || session->proto != IPPROTO_TCP)
		return false;
	v = slot_view(s, b, slot);
	return v->l4 != VIEW_NONE
		&& tcp_begins_anew(session, f->flags & FLOW_REPLY, v->tcp_flags, v->tcp_seq);
}

/* A known flow: as the straight loop does it, else with the general executor. */
static void
settle_hit(struct slowpath *s, struct burst *b, unsigned slot)
{
	struct hit_tables t = hit_tables(s, b);
	struct decision d;

	s->ledger->lookups_hit++;
	if ((b->class[slot] == SLOT_PLAIN4 && hit_plain4(s, b, slot, &t))
	    || (b->class[slot] == SLOT_PLAIN6 && hit_plain6(s, b, slot, &t))) {
		if (s->observer != NULL)
			slowpath_observe_hit(s, b, slot);
		return;
	}
	decision_from_record(s, b, slot, &d);
	settle(s, b, slot, &d);
	observe(s, b, slot, &d);
}

/* The record of a session that stage track has ended is gone. */
static void
evaluate_late(struct slowpath *s, struct burst *b, unsigned slot, struct eval *ev)
{
	evaluate_one(s, b, slot, ev);
	if (!(flow_at(is_ip6(b, slot) ? s->flow6 : s->flow4, b->flow[slot])->flags & FLOW_USED))
		b->flow[slot] = 0;
}

static void
settle_miss(struct slowpath *s, struct burst *b, unsigned slot, struct eval *ev)
{
	struct decision d;

	if (ev == &s->scratch->late) {
		evaluate_late(s, b, slot, ev);
	} else if (slot_tracks(s, b, slot)) {   /* an earlier slot may have made it known */
		b->flow[slot] = slot_find(s, b, slot);
		if (has_program(s, b, slot) && !begins_anew(s, b, slot)) {
			settle_hit(s, b, slot);
			return;
		}
		evaluate_late(s, b, slot, ev);
	}
	s->ledger->lookups_miss++;
	install(s, b, slot, ev, &d);
	settle(s, b, slot, &d);
	observe(s, b, slot, &d);
}

void
settle_keyed(struct slowpath *s, struct burst *b, unsigned slot)
{
	b->flow[slot] = slot_find(s, b, slot);
	if (has_program(s, b, slot) && !begins_anew(s, b, slot))
		settle_hit(s, b, slot);
	else
		settle_miss(s, b, slot, &s->scratch->late);
}

/* Too many connections are half-open, or will be in this burst: slots one by one, as long as they are of known flows or
 * refused at once.  Returns the first other one. */
static unsigned
settle_flooded(struct slowpath *s, struct burst *b, unsigned from)
{
	unsigned i = from;

	for (;;) {
		i = refuse_openings(s, b, i);
		if (i == b->n || b->class[i] > SLOT_PLAIN6)
			return i;
		s->slot = (uint16_t)i;
		b->flow[i] = slot_find(s, b, i);
		if (!has_program(s, b, i) || begins_anew(s, b, i))
			return i;
		settle_hit(s, b, i++);
	}
}

unsigned
slowpath_resolve(struct slowpath *s, struct burst *b, unsigned from)
{
	unsigned n_miss, next = 0, to = b->n;

	if (unlikely(sessions_flooded(s->sessions, BURST_MAX))) {
		to = settle_flooded(s, b, from);
		if (to != from)
			return to;
		to = from + 1;
	}
	to = collect(s, b, from, to, &n_miss);
	evaluate_misses(s, b, n_miss);
	for (unsigned i = from; i < to; i++) {
		s->slot = (uint16_t)i;
		if (b->class[i] == SLOT_BAD) {
			slot_drop(s, b, i, b->reason[i]);
			observe(s, b, i, NULL);
		} else if (b->class[i] == SLOT_SLOW) {
			settle_unkeyed(s, b, i);
		} else if (next < n_miss && s->scratch->miss[next] == i) {
			settle_miss(s, b, i, &s->scratch->eval[next++]);
		} else {                        /* unless an earlier slot took its record */
			settle_keyed(s, b, i);
		}
	}
	return to;
}
