/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/generation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limiter.h"
#include "base/meter.h"

static union address
v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (union address){ .bytes = { a, b, c, d } };
}

static void
own_addresses_are_those_of_every_interface(void **state)
{
	const struct interface_address lan[] = {
		{ 4, 24, { .bytes = { 10, 0, 0, 1 } } },
		{ 6, 64, { .bytes = { 0xfe, 0x80, [15] = 1 } } },
	};
	const struct interface_address wan[] = {
		{ 4, 24, { .bytes = { 198, 51, 100, 1 } } },
		{ 6, 64, { .bytes = { 0xfe, 0x80, [15] = 1 } } },
	};
	const struct interface a = { "lan", .addresses = lan, .n_addresses = 2 };
	const struct interface b = { "wan", .addresses = wan, .n_addresses = 2 };
	const struct interface *const by_id[] = { &a, NULL, &b };
	union address wanted = v4(10, 0, 0, 1), other = v4(10, 0, 0, 2), wan4 = v4(198, 51, 100, 1);
	struct own_addresses *own = own_addresses_build(by_id, 3);
	struct generation g = { .own = own };

	assert_non_null(own);
	assert_true(generation_owns(&g, &wanted, 4));
	assert_true(generation_owns(&g, &wan4, 4));
	assert_true(generation_owns(&g, &lan[1].address, 6));
	assert_false(generation_owns(&g, &other, 4));
	assert_false(generation_owns(&g, &wanted, 6));
	own_addresses_discard(own);
}

static void
own_addresses_are_those_of_their_domain(void **state)
{
	const struct interface_address one[] = { { 4, 24, { .bytes = { 10, 0, 0, 1 } } } };
	const struct interface_address two[] = { { 4, 24, { .bytes = { 10, 0, 0, 2 } } } };
	const struct interface red = { "red", .domain = 1, .addresses = one, .n_addresses = 1 };
	const struct interface blue = { "blue", .domain = 2, .addresses = two, .n_addresses = 1 };
	const struct interface *const by_id[] = { &red, &blue };
	union address first = v4(10, 0, 0, 1), second = v4(10, 0, 0, 2);
	rte_be32_t broadcast = v4(10, 0, 0, 255).v4;
	struct own_addresses *own = own_addresses_build(by_id, 2);
	struct generation g = { .own = own };

	assert_true(generation_owns(&g, &first, address_space(4, 1)));
	assert_false(generation_owns(&g, &first, address_space(4, 2)));
	assert_false(generation_owns(&g, &second, address_space(4, 1)));
	assert_false(generation_owns(&g, &first, 4));
	assert_true(generation_broadcast(&g, broadcast, 2));
	assert_false(generation_broadcast(&g, broadcast, DOMAIN_MAIN));
	own_addresses_discard(own);
}

static void
a_thousand_addresses_are_told_from_their_neighbours(void **state)
{
	struct interface_address *all = calloc(1000, sizeof(*all));
	const struct interface iface = { "lan", .addresses = all, .n_addresses = 1000 };
	const struct interface *const by_id[] = { &iface };
	struct own_addresses *own;
	struct generation g;

	assert_non_null(all);
	for (unsigned i = 0; i < 1000; i++) {
		all[i].family = 4;
		all[i].address = v4(10, 1, (uint8_t)(2 * i / 256), (uint8_t)(2 * i));
	}
	g.own = own = own_addresses_build(by_id, 1);
	for (unsigned i = 0; i < 1000; i++) {
		union address next = all[i].address;

		next.bytes[3]++;
		assert_true(generation_owns(&g, &all[i].address, 4));
		assert_false(generation_owns(&g, &next, 4));
	}
	own_addresses_discard(own);
	free(all);
}

