/* SPDX-License-Identifier: BSD-3-Clause */
/* The members of a dynamic set: a keyed hash table with chains, and for each owner a list from the
 * oldest member to the newest. */

#include "table/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"

#define LOOK_AT 16u /* owners in one call of members_expire */

struct entry {
	struct member member;
	uint32_t next;         /* in its chain, or of the vacant */
	uint32_t older, newer; /* of its owner; 0: none */
	uint32_t turn;         /* of the set that it is a member of */
};

struct members {
	struct hash_key secret;
	struct entry *entry; /* [1..size] */
	uint32_t *chain;
	uint32_t size, mask;
	uint32_t used, high, vacant;
	uint64_t of;         /* hash of the set's name */
	uint32_t turn;       /* of sets that have had this table */
	uint64_t timeout_ns; /* 0: none */
	uint64_t displaced;
	struct {
		uint32_t oldest, newest, n;
	} owner[MEMBERS_OWNERS];
	uint16_t hand; /* the owner whose members are looked at next for their time */
	int numa_node;
};

static uint32_t
chains_for(uint32_t size)
{
	uint32_t mask = 1;

	while (mask < size / 2)
		mask = mask * 2 + 1;
	return mask + 1;
}

static size_t
entry_bytes(uint32_t size)
{
	return ((size_t)size + 1) * sizeof(struct entry);
}

size_t
members_bytes(uint32_t size)
{
	return sizeof(struct members) + entry_bytes(size) + chains_for(size) * sizeof(uint32_t);
}

struct members *
members_create(uint32_t size, int numa_node)
{
	struct members *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->size = size;
	m->mask = chains_for(size) - 1;
	m->numa_node = numa_node;
	m->entry = memory_take(entry_bytes(size), numa_node);
	m->chain = memory_take((m->mask + 1) * sizeof(*m->chain), numa_node);
	random_secret(&m->secret, sizeof(m->secret));
	if (m->entry == NULL || m->chain == NULL) {
		members_destroy(m);
		return NULL;
	}
	return m;
}

void
members_destroy(struct members *m)
{
	if (m == NULL)
		return;
	memory_give(m->entry, entry_bytes(m->size));
	memory_give(m->chain, (m->mask + 1) * sizeof(*m->chain));
	free(m);
}

void
members_set_timeout(struct members *m, uint64_t timeout_ns)
{
	m->timeout_ns = timeout_ns;
}

void
members_belong(struct members *m, uint64_t of)
{
	m->turn += m->of != of;
	m->of = of;
}

uint64_t
members_set(const struct members *m)
{
	return m->of;
}

static uint32_t *
chain_of(const struct members *m, unsigned space, const union address *a)
{
	struct {
		union address address;
		uint64_t space;
	} key = { *a, space };

	return &m->chain[hash_bytes(&m->secret, &key, sizeof(key)) & m->mask];
}

static unsigned
space_of(const struct member *m)
{
	return address_space(m->family, m->domain);
}

static uint32_t
find(const struct members *m, unsigned space, const union address *a)
{
	uint32_t i = *chain_of(m, space, a);

	while (i != 0
		&& (space_of(&m->entry[i].member) != space
			|| !address_equal(&m->entry[i].member.address, a)))
		i = m->entry[i].next;
	return i;
}

static bool
is_over(const struct members *m, const struct entry *e, uint64_t now_ns)
{
	/* Another worker's clock may be a burst ahead; what a restart has kept is older than it. */
	return e->turn != m->turn
		|| (m->timeout_ns != 0
			&& (int64_t)(now_ns - e->member.since_ns) >= (int64_t)m->timeout_ns);
}

bool
members_has(const struct members *m, unsigned space, const union address *a, uint64_t now_ns)
{
	uint32_t i = m->used != 0 ? find(m, space, a) : 0;

	return i != 0 && !is_over(m, &m->entry[i], now_ns);
}

/* Takes a member out of its owner's list. */
static void
unlink_age(struct members *m, uint32_t i)
{
	struct entry *e = &m->entry[i];
	uint16_t owner = e->member.owner;

	if (e->older != 0)
		m->entry[e->older].newer = e->newer;
	else
		m->owner[owner].oldest = e->newer;
	if (e->newer != 0)
		m->entry[e->newer].older = e->older;
	else
		m->owner[owner].newest = e->older;
	m->owner[owner].n--;
}

