/* SPDX-License-Identifier: BSD-3-Clause */
/* Live tables against a list that is walked: every change, and what is said to have changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/live.h"

#define PLAIN_MAX 400u

struct plain {
	struct live_route route;
	bool usable;
};

struct world {
	struct live *live;
	struct plain plain[PLAIN_MAX];
	unsigned n;
	uint32_t group[4]; /* the last one leads nowhere; those without routes go when views do */
	uint64_t random, now_ns;
	bool held; /* a reader keeps its view */
};

static void
note(void *arg, uint64_t steps[LIVE_READERS])
{
	(void)arg;
	(void)steps;
}

static bool
passed(void *arg, const uint64_t steps[LIVE_READERS])
{
	(void)steps;
	return !((struct world *)arg)->held;
}

static uint32_t
draw(struct world *w, uint32_t below)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(w->random >> 33) % below;
}

static bool
publish(struct world *w)
{
	const struct live_grace grace = { note, passed, w };

	return live_publish(w->live, &grace, w->now_ns);
}

/* Addresses that share long beginnings. */
static union address
some_address(struct world *w, unsigned family)
{
	union address a = { .words = { 0, 0 } };

	a.bytes[0] = family == 4 ? 10 : 0x20;
	for (unsigned i = 1; i < (family == 4 ? 4 : 16); i++)
		a.bytes[i] = (uint8_t)(draw(w, 2) * 0x81);
	return a;
}

static uint32_t
group_by(struct live *live, unsigned gateway)
{
	struct live_hop hop = { .link = gateway + 1, .weight = 1 };
	const struct live_hops hops = { LIVE_VIA, 0, &hop, 1 };

	hop.iface = (uint16_t)(gateway != 3 ? gateway + 1 : 0);
	memcpy(hop.gateway.bytes, &gateway, sizeof(gateway));
	return live_group(live, &hops);
}

static void
make_groups(struct world *w)
{
	for (unsigned i = 0; i < 4; i++) {
		w->group[i] = group_by(w->live, i);
		assert_int_not_equal(w->group[i], LIVE_NONE);
		assert_int_equal(group_by(w->live, i), w->group[i]);
	}
}

static struct live_route
some_route(struct world *w)
{
	unsigned family = draw(w, 2) ? 4 : 6;

	make_groups(w);

	struct live_route r = {
		.prefix = { some_address(w, family), (uint8_t)family, 0, 0 },
		.metric = draw(w, 2) * 100,
		.group = w->group[draw(w, 4)],
	};

	r.prefix.length = (uint8_t)draw(w, family == 4 ? 33 : 129);
	prefix_trim(&r.prefix);
	return r;
}

static struct plain *
plain_of(struct world *w, const struct live_route *r)
{
	for (unsigned i = 0; i < w->n; i++)
		if (prefix_compare(&w->plain[i].route.prefix, &r->prefix) == 0
			&& w->plain[i].route.metric == r->metric)
			return &w->plain[i];
	return NULL;
}

static void
put(struct world *w, const struct live_route *r)
{
	struct plain *p = plain_of(w, r);

	assert_true(live_put(w->live, r, false));
	p = p != NULL ? p : &w->plain[w->n++];
	*p = (struct plain){ *r, r->group != w->group[3] };
}

static void
withdraw(struct world *w, unsigned i)
{
	const struct live_route r = w->plain[i].route;

	assert_true(live_remove(w->live, &r.prefix, r.metric, r.group, false));
	w->plain[i] = w->plain[--w->n];
}

/* The best route of an address in the list; NULL: none. */
static const struct live_route *
walk(const struct world *w, unsigned family, const union address *a)
{
	const struct live_route *best = NULL;

	for (unsigned i = 0; i < w->n; i++) {
		const struct live_route *r = &w->plain[i].route;

		if (!w->plain[i].usable || r->prefix.family != family
			|| !prefix_covers(&r->prefix, a))
			continue;
		if (best == NULL || r->prefix.length > best->prefix.length
			|| (r->prefix.length == best->prefix.length && r->metric < best->metric))
			best = r;
	}
	return best;
}

