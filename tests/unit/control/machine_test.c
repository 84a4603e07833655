/* SPDX-License-Identifier: BSD-3-Clause */
/* A machine of 64 cores on two NUMA nodes that is not there: `workers: auto` starts on it, and
 * memory grows with the number of workers. */
#include "base/memory.h"
#include "io/pool.h"
#include "io/steer.h"
#include "io/topology.h"
#include "support/appliance_fixture.h"
#include "worker/mailbox.h"

#define CONFIG \
	"version: 1\n" \
	"system: {workers: auto, flows: 1024, idle: adaptive, memory: {mbufs: 60000, openings: 64k, hugepages: no}}\n" \
	"ports: {lan: {device: \"net_null0,no-rx=1\"}, wan: {device: \"net_null1,no-rx=1\", queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside}\n" \
	"routes: {main: []}\n" \
	"pipelines: {inside: [track, {route: main}]}\n"

static const struct topology_fake big = { .cores = 64, .nodes = 2 };

static void
auto_takes_all_cores_but_the_control_core(void **state)
{
	const struct appliance_options options = { .captures = false };
	struct appliance_fixture *f = *state;

	given_appliance(f, CONFIG, &options);
	assert_int_equal(workers_count(appliance_workers(f->a)), 63);
	assert_int_equal(appliance_core(f->a, 0), 1);
	assert_int_equal(appliance_core(f->a, 62), 63);
	assert_int_equal(appliance_ports(f->a)->at[0].rx_queues, 63);
}

static size_t
bytes_with(unsigned workers)
{
	const struct port_cfg ports[2] = { { .name = "a", .device = "net_null0" },
		{ .name = "b", .device = "net_null1" } };
	const struct pool_cfg pool = {
		.burst = 32, .holders = 4096, .ring = steer_ring_frames(workers)
	};

	return pool_estimate_bytes(&pool, ports, 2, workers);
}

/* Twice the workers, twice the memory; where the rings towards one worker have reached their bound,
 * no more than that. */
static void
memory_grows_with_the_number_of_workers(void **state)
{
	(void)state;
	assert_true(bytes_with(64) <= 2 * bytes_with(32));
	assert_true(bytes_with(32) <= 2 * bytes_with(16));
	assert_true(bytes_with(64) < (size_t)2 << 30);
	for (unsigned n = 2; n <= 64; n++)
		assert_true(bytes_with(n) / n <= bytes_with(5) / 5 + (1 << 20));
}

static void
rings_of_all_pairs_are_bounded(void **state)
{
	static const uint8_t key[STEER_KEY_BYTES];
	size_t before = memory_held_bytes(), most;
	struct steer *s = steer_create(64, steer_ring_frames(64), key);
	struct mailbox *mb = mailbox_create(64);

	(void)state;
	assert_non_null(s);
	assert_non_null(mb);
	most = memory_held_bytes() - before;
	assert_in_range(most, 1, 80 << 20);
	steer_destroy(s);
	mailbox_destroy(mb);
	assert_int_equal(memory_held_bytes(), before);
	assert_int_equal(steer_ring_frames(1), 0);
	assert_int_equal(steer_ring_frames(2), 1024);
	assert_int_equal(steer_ring_frames(5), 1024);
	assert_int_equal(steer_ring_frames(64), 65);
}

static void
cores_lie_on_their_nodes(void **state)
{
	unsigned cores[64];

	(void)state;
	assert_int_equal(topology_cores(cores, 64), 64);
	assert_int_equal(topology_node(0), 0);
	assert_int_equal(topology_node(31), 0);
	assert_int_equal(topology_node(32), 1);
	assert_int_equal(topology_node(63), 1);
	assert_false(topology_may_use(64));
}

static void
cores_of_four_nodes_lie_on_theirs(void **state)
{
	static const struct topology_fake four = { .cores = 64, .nodes = 4 };
	unsigned cores[64];

	(void)state;
	topology_use(&four);
	assert_int_equal(topology_cores(cores, 64), 64);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(topology_node(cores[i]), i / 16);
	topology_use(&big);
}

static int
use_big(void **state)
{
	(void)state;
	topology_use(&big);
	return 0;
}

static int
leave(void **state)
{
	topology_use(NULL);
	return leave_dpdk(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores_lie_on_their_nodes),
		cmocka_unit_test(cores_of_four_nodes_lie_on_theirs),
		cmocka_unit_test(memory_grows_with_the_number_of_workers),
		appliance_test(auto_takes_all_cores_but_the_control_core),
		cmocka_unit_test(rings_of_all_pairs_are_bounded),
	};

	return cmocka_run_group_tests(tests, use_big, leave);
}