static void
without_addresses_nothing_is_our_own(void **state)
{
	struct generation g = { .own = NULL };
	union address a = v4(0, 0, 0, 0);

	assert_false(generation_owns(&g, &a, 4));
	g.own = own_addresses_build(NULL, 0);
	assert_non_null(g.own);
	assert_false(generation_owns(&g, &a, 4));
	own_addresses_discard((struct own_addresses *)(uintptr_t)g.own);
}

static void
workers_share_a_meters_rate_and_have_its_burst_each(void **state)
{
	const struct meter_spec spec = { .rate = 8000000, .burst = 3000 };
	struct meter m;

	meter_spec_init(&spec, 4, 0, &m); /* 2 Mbit/s: 250 bytes a ms */
	assert_true(meter_take(&m, 0, 1500));
	assert_true(meter_take(&m, 0, 1500));
	assert_false(meter_take(&m, 0, 1));
	assert_true(meter_take(&m, 1000000, 250));
	assert_false(meter_take(&m, 1000000, 1));
}

static void
a_meter_of_packets_counts_packets(void **state)
{
	const struct meter_spec spec = { .rate = 10, .burst = 2, .packets = true };
	struct meter m;

	meter_spec_init(&spec, 1, 0, &m);
	assert_true(meter_take(&m, 0, 1500));
	assert_true(meter_take(&m, 0, 64));
	assert_false(meter_take(&m, 0, 64));
	assert_true(meter_take(&m, 100000000, 64));
}

/* Packets that a worker's table lets pass at once, of one address. */
static unsigned
at_once(const struct meter_spec *spec, unsigned workers)
{
	const struct limiter_key key = { .bytes = { 10 }, .family = 4 };
	struct limiter *l = meter_spec_limiter(spec, workers);
	unsigned n = 0;

	assert_non_null(l);
	while (n < 100 && limiter_take(l, &key, 100, 0))
		n++;
	limiter_destroy(l);
	return n;
}

/* The limit of a match is shared; of a stage each worker has the whole burst. */
static void
workers_share_the_burst_of_a_match(void **state)
{
	struct meter_spec spec = { .rate = 1, .packets = true, .keys = 64, .asked = true };

	(void)state;
	for (unsigned burst = 9; burst <= 13; burst++) {
		spec.burst = burst;
		assert_int_equal(at_once(&spec, 1), burst);
		assert_int_equal(at_once(&spec, 3), (burst + 2) / 3);
	}
	spec.asked = false;
	assert_int_equal(at_once(&spec, 3), 13);
}

/* One of three workers has a third of the rate, over the seconds that it is for. */
static void
workers_share_the_rate_of_a_match(void **state)
{
	const struct limiter_key key = { .bytes = { 10 }, .family = 4 };
	struct meter_spec spec = {
		.rate = 6, .seconds = 60, .packets = true, .keys = 64, .burst = 1
	};
	struct limiter *l = meter_spec_limiter(&spec, 3);

	(void)state;
	assert_true(limiter_take(l, &key, 100, 0));
	assert_false(limiter_take(l, &key, 100, 29000000000ull));
	assert_true(limiter_take(l, &key, 100, 31000000000ull));
	limiter_destroy(l);
	spec.seconds = 0;
	l = meter_spec_limiter(&spec, 3);
	assert_true(limiter_take(l, &key, 100, 0));
	assert_false(limiter_take(l, &key, 100, 490000000ull));
	assert_true(limiter_take(l, &key, 100, 510000000ull));
	limiter_destroy(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_addresses_are_those_of_every_interface),
		cmocka_unit_test(own_addresses_are_those_of_their_domain),
		cmocka_unit_test(a_thousand_addresses_are_told_from_their_neighbours),
		cmocka_unit_test(without_addresses_nothing_is_our_own),
		cmocka_unit_test(workers_share_a_meters_rate_and_have_its_burst_each),
		cmocka_unit_test(a_meter_of_packets_counts_packets),
		cmocka_unit_test(workers_share_the_burst_of_a_match),
		cmocka_unit_test(workers_share_the_rate_of_a_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