static void
link_newest(struct members *m, uint32_t i)
{
	struct entry *e = &m->entry[i];
	uint16_t owner = e->member.owner;

	e->older = m->owner[owner].newest;
	e->newer = 0;
	if (e->older != 0)
		m->entry[e->older].newer = i;
	else
		m->owner[owner].oldest = i;
	m->owner[owner].newest = i;
	m->owner[owner].n++;
}

static void
forget(struct members *m, uint32_t i)
{
	const struct member *gone = &m->entry[i].member;
	uint32_t *at = chain_of(m, space_of(gone), &gone->address);

	unlink_age(m, i);
	while (*at != i)
		at = &m->entry[*at].next;
	*at = m->entry[i].next;
	m->entry[i].next = m->vacant;
	m->entry[i].member.family = 0;
	m->vacant = i;
	counter_set(&m->used, m->used - 1);
}

/* Returns the owner with most members. */
static uint16_t
heaviest(const struct members *m)
{
	unsigned most = 0;

	for (unsigned i = 1; i < MEMBERS_OWNERS; i++)
		if (m->owner[i].n > m->owner[most].n)
			most = i;
	return (uint16_t)most;
}

static uint32_t
take_place(struct members *m, member_fn displaced, void *arg)
{
	uint32_t i;

	if (m->vacant == 0 && m->high == m->size) {
		i = m->owner[heaviest(m)].oldest;
		counter_add(&m->displaced, 1);
		if (displaced != NULL)
			displaced(arg, &m->entry[i].member);
		forget(m, i);
	}
	i = m->vacant;
	if (i == 0)
		return ++m->high;
	m->vacant = m->entry[i].next;
	return i;
}

bool
members_add(struct members *m, const struct member *new, uint64_t now_ns, member_fn displaced,
	void *arg)
{
	uint32_t i = find(m, space_of(new), &new->address), *head;
	bool is_new = i == 0 || is_over(m, &m->entry[i], now_ns);

	if (i == 0) {
		i = take_place(m, displaced, arg);
		head = chain_of(m, space_of(new), &new->address);
		m->entry[i].next = *head;
		*head = i;
		counter_set(&m->used, m->used + 1);
	} else {
		unlink_age(m, i);
	}
	m->entry[i].member = *new;
	m->entry[i].member.owner = new->owner % MEMBERS_OWNERS;
	m->entry[i].turn = m->turn;
	link_newest(m, i);
	return is_new;
}

bool
members_delete(struct members *m, unsigned space, const union address *a)
{
	uint32_t i = m->used != 0 ? find(m, space, a) : 0;
	bool was = i != 0 && m->entry[i].turn == m->turn;

	if (i != 0)
		forget(m, i);
	return was;
}

unsigned
members_expire(struct members *m, uint64_t now_ns, unsigned max, member_fn gone, void *arg)
{
	unsigned n = 0;

	for (unsigned looked = 0; looked < LOOK_AT && n < max && m->used != 0;) {
		uint32_t i = m->owner[m->hand].oldest;

		if (i == 0 || !is_over(m, &m->entry[i], now_ns)) {
			m->hand = (uint16_t)((m->hand + 1u) % MEMBERS_OWNERS);
			looked++;
			continue;
		}
		if (gone != NULL)
			gone(arg, &m->entry[i].member);
		forget(m, i);
		n++;
	}
	return n;
}

void
members_each(const struct members *m, member_fn each, void *arg)
{
	for (unsigned owner = 0; owner < MEMBERS_OWNERS; owner++)
		for (uint32_t i = m->owner[owner].oldest; i != 0; i = m->entry[i].newer)
			if (m->entry[i].turn == m->turn)
				each(arg, &m->entry[i].member);
}

uint32_t
members_count(const struct members *m)
{
	return counter_get(&m->used);
}

uint64_t
members_displaced(const struct members *m)
{
	return counter_get(&m->displaced);
}
