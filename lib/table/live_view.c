/* SPDX-License-Identifier: BSD-3-Clause */
/* The views of a live table: built and published by its writer, read by workers, freed after a
 * grace period. */

#include <stdlib.h>
#include <string.h>

#include "table/live_priv.h"

/* Beyond so many within LIVE_RECENT_NS all flows are judged again. */
#define RECENT_MAX 131072u

static uint32_t
value_of(const struct live *l, uint32_t entry)
{
	return (uint32_t)l->entry[entry].length << 23 | l->entry[entry].group;
}

/* Returns the value of the longest prefix that covers p and has a route; p itself counts. */
static uint32_t
covering_value(const struct live *l, const struct prefix *p)
{
	struct prefix q = *p;

	for (;;) {
		uint32_t best = live_best(l, &q);

		if (best != LIVE_VACANT)
			return value_of(l, best);
		if (q.length == 0)
			return LIVE_NONE;
		q.length--;
		prefix_trim(&q);
	}
}

/* Builds a table of every prefix that has a route. */
static const struct prefixes *
build_base(const struct live *l)
{
	struct prefix *all = malloc((l->count + 1) * sizeof(*all));
	struct prefixes *base = NULL;
	size_t n = 0;

	for (uint32_t i = 0; all != NULL && i < l->n_entries; i++) {
		const struct live_entry *e = &l->entry[i];
		struct prefix p = { e->address, e->family, e->length, 0 };

		if (e->family == 0 || live_best(l, &p) != i)
			continue;
		p.value = value_of(l, i);
		all[n++] = p;
	}
	if (all != NULL)
		base = prefixes_build(all, n);
	free(all);
	return base;
}

static bool
build_delta(const struct live *l, struct live_view *v)
{
	size_t n = l->touched.n;
	struct prefix *entries = malloc((n + 1) * sizeof(*entries));
	struct live_changed *changed = malloc((n + 1) * sizeof(*changed));

	for (size_t i = 0; entries != NULL && changed != NULL && i < n; i++) {
		entries[i] = l->touched.at[i].prefix;
		entries[i].value = (uint32_t)i;
		changed[i] = (struct live_changed){ covering_value(l, &entries[i]),
			entries[i].length };
	}
	if (entries != NULL && changed != NULL)
		v->delta = prefixes_build(entries, n);
	free(entries);
	v->changed = changed;
	return v->delta != NULL;
}

static void
forget(struct live_touches *t)
{
	free(t->at);
	*t = (struct live_touches){ 0 };
}

/* Returns true if changes that the view has as recent no longer are: flows under them need not be
 * judged again. */
static bool
is_recent_over(const struct live *l, uint64_t now_ns)
{
	return l->recent.n != 0 && now_ns - l->recent.at[0].at_ns >= LIVE_RECENT_NS;
}

/* Notes the newest changes as recent, and forgets old ones. */
static void
follow_recent(struct live *l, uint64_t now_ns)
{
	struct live_touches *r = &l->recent;
	size_t kept = 0, more = l->touched.n - l->published;

	for (size_t i = 0; i < r->n; i++)
		if (now_ns - r->at[i].at_ns < LIVE_RECENT_NS)
			r->at[kept++] = r->at[i];
	r->n = kept;
	if (r->n + more == 0)
		forget(r);
	if (r->n + more > r->room) {
		struct live_touch *at = realloc(r->at, (r->n + more) * 2 * sizeof(*at));

		if (at == NULL)
			l->all++;
		else
			r->room = (r->n + more) * 2;
		r->at = at != NULL ? at : r->at;
	}
	for (size_t i = l->published; i < l->touched.n && r->n < r->room; i++)
		r->at[r->n++] = (struct live_touch){ l->touched.at[i].prefix, now_ns };
	l->published = l->touched.n;
	if (r->n > RECENT_MAX) {
		r->n = 0;
		l->all++;
	}
}

static const struct prefixes *
build_recent(struct live *l)
{
	struct prefix *entries = malloc((l->recent.n + 1) * sizeof(*entries));
	const struct prefixes *recent = NULL;

	for (size_t i = 0; entries != NULL && i < l->recent.n; i++) {
		entries[i] = l->recent.at[i].prefix;
		entries[i].value = entries[i].length;
	}
	if (entries != NULL && l->recent.n != 0)
		recent = prefixes_build(entries, l->recent.n);
	if (l->recent.n != 0 && recent == NULL)
		l->all++; /* no memory: every flow is judged again */
	free(entries);
	return recent;
}

static void
free_view(const struct live_view *v, bool base)
{
	union {
		const void *given;
		void *taken;
	} changed = { v->changed };

	if (base)
		prefixes_discard((struct prefixes *)(uintptr_t)v->base);
	prefixes_discard((struct prefixes *)(uintptr_t)v->delta);
	prefixes_discard((struct prefixes *)(uintptr_t)v->recent);
	free(changed.taken);
}

static void
retire(struct live *l, const struct live_view *old, bool base, const struct live_grace *grace)
{
	struct live_retired *r = &l->retired[l->n_retired];

	if (old == NULL)
		return;
	l->n_retired++;
	*r = (struct live_retired){ .view = *old,
		.shell = old,
		.groups = l->groups.old,
		.base = base,
		.number = l->number };
	l->groups.old = NULL;
	grace->note(grace->arg, r->steps);
}