static uint32_t
value_by_walk(const struct world *w, unsigned family, const union address *a)
{
	const struct live_route *r = walk(w, family, a);

	return r == NULL ? LIVE_NONE : (uint32_t)r->prefix.length << 23 | r->group;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->random = 7;
	w->now_ns = 1;
	w->live = live_create();
	make_groups(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	live_destroy(w->live);
	free(w);
	return 0;
}

static void
every_change_agrees_with_a_walk_over_a_list(void **state)
{
	struct world *w = *state;
	union address a[64];
	uint32_t before[64];

	for (unsigned i = 0; i < 64; i++) {
		a[i] = some_address(w, i % 2 ? 4 : 6);
		before[i] = LIVE_NONE;
	}
	for (unsigned round = 0; round < 3000; round++) {
		unsigned changes = 1 + draw(w, 3);

		for (unsigned k = 0; k < changes; k++) {
			struct live_route r = some_route(w);

			if (w->n == PLAIN_MAX || (w->n > 20 && draw(w, 3) == 0))
				withdraw(w, draw(w, w->n));
			else
				put(w, &r);
		}
		assert_int_equal(live_count(w->live), w->n);
		w->now_ns += LIVE_RECENT_NS; /* what changed before is not recent */
		assert_true(publish(w));
		for (unsigned i = 0; i < 64; i++) {
			unsigned family = i % 2 ? 4 : 6;
			const struct live_view *v = live_view(w->live);
			uint32_t now = live_find(v, family, &a[i]);

			assert_int_equal(now, value_by_walk(w, family, &a[i]));
			if (now != before[i] && round > 0)
				assert_true(
					live_has_changed(v, family, &a[i]) || v->recent == NULL);
			before[i] = now;
		}
	}
}

static void
a_longer_prefix_that_stays_is_not_said_to_have_changed(void **state)
{
	struct world *w = *state;
	struct live_route outer = { .prefix = { .family = 4, .length = 8 } }, inner = outer;
	union address below = { .bytes = { 10, 1, 1, 1 } }, beside = { .bytes = { 10, 2, 1, 1 } };

	outer.prefix.address.bytes[0] = inner.prefix.address.bytes[0] = 10;
	inner.prefix.address.bytes[1] = 1;
	inner.prefix.length = 16;
	for (unsigned i = 0; i < 64; i++) { /* so many that one change needs no new base */
		struct live_route other = inner;

		other.prefix.address.bytes[0] = (uint8_t)(11 + i);
		put(w, &other);
	}
	put(w, &outer);
	put(w, &inner);
	assert_true(publish(w));
	w->now_ns += 2 * LIVE_RECENT_NS;
	make_groups(w);
	outer.group = w->group[1];
	put(w, &outer);
	assert_true(publish(w));
	assert_false(live_has_changed(live_view(w->live), 4, &below));
	assert_true(live_has_changed(live_view(w->live), 4, &beside));
	assert_int_equal(live_id(live_find(live_view(w->live), 4, &beside)), w->group[1]);
	w->now_ns += LIVE_RECENT_NS / 2;
	make_groups(w);
	inner.group = w->group[2];
	put(w, &inner);
	assert_true(publish(w));
	assert_true(live_has_changed(live_view(w->live), 4, &below));
}

static void
a_resync_removes_what_is_not_found(void **state)
{
	struct world *w = *state;

	while (w->n < 100) {
		struct live_route r = some_route(w);

		put(w, &r);
	}
	live_mark(w->live);
	for (unsigned i = 0; i < 40; i++)
		assert_true(live_put(w->live, &w->plain[i].route, false));
	live_sweep(w->live);
	w->n = 40;
	assert_int_equal(live_count(w->live), 40);
	assert_true(publish(w));
	for (unsigned i = 0; i < 200; i++) {
		unsigned family = i % 2 ? 4 : 6;
		union address a = some_address(w, family);

		assert_int_equal(
			live_find(live_view(w->live), family, &a), value_by_walk(w, family, &a));
	}
}

static uint16_t
mapped(void *arg, uint32_t link)
{
	(void)arg;
	return link == 4 ? 9 : (uint16_t)(link == 1 ? 0 : link);
}

static void
an_interface_that_becomes_ours_makes_its_routes_count(void **state)
{
	struct world *w = *state;
	union address a = { .bytes = { 10, 1, 1, 1 } };
	struct live_route r = { .prefix = { .family = 4 }, .group = w->group[3] };

	put(w, &r);
	assert_true(publish(w));
	assert_int_equal(live_find(live_view(w->live), 4, &a), LIVE_NONE);
	live_map(w->live, mapped, NULL);
	assert_true(publish(w));
	assert_int_equal(live_find(live_view(w->live), 4, &a), w->group[3]);
	assert_int_equal(live_view(w->live)->group[w->group[3]]->hop[0].iface, 9);
}

/* A route whose next hops change a thousand times, while a reader keeps a view of some of them. */
static void
groups_without_routes_are_freed_when_no_reader_has_them(void **state)
{
	struct world *w = *state;
	union address a = { .bytes = { 10, 1, 1, 1 } };
	struct live_route r = { .prefix = { .family = 4 } };
	size_t before = 0;

	for (unsigned i = 0; i < 1000; i++) {
		const struct live_view *held = live_view(w->live);
		uint32_t id = held != NULL ? live_id(live_find(held, 4, &a)) : 0;
		unsigned had = i == 0 ? 0 : 99 + i;

		w->now_ns += 2 * LIVE_RECENT_NS;
		r.group = group_by(w->live, 100 + i);
		assert_int_not_equal(r.group, LIVE_NONE);
		assert_true(live_put(w->live, &r, false));
		w->held = i % 2;
		assert_true(publish(w));
		if (w->held) /* what the view says is still there */
			assert_memory_equal(
				held->group[id]->hop[0].gateway.bytes, &had, sizeof(had));
		w->held = false;
		live_reclaim(w->live, &(const struct live_grace){ note, passed, w });
		if (i == 10)
			before = live_bytes(w->live);
	}
	assert_in_range(live_bytes(w->live), before / 2, before + 256);
	assert_true(live_remove(w->live, &r.prefix, 0, LIVE_NONE, false));
	assert_true(publish(w));
	live_reclaim(w->live, &(const struct live_grace){ note, passed, w });
	for (uint32_t i = 0; i < LIVE_GROUPS_MAX; i++)
		assert_null(live_group_at(w->live, i));
}

/* Or every flow beneath it would be judged again each second until something else changes. */
static void
a_change_is_recent_for_a_moment_even_if_no_other_follows(void **state)
{
	struct world *w = *state;
	union address a = { .bytes = { 10, 1, 1, 1 } };
	struct live_route r = { .prefix = { .family = 4 }, .group = w->group[0] };

	put(w, &r);
	assert_true(publish(w));
	w->now_ns += LIVE_RECENT_NS;
	assert_true(publish(w));
	make_groups(w);
	r.group = w->group[1];
	put(w, &r);
	assert_true(publish(w));
	assert_true(live_has_changed(live_view(w->live), 4, &a));
	w->now_ns += LIVE_RECENT_NS - 1;
	assert_true(publish(w));
	assert_true(live_has_changed(live_view(w->live), 4, &a));
	w->now_ns += 1;
	assert_true(publish(w));
	assert_false(live_has_changed(live_view(w->live), 4, &a));
	assert_int_equal(live_id(live_find(live_view(w->live), 4, &a)), r.group);
}

static void
a_group_that_is_used_again_meanwhile_stays(void **state)
{
	struct world *w = *state;
	struct live_route r = { .prefix = { .family = 4 }, .group = w->group[0] };

	assert_true(live_put(w->live, &r, false));
	assert_true(publish(w));
	w->held = true;
	r.group = group_by(w->live, 1);
	assert_true(live_put(w->live, &r, false)); /* group 0 waits to be freed */
	assert_true(publish(w));
	r.group = group_by(w->live, 0);
	assert_true(live_put(w->live, &r, false));
	assert_true(publish(w));
	w->held = false;
	live_reclaim(w->live, &(const struct live_grace){ note, passed, w });
	assert_non_null(live_group_at(w->live, r.group));
	assert_int_equal(live_group_at(w->live, r.group)->hop[0].link, 1);
	assert_int_equal(
		live_group_find(w->live, &(const struct live_hops){ LIVE_BLACKHOLE, 0, NULL, 0 }),
		LIVE_NONE);
}

static void
next_hop_objects_are_known_while_a_route_has_them(void **state)
{
	struct world *w = *state;
	struct live_hop hop = { .link = 7, .weight = 1, .iface = 1 };
	const struct live_hops hops = { LIVE_VIA, 42, &hop, 1 };
	struct live_route r = { .prefix = { .family = 4 } };

	r.group = live_group(w->live, &hops);
	assert_false(live_has_object(w->live, 42, 0));
	assert_true(live_put(w->live, &r, false));
	assert_true(live_has_object(w->live, 42, 0));
	assert_true(live_has_object(w->live, 0, 7));
	assert_false(live_has_object(w->live, 43, 0));
	assert_false(live_has_object(w->live, 0, 1));
	r.group = group_by(w->live, 0); /* link 1, without an object */
	assert_true(live_put(w->live, &r, false));
	assert_false(live_has_object(w->live, 42, 0));
	assert_false(live_has_object(w->live, 0, 1));
}

static void
while_a_reader_stands_still_the_memory_of_views_is_bounded(void **state)
{
	struct world *w = *state;
	unsigned published = 0;

	w->held = true;
	for (unsigned i = 0; i < 100; i++) {
		struct live_route r = some_route(w);

		put(w, &r);
		published += publish(w);
		if (w->n > 50)
			withdraw(w, 0);
	}
	assert_in_range(published, 5, 40);
	w->held = false;
	assert_true(publish(w));
	for (unsigned i = 0; i < 200; i++) {
		unsigned family = i % 2 ? 4 : 6;
		union address a = some_address(w, family);

		assert_int_equal(
			live_find(live_view(w->live), family, &a), value_by_walk(w, family, &a));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_change_agrees_with_a_walk_over_a_list, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_longer_prefix_that_stays_is_not_said_to_have_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_resync_removes_what_is_not_found, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_interface_that_becomes_ours_makes_its_routes_count, setup, teardown),
		cmocka_unit_test_setup_teardown(
			groups_without_routes_are_freed_when_no_reader_has_them, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_change_is_recent_for_a_moment_even_if_no_other_follows, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_group_that_is_used_again_meanwhile_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
			next_hop_objects_are_known_while_a_route_has_them, setup, teardown),
		cmocka_unit_test_setup_teardown(
			while_a_reader_stands_still_the_memory_of_views_is_bounded, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
