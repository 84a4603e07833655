/* SPDX-License-Identifier: BSD-3-Clause */
/* Which slots of a burst may be judged together.
 *
 * Together means that all are judged before the first is installed, so none may ask for what another one leaves behind:
 * its conversation's state, its source's count, its port.  What is taken while judging (a source's share, a public
 * port) is taken in order of arrival, so the outcome is the same as with bursts of one. */

#include <string.h>

#include "flow/nat.h"
#include "slowpath/slowpath_priv.h"
#include "stage/pipeline.h"

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

bool
slot_has_program(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	const struct flow *f = flow_at(is_ip6(b, slot) ? s->flow6 : s->flow4, b->flow[slot]);

	return b->flow[slot] != 0 && f->epoch == s->epoch
		&& !(b->handed && s->nexthops[f->nexthop].state == NEXTHOP_WORKER);
}

static uint32_t
bit_of(uint64_t mix)
{
	return (uint32_t)(mix * 0x9e3779b97f4a7c15ull >> 52) % CONFLICT_BITS;
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
	return bit_of(mix);
}

static uint32_t
source_bit(const struct burst *b, unsigned slot)
{
	uint64_t w[2];

	if (!is_ip6(b, slot))
		return bit_of(~(uint64_t)b->key4[slot].src);
	memcpy(w, b->key6[slot].src, 16);
	return bit_of(~(w[0] * 3 + w[1]));
}

static bool
is_set(const struct slowpath_scratch *sc, uint32_t bit)
{
	return sc->conflict[bit / 64] >> (bit % 64) & 1;
}

static void
set(struct slowpath_scratch *sc, uint32_t bit)
{
	sc->conflict[bit / 64] |= 1ull << (bit % 64);
}

static const struct pipeline *
pipeline_of(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	const struct interface *in = s->gen->iface[b->iface[slot]];

	return in != NULL ? in->pipeline : NULL;
}

/* A segment of a connection that is over may end its session while it is judged. */
static bool
may_end(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	const struct flow *f = flow_at(is_ip6(b, slot) ? s->flow6 : s->flow4, b->flow[slot]);
	const struct session *session = session_of(s->sessions, f);

	return session != NULL && session->class == SESSION_CLOSED;
}

/* Sessions: what a packet finds may have been left by any of those that are judged with it. */
static bool
depends(struct slowpath *s, const struct burst *b, unsigned slot, const struct pipeline *p,
	const struct pipeline *before)
{
	if (p != before || p->alone || may_end(s, b, slot))
		return true;
	if ((p->traits & TRAIT_LIMITS) && is_set(s->scratch, source_bit(b, slot)))
		return true;
	if (b->class[slot] == SLOT_OTHER4 || b->class[slot] == SLOT_OTHER6)
		return slot_view(s, b, slot)->icmp_error;
	return (p->traits & TRAIT_TRANSLATES) && b->class[slot] == SLOT_PLAIN4
		&& nat_is_public(s->nat, b->key4[slot].dst);
}

unsigned
collect_misses(struct slowpath *s, struct burst *b, unsigned from, unsigned to, unsigned *n_miss)
{
	struct slowpath_scratch *sc = s->scratch;
	const struct pipeline *before = NULL;
	unsigned i, n = 0;

	memset(sc->conflict, 0, sizeof(sc->conflict));
	for (i = from; i < to; i++) {
		const struct pipeline *p;
		uint32_t bit;

		if (b->class[i] == SLOT_BAD || b->class[i] == SLOT_DONE)
			continue;
		if (b->class[i] == SLOT_SLOW) { /* may change neighbours: stands alone */
			i += i == from;
			break;
		}
		b->flow[i] = slot_find(s, b, i);
		bit = conversation_bit(b, i);
		if (!slot_has_program(s, b, i)) {
			p = pipeline_of(s, b, i);
			if (is_set(sc, bit))
				break;
			if (p != NULL && (p->traits & TRAIT_TRACKS)) {
				if (n > 0 && depends(s, b, i, p, before))
					break;
				if (p->traits & TRAIT_LIMITS)
					set(sc, source_bit(b, i));
			}
			before = p != NULL && may_end(s, b, i) ? NULL : p;      /* NULL: nothing goes with it */
			sc->miss[n++] = (uint16_t)i;
		}
		set(sc, bit);
	}
	*n_miss = n;
	return i;
}
