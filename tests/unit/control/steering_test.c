/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive packet steering: packets go to the worker that is likely to own them before they are
 * parsed, and are counted there; a wrong guess, a full ring and a frame that ends early harm
 * nobody.
 */
#include "handover_world.h"

/* The receiver neither parses nor counts a packet whose owner it guesses: to the owner it is as if
 * it had come from a queue. */
static void
a_plain_flow_of_another_is_given_to_it_at_once(void **state)
{
	struct handover *h = *state;
	struct ledger *l[2];
	const char *flow;
	unsigned lan, wan;

	given_judges(h, CONFIG(4096, "198.51.100.1"), 2);
	observed(h);
	lan = port_of(&h->on, "lan")->index;
	wan = port_of(&h->on, "wan")->index;
	for (unsigned i = 0; i < 2; i++)
		l[i] = fastpath_ledger(worker_of(&h->on, i)->fp);
	flow = a_plain_flow_of(h, 1);
	for (unsigned i = 0; i < 5; i++) {
		come_in(h, flow);
		judge_all(h);
	}
	assert_int_equal(h->judged, 5);
	assert_int_equal(l[0]->port[lan].rx, 0);
	assert_int_equal(l[0]->lookups_hit + l[0]->lookups_miss, 0);
	assert_int_equal(l[0]->held[HELD_ring], 0);
	assert_int_equal(l[1]->port[lan].rx, 5);
	assert_int_equal(l[1]->held[HELD_ring], 0);
	assert_int_equal(asked(h), 1); /* the owner, for the first one */
	assert_int_equal(worker_of(&h->on, 1)->handed, 5);
	flow = a_plain_flow_of(h, 0);
	come_in(h, flow);
	judge_all(h);
	assert_int_equal(l[0]->port[lan].rx, 1);
	for (unsigned i = 0; i < 8;
		i++) { /* replies, or what looks like them: by the slice of the port */
		char text[80];

		snprintf(text, sizeof(text), "udp 203.0.113.9:53 > 198.51.100.1:%u", 2000 + i);
		come_in(h, text);
		judge_all(h);
	}
	assert_int_equal(h->judged, 14);
	assert_int_equal(l[0]->port[wan].rx, 4);
	assert_int_equal(l[1]->port[wan].rx, 4);
	assert_int_equal(worker_of(&h->on, 0)->handed + worker_of(&h->on, 1)->handed, 9);
	what_left_is_counted(h);
}

/* Frames that end early are not read beyond their end (a build with AddressSanitizer tells), and
 * are dropped once. */
static void
frames_that_end_early_are_accounted(void **state)
{
	struct handover *h = *state;
	const struct ledger *l;
	const char *flow;
	uint64_t rx = 0;

	given_judges(h, CONFIG(4096, "198.51.100.1"), 2);
	flow = a_plain_flow_of(h, 1);
	for (unsigned bytes = 1; bytes < 42; bytes++) {
		struct rte_mbuf *m = frame_to(&h->on, "lan", flow);

		assert_int_equal(rte_pktmbuf_trim(m, (uint16_t)(m->data_len - bytes)), 0);
		assert_int_equal(capture_push(port_of(&h->on, "lan"), 0, &m, 1), 1);
		judge_all(h);
	}
	assert_int_equal(h->left, 0);
	for (unsigned i = 0; i < 2; i++) {
		l = fastpath_ledger(worker_of(&h->on, i)->fp);
		rx += l->port[port_of(&h->on, "lan")->index].rx;
	}
	assert_int_equal(rx, 41);
}

/* What finds no room in the ring is judged here, so it is handed over like any other, in vain. */
static void
a_plain_flow_whose_owner_is_full_is_accounted(void **state)
{
	struct handover *h = *state;
	struct ledger *l[2];
	const char *flow;
	unsigned lan, wan;

	given_judges(h, CONFIG(4096, "198.51.100.1"), 2);
	lan = port_of(&h->on, "lan")->index;
	wan = port_of(&h->on, "wan")->index;
	for (unsigned i = 0; i < 2; i++)
		l[i] = fastpath_ledger(worker_of(&h->on, i)->fp);
	flow = a_plain_flow_of(h, 1);
	for (unsigned i = 0; i < STEER_RING + 100; i++) {
		come_in(h, flow);
		worker_step(worker_of(&h->on, 0));
		h->n = 0;
	}
	assert_int_equal(l[0]->iface[0].drops[REASON_handoff_full], 100);
	assert_int_equal(l[0]->port[lan].rx, 100);
	assert_int_equal(l[0]->held[HELD_ring], 0);
	judge_all(h);
	assert_int_equal(l[1]->port[lan].rx, STEER_RING);
	assert_int_equal(l[1]->port[wan].tx, STEER_RING);
	assert_int_equal(l[1]->held[HELD_ring], 0);
}

