/* SPDX-License-Identifier: BSD-3-Clause */
/* Two ports whose frames come from memory: for tests of what runs above devices. */
#ifndef UNIT_IO_PORTS_FIXTURE_H
#define UNIT_IO_PORTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/capture.h"
#include "io/eal.h"
#include "io/pool.h"
#include "io/port.h"
#include "io/queue.h"

enum {
	FIXTURE_BURST = 4,
};

struct ports_fixture {
	struct err *err;
	struct ports ports;
	struct pools pools;
	struct rte_mempool *mp;
};

static inline int
fixture_start_dpdk(void **state)
{
	struct eal_core worker = { 0 };
	struct eal_cfg eal = { .workers = &worker,
		.worker_count = 1,
		.hugepages = EAL_HUGEPAGES_NO,
		.memory_bytes = 64 << 20 };
	struct err *err = err_create();
	unsigned core;
	int rc;

	(void)state;
	eal_cores(&core, 1);
	eal.control.core = worker.core = core;
	rc = eal_init(&eal, err);
	err_print(err, stderr, false);
	err_destroy(err);
	return rc;
}

static inline int
fixture_stop_dpdk(void **state)
{
	(void)state;
	eal_fini();
	return 0;
}

/* Ports a and b with these queues, for workers. */
static inline void
fixture_open(struct ports_fixture *f, unsigned queues, unsigned workers)
{
	struct port_cfg cfg[2] = {
		{ .name = "a", .capture = true, .queues = queues },
		{ .name = "b", .capture = true, .queues = queues },
	};
	struct pool_cfg pool = { .burst = FIXTURE_BURST, .holders = 16 };

	memset(f, 0, sizeof(*f));
	f->err = err_create();
	assert_int_equal(ports_open(&f->ports, cfg, 2, workers, f->err), 0);
	assert_int_equal(pools_create(&f->pools, &pool, &f->ports, f->err), 0);
	assert_int_equal(ports_start(&f->ports, &f->pools, f->err), 0);
	f->mp = f->pools.at[0].mp;
}

static inline void
fixture_abandon(struct ports_fixture *f)
{
	ports_close(&f->ports);
	pools_destroy(&f->pools);
	err_destroy(f->err);
}

/* Ends as every test must: all mbufs in their pool. */
static inline void
fixture_close(struct ports_fixture *f)
{
	assert_int_equal(pools_in_use(&f->pools), 0);
	fixture_abandon(f);
}

/* n frames of 60 bytes, the first byte counting from first. */
static inline void
fixture_frames(struct ports_fixture *f, struct rte_mbuf **pkts, unsigned n, unsigned first)
{
	for (unsigned i = 0; i < n; i++) {
		char *data;

		pkts[i] = rte_pktmbuf_alloc(f->mp);
		assert_non_null(pkts[i]);
		data = rte_pktmbuf_append(pkts[i], 60);
		memset(data, 0, 60);
		data[0] = (char)(first + i);
	}
}

/* Drains port b and expects n frames, the first byte counting from first. */
static inline void
fixture_expect(struct ports_fixture *f, unsigned n, unsigned first)
{
	struct rte_mbuf *pkts[64];

	assert_int_equal(capture_drain(&f->ports.at[1], 0, pkts, 64), n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(*rte_pktmbuf_mtod(pkts[i], uint8_t *), first + i);
	rte_pktmbuf_free_bulk(pkts, n);
}

#endif
