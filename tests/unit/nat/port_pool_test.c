/* SPDX-License-Identifier: BSD-3-Clause */
/* Public ports: all of them usable, none twice, unpredictable. */

#include "nat/port_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

static struct port_pool p;

static uint32_t
any(void)
{
	return (uint32_t)rand() ^ (uint32_t)rand() << 16;
}

static struct port_mask may;

/* All of the worker's ports in the range, none of which is taken. */
static void
fill(const struct port_pool_slice *slice)
{
	memset(&p, 0, sizeof(p));
	port_mask_range(&may, slice->low, slice->high);
	port_pool_fill(&p, slice, &may);
}

static void
every_port_of_the_range_is_given_once(void **state)
{
	static uint8_t seen[65536];
	struct port_pool_slice slice = { 1024, 65535, 0, 1 };

	memset(seen, 0, sizeof(seen));
	fill(&slice);
	assert_int_equal(p.n_free, 64512);
	for (unsigned i = 0; i < 64512; i++) {
		uint16_t port = port_pool_take(&p, (uint16_t)i, any());

		assert_true(port >= 1024);
		assert_int_equal(seen[port]++, 0);
	}
	assert_int_equal(port_pool_take(&p, 1, any()), 0);
	port_pool_give(&p, 40000);
	port_pool_give(&p, 40000);
	assert_int_equal(p.n_free, 1);
	assert_int_equal(port_pool_take(&p, 1, any()), 40000);
}

static void
slices_of_workers_do_not_meet_and_miss_nothing(void **state)
{
	struct port_pool_slice slice = { 1024, 65535, 0, 3 };
	static uint8_t owners[65536];

	memset(owners, 0, sizeof(owners));
	for (slice.worker = 0; slice.worker < 3; slice.worker++) {
		uint16_t port;

		fill(&slice);
		while ((port = port_pool_take(&p, 0, any())) != 0)
			owners[port]++;
	}
	for (unsigned port = 0; port < 65536; port++)
		assert_int_equal(owners[port], port >= 1024);
}

/* Whatever the range, the worker, and how many there are: bit by bit as the contract has it. */
static void
free_are_the_own_ports_of_the_range(void **state)
{
	srand(3);
	for (unsigned i = 0; i < 300; i++) {
		uint16_t a = (uint16_t)any(),
			 b = i % 3 == 0 ? (uint16_t)(a + any() % 200) : (uint16_t)any();
		uint16_t workers = (uint16_t)(1 + any() % (i % 2 == 0 ? 4 : 128));
		struct port_pool_slice slice = {
			a < b ? a : b,
			a < b ? b : a,
			(uint16_t)(any() % workers),
			workers,
		};
		uint32_t n = 0;

		if (i == 0)
			slice = (struct port_pool_slice){ 0, 65535, 0, 1 };
		fill(&slice);
		for (uint32_t port = 0; port < 65536; port++) {
			bool ours = port != 0 && port >= slice.low && port <= slice.high
				&& (port >> 1) % slice.workers == slice.worker;
			unsigned word = port / 128;

			assert_int_equal(p.word[port & 1][word].free >> (port >> 1) % 64 & 1, ours);
			assert_true(!ours || (p.some[port & 1][word / 64] >> word % 64 & 1));
			n += ours;
		}
		assert_int_equal(p.n_free, n);
	}
}

static void
what_is_taken_or_left_out_is_not_free(void **state)
{
	static bool free_port[65536];

	srand(4);
	for (unsigned round = 0; round < 100; round++) {
		struct port_pool_slice slice = { 1000, (uint16_t)(30000 + any() % 35536), 1, 3 };

		fill(&slice);
		for (uint32_t port = 0; port < 65536; port++)
			free_port[port] = port >= 1000 && port <= slice.high
				&& (port >> 1) % 3 == 1;
		for (unsigned i = 0; i < 20; i++) {
			uint16_t low = (uint16_t)any(),
				 high = (uint16_t)RTE_MIN(low + any() % 300, 65535u);
			uint16_t one = (uint16_t)any();

			port_mask_except(&may, low, high);
			for (uint32_t port = low; port <= high; port++)
				free_port[port] = false;
			port_pool_take_one(&p, one);
			free_port[one] = false;
		}
		port_pool_fill(&p, &slice, &may);
		for (uint32_t port = 0; port < 65536; port++)
			assert_int_equal(port_pool_take_one(&p, (uint16_t)port), free_port[port]);
		assert_int_equal(p.n_free, 0);
	}
}

static void
parity_is_kept_while_it_can_be(void **state)
{
	struct port_pool_slice slice = { 2000, 2009, 0, 1 };

	fill(&slice);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(port_pool_take(&p, 7, any()) & 1, 1);
	assert_int_equal(port_pool_take(&p, 7, any()) & 1, 0);
}

static void
one_port_is_taken_once(void **state)
{
	struct port_pool_slice slice = { 1024, 65535, 0, 1 };

	fill(&slice);
	assert_true(port_pool_take_one(&p, 5000));
	assert_false(port_pool_take_one(&p, 5000));
	assert_false(port_pool_take_one(&p, 80));
	port_pool_give(&p, 5000);
	assert_true(port_pool_take_one(&p, 5000));
}

/* RFC 6056: 10^5 draws from a pool that is half full, 64 classes: chi-square, and no serial
 * correlation. */
static void
ports_are_unpredictable(void **state)
{
	enum { DRAWS = 100000, CLASSES = 64 };
	struct port_pool_slice slice = { 1024, 65535, 0, 1 };
	static unsigned count[CLASSES];
	double chi = 0, sum = 0, square = 0, product = 0, before = 0, mean;

	srand(5);
	memset(count, 0, sizeof(count));
	fill(&slice);
	for (unsigned i = 0; i < 20000; i++)
		port_pool_take(&p, (uint16_t)any(), any());
	for (unsigned i = 0; i < DRAWS; i++) {
		uint16_t port = port_pool_take(&p, (uint16_t)any(), any());
		double x = port;

		count[(port - 1024) / 1008]++;
		sum += x;
		square += x * x;
		product += i > 0 ? x * before : 0;
		before = x;
		port_pool_give(&p, port);
	}
	mean = sum / DRAWS;
	for (unsigned i = 0; i < CLASSES; i++)
		chi += (count[i] - DRAWS / 64.0) * (count[i] - DRAWS / 64.0) / (DRAWS / 64.0);
	/* What is free is not spread quite evenly itself; 63 degrees of freedom, generous. */
	assert_true(chi < 63 * 8);
	assert_true((product / DRAWS - mean * mean) / (square / DRAWS - mean * mean) < 0.01);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_port_of_the_range_is_given_once),
		cmocka_unit_test(slices_of_workers_do_not_meet_and_miss_nothing),
		cmocka_unit_test(free_are_the_own_ports_of_the_range),
		cmocka_unit_test(what_is_taken_or_left_out_is_not_free),
		cmocka_unit_test(parity_is_kept_while_it_can_be),
		cmocka_unit_test(one_port_is_taken_once),
		cmocka_unit_test(ports_are_unpredictable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
