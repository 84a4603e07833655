/* SPDX-License-Identifier: BSD-3-Clause */
/* Sources of sessions in a keyed hash table with chains. */

#include "session/source.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/memory.h"
#include "base/random.h"

#define LOOK_AT 4 /* sources without sessions that one insertion may remove */

struct sources *
sources_create(uint32_t capacity, int numa_node)
{
	struct sources *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->capacity = capacity;
	t->numa_node = numa_node;
	t->mask = 1; /* chains have two entries on average, at most */
	while (t->mask < capacity / 2)
		t->mask = t->mask * 2 + 1;
	t->hand = 1;
	random_secret(&t->secret, sizeof(t->secret));
	return t;
}

static size_t
source_bytes(const struct sources *t)
{
	return ((size_t)t->capacity + 1) * sizeof(*t->source);
}

static size_t
chain_bytes(const struct sources *t)
{
	return ((size_t)t->mask + 1) * sizeof(*t->chain);
}

static void
give_tables(struct sources *t)
{
	memory_give(t->source, source_bytes(t));
	memory_give(t->chain, chain_bytes(t));
	counter_set(&t->source, NULL);
	t->chain = NULL;
}

/* Allocates the tables; most workers limit no source and need none. */
static bool
has_tables(struct sources *t)
{
	if (t->source != NULL)
		return true;
	counter_set(&t->source, memory_take(source_bytes(t), t->numa_node));
	t->chain = memory_take(chain_bytes(t), t->numa_node);
	if (t->source == NULL || t->chain == NULL)
		give_tables(t);
	return t->source != NULL;
}

void
sources_destroy(struct sources *t)
{
	if (t == NULL)
		return;
	give_tables(t);
	free(t);
}

size_t
sources_bytes(const struct sources *t)
{
	return sizeof(*t)
		+ (counter_get(&t->source) != NULL ? source_bytes(t) + chain_bytes(t) : 0);
}

static uint32_t *
chain_of(const struct sources *t, const union address *a, unsigned space)
{
	struct {
		union address address;
		uint64_t space;
	} key = { *a, space };

	return &t->chain[hash_bytes(&t->secret, &key, sizeof(key)) & t->mask];
}

static unsigned
space_of(const struct session_source *s)
{
	return s->kind != 0 ? address_space(2u + 2u * s->kind, s->domain) : 0;
}

static uint32_t
find(const struct sources *t, const union address *a, unsigned space)
{
	uint32_t i = *chain_of(t, a, space);

	while (i != 0
		&& (space_of(&t->source[i]) != space || !address_equal(&t->source[i].address, a)))
		i = t->source[i].next;
	return i;
}

static void
forget(struct sources *t, uint32_t index)
{
	struct session_source *s = &t->source[index];
	uint32_t *at = chain_of(t, &s->address, space_of(s));

	while (*at != index)
		at = &t->source[*at].next;
	*at = s->next;
	s->kind = 0;
	s->next = t->vacant;
	t->vacant = index;
	t->used--;
}

/* Removes some sources that hold no session and owe nothing. */
static void
clear_away(struct sources *t, uint64_t now_ns)
{
	for (unsigned i = 0; i < LOOK_AT && t->high != 0; i++) {
		struct session_source *s = &t->source[t->hand];

		if (s->kind != 0 && s->sessions == 0 && s->due_ns <= now_ns)
			forget(t, t->hand);
		t->hand = t->hand >= t->high ? 1 : t->hand + 1;
	}
}

static uint32_t
insert(struct sources *t, const union address *a, unsigned space, uint64_t now_ns)
{
	uint32_t *head = chain_of(t, a, space), index;
	struct session_source *s;

	clear_away(t, now_ns);
	if (t->vacant != 0) {
		index = t->vacant;
		t->vacant = t->source[index].next;
	} else if (t->high < t->capacity) {
		index = ++t->high;
	} else {
		return 0;
	}
	s = &t->source[index];
	*s = (struct session_source){
		.address = *a,
		.kind = (space & 7) == 6 ? 2 : 1,
		.domain = space >> 3 & 63,
		.next = *head,
	};
	*head = index;
	t->used++;
	return index;
}

/* Returns when one more session has been paid for, or 0 if it is not allowed.  Each session costs
 * 1/rate of time; a second's worth may be owed. */
static uint64_t
paid_at(const struct session_source *s, const struct source_limit *limit, uint64_t now_ns)
{
	uint64_t from = s->due_ns > now_ns ? s->due_ns : now_ns;
	uint64_t due_ns = from + source_cost_ns(limit);

	return due_ns <= now_ns + NS_PER_SECOND ? due_ns : 0;
}

static bool
may_begin(const struct session_source *s, const struct source_limit *limit, uint64_t now_ns)
{
	return (limit->sessions == 0 || s->sessions < limit->sessions)
		&& (limit->per_second == 0 || paid_at(s, limit, now_ns) != 0);
}

bool
sources_may(const struct sources *t, const union address *a, unsigned space,
	const struct source_limit *limit, uint64_t now_ns)
{
	uint32_t index = t->source != NULL ? find(t, a, space) : 0;

	return index == 0 || may_begin(&t->source[index], limit, now_ns);
}

bool
sources_is(const struct sources *t, uint32_t source, const union address *a, unsigned space)
{
	return source != 0 && space_of(&t->source[source]) == space
		&& address_equal(&t->source[source].address, a);
}

uint32_t
sources_take(struct sources *t, const union address *a, unsigned space,
	const struct source_limit *limit, uint64_t now_ns)
{
	struct session_source *s;
	uint32_t index;

	if (!has_tables(t))
		return 0;
	index = find(t, a, space);
	if (index == 0)
		index = insert(t, a, space, now_ns);
	if (index == 0)
		return 0;
	s = &t->source[index];
	if (!may_begin(s, limit, now_ns))
		return 0;
	if (limit->per_second != 0)
		s->due_ns = paid_at(s, limit, now_ns);
	s->sessions++;
	return index;
}

void
sources_refund(struct sources *t, uint32_t source, uint32_t cost_ns)
{
	struct session_source *s;

	if (source == 0) /* a table without sources is no array */
		return;
	s = &t->source[source];
	s->due_ns -= s->due_ns > cost_ns ? cost_ns : s->due_ns;
}

void
sources_give(struct sources *t, uint32_t source)
{
	struct session_source *s;

	if (source == 0)
		return;
	s = &t->source[source];
	s->sessions--;
	/* Without a rate there is nothing to remember; and debts must not fill the table. */
	if (s->sessions == 0 && (s->due_ns == 0 || t->used > t->capacity - t->capacity / 8))
		forget(t, source);
}

uint32_t
sources_held(const struct sources *t, const union address *a, unsigned space)
{
	uint32_t index = t->source != NULL ? find(t, a, space) : 0;

	return index != 0 ? t->source[index].sessions : 0;
}
