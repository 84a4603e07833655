/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues: order, bound and account of what a device does not take. */

#include "unit/io/ports_fixture.h"

static void
a_frame_pushed_is_received_with_its_port(void **state)
{
	struct rte_mbuf *in[1], *out[4];
	struct rx_queue rx;
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	rx_queue_init(&rx, &f.ports.at[1], 0);
	fixture_frames(&f, in, 1, 9);
	in[0]->port = 77;
	assert_int_equal(capture_push(&f.ports.at[1], 0, in, 1), 1);

	assert_int_equal(queue_receive(&rx, out, 4), 1);
	assert_ptr_equal(out[0], in[0]);
	assert_int_equal(out[0]->port, f.ports.at[1].id);
	rte_pktmbuf_free(out[0]);
	fixture_close(&f);
}

static void
given_queue(struct ports_fixture *f, struct tx_queue *tx)
{
	fixture_open(f, 1, 1);
	tx_queue_init(tx, &f->ports.at[1], 0, FIXTURE_BURST);
}

static void
what_is_sent_leaves_in_order_and_is_counted(void **state)
{
	struct rte_mbuf *pkts[4];
	struct tx_queue tx;
	struct ports_fixture f;

	(void)state;
	given_queue(&f, &tx);
	fixture_frames(&f, pkts, 4, 1);

	assert_int_equal(queue_send(&tx, pkts, 4), 0);
	fixture_expect(&f, 4, 1);
	assert_int_equal(tx.packets, 4);
	assert_int_equal(tx.bytes, 240);
	assert_int_equal(queue_held(&tx), 0);
	fixture_close(&f);
}

/* The device is full: fills its ring. */
static void
given_a_full_device(struct ports_fixture *f)
{
	struct rte_mbuf *pkts[64];
	struct tx_queue tx;

	tx_queue_init(&tx, &f->ports.at[1], 0, 32);
	for (unsigned i = 0; i < CAPTURE_RING; i += 64) {
		fixture_frames(f, pkts, 64, 0);
		assert_int_equal(queue_send(&tx, pkts, 64), 0);
	}
}

static void
given_full_queue(struct ports_fixture *f, struct tx_queue *tx)
{
	given_queue(f, tx);
	given_a_full_device(f);
}

static void
empty_the_device(struct ports_fixture *f)
{
	struct rte_mbuf *pkts[64];
	unsigned n;

	while ((n = capture_drain(&f->ports.at[1], 0, pkts, 64)) > 0)
		rte_pktmbuf_free_bulk(pkts, n);
}

static void
a_full_device_keeps_two_bursts_and_no_more(void **state)
{
	struct rte_mbuf *pkts[4];
	struct tx_queue tx;
	struct ports_fixture f;

	(void)state;
	given_full_queue(&f, &tx);

	fixture_frames(&f, pkts, 4, 1);
	assert_int_equal(queue_send(&tx, pkts, 4), 0);
	fixture_frames(&f, pkts, 4, 5);
	assert_int_equal(queue_send(&tx, pkts, 4), 0);
	fixture_frames(&f, pkts, 3, 9);
	assert_int_equal(queue_send(&tx, pkts, 3), 3);
	assert_int_equal(queue_held(&tx), 8);
	assert_int_equal(tx.dropped, 3);
	assert_int_equal(queue_flush(&tx), 0);

	empty_the_device(&f);
	assert_int_equal(queue_flush(&tx), 8);
	fixture_expect(&f, 8, 1);
	assert_int_equal(tx.packets, 8);
	fixture_close(&f);
}

static void
older_frames_leave_before_newer_ones(void **state)
{
	struct rte_mbuf *pkts[4];
	struct tx_queue tx;
	struct ports_fixture f;

	(void)state;
	given_full_queue(&f, &tx);
	fixture_frames(&f, pkts, 3, 1);
	assert_int_equal(queue_send(&tx, pkts, 3), 0);
	empty_the_device(&f);

	fixture_frames(&f, pkts, 4, 4);
	assert_int_equal(queue_send(&tx, pkts, 4), 0);
	fixture_expect(&f, 7, 1);
	fixture_close(&f);
}

