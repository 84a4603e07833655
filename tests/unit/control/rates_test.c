/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates between two looks at counters. */

#include "control/rates.h"

#include "support/appliance_fixture.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"pipelines: {all: [{drop: {if: {dport: 53}}}, {route: main}]}\n"

static struct rates rates;

static int
setup(void **state)
{
	(void)state;
	memset(&rates, 0, sizeof(rates));
	return 0;
}

static void
there_is_no_rate_before_the_second_look(void **state)
{
	(void)state;
	assert_true(rates_seconds(&rates) == 0);
	rates.newest = 1;
	rates.sample[1].at_ns = 7 * RATES_NS;
	assert_true(rates_seconds(&rates) == 0);
	assert_true(rates_of(&rates, 0, 1000) == 0);
}

static void
a_rate_is_the_difference_a_second(void **state)
{
	(void)state;
	rates.newest = 0;
	rates.sample[1].at_ns = 7 * RATES_NS;
	rates.sample[0].at_ns = 9 * RATES_NS;
	assert_true(rates_seconds(&rates) == 2);
	assert_true(rates_of(&rates, 100, 1100) == 500);
	assert_true(rates_of(&rates, 100, 100) == 0);
}

/* A reload that takes an interface away takes its counters, too. */
static void
a_counter_that_went_back_has_no_rate(void **state)
{
	(void)state;
	rates.sample[1].at_ns = RATES_NS;
	rates.sample[0].at_ns = 2 * RATES_NS;
	assert_true(rates_of(&rates, 1100, 100) == 0);
}

static void
the_newest_sample_is_the_one_after(void **state)
{
	(void)state;
	assert_ptr_equal(rates_after(&rates), &rates.sample[0]);
	assert_ptr_equal(rates_before(&rates), &rates.sample[1]);
	rates.newest = 1;
	assert_ptr_equal(rates_after(&rates), &rates.sample[1]);
	assert_ptr_equal(rates_before(&rates), &rates.sample[0]);
}

/* A second after the last look. */
static void
look_again(struct appliance_fixture *f)
{
	rates.sample[rates.newest].at_ns -= RATES_NS;
	rates_look(&rates, f->a);
}

static void
expect_grown(const struct traffic_counts *before, const struct traffic_counts *after, uint64_t rx,
	uint64_t tx)
{
	assert_int_equal(after->rx - before->rx, rx);
	assert_int_equal(after->rx_bytes - before->rx_bytes, 42 * rx);
	assert_int_equal(after->tx - before->tx, tx);
	assert_int_equal(after->tx_bytes - before->tx_bytes, 42 * tx);
}

/* Two workers, six packets that are forwarded and three that are dropped. */
static void
a_look_counts_what_all_workers_have_done(void **state)
{
	const struct rates_sample *before, *after;
	struct appliance_fixture *f = *state;
	unsigned newest;
	char text[80];
	uint64_t rx = 0, drops = 0, time[2] = { 0 };

	memset(&rates, 0, sizeof(rates));
	given_workers(f, CONFIG, 2);
	rates_look(&rates, f->a);
	for (unsigned i = 0; i < 9; i++) {
		snprintf(text, sizeof(text), "udp 10.0.0.2:%u > 198.51.100.2:%u", 1000 + i,
			i < 6 ? 80 : 53);
		push(f, "lan", text);
	}
	look_again(f);
	newest = rates.newest;
	rates_look(&rates, f->a); /* too early */
	assert_int_equal(rates.newest, newest);
	before = rates_before(&rates);
	after = rates_after(&rates);
	assert_true(rates_seconds(&rates) >= 1 && rates_seconds(&rates) < 60);
	expect_grown(&before->port[0], &after->port[0], 9, 0);
	expect_grown(&before->port[1], &after->port[1], 0, 6);
	expect_grown(&before->iface[1], &after->iface[1], 9, 0);
	expect_grown(&before->iface[2], &after->iface[2], 0, 6);
	for (unsigned i = 2; i < PORT_MAX; i++)
		assert_int_equal(after->port[i].rx + after->port[i].tx, 0);
	for (unsigned w = 0; w < 2; w++) {
		assert_true(after->packets[w] > before->packets[w]);
		rx += after->packets[w] - before->packets[w];
		time[0] += before->busy_ns[w] + before->idle_ns[w];
		time[1] += after->busy_ns[w] + after->idle_ns[w];
	}
	assert_true(rx >= 9);
	assert_true(time[1] >= time[0]);
	for (unsigned r = 0; r < REASON_COUNT; r++)
		drops += after->drops[r] - before->drops[r];
	assert_int_equal(drops, 3);
	newest = rates.newest;
	look_again(f);
	assert_int_not_equal(rates.newest, newest);
	expect_grown(&rates_before(&rates)->port[0], &rates_after(&rates)->port[0], 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(there_is_no_rate_before_the_second_look, setup),
		cmocka_unit_test_setup(a_rate_is_the_difference_a_second, setup),
		cmocka_unit_test_setup(a_counter_that_went_back_has_no_rate, setup),
		cmocka_unit_test_setup(the_newest_sample_is_the_one_after, setup),
		appliance_test(a_look_counts_what_all_workers_have_done),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
