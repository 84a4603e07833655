/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows that begin at the worker that receives them, at all workers when that has no time, and
 * where there is room when it is full: sessions stay, no packet is lost, and a rate is whole
 * (worker/gather.h).  Loads are written into the workers' figures; the clock of the looks is the
 * test's. */
#include "unit/control/nat_flows.h"

#include "control/appliance_priv.h"
#include "io/steer.h"
#include "worker/gather.h"

static uint64_t now_ns;

static void
given_adaptive(struct appliance_fixture *f, const char *text, unsigned workers)
{
	struct appliance_options options = stepped_by_test(workers);

	options.adaptive = true;
	now_ns = NS_PER_S;
	given_appliance(f, text, &options);
	appliance_follow_load(f->a, now_ns);
}

/* Looks at the loads; no worker has a turn. */
static void
look(struct appliance_fixture *f, uint64_t after_ms)
{
	now_ns += after_ms * NS_PER_MS;
	appliance_follow_load(f->a, now_ns);
}

static void
overload(struct appliance_fixture *f, unsigned worker)
{
	worker_of(f, worker)->pressed_ns += NS_PER_S;
	worker_of(f, worker)->pressed_packets += 1000;
	look(f, GATHER_LOOK_MS);
	assert_int_equal(appliance_generation(f->a)->gathered, 0);
}

static void
gather_again(struct appliance_fixture *f)
{
	look(f, GATHER_LOOK_MS);
	look(f, GATHER_REST_S * 1000);
	assert_int_equal(appliance_generation(f->a)->gathered, 1);
}

static uint64_t
sessions_of(struct appliance_fixture *f, unsigned worker)
{
	struct fastpath_flows flows;

	worker_flows(worker_of(f, worker), &flows);
	return flows.sessions;
}

static void
flows_stay_where_they_are_received(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];

	given_adaptive(f, config_text(TRANSLATES | FORWARDS), 3);
	begin(f, 0, "udp", ends);
	expect_all(f, "udp", "", ends);
	assert_int_equal(sessions_of(f, 0), FLOWS);
	assert_int_equal(handed(f), 0);
}

static void
flows_begin_at_all_workers_if_the_file_says_so(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];
	char text[4096];

	snprintf(text, sizeof(text), "%ssystem: {spread: always}\n", config_text(TRANSLATES));
	given_adaptive(f, text, 2);
	begin(f, 0, "udp", ends);
	expect_all(f, "udp", "", ends);
	assert_in_range(sessions_of(f, 0), 1, FLOWS - 1);
	reload_to(f, config_text(TRANSLATES));
	expect_all(f, "udp", "", ends);
	assert_int_equal(appliance_generation(f->a)->gathered, 1);
	reload_to(f, text);
	expect_all(f, "udp", "", ends);
	assert_int_equal(appliance_generation(f->a)->gathered, 0);
}

static void
others_help_a_worker_without_time(void **state)
{
	struct appliance_fixture *f = *state;
	struct end old[FLOWS], ends[FLOWS];
	uint64_t before;

	given_adaptive(f, config_text(TRANSLATES), 2);
	begin(f, 0, "udp", old);
	overload(f, 0);
	expect_all(f, "udp", "", old); /* before the walks, and after them */
	expect_all(f, "udp", "", old);
	before = handed(f);
	for (unsigned i = 0; i < FLOWS; i++)
		ask(f, i, "udp", "", &ends[i]);
	settle(f);
	assert_int_equal(found(f, "wan", 12, true, old), FLOWS);
	assert_int_equal(handed(f), before); /* they are still where they are received */
	begin(f, 100, "udp", ends);
	expect_all(f, "udp", "", ends);
	assert_in_range(sessions_of(f, 0), FLOWS + 1, 2 * FLOWS - 1);
	assert_int_equal(sessions_of(f, 0) + sessions_of(f, 1), 2 * FLOWS);
	gather_again(f);
	expect_all(f, "udp", "", ends);
	expect_all(f, "udp", "", old);
	assert_int_equal(sessions_of(f, 0) + sessions_of(f, 1), 2 * FLOWS);
}

/* Asks another destination from the sources of flows; each must have the public endpoint that it
 * has. */
static void
expect_one_endpoint(struct appliance_fixture *f, unsigned destination, const struct end ends[FLOWS])
{
	for (unsigned i = 0; i < FLOWS; i++) {
		char text[128];

		snprintf(text, sizeof(text), "udp %s > 203.0.113.%u:53", ends[i].inside,
			destination);
		push_only(f, "lan", text);
	}
	settle(f);
	assert_int_equal(found(f, "wan", 12, true, ends), FLOWS);
}

/* RFC 4787 REQ-1, while and after flows change their owners. */
static void
a_source_keeps_its_public_endpoint(void **state)
{
	struct appliance_fixture *f = *state;
	struct end old[FLOWS], ends[FLOWS];

	given_adaptive(f, config_text(TRANSLATES), 3);
	begin(f, 0, "udp", old);
	overload(f, 0);
	expect_one_endpoint(f, 100, old); /* before the walks */
	settle(f);
	expect_one_endpoint(f, 101, old);
	begin(f, 100, "udp", ends);
	expect_one_endpoint(f, 101, ends);
	gather_again(f);
	expect_one_endpoint(f, 102, ends);
	settle(f);
	expect_one_endpoint(f, 103, ends);
	expect_one_endpoint(f, 103, old);
	expect_all(f, "udp", "", old);
	expect_all(f, "udp", "", ends);
}

