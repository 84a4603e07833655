/* SPDX-License-Identifier: BSD-3-Clause */
/* Drops for want of room, to the packet: a port that takes nothing, a ring that is full, no
 * buffers, the end.  What a capture cannot bring about, tests/scenario/reasons.py leaves to this.
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2, 198.51.100.3 (does not answer) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "offline/offline.h"
#include "control/report.h"
#include "io/capture.h"
#include "io/steer.h"
#include "packet/notation.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024, burst: 32}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], mtu: 576, pipeline: all,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"pipelines: {all: [{route: main}]}\n"

#define THROUGH "udp 10.0.0.2:1000 > 198.51.100.2:2000"

enum {
	EXTRA = 3, /* frames more than there is room for */
	HOARD_MAX = 65536,
};

struct fixture {
	struct offline offline;
	struct port *lan, *wan;
};

static int
start(void **state, unsigned workers)
{
	struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.workers = workers,
	};
	static struct fixture f;
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", CONFIG, err);

	f = (struct fixture){ .offline.appliance = appliance_start(cfg, &how, err) };
	err_print(err, stderr, false);
	err_destroy(err);
	if (f.offline.appliance == NULL)
		return -1;
	f.lan = ports_find(appliance_ports(f.offline.appliance), "lan");
	f.wan = ports_find(appliance_ports(f.offline.appliance), "wan");
	*state = &f;
	return 0;
}

static int
setup(void **state)
{
	return start(state, 1);
}

static int
setup_two(void **state)
{
	return start(state, 2);
}

/* Every test ends with the ledger in balance and all buffers back. */
static int
teardown(void **state)
{
	struct fixture *f = *state;
	struct ledger_sum sum;
	unsigned out;

	appliance_halt(f->offline.appliance);
	workers_ledger(appliance_workers(f->offline.appliance), &sum);
	out = appliance_close(f->offline.appliance);
	appliance_destroy(f->offline.appliance);
	return sum.imbalance == 0 && sum.held == 0 && out == 0 ? 0 : -1;
}

static struct rte_mbuf *
make(struct fixture *f, const char *packet)
{
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 2 } };
	uint8_t frame[2048];
	char why[128];
	int n;

	memcpy(macs.dst, f->lan->mac.addr_bytes, 6);
	n = notation_build(packet, &macs, frame, sizeof(frame), why);
	assert_true(n > 0);
	return offline_frame(&f->offline, frame, (uint32_t)n);
}

static void
push(struct fixture *f, const char *packet)
{
	struct rte_mbuf *m = make(f, packet);

	assert_non_null(m);
	assert_int_equal(capture_push(f->lan, 0, &m, 1), 1);
}

/* Exactly n packets were dropped for the reason, and none for another. */
static void
expect_drops(struct fixture *f, enum reason reason, uint64_t n)
{
	struct ledger_sum sum;

	workers_ledger(appliance_workers(f->offline.appliance), &sum);
	assert_int_equal(sum.imbalance, 0);
	assert_int_equal(sum.drops[reason], n);
	assert_int_equal(sum.dropped, n);
}

static void
port_that_is_not_read_drops_the_rest(void **state)
{
	struct fixture *f = *state;
	unsigned room = CAPTURE_RING + 2 * 32;

	for (unsigned i = 0; i < room + EXTRA; i++) {
		push(f, THROUGH);
		appliance_step(f->offline.appliance);
	}
	expect_drops(f, REASON_tx_full, EXTRA);

	offline_settle(&f->offline);
	push(f, THROUGH);
	offline_settle(&f->offline);
	expect_drops(f, REASON_tx_full, EXTRA);
}

static void
ring_to_a_worker_that_stands_still_drops_the_rest(void **state)
{
	struct fixture *f = *state;
	struct workers *ws = appliance_workers(f->offline.appliance);
	struct worker *receiver = workers_at(ws, 0);
	char packet[64] = "";

	/* lan is read by worker 0; a flow of the other worker. */
	for (unsigned port = 1; port < 1000; port++) {
		struct rte_mbuf *m;
		unsigned owner;

		snprintf(packet, sizeof(packet), "udp 10.0.0.2:%u > 198.51.100.2:9", port);
		m = make(f, packet);
		owner = steer_frame(receiver->common->steer, m);
		rte_pktmbuf_free(m);
		if (owner == 1)
			break;
	}
	for (unsigned i = 0; i < STEER_RING + EXTRA; i++) {
		push(f, packet);
		worker_step(receiver);
	}
	expect_drops(f, REASON_handoff_full, EXTRA);
	offline_settle(&f->offline);
	expect_drops(f, REASON_handoff_full, EXTRA);
}

static void
port_that_was_taken_away_drops_everything(void **state)
{
	struct fixture *f = *state;
	struct worker *w = workers_at(appliance_workers(f->offline.appliance), 0);

	fastpath_set_port(w->fp, f->wan->index, NULL);
	for (unsigned i = 0; i < EXTRA; i++)
		push(f, THROUGH);
	offline_settle(&f->offline);
	expect_drops(f, REASON_port_down, EXTRA);
}

static void
packet_that_needs_buffers_needs_them_now(void **state)
{
	static struct rte_mbuf *hoard[HOARD_MAX];
	struct fixture *f = *state;
	struct rte_mempool *pool = pools_of_node(appliance_pools(f->offline.appliance), 0);
	unsigned n = 0;

	for (unsigned i = 0; i < EXTRA; i++)
		push(f, "udp 10.0.0.2:1 > 198.51.100.2:2 size 1400"); /* three fragments each */
	while (n < HOARD_MAX && (hoard[n] = rte_pktmbuf_alloc(pool)) != NULL)
		n++;
	appliance_step(f->offline.appliance);
	rte_pktmbuf_free_bulk(hoard, n);
	expect_drops(f, REASON_no_mbuf, EXTRA);

	push(f, THROUGH);
	offline_settle(&f->offline);
	expect_drops(f, REASON_no_mbuf, EXTRA);
}

static void
packet_that_waits_at_the_end_is_dropped_as_stopped(void **state)
{
	struct fixture *f = *state;

	push(f, "udp 10.0.0.2:1 > 198.51.100.3:2");
	offline_settle(&f->offline);
	expect_drops(f, REASON_stopped, 0);

	appliance_halt(f->offline.appliance);
	expect_drops(f, REASON_stopped, 1);
}

int
main(void)
{
	/* Two workers first: later appliances of a process have at most as many. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			ring_to_a_worker_that_stands_still_drops_the_rest, setup_two, teardown),
		cmocka_unit_test_setup_teardown(
			port_that_is_not_read_drops_the_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(
			port_that_was_taken_away_drops_everything, setup, teardown),
		cmocka_unit_test_setup_teardown(
			packet_that_needs_buffers_needs_them_now, setup, teardown),
		cmocka_unit_test_setup_teardown(
			packet_that_waits_at_the_end_is_dropped_as_stopped, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
