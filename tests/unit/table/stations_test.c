/* SPDX-License-Identifier: BSD-3-Clause */
/* Stations of a bridge, against a plain list; shares, moves, ageing; two workers at once. */
#include "table/stations.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND 954u /* ticks */
#define AGEING (300 * SECOND)
#define KEYS   64u
#define IFACES 4u

static const struct stations_terms terms = { .share = 1000, .ageing_ticks = AGEING };

static station_key
key(uint32_t n)
{
	const uint8_t mac[6] = { 2, 0, 0, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	return station_key_of(mac, (uint16_t)(n % 3));
}

static void
a_key_is_its_mac_and_vlan(void **state)
{
	const uint8_t mac[6] = { 0x02, 0x1b, 0xff, 0x00, 0x80, 0x01 };
	uint8_t back[6];

	(void)state;
	assert_int_equal(station_key_read(station_key_of(mac, 4094), back), 4094);
	assert_memory_equal(back, mac, 6);
	assert_true(station_key_of(mac, 1) != station_key_of(mac, 2));
	assert_true(station_key_of((const uint8_t[6]){ 0 }, 0) != 0);
}

/* The reference: where each station was heard last, when, and how often it has moved. */
struct plain {
	uint16_t iface, origin;
	uint32_t seen, since, moves;
};

static enum station_learnt
plain_learn(struct plain *p, uint16_t iface, uint32_t tick)
{
	bool there = p->iface != 0 && tick - p->seen <= AGEING;

	if (there && p->iface == iface) {
		if (tick - p->seen >= 1024)
			p->seen = tick;
		return STATION_KNOWN;
	}
	if (!there) {
		*p = (struct plain){ .iface = iface, .seen = tick };
		return STATION_NEW;
	}
	if (p->moves == 0 || tick - p->since > (uint32_t)(STATIONS_MOVES_NS >> 20)) {
		p->moves = 0;
		p->since = tick;
		p->origin = p->iface;
	}
	if (p->moves >= STATIONS_MOVES) {
		p->moves = STATIONS_MOVES + 1;
		p->seen = p->iface != p->origin ? tick : p->seen;
		p->iface = p->origin;
		return iface == p->origin ? STATION_KNOWN : STATION_HELD;
	}
	p->moves++;
	p->iface = iface;
	p->seen = tick;
	return STATION_MOVED;
}

static void
random_frames_agree_with_a_plain_list(void **state)
{
	struct stations *t = stations_create(1000);
	struct plain plain[KEYS] = { { 0 } };
	uint32_t tick = UINT32_MAX - 100 * SECOND; /* the counter comes round */
	uint32_t used[IFACES + 1] = { 0 };

	(void)state;
	srandom(7);
	for (unsigned i = 0; i < 200000; i++) {
		uint32_t n = (uint32_t)random() % KEYS;
		uint16_t iface = (uint16_t)(1
			+ (random() % 50 == 0 ? random() % IFACES : n % IFACES));
		uint16_t want;

		tick += random() % 1000 == 0 ? (uint32_t)random() % (2 * AGEING)
					     : (uint32_t)random() % 20;
		assert_int_equal(stations_learn(t, key(n), iface, tick, &terms),
			plain_learn(&plain[n], iface, tick));
		n = (uint32_t)random() % KEYS;
		want = plain[n].iface != 0 && tick - plain[n].seen <= AGEING ? plain[n].iface : 0;
		assert_int_equal(stations_find(t, key(n), tick, AGEING), want);
		if (i % 100 == 0)
			stations_sweep(t, 64, tick, AGEING);
	}
	stations_sweep(t, stations_places(t), tick, AGEING);
	for (unsigned n = 0; n < KEYS; n++)
		if (plain[n].iface != 0 && tick - plain[n].seen <= AGEING)
			used[plain[n].iface]++;
	for (uint16_t i = 1; i <= IFACES; i++)
		assert_int_equal(stations_used(t, i), used[i]);
	stations_give(t);
}

static void
a_flood_takes_the_share_of_its_interface_alone(void **state)
{
	const struct stations_terms half = { .share = 512, .ageing_ticks = AGEING };
	struct stations *t = stations_create(1024);
	unsigned learned = 0;

	(void)state;
	assert_int_equal(stations_learn(t, key(1), 1, 0, &half), STATION_NEW);
	for (uint32_t n = 1000; n < 50000; n++)
		learned += stations_learn(t, key(n), 2, 1, &half) == STATION_NEW;
	assert_int_equal(learned, 512);
	assert_int_equal(stations_used(t, 2), 512);
	assert_int_equal(stations_find(t, key(1), 1, AGEING), 1);
	for (uint32_t n = 2; n < 500; n++)
		assert_int_equal(stations_learn(t, key(n), 1, 2, &half), STATION_NEW);
	/* A station that moves to where there is no room is no longer known where it was; who
	 * forges it goes on in vain. */
	assert_int_equal(stations_learn(t, key(1), 2, 3, &half), STATION_FULL);
	assert_int_equal(stations_find(t, key(1), 3, AGEING), 0);
	for (unsigned i = 0; i < 10; i++) {
		stations_learn(t, key(1), 1, 4 + 2 * i, &half);
		assert_int_equal(stations_find(t, key(1), 4 + 2 * i, AGEING), 1);
		stations_learn(t, key(1), 2, 5 + 2 * i, &half);
	}
	assert_int_equal(stations_find(t, key(1), 24, AGEING), 1);
	assert_int_equal(stations_learn(t, key(1), 2, 24, &half), STATION_HELD);
	assert_int_equal(stations_used(t, 1), 499);
	assert_int_equal(stations_used(t, 2), 512);
	/* Silent ones make room. */
	assert_int_equal(stations_learn(t, key(60000), 2, AGEING + 2, &half), STATION_FULL);
	stations_sweep(t, stations_places(t), AGEING + 2, AGEING);
	assert_int_equal(stations_learn(t, key(60000), 2, AGEING + 2, &half), STATION_NEW);
	stations_give(t);
}

static void
a_station_that_moves_too_often_is_told_of_once(void **state)
{
	struct stations *t = stations_create(16);
	struct stations_event event;
	uint64_t seen = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		stations_learn(t, key(7), (uint16_t)(1 + i % 2), i, &terms);
	assert_true(stations_event_next(t, &seen, &event));
	assert_true(event.key == key(7));
	assert_int_equal(event.from, 1);
	assert_int_equal(event.to, 2);
	assert_false(stations_event_next(t, &seen, &event));
	assert_int_equal(stations_find(t, key(7), 20, AGEING), 1);
	assert_int_equal(stations_learn(t, key(7), 2, 12 * SECOND, &terms), STATION_MOVED);
	stations_give(t);
}

static bool
is_second(void *arg, uint16_t iface)
{
	(void)arg;
	return iface == 2;
}

static void
stations_are_copied_and_forgotten_by_interface(void **state)
{
	struct stations *t = stations_create(64), *more = stations_create(4096);

	(void)state;
	for (uint32_t n = 0; n < 40; n++)
		stations_learn(t, key(n), (uint16_t)(1 + n % 2), n, &terms);
	stations_copy(more, t, &terms);
	stations_forget(more, is_second, NULL);
	for (uint32_t n = 0; n < 40; n++) {
		assert_int_equal(stations_find(t, key(n), 40, AGEING), 1 + n % 2);
		assert_int_equal(stations_find(more, key(n), 40, AGEING), n % 2 == 1 ? 2 : 0);
	}
	assert_int_equal(stations_used(more, 1), 0);
	assert_int_equal(stations_used(more, 2), 20);
	stations_give(t);
	stations_give(more);
}

/* Learns, moves, finds and sweeps the same stations as another thread. */
static void *
work(void *arg)
{
	struct stations *t = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;

	for (unsigned i = 0; i < 300000; i++) {
		uint32_t n = (uint32_t)rand_r(&seed) % 512;
		uint16_t found;

		stations_learn(t, key(n), (uint16_t)(1 + n % 2 + (rand_r(&seed) % 64 == 0)), i / 8,
			&(struct stations_terms){ .share = 400, .ageing_ticks = 40 });
		found = stations_find(t, key(n), i / 8, AGEING);
		if (found > 3 || (found != 0 && found != 1 + n % 2 && found != 2 + n % 2))
			return "a station that nobody has heard there";
		if (i % 64 == 0)
			stations_sweep(t, 32, i / 8, 40);
	}
	return NULL;
}

static void
two_workers_leave_each_station_once(void **state)
{
	struct stations *t = stations_create(1024);
	struct stations_counts n;
	unsigned there = 0;
	pthread_t other;
	void *why;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, work, t), 0);
	assert_null(work(t));
	pthread_join(other, &why);
	assert_null(why);
	for (uint32_t i = 0; i < stations_places(t); i++) {
		struct stations_entry e;

		there += stations_at(t, i, &e);
	}
	assert_int_equal(stations_used(t, 1) + stations_used(t, 2) + stations_used(t, 3), there);
	stations_counts(t, &n);
	assert_true(n.learned > 0 && n.moved > 0 && n.aged > 0);
	stations_give(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_its_mac_and_vlan),
		cmocka_unit_test(random_frames_agree_with_a_plain_list),
		cmocka_unit_test(a_flood_takes_the_share_of_its_interface_alone),
		cmocka_unit_test(a_station_that_moves_too_often_is_told_of_once),
		cmocka_unit_test(stations_are_copied_and_forgotten_by_interface),
		cmocka_unit_test(two_workers_leave_each_station_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
