/* SPDX-License-Identifier: BSD-3-Clause */
/* The routes of a live table, as its writer keeps them. */

#include "table/live_priv.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 1024u

static uint32_t *
bucket_of(const struct live *l, const struct prefix *p)
{
	uint32_t h = live_hash(
		p->address.words[0], p->address.words[1], (uint32_t)p->family << 8 | p->length);

	return &l->bucket[h & (l->buckets - 1)];
}

static bool
is_of(const struct live_entry *e, const struct prefix *p)
{
	return e->length == p->length && e->family == p->family
		&& address_equal(&e->address, &p->address);
}

struct live *
live_create(void)
{
	struct live *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->buckets = BUCKETS_MIN;
	l->bucket = malloc(l->buckets * sizeof(*l->bucket));
	if (l->bucket == NULL || !live_groups_init(&l->groups)) {
		free(l->bucket);
		free(l);
		return NULL;
	}
	memset(l->bucket, 0xff, l->buckets * sizeof(*l->bucket));
	l->vacant = LIVE_VACANT;
	return l;
}

/* Doubles the buckets.  Without memory the chains become longer. */
static void
grow_buckets(struct live *l)
{
	uint32_t n = l->buckets * 2, *more = malloc(n * sizeof(*more));

	if (more == NULL)
		return;
	memset(more, 0xff, n * sizeof(*more));
	free(l->bucket);
	l->bucket = more;
	l->buckets = n;
	for (uint32_t i = l->n_entries; i-- > 0;) {
		struct live_entry *e = &l->entry[i];
		struct prefix p = { e->address, e->family, e->length, 0 };
		uint32_t *at = bucket_of(l, &p);

		if (e->family == 0)
			continue;
		e->next = *at;
		*at = i;
	}
}

static uint32_t
take_entry(struct live *l)
{
	uint32_t i = l->vacant;

	if (i != LIVE_VACANT) {
		l->vacant = l->entry[i].next;
		return i;
	}
	if (l->n_entries == l->room) {
		uint32_t room = l->room != 0 ? l->room + l->room / 2 : 256;
		struct live_entry *more = realloc(l->entry, room * sizeof(*more));

		if (more == NULL)
			return LIVE_VACANT;
		l->entry = more;
		l->room = room;
	}
	return l->n_entries++;
}

static bool
touches_add(struct live_touches *t, const struct prefix *p)
{
	if (t->n == t->room) {
		size_t room = t->room != 0 ? t->room * 2 : 64;
		struct live_touch *more = realloc(t->at, room * sizeof(*more));

		if (more == NULL)
			return false;
		t->at = more;
		t->room = room;
	}
	t->at[t->n++] = (struct live_touch){ .prefix = *p };
	return true;
}

void
live_touch(struct live *l, const struct prefix *p)
{
	if (l->touched.n >= 2 * (size_t)LIVE_TOUCHED_MAX) {
		l->rebuild = true;
		l->touched.n = l->published = 0;
	}
	if (!l->rebuild && !touches_add(&l->touched, p))
		l->rebuild = true;
	if (l->rebuild)
		l->all++;
}

uint32_t
live_best(const struct live *l, const struct prefix *p)
{
	uint32_t best = LIVE_VACANT;

	for (uint32_t i = *bucket_of(l, p); i != LIVE_VACANT; i = l->entry[i].next) {
		const struct live_entry *e = &l->entry[i];

		if (is_of(e, p) && l->groups.at[e->group]->usable
			&& (best == LIVE_VACANT || e->metric < l->entry[best].metric))
			best = i;
	}
	return best;
}

/* Appends to its chain, so that the oldest of equal ones is found first. */
static void
append(struct live *l, uint32_t i, const struct prefix *p)
{
	uint32_t *at = bucket_of(l, p);

	while (*at != LIVE_VACANT)
		at = &l->entry[*at].next;
	l->entry[i].next = LIVE_VACANT;
	*at = i;
}

static struct live_entry *
find(const struct live *l, const struct prefix *p, uint32_t metric, uint32_t group)
{
	struct live_entry *found = NULL;

	for (uint32_t i = *bucket_of(l, p); i != LIVE_VACANT; i = l->entry[i].next) {
		struct live_entry *e = &l->entry[i];

		if (!is_of(e, p) || e->metric != metric)
			continue;
		if (e->group == group)
			return e;
		found = found == NULL ? e : found;
	}
	return found;
}

