/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of sessions by line and address: entries in a keyed hash table with chains, and for each
 * session a list of the entries that it counts for. */

#include "session/tally.h"

#include <stdlib.h>

#include "base/counter.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"

struct entry {
	union address address;
	uint32_t sessions;
	uint32_t next; /* in its chain, or of the vacant entries */
	uint16_t line;
	uint8_t family;
	uint8_t domain;
};

/* One entry that a session counts for. */
struct hold {
	uint32_t entry;
	uint32_t next; /* of the session, or of the vacant ones */
};

struct sum {
	uint32_t sessions, keys;
};

struct tally {
	struct hash_key secret;
	uint32_t capacity; /* of entries, and of holds */
	uint32_t mask;     /* of chains */
	uint32_t sessions;
	struct entry *entry; /* [1..capacity] */
	struct hold *hold;   /* [1..capacity] */
	uint32_t *chain;     /* heads */
	uint32_t *of;        /* by session: its first hold */
	struct sum *sum;     /* by line */
	uint32_t high_entry, vacant_entry;
	uint32_t high_hold, vacant_hold;
	int numa_node;
};

static size_t
entry_bytes(const struct tally *t)
{
	return ((size_t)t->capacity + 1) * sizeof(*t->entry);
}

static size_t
hold_bytes(const struct tally *t)
{
	return ((size_t)t->capacity + 1) * sizeof(*t->hold);
}

static size_t
chain_bytes(const struct tally *t)
{
	return ((size_t)t->mask + 1) * sizeof(*t->chain);
}

static size_t
session_bytes(const struct tally *t)
{
	return ((size_t)t->sessions + 1) * sizeof(*t->of);
}

struct tally *
tally_create(uint32_t sessions, int numa_node)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->sessions = sessions;
	t->capacity = sessions * TALLY_HOLDS;
	t->numa_node = numa_node;
	t->mask = 1;
	while (t->mask < sessions)
		t->mask = t->mask * 2 + 1;
	random_secret(&t->secret, sizeof(t->secret));
	t->entry = memory_take(entry_bytes(t), numa_node);
	t->hold = memory_take(hold_bytes(t), numa_node);
	t->chain = memory_take(chain_bytes(t), numa_node);
	t->of = memory_take(session_bytes(t), numa_node);
	t->sum = memory_take(TALLY_LINES * sizeof(*t->sum), numa_node);
	if (t->entry != NULL && t->hold != NULL && t->chain != NULL && t->of != NULL
		&& t->sum != NULL)
		return t;
	tally_destroy(t);
	return NULL;
}

void
tally_destroy(struct tally *t)
{
	if (t == NULL)
		return;
	memory_give(t->entry, entry_bytes(t));
	memory_give(t->hold, hold_bytes(t));
	memory_give(t->chain, chain_bytes(t));
	memory_give(t->of, session_bytes(t));
	memory_give(t->sum, TALLY_LINES * sizeof(*t->sum));
	free(t);
}

static uint32_t *
chain_of(const struct tally *t, const struct tally_key *key)
{
	uint64_t hash = hash_bytes(&t->secret, key->address.bytes, sizeof(key->address.bytes));

	return &t->chain[(hash + (key->line | (uint64_t)key->domain << 16) * 0x9e3779b97f4a7c15ull)
		& t->mask];
}

static bool
is_of(const struct entry *e, const struct tally_key *key)
{
	return e->line == key->line && e->family == key->family && e->domain == key->domain
		&& address_equal(&e->address, &key->address);
}

static uint32_t
find(const struct tally *t, const struct tally_key *key)
{
	uint32_t i = *chain_of(t, key);

	while (i != 0 && !is_of(&t->entry[i], key))
		i = t->entry[i].next;
	return i;
}

/* Returns true if the session counts for the line; *n: the lines that it counts for. */
static bool
counts(const struct tally *t, uint32_t session, uint16_t line, unsigned *n)
{
	*n = 0;
	for (uint32_t i = t->of[session]; i != 0; i = t->hold[i].next) {
		if (t->entry[t->hold[i].entry].line == line)
			return true;
		++*n;
	}
	return false;
}

bool
tally_may(const struct tally *t, uint32_t session, const struct tally_key *key, uint32_t max)
{
	unsigned n = 0;

	if (session != 0 && counts(t, session, key->line, &n))
		return true;
	return n < TALLY_HOLDS && tally_held(t, key) < max;
}

static uint32_t
take_entry(struct tally *t, const struct tally_key *key)
{
	uint32_t *head = chain_of(t, key), index = t->vacant_entry;

	if (index != 0)
		t->vacant_entry = t->entry[index].next;
	else if (t->high_entry < t->capacity)
		index = ++t->high_entry;
	else
		return 0;
	t->entry[index] = (struct entry){
		.address = key->address,
		.line = key->line,
		.family = key->family,
		.domain = key->domain,
		.next = *head,
	};
	*head = index;
	counter_add(&t->sum[key->line].keys, 1);
	return index;
}

static void
give_entry(struct tally *t, uint32_t index)
{
	struct entry *e = &t->entry[index];
	const struct tally_key key = {
		.address = e->address, .family = e->family, .domain = e->domain, .line = e->line
	};
	uint32_t *at = chain_of(t, &key);

	while (*at != index)
		at = &t->entry[*at].next;
	*at = e->next;
	counter_add(&t->sum[e->line].keys, -1);
	e->next = t->vacant_entry;
	t->vacant_entry = index;
}

static uint32_t
take_hold(struct tally *t)
{
	uint32_t index = t->vacant_hold;

	if (index != 0)
		t->vacant_hold = t->hold[index].next;
	else if (t->high_hold < t->capacity)
		index = ++t->high_hold;
	return index;
}

bool
tally_take(struct tally *t, uint32_t session, const struct tally_key *key, uint32_t max)
{
	uint32_t hold, entry;
	unsigned n;

	if (counts(t, session, key->line, &n))
		return true;
	if (!tally_may(t, session, key, max))
		return false;
	entry = find(t, key);
	if (entry == 0)
		entry = take_entry(t, key);
	hold = entry != 0 ? take_hold(t) : 0;
	if (hold == 0)
		return false; /* a session holds no more than its share, so this does not happen */
	t->hold[hold] = (struct hold){ .entry = entry, .next = t->of[session] };
	t->of[session] = hold;
	t->entry[entry].sessions++;
	counter_add(&t->sum[key->line].sessions, 1);
	return true;
}

void
tally_give(struct tally *t, uint32_t session)
{
	uint32_t next;

	for (uint32_t i = t->of[session]; i != 0; i = next) {
		struct entry *e = &t->entry[t->hold[i].entry];

		next = t->hold[i].next;
		counter_add(&t->sum[e->line].sessions, -1);
		if (--e->sessions == 0)
			give_entry(t, t->hold[i].entry);
		t->hold[i].next = t->vacant_hold;
		t->vacant_hold = i;
	}
	t->of[session] = 0;
}

uint32_t
tally_held(const struct tally *t, const struct tally_key *key)
{
	uint32_t index = find(t, key);

	return index != 0 ? t->entry[index].sessions : 0;
}

uint32_t
tally_sessions(const struct tally *t, uint16_t line)
{
	return counter_get(&t->sum[line].sessions);
}

uint32_t
tally_keys(const struct tally *t, uint16_t line)
{
	return counter_get(&t->sum[line].keys);
}
