/* SPDX-License-Identifier: BSD-3-Clause */
/* What routes of a live table have in common: groups of next hops, by number. */

#include "table/live_priv.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS    4096u
#define ROOM_FIRST 64u

bool
live_groups_init(struct live_groups *g)
{
	g->bucket = calloc(BUCKETS, sizeof(*g->bucket));
	g->bytes = BUCKETS * sizeof(*g->bucket);
	return g->bucket != NULL;
}

void
live_groups_fini(struct live_groups *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		free(g->at[i]);
	free(g->at);
	free(g->old);
	free(g->spare);
	free(g->bucket);
}

struct live_group *
live_group_at(const struct live *l, uint32_t id)
{
	return id < l->groups.n ? l->groups.at[id] : NULL;
}

static bool
says(const struct live_group *g, const struct live_hops *h)
{
	if (g->kind != h->kind || g->n != h->n || g->object != h->object)
		return false;
	for (unsigned i = 0; i < h->n; i++) {
		const struct live_hop *a = &g->hop[i], *b = &h->hop[i];

		if (a->link != b->link || a->weight != b->weight || a->on_link != b->on_link
			|| !address_equal(&a->gateway, &b->gateway))
			return false;
	}
	return true;
}

static uint32_t *
bucket_of(const struct live_groups *g, const struct live_hops *h)
{
	uint32_t hash = live_hash(h->object, 0, h->kind);

	for (unsigned i = 0; i < h->n; i++)
		hash = live_hash(h->hop[i].gateway.words[0], h->hop[i].gateway.words[1],
			hash ^ h->hop[i].link << 8 ^ h->hop[i].weight);
	return &g->bucket[hash & (BUCKETS - 1)];
}

uint32_t
live_group_find(const struct live *l, const struct live_hops *h)
{
	const struct live_groups *g = &l->groups;

	for (uint32_t i = *bucket_of(g, h); i != 0; i = g->at[i - 1]->chain)
		if (says(g->at[i - 1], h))
			return i - 1;
	return LIVE_NONE;
}

/* Makes room for one more group.  Readers may hold the present array. */
static bool
grow(struct live_groups *g)
{
	uint32_t room = g->room != 0 ? g->room * 2 : ROOM_FIRST, *spare;
	struct live_group **more;

	if (room > LIVE_GROUPS_MAX)
		return false;
	spare = realloc(g->spare, room * sizeof(*spare));
	g->spare = spare != NULL ? spare : g->spare;
	more = calloc(room, sizeof(struct live_group *));
	if (spare == NULL || more == NULL) {
		free(more);
		return false;
	}
	if (g->at != NULL)
		memcpy(more, g->at, g->n * sizeof(struct live_group *));
	if (g->old == NULL)
		g->old = g->at;
	else
		free(g->at); /* no view has it */
	g->at = more;
	g->bytes += (room - g->room) * (sizeof(*spare) + sizeof(struct live_group *));
	g->room = room;
	return true;
}

/* Returns an id without a group, or LIVE_NONE. */
static uint32_t
take_id(struct live_groups *g)
{
	if (g->n_spare != 0)
		return g->spare[--g->n_spare];
	return g->n < g->room || grow(g) ? g->n++ : LIVE_NONE;
}

static size_t
bytes_of(const struct live_group *g)
{
	return sizeof(*g) + g->n * sizeof(g->hop[0]);
}

static bool
is_usable(const struct live_group *g)
{
	bool usable = g->kind != LIVE_VIA;

	for (unsigned i = 0; i < g->n; i++)
		usable |= atomic_load_explicit(&g->hop[i].iface, memory_order_relaxed) != 0;
	return usable;
}

/* Puts a group at the end of those that wait to be freed. */
static void
wait_on(struct live_groups *g, struct live_group *group)
{
	if (group->idle)
		return;
	group->idle = true;
	group->next = 0;
	if (g->idle_last != 0)
		g->at[g->idle_last - 1]->next = group->id + 1;
	else
		g->idle_first = group->id + 1;
	g->idle_last = group->id + 1;
}

/* The present view may be the last one in which a route has the group. */
static void
wait(struct live *l, struct live_group *group)
{
	group->left = l->number;
	wait_on(&l->groups, group);
}

uint32_t
live_group(struct live *l, const struct live_hops *h)
{
	struct live_groups *g = &l->groups;
	uint32_t id = live_group_find(l, h), *at;
	struct live_group *group;

	if (id != LIVE_NONE)
		return id;
	group = calloc(1, sizeof(*group) + h->n * sizeof(group->hop[0]));
	id = group != NULL ? take_id(g) : LIVE_NONE;
	if (id == LIVE_NONE) {
		free(group);
		return LIVE_NONE;
	}
	group->kind = (uint8_t)h->kind;
	group->n = (uint8_t)h->n;
	group->object = h->object;
	group->id = id;
	if (h->n != 0)
		memcpy(group->hop, h->hop, h->n * sizeof(group->hop[0]));
	group->usable = is_usable(group);
	at = bucket_of(g, h);
	group->chain = *at;
	*at = id + 1;
	g->at[id] = group;
	g->bytes += bytes_of(group);
	wait(l, group); /* until a route has it */
	return id;
}

void
live_group_give(struct live *l, uint32_t id)
{
	struct live_group *group = l->groups.at[id];

	if (--group->refs == 0)
		wait(l, group);
}

static void
free_group(struct live_groups *g, struct live_group *group)
{
	const struct live_hops h = { (enum live_kind)group->kind, group->object, group->hop,
		group->n };
	uint32_t *at = bucket_of(g, &h);

	while (*at != group->id + 1)
		at = &g->at[*at - 1]->chain;
	*at = group->chain;
	g->bytes -= bytes_of(group);
	g->at[group->id] = NULL;
	g->spare[g->n_spare++] = group->id;
	free(group);
}

void
live_groups_reclaim(struct live *l, uint64_t oldest)
{
	struct live_groups *g = &l->groups;
	uint32_t last = g->idle_last, at;

	while ((at = g->idle_first) != 0) {
		struct live_group *group = g->at[at - 1];

		g->idle_first = group->next;
		if (g->idle_first == 0)
			g->idle_last = 0;
		group->idle = false;
		if (group->refs == 0 && group->left < oldest)
			free_group(g, group);
		else if (group->refs == 0)
			wait_on(g, group);
		if (at == last)
			return;
	}
}

bool
live_groups_map(
	struct live_groups *g, uint16_t (*of)(void *arg, uint32_t link), void *arg, bool changed[])
{
	bool any = false;

	for (uint32_t i = 0; i < g->n; i++) {
		struct live_group *group = g->at[i];

		for (unsigned k = 0; group != NULL && k < group->n; k++) {
			uint16_t iface = of(arg, group->hop[k].link);

			changed[i] |= iface
				!= atomic_exchange_explicit(
					&group->hop[k].iface, iface, memory_order_relaxed);
		}
		if (group != NULL)
			group->usable = is_usable(group);
		any |= changed[i];
	}
	return any;
}

static bool
leads_to(const struct live_group *group, uint32_t link)
{
	for (unsigned i = 0; i < group->n; i++)
		if (group->hop[i].link == link)
			return true;
	return false;
}

bool
live_has_object(const struct live *l, uint32_t object, uint32_t link)
{
	for (uint32_t i = 0; i < l->groups.n; i++) {
		const struct live_group *group = l->groups.at[i];

		if (group == NULL || group->refs == 0 || group->object == 0)
			continue;
		if ((object != 0 && group->object == object)
			|| (link != 0 && leads_to(group, link)))
			return true;
	}
	return false;
}
