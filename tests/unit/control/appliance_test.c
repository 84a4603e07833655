/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole appliance in one process, on ports from memory:
 *
 *   192.0.2.10 --- lan [ Weir ] wan --- 198.51.100.2 */
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/queue.h"
#include "support/appliance_fixture.h"

#define HEAD \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n"
#define ROUTES "routes: {main: []}\n"
#define OPEN   HEAD ROUTES "pipelines: {inside: [{route: main}]}\n"
#define CLOSED HEAD ROUTES "pipelines: {inside: [{drop: {if: {proto: udp}}}, {route: main}]}\n"
#define WRONG \
	HEAD "routes: {main: [{to: 0.0.0.0/0, via: 203.0.113.1}]}\n" \
	     "pipelines: {inside: [{route: main}]}\n"

#define OTHER_SYSTEM \
	"version: 1\n" \
	"system: {flows: 2048}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n"

#define THROUGH "udp 192.0.2.10:1000 > 198.51.100.2:2000"

static cpu_set_t all_cores; /* that the process may use */

static void
a_packet_goes_through(void **state)
{
	struct appliance_fixture *f = *state;

	cpu_set_t cores;

	given(f, OPEN);
	sched_getaffinity(0, sizeof(cores), &cores); /* DPDK has bound nothing to one core */
	assert_true(CPU_EQUAL(&cores, &all_cores));
	push(f, "lan", THROUGH);
	assert_int_equal(sent(f, "wan"), 1);
	assert_int_equal(sent(f, "lan"), 0);
}

static void
uptime_ends_with_the_workers(void **state)
{
	struct appliance_fixture *f = *state;
	uint64_t up;

	given(f, OPEN);
	push(f, "lan", THROUGH);
	up = appliance_uptime_ns(f->a);
	usleep(2000);
	assert_true(appliance_uptime_ns(f->a) >= up + 2 * NS_PER_MS);
	assert_true(appliance_uptime_ns(f->a) < 60 * NS_PER_SECOND);
	assert_true(appliance_halt(f->a));
	up = appliance_uptime_ns(f->a);
	usleep(2000);
	assert_true(appliance_uptime_ns(f->a) == up);
	assert_true(up >= 2 * NS_PER_MS && up < 60 * NS_PER_SECOND);
}

static void
a_reload_changes_what_becomes_of_packets(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, OPEN);
	for (unsigned i = 0; i < 3; i++)
		push_only(f, "lan", THROUGH);
	settle(f);
	assert_int_equal(sent(f, "wan"), 3);

	reload_to(f, CLOSED);
	push(f, "lan", THROUGH);
	assert_int_equal(sent(f, "wan"), 0);

	reload_to(f, OPEN);
	push(f, "lan", THROUGH);
	assert_int_equal(sent(f, "wan"), 1);
}

static void
a_rejected_configuration_changes_nothing(void **state)
{
	struct appliance_fixture *f = *state;
	const struct generation *gen;

	given(f, OPEN);
	gen = appliance_generation(f->a);
	reload_fails(f, WRONG, "203.0.113.1");
	assert_ptr_equal(appliance_generation(f->a), gen);
	push(f, "lan", THROUGH);
	assert_int_equal(sent(f, "wan"), 1);
}

static void
what_needs_a_restart_is_rejected(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, OPEN);
	reload_fails(f, OTHER_SYSTEM, "restart");
}

static void
two_workers_hand_packets_to_their_owners(void **state)
{
	struct appliance_fixture *f = *state;
	uint64_t packets[2];
	char text[64];

	given_workers(f, OPEN, 2);
	for (unsigned i = 0; i < 64; i++) {
		snprintf(text, sizeof(text), "udp 192.0.2.10:%u > 198.51.100.2:2000", 1000 + i);
		push_only(f, "lan", text);
	}
	settle(f);
	assert_int_equal(sent(f, "wan"), 64);
	for (unsigned w = 0; w < 2; w++)
		packets[w] = fastpath_ledger(worker_of(f, w)->fp)->lookups_miss;
	assert_true(packets[0] > 8 && packets[1] > 8);
	assert_int_equal(packets[0] + packets[1], 64);
}

/* Waits until n frames have left by wan, for as long as a busy machine may take. */
static unsigned
await_sent(struct appliance_fixture *f, unsigned n)
{
	unsigned got = 0;

	for (unsigned i = 0; i < 20000 && got < n; i++) {
		got += sent(f, "wan");
		usleep(1000);
	}
	return got;
}