static bool
build_view(struct live *l, struct live_view *v, uint64_t now_ns)
{
	const struct live_view *old = atomic_load_explicit(&l->view, memory_order_relaxed);
	bool rebuild = l->rebuild || old == NULL || l->touched.n > LIVE_TOUCHED_MAX
		|| (l->count < 4096 && l->touched.n > l->count / 4);

	if (!l->rebuild)
		follow_recent(l, now_ns);
	v->base = rebuild ? build_base(l) : old->base;
	v->recent = build_recent(l);
	v->group = l->groups.at;
	v->all = l->all;
	v->number = l->number + 1;
	if (v->base == NULL || (!rebuild && !build_delta(l, v))) {
		free_view(v, rebuild);
		l->rebuild = true;
		return false;
	}
	if (rebuild) {
		forget(&l->touched);
		l->published = 0;
		l->rebuild = false;
		live_shrink(l);
	}
	return true;
}

bool
live_publish(struct live *l, const struct live_grace *grace, uint64_t now_ns)
{
	const struct live_view *old = atomic_load_explicit(&l->view, memory_order_relaxed);
	struct live_view *v;

	if (l->published == l->touched.n && !l->rebuild && live_view(l) != NULL
		&& !is_recent_over(l, now_ns))
		return true;
	live_reclaim(l, grace);
	if (l->n_retired == LIVE_RETIRED)
		return false;
	v = calloc(1, sizeof(*v));
	if (v == NULL || !build_view(l, v, now_ns)) {
		free(v);
		return false;
	}
	/* Pairs with the acquire in live_view. */
	atomic_store_explicit(&l->view, v, memory_order_release);
	retire(l, old, old != NULL && old->base != v->base, grace);
	l->number++;
	return true;
}

static void
free_retired(struct live_retired *r)
{
	free_view(&r->view, r->base);
	free((void *)(uintptr_t)r->shell);
	free(r->groups);
}

void
live_reclaim(struct live *l, const struct live_grace *grace)
{
	uint64_t oldest = l->number;
	unsigned kept = 0;

	for (unsigned i = 0; i < l->n_retired; i++) {
		if (grace->passed(grace->arg, l->retired[i].steps))
			free_retired(&l->retired[i]);
		else
			l->retired[kept++] = l->retired[i];
	}
	l->n_retired = kept;
	for (unsigned i = 0; i < kept; i++)
		oldest = l->retired[i].number < oldest ? l->retired[i].number : oldest;
	live_groups_reclaim(l, oldest);
}

void
live_destroy(struct live *l)
{
	const struct live_view *v;

	if (l == NULL)
		return;
	v = atomic_load_explicit(&l->view, memory_order_relaxed);
	for (unsigned i = 0; i < l->n_retired; i++)
		free_retired(&l->retired[i]);
	if (v != NULL)
		free_view(v, true);
	free((void *)(uintptr_t)v);
	live_groups_fini(&l->groups);
	free(l->entry);
	free(l->bucket);
	free(l->touched.at);
	free(l->recent.at);
	free(l);
}

struct live *
live_tables_find(struct live_tables *t, uint32_t number)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->at[i].number == number)
			return t->at[i].live;
	if (t->n == LIVE_TABLES)
		return NULL;
	t->at[t->n].number = number;
	t->at[t->n].live = live_create();
	return t->at[t->n].live != NULL ? t->at[t->n++].live : NULL;
}

void
live_tables_fini(struct live_tables *t)
{
	for (unsigned i = 0; i < t->n; i++)
		live_destroy(t->at[i].live);
	t->n = 0;
}

size_t
live_count(const struct live *l)
{
	return l->count;
}

size_t
live_bytes(const struct live *l)
{
	const struct live_view *v = atomic_load_explicit(&l->view, memory_order_relaxed);
	size_t bytes = sizeof(*l) + l->room * sizeof(*l->entry) + l->buckets * sizeof(*l->bucket)
		+ (l->touched.room + l->recent.room) * sizeof(*l->recent.at) + l->groups.bytes;

	if (v != NULL)
		bytes += prefixes_bytes(v->base)
			+ (v->delta != NULL ? prefixes_bytes(v->delta) : 0);
	return bytes;
}

const struct live_view *
live_view(const struct live *l)
{
	/* Pairs with the release in live_publish. */
	return atomic_load_explicit(&l->view, memory_order_acquire);
}

uint32_t
live_find(const struct live_view *v, unsigned family, const union address *a)
{
	uint32_t base = prefixes_find(v->base, family, a), at = PREFIXES_NONE;

	if (v->delta != NULL)
		at = prefixes_find(v->delta, family, a);
	/* A longer prefix of the base has not changed. */
	if (at == PREFIXES_NONE || (base != LIVE_NONE && live_length(base) > v->changed[at].length))
		return base;
	return v->changed[at].value;
}

bool
live_has_changed(const struct live_view *v, unsigned family, const union address *a)
{
	uint32_t length, now;

	if (v->recent == NULL)
		return false;
	length = prefixes_find(v->recent, family, a);
	if (length == PREFIXES_NONE)
		return false;
	now = live_find(v, family, a);
	return now == LIVE_NONE || length >= live_length(now);
}
