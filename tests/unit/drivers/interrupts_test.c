/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive interrupts: of a device of net_weir_replay, which interrupts when answers come, and how a
 * worker sleeps on them. */

#include "unit/drivers/replay_fixture.h"

#include "base/doorbell.h"
#include "io/port.h"
#include "io/rx_interrupt.h"
#include "worker/interrupts.h"
#include "worker/worker.h"

static const char answering[] = "answer=1,interrupts=1";

/* A worker of a port whose one queue can interrupt. */
struct world {
	struct replay_fixture f;
	struct ports ports;
	struct doorbell bell;
	struct worker_common common;
	struct worker w;
};

static struct world *
given_worker(void)
{
	struct world *o = aligned_alloc(64, RTE_ALIGN_CEIL(sizeof(*o), 64));
	struct worker_setup setup = { .flows = 1024, .idle = IDLE_INTERRUPT };
	struct port *port;

	assert_non_null(o);
	fixture_clear();
	memset(o, 0, sizeof(*o));
	fixture_open(&o->f, answering, 1, 0);
	o->ports.count = 1;
	o->ports.workers = 1;
	port = &o->ports.at[0];
	port->id = o->f.port;
	port->rx_queues = port->tx_queues = 1;
	port->used = true;
	port->interrupts = rx_interrupt_try(port);
	assert_int_equal(doorbell_init(&o->bell), 0);
	o->common = (struct worker_common){
		.count = 1, .burst = 32, .ports = &o->ports, .bells = &o->bell
	};
	setup.common = &o->common;
	setup.pool = o->f.pool;
	clock_init_virtual(&setup.clock, 0);
	assert_int_equal(worker_init(&o->w, &setup), 0);
	rx_queue_init(&o->w.sources[0].queue, port, 0);
	o->w.n_sources = 1;
	interrupts_list(&o->w);
	return o;
}

static void
close_world(struct world *o)
{
	interrupts_unlist(&o->w);
	worker_fini(&o->w);
	doorbell_fini(&o->bell);
	fixture_close(&o->f);
	free(o);
}

/* Sends a datagram, whose answer comes at once. */
static void
given_answer(const struct replay_fixture *f)
{
	struct packet p = given_frame("udp 192.0.2.1:1001 > 198.51.100.1:53");
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->pool);

	memcpy(rte_pktmbuf_append(m, (uint16_t)p.n), p.bytes, p.n);
	free(p.bytes);
	assert_int_equal(rte_eth_tx_burst(f->port, 0, &m, 1), 1);
}

static void
take_answer(const struct replay_fixture *f)
{
	rte_pktmbuf_free(receive_one(f));
}

static void
queues_have_interrupts_of_their_own(void **state)
{
	struct port port = { .rx_queues = 3 };
	struct replay_fixture f = { .port = 0 };

	(void)state;
	fixture_clear();
	fixture_open(&f, answering, 3, 0);
	port.id = f.port;
	assert_true(rx_interrupt_try(&port));
	fixture_close(&f);
}

static void
a_device_without_them_is_found_out(void **state)
{
	struct port port = { .rx_queues = 1 };
	struct replay_fixture f = { .port = 0 };

	(void)state;
	fixture_clear();
	fixture_open(&f, "answer=1", 1, 0);
	port.id = f.port;
	assert_false(rx_interrupt_try(&port));
	fixture_close(&f);
}

static void
a_packet_wakes_a_sleeping_worker(void **state)
{
	struct world *o = given_worker();

	(void)state;
	assert_true(o->w.interrupts.ready);
	assert_true(interrupts_arm(&o->w));
	given_answer(&o->f);
	assert_true(interrupts_wait(&o->w));
	assert_int_equal(o->w.interrupts.state, INTERRUPTS_WOKEN);
	take_answer(&o->f);
	close_world(o);
}

/* What comes before the interrupt is enabled is found by the loop between. */
static void
a_packet_that_came_before_is_seen_by_one_more_look(void **state)
{
	struct world *o = given_worker();

	(void)state;
	given_answer(&o->f);
	assert_true(interrupts_arm(&o->w));
	take_answer(&o->f);
	assert_false(interrupts_wait(&o->w)); /* and there was no interrupt */
	close_world(o);
}

static void
an_awake_worker_is_not_interrupted(void **state)
{
	struct world *o = given_worker();

	(void)state;
	assert_true(interrupts_arm(&o->w));
	interrupts_end(&o->w);
	given_answer(&o->f);
	take_answer(&o->f);
	assert_true(interrupts_arm(&o->w));
	assert_false(interrupts_wait(&o->w));
	close_world(o);
}

static void
the_doorbell_wakes_it(void **state)
{
	struct world *o = given_worker();

	(void)state;
	assert_true(interrupts_arm(&o->w));
	worker_wake(&o->common, 0);
	assert_true(interrupts_wait(&o->w));
	assert_true(interrupts_arm(&o->w));
	assert_false(interrupts_wait(&o->w)); /* once */
	close_world(o);
}

static void
nothing_wakes_it_after_the_bound(void **state)
{
	struct world *o = given_worker();

	(void)state;
	assert_true(interrupts_arm(&o->w));
	assert_false(interrupts_wait(&o->w));
	close_world(o);
}

