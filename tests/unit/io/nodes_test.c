/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet buffers on machines of two and four NUMA nodes that are not there: 64 cores, a worker on
 * each, a port on each node. The linker puts these functions before the real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/eal.h"
#include "io/pool.h"
#include "io/steer.h"
#include "support/wrapped.h"

#define CORES 64u

static unsigned nodes;
static bool hugepages;

WRAPPED(eal_has_hugepages);
WRAPPED(eal_worker_node);

bool
__wrap_eal_has_hugepages(void)
{
	return hugepages;
}

int
__wrap_eal_worker_node(unsigned w)
{
	return (int)(w * nodes / CORES);
}

/* As many ports as nodes, one on each, with a queue for each worker. */
static void
size(struct pools *pools, unsigned n_nodes, unsigned workers)
{
	static struct ports ports;
	const struct pool_cfg cfg = {
		.burst = 32, .holders = 4096, .ring = steer_ring_frames(workers)
	};

	nodes = n_nodes;
	ports = (struct ports){ .count = n_nodes, .workers = workers };
	for (unsigned i = 0; i < n_nodes; i++)
		ports.at[i] = (struct port){ .numa_node = (int)i,
			.rx_queues = (uint16_t)workers,
			.tx_queues = (uint16_t)workers,
			.used = true,
			.rx_descriptors = 1024,
			.tx_descriptors = 1024,
			.mtu = 1500 };
	pools_size(pools, &cfg, &ports);
}

static void
expect_a_pool_for_each_node(unsigned n_nodes)
{
	struct rte_mempool *mp[4] = { (void *)1, (void *)2, (void *)3, (void *)4 };
	struct pools pools;

	hugepages = true;
	size(&pools, n_nodes, CORES);
	assert_int_equal(pools.count, n_nodes);
	for (unsigned i = 0; i < n_nodes; i++) {
		const struct pool_sizing *s = &pools.at[i].sizing;

		assert_int_equal(s->node, i);
		assert_int_equal(s->ports, 1);
		assert_int_equal(s->workers, CORES / n_nodes);
		assert_int_equal(s->port_mbufs, CORES * 2048);
		assert_true(s->count >= s->port_mbufs + s->workers * s->worker_mbufs);
		pools.at[i].mp = mp[i];
	}
	for (unsigned i = 0; i < n_nodes; i++)
		assert_ptr_equal(pools_of_node(&pools, (int)i), mp[i]);
	assert_ptr_equal(pools_of_node(&pools, 7), mp[0]);
}

static void
a_pool_for_each_of_two_nodes(void **state)
{
	(void)state;
	expect_a_pool_for_each_node(2);
}

static void
a_pool_for_each_of_four_nodes(void **state)
{
	(void)state;
	expect_a_pool_for_each_node(4);
}

static void
without_hugepages_there_is_one_pool(void **state)
{
	struct pools pools;

	(void)state;
	hugepages = false;
	size(&pools, 4, CORES);
	assert_int_equal(pools.count, 1);
	assert_int_equal(pools.at[0].sizing.ports, 4);
	assert_int_equal(pools.at[0].sizing.workers, CORES);
	assert_int_equal(pools.at[0].sizing.port_mbufs, 4 * CORES * 2048);
}

static size_t
bytes_of(unsigned n_nodes, unsigned workers)
{
	struct pools pools;
	size_t bytes = 0;

	size(&pools, n_nodes, workers);
	for (unsigned i = 0; i < pools.count; i++)
		bytes += pools.at[i].sizing.bytes;
	return bytes;
}

/* From where the rings towards one worker have reached their bound; queues times workers would be
 * quadratic. */
static void
memory_is_linear_in_workers(void **state)
{
	(void)state;
	hugepages = true;
	for (unsigned n = 2; n <= 4; n += 2)
		for (unsigned workers = 16; workers <= CORES; workers *= 2) {
			assert_true(bytes_of(n, workers) <= 2 * bytes_of(n, workers / 2));
			assert_true(bytes_of(n, workers) * 10 >= 15 * bytes_of(n, workers / 2));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pool_for_each_of_two_nodes),
		cmocka_unit_test(a_pool_for_each_of_four_nodes),
		cmocka_unit_test(without_hugepages_there_is_one_pool),
		cmocka_unit_test(memory_is_linear_in_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