/* A wrong guess: the pool's box has the address of a port forward, whose owner goes by the other
 * end. */
static void
a_wrong_guess_is_handed_on(void **state)
{
	struct handover *h = *state;
	struct ledger *l[3];
	uint64_t rx = 0, handed = 0;
	unsigned wan;

	given_judges(h, CONFIG(4096, "198.51.100.1"), WORKERS);
	observed(h);
	wan = port_of(&h->on, "wan")->index;
	for (unsigned i = 0; i < 64; i++) {
		char text[80];

		snprintf(text, sizeof(text), "tcp 203.0.113.%u:4000 > 198.51.100.1:8080", i + 1);
		come_in(h, text);
		judge_all(h);
	}
	assert_int_equal(h->judged, 64);
	for (unsigned i = 0; i < WORKERS; i++) {
		l[i] = fastpath_ledger(worker_of(&h->on, i)->fp);
		rx += l[i]->port[wan].rx;
		handed += worker_of(&h->on, i)->handed;
	}
	assert_int_equal(rx, 64);
	assert_true(handed > 64); /* most of them twice */
}

/* Nobody but the owner pays when buffers run out: what it gets none for is dropped, and counted as
 * received there. */
static void
without_buffers_frames_are_dropped_and_accounted(void **state)
{
	static struct rte_mbuf *all[1 << 16];
	struct handover *h = *state;
	struct rte_mbuf *m[2 * BURST];
	struct rte_mempool *pool;
	struct ledger *l;
	unsigned lan, n = 0;

	given_judges(h, CONFIG(4096, "198.51.100.1"), 2);
	lan = port_of(&h->on, "lan")->index;
	l = fastpath_ledger(worker_of(&h->on, 1)->fp);
	for (unsigned i = 0; i < RTE_DIM(m); i++) {
		m[i] = frame_to(
			&h->on, "lan", i % 2 == 0 ? a_plain_flow_of(h, 1) : a_flow_of(h, 1));
		assert_non_null(m[i]);
	}
	assert_int_equal(capture_push(port_of(&h->on, "lan"), 0, m, RTE_DIM(m)), RTE_DIM(m));
	while (l->port[lan].rx == 0 && worker_step(worker_of(&h->on, 0)) != 0)
		;
	pool = pools_of_node(appliance_pools(h->on.a), 0);
	while (n < RTE_DIM(all) && (all[n] = rte_pktmbuf_alloc(pool)) != NULL)
		n++;
	assert_true(n < RTE_DIM(all));
	for (unsigned i = 0; i < RTE_DIM(m) / 2; i++)
		worker_step(worker_of(&h->on, 1));
	assert_int_equal(l->iface[0].drops[REASON_no_mbuf], RTE_DIM(m) / 2);
	worker_drain(worker_of(&h->on, 1)); /* as at a stop: nothing is left */
	assert_int_equal(l->iface[0].drops[REASON_no_mbuf], RTE_DIM(m));
	assert_int_equal(l->port[lan].rx, RTE_DIM(m) / 2);
	assert_int_equal(l->held[HELD_ring], -(int)RTE_DIM(m) / 2);
	rte_pktmbuf_free_bulk(all, n);
	judge_all(h);
	assert_int_equal(h->left, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* Fewer workers after more: EAL is started once. */
		cmocka_unit_test_setup_teardown(a_wrong_guess_is_handed_on, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_plain_flow_of_another_is_given_to_it_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_plain_flow_whose_owner_is_full_is_accounted, setup, teardown),
		cmocka_unit_test_setup_teardown(
			frames_that_end_early_are_accounted, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_buffers_frames_are_dropped_and_accounted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