static void
a_worker_with_a_backlog_sleeps_by_time(void **state)
{
	struct world *o = given_worker();

	(void)state;
	o->w.tx[0].count = 1;
	assert_false(interrupts_arm(&o->w));
	o->w.tx[0].count = 0;
	assert_true(interrupts_arm(&o->w));
	close_world(o);
}

/* The second queue's interrupt cannot be enabled: then the first one's is disabled again. */
static void
a_failing_enable_leaves_none_enabled(void **state)
{
	struct world *o = given_worker();

	(void)state;
	o->w.sources[1] = o->w.sources[0];
	o->w.sources[1].queue.queue = 7; /* the device does not have it */
	o->w.sources[1].interrupts = false;
	o->w.n_sources = 2;
	assert_false(interrupts_arm(&o->w));
	assert_int_equal(o->w.interrupts.state, INTERRUPTS_OFF);
	assert_false(o->w.interrupts.ready);
	given_answer(&o->f);
	o->w.n_sources = 1;
	take_answer(&o->f);
	o->w.interrupts.ready = true;
	assert_true(interrupts_arm(&o->w));
	assert_false(interrupts_wait(&o->w)); /* the answer did not interrupt */
	close_world(o);
}

static void
a_port_without_interrupts_makes_its_worker_sleep_by_time(void **state)
{
	struct world *o = given_worker();

	(void)state;
	interrupts_unlist(&o->w);
	o->ports.at[0].interrupts = false;
	interrupts_list(&o->w);
	assert_false(interrupts_arm(&o->w));
	close_world(o);
}

/* A worker that polls no queue waits for what others hand over. */
static void
a_worker_without_queues_sleeps_on_its_doorbell(void **state)
{
	struct world *o = given_worker();

	(void)state;
	interrupts_unlist(&o->w);
	o->w.n_sources = 0;
	interrupts_list(&o->w);
	assert_true(interrupts_arm(&o->w));
	worker_wake(&o->common, 0);
	assert_true(interrupts_wait(&o->w));
	close_world(o);
}

static void
queues_that_leave_the_list_wake_nobody(void **state)
{
	struct world *o = given_worker();

	(void)state;
	assert_true(interrupts_arm(&o->w));
	interrupts_unlist(&o->w);
	assert_int_equal(o->w.interrupts.state, INTERRUPTS_OFF);
	o->w.n_sources = 0;
	interrupts_list(&o->w);
	assert_true(interrupts_arm(&o->w));
	given_answer(&o->f);
	assert_false(interrupts_wait(&o->w));
	take_answer(&o->f);
	close_world(o);
}

/* Packets are found after a sleep that nothing has ended. */
static void
given_missed(struct world *o, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		assert_true(interrupts_arm(&o->w));
		assert_false(interrupts_wait(&o->w));
		o->w.packets++;
		interrupts_end(&o->w);
	}
}

static void
interrupts_that_do_not_come_are_given_up(void **state)
{
	struct world *o = given_worker();

	(void)state;
	given_missed(o, INTERRUPTS_MISSED);
	assert_false(interrupts_arm(&o->w));
	assert_true(atomic_load(&o->w.interrupts.deaf));
	interrupts_unlist(&o->w);
	interrupts_list(&o->w);
	assert_false(interrupts_arm(&o->w)); /* for good */
	close_world(o);
}

static void
an_interrupt_that_comes_restores_the_trust(void **state)
{
	struct world *o = given_worker();

	(void)state;
	given_missed(o, INTERRUPTS_MISSED - 1);
	assert_true(interrupts_arm(&o->w));
	given_answer(&o->f);
	assert_true(interrupts_wait(&o->w));
	o->w.packets++;
	interrupts_end(&o->w);
	take_answer(&o->f);
	given_missed(o, INTERRUPTS_MISSED - 1);
	assert_true(interrupts_arm(&o->w));
	close_world(o);
}

/* A worker that works without packets, by timers say, has missed nothing. */
static void
loops_without_packets_prove_nothing(void **state)
{
	struct world *o = given_worker();

	(void)state;
	for (unsigned i = 0; i < 2 * INTERRUPTS_MISSED; i++) {
		assert_true(interrupts_arm(&o->w));
		assert_false(interrupts_wait(&o->w));
		interrupts_end(&o->w);
	}
	close_world(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_have_interrupts_of_their_own),
		cmocka_unit_test(a_device_without_them_is_found_out),
		cmocka_unit_test(a_packet_wakes_a_sleeping_worker),
		cmocka_unit_test(a_packet_that_came_before_is_seen_by_one_more_look),
		cmocka_unit_test(an_awake_worker_is_not_interrupted),
		cmocka_unit_test(the_doorbell_wakes_it),
		cmocka_unit_test(nothing_wakes_it_after_the_bound),
		cmocka_unit_test(a_worker_with_a_backlog_sleeps_by_time),
		cmocka_unit_test(a_failing_enable_leaves_none_enabled),
		cmocka_unit_test(a_port_without_interrupts_makes_its_worker_sleep_by_time),
		cmocka_unit_test(a_worker_without_queues_sleeps_on_its_doorbell),
		cmocka_unit_test(queues_that_leave_the_list_wake_nobody),
		cmocka_unit_test(interrupts_that_do_not_come_are_given_up),
		cmocka_unit_test(an_interrupt_that_comes_restores_the_trust),
		cmocka_unit_test(loops_without_packets_prove_nothing),
	};

	return cmocka_run_group_tests_name("interrupts", tests, fixture_start_dpdk, stop_dpdk);
}
