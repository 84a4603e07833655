/* SPDX-License-Identifier: BSD-3-Clause */
/* The dynamic sets of one worker.  Changed addresses are in two Bloom filters, of this walk over
 * the flow records and the one before: a flow too many is only evaluated once more. */

#include "slowpath/dynamic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/generation.h"
#include "slowpath/datapath.h"
#include "tap/ring.h"

#define FILTER_BITS  32768u
#define TOLD_AT_ONCE 64u /* changes of control in one call */
#define GONE_AT_ONCE 16u /* members of a set in one call */

struct filter {
	bool any;
	uint64_t bits[FILTER_BITS / 64];
};

struct dynamic {
	struct members *set[MEMBERS_SETS]; /* by number; NULL: never used */
	struct ring *told, *tells;         /* by control; to control */
	struct filter filter[2];           /* [0] is filled */
	uint64_t added;                    /* members, so far */
};

struct dynamic *
dynamic_create(void)
{
	return calloc(1, sizeof(struct dynamic));
}

void
dynamic_destroy(struct dynamic *d)
{
	if (d == NULL)
		return;
	for (unsigned i = 0; i < MEMBERS_SETS; i++)
		members_destroy(d->set[i]);
	ring_destroy(d->told);
	ring_destroy(d->tells);
	free(d);
}

/* Makes a ring for the worker, which may be running; returns false without memory. */
static bool
make_ring(struct ring **ring)
{
	struct ring *r;

	if (*ring != NULL)
		return true;
	r = ring_create(DYNAMIC_CHANGES, sizeof(struct dynamic_change), -1);
	/* Pairs with the acquires in dynamic_age: what is seen there is complete. */
	__atomic_store_n(ring, r, __ATOMIC_RELEASE);
	return r != NULL;
}

static bool
make_set(struct members **set, uint32_t size)
{
	struct members *m;

	if (*set != NULL)
		return true;
	m = members_create(size, -1);
	__atomic_store_n(set, m, __ATOMIC_RELEASE); /* as in make_ring */
	return m != NULL;
}

int
dynamic_make_room(struct dynamic *d, const struct generation *gen)
{
	for (unsigned i = 1; i < MEMBERS_SETS; i++)
		if (gen->dynamic[i].name != NULL
			&& (!make_ring(&d->told) || !make_ring(&d->tells)
				|| !make_set(&d->set[i], gen->dynamic[i].size)))
			return -ENOMEM;
	return 0;
}

static bool
put(struct ring *r, const struct dynamic_change *change)
{
	struct dynamic_change *place = r != NULL ? ring_reserve(r) : NULL;

	if (place == NULL)
		return false;
	*place = *change;
	ring_commit(r);
	return true;
}

static bool
get(struct ring *r, struct dynamic_change *change)
{
	const struct dynamic_change *oldest = r != NULL ? ring_peek(r) : NULL;

	if (oldest == NULL)
		return false;
	*change = *oldest;
	ring_release(r);
	return true;
}

bool
dynamic_tell(struct dynamic *d, const struct dynamic_change *change)
{
	return put(d->told, change);
}

bool
dynamic_take(struct dynamic *d, struct dynamic_change *change)
{
	return get(d->tells, change);
}

struct members *const *
dynamic_members(const struct dynamic *d)
{
	return d->set;
}

uint64_t
dynamic_added(const struct dynamic *d)
{
	return d->added;
}

static void
take_over(struct members *m, const struct dynamic_set *set)
{
	members_belong(m, set->of);
	members_set_timeout(m, set->timeout_ns);
}

void
dynamic_adopt(struct dynamic *d, const struct generation *gen)
{
	for (unsigned i = 1; i < MEMBERS_SETS; i++)
		if (d->set[i] != NULL && gen->dynamic[i].name != NULL)
			take_over(d->set[i], &gen->dynamic[i]);
}

/* --- addresses that have changed --- */

static uint32_t
bit_of(const union address *a)
{
	uint64_t w[2];

	memcpy(w, a->bytes, sizeof(w));
	return (uint32_t)((w[0] * 3 + w[1]) * 0x9e3779b97f4a7c15ull >> 49) % FILTER_BITS;
}

static void
note(void *arg, const struct member *m)
{
	struct dynamic *d = arg;
	uint32_t bit = bit_of(&m->address);

	d->filter[0].any = true;
	d->filter[0].bits[bit / 64] |= 1ull << bit % 64;
}

bool
dynamic_has_changes(const struct dynamic *d)
{
	return d->filter[0].any || d->filter[1].any;
}

bool
dynamic_touches(const struct dynamic *d, const union address *a)
{
	uint32_t bit = bit_of(a);

	return ((d->filter[0].bits[bit / 64] | d->filter[1].bits[bit / 64]) >> bit % 64 & 1) != 0;
}

void
dynamic_forget(struct dynamic *d)
{
	d->filter[1] = d->filter[0];
	memset(&d->filter[0], 0, sizeof(d->filter[0]));
}

/* --- members --- */

static bool
add(struct datapath *dp, unsigned set, const struct member *m)
{
	struct dynamic *d = dp->dynamic;

	if (!members_add(d->set[set], m, dp->now_ns, note, d))
		return false;
	note(d, m);
	d->added++;
	return true;
}

void
dynamic_add(struct datapath *dp, unsigned set, const struct member *m)
{
	struct dynamic_change change = { .member = *m, .op = DYNAMIC_ADD, .set = (uint8_t)set };

	change.member.since_ns = dp->now_ns;
	if (dp->dynamic->set[set] == NULL)
		return;
	change.of = members_set(dp->dynamic->set[set]);
	add(dp, set, &change.member);
	put(dp->dynamic->tells, &change); /* full: the others do not learn of this one */
}

void
dynamic_age(struct datapath *dp)
{
	struct dynamic *d = dp->dynamic;
	struct ring *told = __atomic_load_n(&d->told, __ATOMIC_ACQUIRE);
	struct dynamic_change c;

	if (told == NULL)
		return;
	for (unsigned i = 0; i < TOLD_AT_ONCE && get(told, &c); i++) {
		if (d->set[c.set] == NULL || members_set(d->set[c.set]) != c.of)
			continue; /* the set is gone */
		if (c.op == DYNAMIC_ADD)
			add(dp, c.set, &c.member);
		else if (members_delete(d->set[c.set],
				 address_space(c.member.family, c.member.domain),
				 &c.member.address))
			note(d, &c.member);
	}
	for (unsigned i = 1; i < MEMBERS_SETS; i++) {
		struct members *m = __atomic_load_n(&d->set[i], __ATOMIC_ACQUIRE);

		if (m != NULL)
			members_expire(m, dp->now_ns, GONE_AT_ONCE, note, d);
	}
}
