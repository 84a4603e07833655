/* SPDX-License-Identifier: BSD-3-Clause */
/* Drops for want of room, to the packet: a port that takes nothing, a ring that is full, no
 * buffers, the end.  What a capture cannot bring about, tests/scenario/reasons.py leaves to this.
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2, 198.51.100.3 (does not answer) */
#include "io/steer.h"
#include "support/appliance_fixture.h"

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

/* Steps until nothing is left to do, and takes all that is sent. */
static void
flush(struct appliance_fixture *f)
{
	while (appliance_step(f->a) != 0)
		drain(f);
	drain(f);
}

/* Exactly n packets were dropped for the reason, and none for another. */
static void
expect_drops(struct appliance_fixture *f, enum reason reason, uint64_t n)
{
	struct ledger_sum sum;

	workers_ledger(appliance_workers(f->a), &sum);
	assert_int_equal(sum.imbalance, 0);
	assert_int_equal(sum.drops[reason], n);
	assert_int_equal(sum.dropped, n);
}

static void
port_that_is_not_read_drops_the_rest(void **state)
{
	struct appliance_fixture *f = *state;
	unsigned room = CAPTURE_RING + 2 * 32;

	given(f, CONFIG);
	for (unsigned i = 0; i < room + EXTRA; i++) {
		push_only(f, "lan", THROUGH);
		appliance_step(f->a);
	}
	expect_drops(f, REASON_tx_full, EXTRA);

	flush(f);
	push_only(f, "lan", THROUGH);
	flush(f);
	expect_drops(f, REASON_tx_full, EXTRA);
}

static void
ring_to_a_worker_that_stands_still_drops_the_rest(void **state)
{
	struct appliance_fixture *f = *state;
	struct worker *receiver;
	char packet[64] = "";

	given_workers(f, CONFIG, 2);
	receiver = worker_of(f, 0);
	/* lan is read by worker 0; a flow of the other worker. */
	for (unsigned port = 1; port < 1000; port++) {
		struct rte_mbuf *m;
		unsigned owner;

		snprintf(packet, sizeof(packet), "udp 10.0.0.2:%u > 198.51.100.2:9", port);
		m = frame_to(f, "lan", packet);
		owner = steer_frame(receiver->common->steer, m);
		rte_pktmbuf_free(m);
		if (owner == 1)
			break;
	}
	for (unsigned i = 0; i < STEER_RING + EXTRA; i++) {
		push_only(f, "lan", packet);
		worker_step(receiver);
	}
	expect_drops(f, REASON_handoff_full, EXTRA);
	flush(f);
	expect_drops(f, REASON_handoff_full, EXTRA);
}

static void
port_that_was_taken_away_drops_everything(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, CONFIG);
	fastpath_set_port(worker_of(f, 0)->fp, port_of(f, "wan")->index, NULL);
	for (unsigned i = 0; i < EXTRA; i++)
		push_only(f, "lan", THROUGH);
	flush(f);
	expect_drops(f, REASON_port_down, EXTRA);
}

static void
packet_that_needs_buffers_needs_them_now(void **state)
{
	static struct rte_mbuf *hoard[HOARD_MAX];
	struct appliance_fixture *f = *state;
	struct rte_mempool *pool;
	unsigned n = 0;

	given(f, CONFIG);
	pool = pools_of_node(appliance_pools(f->a), 0);
	for (unsigned i = 0; i < EXTRA; i++)
		push_only(f, "lan",
			"udp 10.0.0.2:1 > 198.51.100.2:2 size 1400"); /* three fragments each */
	while (n < HOARD_MAX && (hoard[n] = rte_pktmbuf_alloc(pool)) != NULL)
		n++;
	appliance_step(f->a);
	rte_pktmbuf_free_bulk(hoard, n);
	expect_drops(f, REASON_no_mbuf, EXTRA);

	push_only(f, "lan", THROUGH);
	flush(f);
	expect_drops(f, REASON_no_mbuf, EXTRA);
}

static void
packet_that_waits_at_the_end_is_dropped_as_stopped(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, CONFIG);
	push_only(f, "lan", "udp 10.0.0.2:1 > 198.51.100.3:2");
	flush(f);
	expect_drops(f, REASON_stopped, 0);

	appliance_halt(f->a);
	expect_drops(f, REASON_stopped, 1);
}

int
main(void)
{
	/* Two workers first: later appliances of a process have at most as many. */
	const struct CMUnitTest tests[] = {
		appliance_test(ring_to_a_worker_that_stands_still_drops_the_rest),
		appliance_test(port_that_is_not_read_drops_the_rest),
		appliance_test(port_that_was_taken_away_drops_everything),
		appliance_test(packet_that_needs_buffers_needs_them_now),
		appliance_test(packet_that_waits_at_the_end_is_dropped_as_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