/* A thousand sessions of room, nearly all taken. */
static void
a_full_worker_gets_no_more(void **state)
{
	struct appliance_fixture *f = *state;
	struct end old[FLOWS], ends[FLOWS], more;
	char text[4096];
	unsigned full = 1024 * GATHER_FULL / 100 + 1;

	snprintf(text, sizeof(text), "%ssystem: {flows: 1024}\n", config_text(TRANSLATES));
	given_adaptive(f, text, 2);
	begin(f, 0, "udp", old);
	for (unsigned i = FLOWS; i < full; i++) {
		ask(f, 1000 + i, "udp", "", &more);
		settle(f);
	}
	drain(f);
	assert_int_equal(sessions_of(f, 1), 0);
	look(f, 100);
	assert_int_equal(appliance_generation(f->a)->gathered, 2);
	expect_all(f, "udp", "", old);
	begin(f, 100, "udp", ends);
	expect_all(f, "udp", "", ends);
	expect_all(f, "udp", "", old);
	assert_int_equal(sessions_of(f, 0), full);
	assert_int_equal(sessions_of(f, 1), FLOWS);
	wait_s(f, 320); /* all have ended */
	gather_again(f);
}

static unsigned
passed_in_a_second(struct appliance_fixture *f)
{
	unsigned passed;

	for (unsigned i = 0; i < 100; i++) {
		push_only(f, "lan", "udp 10.9.1.1:4000 > 203.0.113.9:53");
		if (i % 16 == 15)
			settle(f);
	}
	settle(f);
	passed = sent(f, "wan");
	wait_s(f, 1);
	return passed;
}

static void
a_rate_is_that_of_the_file(void **state)
{
	struct appliance_fixture *f = *state;
	char text[4096], *at;

	static const char police[] = "{police: {rate: 20/s}}, ";

	snprintf(text, sizeof(text), "%s", config_text(TRANSLATES));
	at = strstr(text, "inside: [") + strlen("inside: [");
	memmove(at + strlen(police), at, strlen(at) + 1);
	memcpy(at, police, strlen(police));
	given_adaptive(f, text, 2);
	passed_in_a_second(f); /* and what it has saved */
	assert_in_range(passed_in_a_second(f), 19, 21);
	overload(f, 0);
	settle(f);
	passed_in_a_second(f);
	assert_in_range(passed_in_a_second(f), 9, 11); /* a worker's share */
	gather_again(f);
	settle(f);
	passed_in_a_second(f);
	assert_in_range(passed_in_a_second(f), 19, 21);
}

static void
change_somehow(struct appliance_fixture *f, unsigned i)
{
	if (i % 3 == 0)
		overload(f, 0);
	else if (i % 3 == 1)
		gather_again(f);
	else
		reload_only(f, config_text(i * 5 % 8));
	if (i % 4 == 0)
		settle(f);
}

static void
many_changes_lose_nothing(void **state)
{
	struct appliance_fixture *f = *state;

	given_adaptive(f, config_text(TRANSLATES), 3);
	expect_kept_over_changes(f, change_somehow);
}

/* Packets of the second time to live behind those of the first. */
struct order {
	unsigned first, second;
};

static void
note_order(void *arg, const struct rte_mbuf *m)
{
	uint8_t ttl = *rte_pktmbuf_mtod_offset(m, const uint8_t *, 14 + 8);
	struct order *o = arg;

	o->first += ttl == 8 - 1;
	o->second += ttl == 9 - 1;
	assert_true(ttl != 8 - 1 || o->second == 0);
}

/* The worker that leaves a queue has given what it had of it to another one, which polls the queue
 * from then on: the packets leave in their order. */
static void
a_queue_that_moves_keeps_the_order(void **state)
{
	struct appliance_fixture *f = *state;
	struct order order = { 0 };
	struct end ends[FLOWS];

	given_adaptive(f, config_text(TRANSLATES), 2);
	begin(f, 0, "udp", ends); /* at worker 0 */
	overload(f, 0);
	settle(f);
	for (unsigned i = 0; i < FLOWS; i++)
		answer(f, "udp", "ttl 8", &ends[i]);
	worker_step(worker_of(f, 1));
	assert_int_equal(steer_held(worker_of(f, 0)->common->steer, 0), FLOWS);
	gather_again(f);
	assert_true(worker_of(f, 0)->awaits); /* the queue that worker 1 has just left */
	for (unsigned i = 0; i < FLOWS; i++)
		answer(f, "udp", "ttl 9", &ends[i]);
	settle(f);
	assert_false(worker_of(f, 0)->awaits);
	each_sent(port_of(f, "lan"), note_order, &order);
	assert_int_equal(order.first, FLOWS);
	assert_int_equal(order.second, FLOWS);
	expect_all(f, "udp", "", ends);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: the first appliance decides how many workers there can be. */
		appliance_test(flows_stay_where_they_are_received),
		appliance_test(many_changes_lose_nothing),
		appliance_test(flows_begin_at_all_workers_if_the_file_says_so),
		appliance_test(others_help_a_worker_without_time),
		appliance_test(a_source_keeps_its_public_endpoint),
		appliance_test(a_full_worker_gets_no_more),
		appliance_test(a_rate_is_that_of_the_file),
		appliance_test(a_queue_that_moves_keeps_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
