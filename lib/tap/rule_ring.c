/* SPDX-License-Identifier: BSD-3-Clause */
/* Entries of rules that are logged. */

#include "tap/rule_ring.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/memory.h"

/* The rate of one rule (GCRA): the time at which the bucket would be full again. */
struct rule_rate {
	uint64_t full_ns;
	uint64_t over; /* lines that were too many */
};

/* A session whose end is told. */
struct kept {
	struct rule_entry entry; /* of its begin; packets and bytes so far */
	uint32_t next;           /* vacant ones */
};

struct rule_ring {
	struct ring *entries;
	uint32_t rules, sessions;
	uint32_t keeps;  /* sessions kept */
	uint32_t vacant; /* head, 0: none */
	uint32_t high;   /* no place above was ever used */
	uint64_t untold;
	uint32_t *of;      /* by session: its place, 0: none */
	struct kept *kept; /* [1..RULE_RING_SESSIONS] */
	int numa_node;
	struct rule_rate rate[];
};

#define KEPT_BYTES ((RULE_RING_SESSIONS + 1) * sizeof(struct kept))

static size_t
bytes_of(uint32_t rules)
{
	return sizeof(struct rule_ring) + rules * sizeof(struct rule_rate);
}

struct rule_ring *
rule_ring_create(uint32_t rules, uint32_t sessions, int numa_node)
{
	struct rule_ring *r = memory_take(bytes_of(rules), numa_node);

	if (r == NULL)
		return NULL;
	r->rules = rules;
	r->sessions = sessions;
	r->numa_node = numa_node;
	r->entries = ring_create(RULE_RING_ENTRIES, sizeof(struct rule_entry), numa_node);
	if (r->entries != NULL)
		return r;
	rule_ring_destroy(r);
	return NULL;
}

void
rule_ring_destroy(struct rule_ring *r)
{
	if (r == NULL)
		return;
	ring_destroy(r->entries);
	if (r->of != NULL)
		memory_give(r->of, (r->sessions + 1) * sizeof(*r->of));
	if (r->kept != NULL)
		memory_give(r->kept, KEPT_BYTES);
	memory_give(r, bytes_of(r->rules));
}

int
rule_ring_keep_sessions(struct rule_ring *r)
{
	if (r->kept != NULL)
		return 0;
	if (r->of == NULL)
		r->of = memory_take((r->sessions + 1) * sizeof(*r->of), r->numa_node);
	if (r->of != NULL)
		r->kept = memory_take(KEPT_BYTES, r->numa_node);
	return r->kept != NULL ? 0 : -ENOMEM;
}

static bool
may_tell(struct rule_rate *rate, uint64_t now_ns, uint32_t interval_ns)
{
	uint64_t full_ns = rate->full_ns > now_ns ? rate->full_ns : now_ns;

	if (full_ns + interval_ns > now_ns + NS_PER_SECOND) {
		counter_add(&rate->over, 1);
		return false;
	}
	rate->full_ns = full_ns + interval_ns;
	return true;
}

static void
add(struct rule_ring *r, const struct rule_entry *e)
{
	struct rule_entry *out = ring_reserve(r->entries);

	if (out == NULL)
		return;
	*out = *e;
	ring_commit(r->entries);
}

void
rule_ring_tell(struct rule_ring *r, const struct rule_entry *e, uint32_t interval_ns)
{
	if (may_tell(&r->rate[e->rule], e->time_ns, interval_ns))
		add(r, e);
}

void
rule_ring_begin(struct rule_ring *r, uint32_t session, const struct rule_entry *e)
{
	uint32_t place = r->vacant;

	if (r->kept == NULL || r->of[session] != 0)
		return;
	if (place != 0) {
		r->vacant = r->kept[place].next;
	} else if (r->high < RULE_RING_SESSIONS) {
		place = ++r->high;
	} else {
		counter_add(&r->untold, 1);
		return;
	}
	r->of[session] = place;
	r->kept[place].entry = *e;
	r->keeps++;
}

bool
rule_ring_keeps(const struct rule_ring *r)
{
	return r->keeps != 0;
}

static struct kept *
kept_of(struct rule_ring *r, uint32_t session)
{
	/* keeps first: control may allocate meanwhile, as long as there are none. */
	uint32_t place = r->keeps != 0 && session <= r->sessions ? r->of[session] : 0;

	return place != 0 ? &r->kept[place] : NULL;
}

void
rule_ring_count(struct rule_ring *r, uint32_t session, bool reply, uint64_t packets, uint64_t bytes)
{
	struct kept *k = kept_of(r, session);

	if (k == NULL)
		return;
	k->entry.packets[reply] += packets;
	k->entry.bytes[reply] += bytes;
}

void
rule_ring_end(struct rule_ring *r, uint32_t session, uint8_t why, uint64_t now_ns)
{
	struct kept *k = kept_of(r, session);

	if (k == NULL)
		return;
	k->entry.lasted_ns = now_ns - k->entry.time_ns;
	k->entry.time_ns = now_ns;
	k->entry.event = RULE_END;
	k->entry.why = why;
	add(r, &k->entry);
	k->next = r->vacant;
	r->vacant = r->of[session];
	r->of[session] = 0;
	r->keeps--;
}

struct ring *
rule_ring_entries(struct rule_ring *r)
{
	return r->entries;
}

uint64_t
rule_ring_over(const struct rule_ring *r, unsigned rule)
{
	return counter_get(&r->rate[rule].over);
}

uint64_t
rule_ring_untold(const struct rule_ring *r)
{
	return counter_get(&r->untold);
}