static void
fini_frees_and_counts_the_backlog(void **state)
{
	struct rte_mbuf *pkts[4];
	struct tx_queue tx;
	struct ports_fixture f;

	(void)state;
	given_full_queue(&f, &tx);
	fixture_frames(&f, pkts, 4, 1);
	queue_send(&tx, pkts, 4);

	assert_int_equal(tx_queue_fini(&tx), 4);
	assert_int_equal(tx.dropped, 4);
	empty_the_device(&f);
	fixture_close(&f);
}

static void
a_shared_queue_in_use_is_not_waited_for(void **state)
{
	struct rte_mbuf *pkts[2];
	struct tx_queue tx;
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	f.ports.at[1].tx_shared = true;
	tx_queue_init(&tx, &f.ports.at[1], 0, FIXTURE_BURST);
	atomic_flag_test_and_set(&tx.share->busy);

	fixture_frames(&f, pkts, 2, 1);
	assert_int_equal(queue_send(&tx, pkts, 2), 0);
	assert_int_equal(queue_held(&tx), 2);
	atomic_flag_clear(&tx.share->busy);
	assert_int_equal(queue_flush(&tx), 2);
	fixture_expect(&f, 2, 1);
	fixture_close(&f);
}

static void
a_flat_device_gets_one_buffer_a_frame(void **state)
{
	struct rte_mbuf *parts[3], *pkts[2], *out[2];
	struct tx_queue tx;
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	f.ports.at[1].flat = true;
	tx_queue_init(&tx, &f.ports.at[1], 0, FIXTURE_BURST);
	fixture_frames(&f, parts, 3, 1);
	assert_int_equal(rte_pktmbuf_chain(parts[0], parts[1]), 0);
	pkts[0] = parts[0];
	pkts[1] = parts[2];

	assert_int_equal(queue_send(&tx, pkts, 2), 0);
	assert_int_equal(capture_drain(&f.ports.at[1], 0, out, 2), 2);
	assert_int_equal(out[0]->nb_segs, 1);
	assert_int_equal(out[0]->data_len, 120);
	assert_int_equal(rte_pktmbuf_mtod(out[0], uint8_t *)[60], 2);
	assert_ptr_equal(out[1], parts[2]);
	rte_pktmbuf_free_bulk(out, 2);
	fixture_close(&f);
}

#ifdef WEIR_DEBUG
static void
a_device_made_to_take_some_takes_those(void **state)
{
	struct rte_mbuf *pkts[4];
	struct tx_queue tx;
	struct ports_fixture f;

	(void)state;
	given_queue(&f, &tx);
	fixture_frames(&f, pkts, 4, 1);

	queue_fault_accept = 3;
	assert_int_equal(queue_send(&tx, pkts, 4), 0);
	assert_int_equal(queue_held(&tx), 1);
	queue_fault_accept = -1;
	assert_int_equal(queue_flush(&tx), 1);
	fixture_expect(&f, 4, 1);
	fixture_close(&f);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_pushed_is_received_with_its_port),
		cmocka_unit_test(what_is_sent_leaves_in_order_and_is_counted),
		cmocka_unit_test(a_full_device_keeps_two_bursts_and_no_more),
		cmocka_unit_test(older_frames_leave_before_newer_ones),
		cmocka_unit_test(fini_frees_and_counts_the_backlog),
		cmocka_unit_test(a_shared_queue_in_use_is_not_waited_for),
		cmocka_unit_test(a_flat_device_gets_one_buffer_a_frame),
#ifdef WEIR_DEBUG
		cmocka_unit_test(a_device_made_to_take_some_takes_those),
#endif
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