bool
live_put(struct live *l, const struct live_route *r, bool also)
{
	struct live_entry *e = find(l, &r->prefix, r->metric, r->group);
	uint32_t i;

	if (e != NULL && (e->group == r->group || !also)) {
		e->mark = l->mark;
		e->protocol = r->protocol;
		if (e->group == r->group)
			return true;
		live_group_give(l, e->group);
	} else {
		i = take_entry(l);
		if (i == LIVE_VACANT)
			return false;
		e = &l->entry[i];
		*e = (struct live_entry){ .address = r->prefix.address,
			.metric = r->metric,
			.family = r->prefix.family,
			.length = r->prefix.length,
			.protocol = r->protocol,
			.mark = l->mark };
		append(l, i, &r->prefix);
		if (++l->count > l->buckets)
			grow_buckets(l);
	}
	e->group = r->group;
	l->groups.at[r->group]->refs++;
	live_touch(l, &r->prefix);
	return true;
}

static void
remove_entry(struct live *l, uint32_t i)
{
	struct live_entry *e = &l->entry[i];
	struct prefix p = { e->address, e->family, e->length, 0 };
	uint32_t *at = bucket_of(l, &p);

	while (*at != i)
		at = &l->entry[*at].next;
	*at = e->next;
	live_group_give(l, e->group);
	e->family = 0;
	e->next = l->vacant;
	l->vacant = i;
	l->count--;
	live_touch(l, &p);
}

bool
live_remove(struct live *l, const struct prefix *p, uint32_t metric, uint32_t group, bool exact)
{
	struct live_entry *e = find(l, p, metric, group);

	if (e == NULL || (exact && e->group != group))
		return false;
	remove_entry(l, (uint32_t)(e - l->entry));
	return true;
}

void
live_mark(struct live *l)
{
	l->mark++;
}

void
live_sweep(struct live *l)
{
	for (uint32_t i = 0; i < l->n_entries; i++)
		if (l->entry[i].family != 0 && l->entry[i].mark != l->mark)
			remove_entry(l, i);
}

void
live_shrink(struct live *l)
{
	uint32_t room = (uint32_t)l->count + 256, buckets = BUCKETS_MIN, n = 0, *bucket;
	struct live_entry *entry;

	while (buckets < l->count)
		buckets *= 2;
	if (l->n_entries < 8192 || l->count > l->n_entries / 8)
		return;
	entry = malloc(room * sizeof(*entry));
	bucket = malloc(buckets * sizeof(*bucket));
	if (entry == NULL || bucket == NULL) {
		free(entry);
		free(bucket);
		return;
	}
	for (uint32_t i = 0; i < l->n_entries; i++)
		if (l->entry[i].family != 0)
			entry[n++] = l->entry[i];
	free(l->entry);
	free(l->bucket);
	l->entry = entry;
	l->room = room;
	l->n_entries = n;
	l->vacant = LIVE_VACANT;
	l->bucket = bucket;
	l->buckets = buckets;
	memset(bucket, 0xff, buckets * sizeof(*bucket));
	for (uint32_t i = 0; i < n; i++) {
		const struct prefix p = { entry[i].address, entry[i].family, entry[i].length, 0 };

		append(l, i, &p);
	}
}

void
live_map(struct live *l, uint16_t (*of)(void *arg, uint32_t link), void *arg)
{
	bool *changed = calloc(l->groups.n + 1, sizeof(*changed));
	bool any = changed != NULL && live_groups_map(&l->groups, of, arg, changed);

	for (uint32_t i = 0; any && i < l->n_entries; i++) {
		const struct live_entry *e = &l->entry[i];
		struct prefix p = { e->address, e->family, e->length, 0 };

		if (e->family != 0 && changed[e->group])
			live_touch(l, &p);
	}
	free(changed);
}

bool
live_next(const struct live *l, uint32_t *at, struct live_route *out, bool *best)
{
	for (; *at < l->n_entries; (*at)++) {
		const struct live_entry *e = &l->entry[*at];

		if (e->family == 0)
			continue;
		*out = (struct live_route){ .prefix = { e->address, e->family, e->length, 0 },
			.metric = e->metric,
			.group = e->group,
			.protocol = e->protocol };
		*best = live_best(l, &out->prefix) == *at;
		(*at)++;
		return true;
	}
	return false;
}

bool
live_lookup(const struct live *l, const struct prefix *p, struct live_route *out)
{
	uint32_t i = live_best(l, p);
	const struct live_entry *e;

	if (i == LIVE_VACANT)
		return false;
	e = &l->entry[i];
	*out = (struct live_route){
		.prefix = *p, .metric = e->metric, .group = e->group, .protocol = e->protocol
	};
	return true;
}