static void
threads_forward_through_reloads_without_loss(void **state)
{
	struct appliance_fixture *f = *state;
	unsigned got = 0;

	given_appliance(f, OPEN, &two_threads);
	for (unsigned i = 0; i < 50; i++) {
		for (unsigned k = 0; k < 8; k++)
			push_only(f, "lan", THROUGH);
		reload_to(f, OPEN);
		got += sent(f, "wan");
	}
	assert_int_equal(got + await_sent(f, 400 - got), 400);
	assert_int_equal(appliance_generation(f->a)->number % 1000 >= 51, 1);
}

static atomic_bool gate_closed, gate_waits; /* the gate in the observer; somebody stands at it */

static void
gate(void *arg, const struct observation *o)
{
	(void)arg;
	(void)o;
	atomic_store(&gate_waits, true);
	while (atomic_load(&gate_closed))
		usleep(1000);
	atomic_store(&gate_waits, false);
}

/* Until the worker that does not stand at the gate has made another loop. */
static void
await_loop(struct workers *ws)
{
	uint64_t first = atomic_load(&workers_at(ws, 0)->loops);
	uint64_t second = atomic_load(&workers_at(ws, 1)->loops);

	while (atomic_load(&workers_at(ws, 0)->loops) == first
		&& atomic_load(&workers_at(ws, 1)->loops) == second)
		usleep(1000);
}

/* The watch's time is the test's own; the worker stands still exactly as long as the gate is
 * closed. */
static void
a_worker_that_stands_still_is_noticed(void **state)
{
	struct appliance_fixture *f = *state;
	const struct observer observer = { .packet = gate };
	struct workers *ws;
	unsigned stalled = 0, ms = 1;

	given_appliance(f, OPEN, &two_threads);
	ws = appliance_workers(f->a);
	for (unsigned w = 0; w < 2; w++)
		fastpath_observe(workers_at(ws, w)->fp, &observer);
	atomic_store(&gate_closed, true);
	push_only(f, "lan", THROUGH);
	while (!atomic_load(&gate_waits))
		usleep(1000);
	for (; ms <= 601; ms += 100) {
		stalled = workers_watch(ws, ms);
		await_loop(ws);
	}
	assert_int_equal(stalled, 1);
	atomic_store(&gate_closed, false);
	assert_int_equal(await_sent(f, 1), 1);
	for (unsigned tries = 0; workers_watch(ws, 1200) != 0 && tries < 10000; tries++)
		usleep(1000);
	assert_int_equal(workers_watch(ws, 1200), 0);
	for (unsigned w = 0; w < 2; w++)
		fastpath_observe(workers_at(ws, w)->fp, NULL);
}

#ifdef WEIR_DEBUG
/* Frames come, and ports take n of a burst; -1: all. */
static void
come_in(struct appliance_fixture *f, unsigned frames, int n, unsigned steps)
{
	queue_fault_accept = n;
	for (unsigned i = 0; i < frames; i++)
		push_only(f, "lan", THROUGH);
	for (unsigned i = 0; i < steps; i++)
		appliance_step(f->a);
}

static void
a_port_that_takes_little_gets_all_of_it_in_the_end(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;

	given(f, OPEN);
	come_in(f, 40, 1, 3);
	read_report(f, &r);
	assert_true(r.held[HELD_transmit] > 30);
	assert_int_equal(r.ledger.imbalance, 0);

	queue_fault_accept = -1;
	settle(f);
	assert_int_equal(sent(f, "wan"), 40);
}

static void
a_port_that_takes_nothing_costs_what_does_not_fit(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;

	given(f, OPEN);
	come_in(f, 200, 0, 20);
	read_report(f, &r);
	assert_int_equal(r.held[HELD_transmit], 128); /* two bursts */
	assert_int_equal(r.ledger.drops[REASON_tx_full], 200 + r.ledger.born - 128);
	queue_fault_accept = -1;
}

static void
without_packet_buffers_nothing_is_born(void **state)
{
	struct appliance_fixture *f = *state;
	struct report before, r;

	given(f, OPEN);
	settle(f);
	read_report(f, &before);
	push_only(f, "lan",
		"udp 192.0.2.10:1000 > 203.0.113.9:53"); /* no route: its sender is told */
	pool_fault_after = 1;
	settle(f);
	pool_fault_after = 0;
	read_report(f, &r);
	assert_int_equal(r.ledger.drops[REASON_no_route], 1);
	assert_int_equal(r.ledger.born, before.ledger.born);
}
#endif

/* What workers are told of a port; whatever they have of it they leave. */
static void
set_present(struct appliance_fixture *f, const char *port, bool present)
{
	atomic_store(&port_of(f, port)->present, present);
	assert_true(workers_take_ports(appliance_workers(f->a)));
}

static void
a_port_whose_device_vanished_is_left_alone(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;

	given_workers(f, OPEN, 2);
	push(f, "lan", THROUGH);
	assert_int_equal(sent(f, "wan"), 1);

	set_present(f, "wan", false);
	for (unsigned i = 0; i < 3; i++)
		push_only(f, "lan", THROUGH);
	settle(f);
	assert_int_equal(sent(f, "wan"), 0);
	read_report(f, &r);
	assert_int_equal(r.ledger.drops[REASON_port_down], 3);
	assert_string_equal(r.port[1].link, "gone");

	set_present(f, "lan", false);
	push(f, "lan", THROUGH); /* nobody takes it */
	set_present(f, "wan", true);
	set_present(f, "lan", true);
	push(f, "lan", THROUGH);
	assert_int_equal(sent(f, "wan"), 2);
}

#ifdef WEIR_DEBUG
static void
what_waits_for_a_port_that_vanishes_is_dropped(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;

	given(f, OPEN);
	come_in(f, 40, 0, 3);
	set_present(f, "wan", false);
	queue_fault_accept = -1;
	settle(f);
	read_report(f, &r);
	assert_true(r.ledger.drops[REASON_port_down] >= 40);
	assert_int_equal(r.held[HELD_transmit], 0);
	assert_int_equal(sent(f, "wan"), 0);
}
#endif

/* Questions for a neighbour are made by a timer, and leave in the loop that makes them. */
static void
the_ledger_balances_after_every_loop(void **state)
{
	struct appliance_fixture *f = *state;
	struct ledger_sum sum;

	given(f, OPEN);
	push(f, "lan", "udp 192.0.2.10:1000 > 198.51.100.9:2000");
	for (unsigned i = 1; i <= 50; i++) {
		appliance_set_time(f->a, APPLIANCE_TIME_ZERO_NS + i * NS_PER_SECOND / 10);
		appliance_step(f->a);
		workers_ledger(appliance_workers(f->a), &sum);
		assert_int_equal(sum.imbalance, 0);
	}
	assert_true(sum.born >= 3);
	assert_int_equal(sum.held, 0);
	settle(f);
	sent(f, "wan");
}

/* The worker's clock begins with its start, the log's lines have the time of day. */
static void
nat_log_lines_have_the_time_of_day(void **state)
{
	struct appliance_fixture *f = *state;
	char path[] = "/tmp/weir_nat_XXXXXX", text[2048], line[256] = "";
	const struct appliance_options real = {
		.captures = true, .stepped = true, .workers = 1, .nat_log = path
	};
	int fd = mkstemp(path);
	struct tm tm = { 0 };
	int64_t off;
	FILE *log;

	snprintf(text, sizeof(text),
		HEAD ROUTES
		"nat: {up: {pool: [198.51.100.7], log: true}}\n"
		"telemetry: {nat_log: {file: %s}}\n"
		"pipelines: {inside: [track, {route: main}, {snat: {use: up, if: {src: 192.0.2.10}}}]}\n",
		path);
	given_appliance(f, text, &real);
	push(f, "lan", THROUGH);
	assert_int_equal(sent(f, "wan"), 1);
	appliance_write_log(f->a);
	log = fopen(path, "r");
	assert_non_null(fgets(line, sizeof(line), log));
	fclose(log);
	close(fd);
	unlink(path);
	assert_non_null(strptime(line, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &tm));
	off = (int64_t)timegm(&tm) - (int64_t)time(NULL);
	assert_true(off >= -60 && off <= 1); /* time() is a tick behind */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, because the first appliance of a process decides how many workers there
		   can be. */
		appliance_test(two_workers_hand_packets_to_their_owners),
		appliance_test(a_packet_goes_through),
		appliance_test(uptime_ends_with_the_workers),
		appliance_test(the_ledger_balances_after_every_loop),
		appliance_test(nat_log_lines_have_the_time_of_day),
		appliance_test(a_port_whose_device_vanished_is_left_alone),
		appliance_test(a_reload_changes_what_becomes_of_packets),
		appliance_test(a_rejected_configuration_changes_nothing),
		appliance_test(what_needs_a_restart_is_rejected),
#ifdef WEIR_DEBUG
		appliance_test(a_port_that_takes_little_gets_all_of_it_in_the_end),
		appliance_test(a_port_that_takes_nothing_costs_what_does_not_fit),
		appliance_test(what_waits_for_a_port_that_vanishes_is_dropped),
		appliance_test(without_packet_buffers_nothing_is_born),
#endif
		appliance_test(threads_forward_through_reloads_without_loss),
		appliance_test(a_worker_that_stands_still_is_noticed),
	};

	sched_getaffinity(0, sizeof(all_cores), &all_cores);
	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
