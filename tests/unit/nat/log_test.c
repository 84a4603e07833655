/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT's log: which mappings are told of, when, and what becomes of entries without room (RFC 6888
 * REQ-12, REQ-14). */

#include "nat/log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "nat/counts.h"
#include "nat/nat.h"
#include "nat_fixture.h"

#define INSIDE   0x0a000002u
#define MAPPINGS 64

static const rte_be32_t public[1] = { RTE_BE32(0xc6336401) };
static struct nat *n;
static struct session sessions[MAPPINGS];

static struct nat_pool_spec
spec_of(enum nat_behaviour mapping, bool log)
{
	return (struct nat_pool_spec){
		.name = "uplink",
		.addresses = public,
		.n_addresses = 1,
		.low = 1024,
		.high = 65535,
		.mapping = (uint8_t)mapping,
		.filtering = NAT_ENDPOINT_INDEPENDENT,
		.log = log,
	};
}

static int
setup(void **state)
{
	struct nat_pool_spec spec = spec_of(NAT_ENDPOINT_INDEPENDENT, true);

	memset(sessions, 0, sizeof(sessions));
	n = nat_create(MAPPINGS, 0, 1, -1);
	return nat_configure(n, &spec, 1);
}

static int
teardown(void **state)
{
	nat_destroy(n);
	return 0;
}

static void
take(unsigned i, uint16_t port, uint8_t proto, uint64_t now_ns, bool leaves)
{
	struct tuple t = { .family = 4,
		.proto = proto,
		.sport = rte_cpu_to_be_16(port),
		.dport = rte_cpu_to_be_16((uint16_t)(53 + i)) };
	struct nat_endpoint e;

	t.src.v4 = RTE_BE32(INSIDE);
	t.dst.v4 = RTE_BE32(0xcb007109);
	assert_int_equal(take_for(n, &sessions[i], &t, &e), REASON_NONE);
	if (leaves)
		nat_begin(n, &sessions[i], 0, now_ns);
}

static void
expect(enum nat_event event, uint64_t time_ns, uint16_t port, uint8_t proto, enum session_end why)
{
	struct nat_log_entry e;

	assert_int_equal(nat_log_take(nat_log_of(n), &e, 1), 1);
	assert_int_equal(e.event, event);
	assert_int_equal(e.time_ns, time_ns);
	assert_string_equal(e.pool, "uplink");
	assert_int_equal(e.inside, RTE_BE32(INSIDE));
	assert_int_equal(e.public, public[0]);
	assert_int_equal(rte_be_to_cpu_16(e.inside_port), port);
	assert_int_equal(rte_be_to_cpu_16(e.public_port), port); /* preserved: it was free */
	assert_int_equal(e.proto, proto);
	assert_int_equal(e.why, why);
}

static void
expect_nothing(void)
{
	assert_int_equal(nat_log_waiting(nat_log_of(n)), 0);
	assert_int_equal(nat_log_lost(nat_log_of(n)), 0);
}

static void
one_begin_and_one_end_for_all_sessions_of_a_mapping(void **state)
{
	for (unsigned i = 0; i < 3; i++)
		take(i, 5000, IPPROTO_UDP, 100 + i, true);
	expect(NAT_BEGINS, 100, 5000, IPPROTO_UDP, 0);
	expect_nothing();
	nat_release(n, &sessions[1], SESSION_END_closed, 200);
	nat_release(n, &sessions[0], SESSION_END_evicted, 300);
	expect_nothing();
	nat_release(n, &sessions[2], SESSION_END_timeout, 400);
	expect(NAT_ENDS, 400, 5000, IPPROTO_UDP, SESSION_END_timeout);
	nat_age(n, 2 * NAT_REST_TICKS);
	expect_nothing();
}

static void
by_destination_each_session_has_its_own(void **state)
{
	struct nat_pool_spec spec = spec_of(NAT_ADDRESS_AND_PORT_DEPENDENT, true);

	assert_int_equal(nat_configure(n, &spec, 1), 0);
	take(0, 5000, IPPROTO_UDP, 1, true);
	take(1, 5000, IPPROTO_UDP, 2, true);
	assert_int_equal(nat_log_waiting(nat_log_of(n)), 2);
	nat_release(n, &sessions[0], SESSION_END_closed, 3);
	nat_release(n, &sessions[1], SESSION_END_closed, 4);
	assert_int_equal(nat_log_waiting(nat_log_of(n)), 4);
}

static void
identifiers_and_protocols_without_ports(void **state)
{
	take(0, 1500, IPPROTO_ICMP, 1, true);
	take(1, 0, IPPROTO_GRE, 2, true);
	expect(NAT_BEGINS, 1, 1500, IPPROTO_ICMP, 0);
	expect(NAT_BEGINS, 2, 0, IPPROTO_GRE, 0);
}

static void
what_never_left_is_not_told(void **state)
{
	take(0, 5000, IPPROTO_UDP, 1, false);
	nat_release(n, &sessions[0], SESSION_END_refused, 2);
	expect_nothing();
}

static void
a_mapping_that_rested_begins_again(void **state)
{
	take(0, 5000, IPPROTO_UDP, 1, true);
	nat_release(n, &sessions[0], SESSION_END_closed, 2);
	take(1, 5000, IPPROTO_UDP, 3, false); /* woken, and nothing leaves */
	nat_release(n, &sessions[1], SESSION_END_refused, 4);
	take(2, 5000, IPPROTO_UDP, 5, true);
	nat_release(n, &sessions[2], SESSION_END_reset, 6);
	expect(NAT_BEGINS, 1, 5000, IPPROTO_UDP, 0);
	expect(NAT_ENDS, 2, 5000, IPPROTO_UDP, SESSION_END_closed);
	expect(NAT_BEGINS, 5, 5000, IPPROTO_UDP, 0);
	expect(NAT_ENDS, 6, 5000, IPPROTO_UDP, SESSION_END_reset);
	expect_nothing();
}

static void
a_log_that_comes_later_begins_with_the_next_session(void **state)
{
	struct nat_pool_spec off = spec_of(NAT_ENDPOINT_INDEPENDENT, false);
	struct nat_pool_spec on = spec_of(NAT_ENDPOINT_INDEPENDENT, true);

	assert_int_equal(nat_configure(n, &off, 1), 0);
	take(0, 5000, IPPROTO_UDP, 1, true);
	take(1, 5001, IPPROTO_UDP, 2, true);
	assert_int_equal(nat_configure(n, &on, 1), 0);
	take(2, 5000, IPPROTO_UDP, 3, true);
	for (unsigned i = 0; i < 3; i++)
		nat_release(n, &sessions[i], SESSION_END_closed, 4);
	expect(NAT_BEGINS, 3, 5000, IPPROTO_UDP, 0);
	expect(NAT_ENDS, 4, 5000, IPPROTO_UDP, SESSION_END_closed);
	expect_nothing();
}

static void
mappings_of_a_pool_that_is_gone_still_end(void **state)
{
	take(0, 5000, IPPROTO_UDP, 1, true);
	assert_int_equal(nat_configure(n, NULL, 0), 0);
	nat_release(n, &sessions[0], SESSION_END_timeout, 2);
	expect(NAT_BEGINS, 1, 5000, IPPROTO_UDP, 0);
	expect(NAT_ENDS, 2, 5000, IPPROTO_UDP, SESSION_END_timeout);
}

static void
without_a_log_there_is_no_ring(void **state)
{
	struct nat_pool_spec spec = spec_of(NAT_ENDPOINT_INDEPENDENT, false);
	struct nat *quiet = nat_create(MAPPINGS, 0, 1, -1);

	assert_int_equal(nat_configure(quiet, &spec, 1), 0);
	assert_null(nat_log_of(quiet));
	nat_destroy(quiet);
}

/* All of them may end while nobody takes. */
static void
as_many_ends_as_mappings_find_room(void **state)
{
	for (unsigned i = 0; i < MAPPINGS; i++)
		take(i, (uint16_t)(5000 + i), IPPROTO_UDP, 1, true);
	for (unsigned i = 0; i < MAPPINGS; i++)
		nat_release(n, &sessions[i], SESSION_END_stopped, 2);
	assert_int_equal(nat_log_waiting(nat_log_of(n)), 2 * MAPPINGS);
	assert_int_equal(nat_log_lost(nat_log_of(n)), 0);
}

/* A session more of an inside address that holds as many as it may. */
static enum reason
ask_for_more(uint16_t port, uint64_t now_ns)
{
	static struct session refused;
	struct tuple t = { .family = 4,
		.proto = IPPROTO_UDP,
		.sport = rte_cpu_to_be_16(port),
		.dport = RTE_BE16(53) };
	struct nat_endpoint e;

	t.src.v4 = RTE_BE32(INSIDE);
	t.dst.v4 = RTE_BE32(0xcb007109);
	nat_set_time(n, now_ns);
	return take_for(n, &refused, &t, &e);
}

static void
expect_quota(uint64_t time_ns)
{
	struct nat_log_entry e;

	assert_int_equal(nat_log_take(nat_log_for(n, NAT_LOG_EXPORT), &e, 1), 1);
	assert_int_equal(e.event, NAT_QUOTA);
	assert_int_equal(e.time_ns, time_ns);
	assert_int_equal(e.limit, 2);
	assert_int_equal(e.inside, RTE_BE32(INSIDE));
}

static void
refusals_are_told_to_the_exporter_once_a_second(void **state)
{
	struct nat_pool_spec spec = spec_of(NAT_ENDPOINT_INDEPENDENT, false);
	struct nat_summary *counts;
	struct nat_log_entry e;

	spec.per_source = 2;
	assert_int_equal(nat_configure(n, &spec, 1), 0);
	take(0, 5000, IPPROTO_UDP, 1, true);
	take(1, 5001, IPPROTO_UDP, 1, true);
	assert_int_equal(ask_for_more(5002, 5 * NS_PER_SECOND), REASON_nat_quota);
	assert_int_equal(nat_log_make(n, NAT_LOG_EXPORT), 0);
	assert_int_equal(ask_for_more(5002, 6 * NS_PER_SECOND), REASON_nat_quota);
	assert_int_equal(
		nat_log_take(nat_log_for(n, NAT_LOG_EXPORT), &e, 1), 0); /* it does not listen */
	nat_log_to(n, 1u << NAT_LOG_EXPORT);
	assert_int_equal(ask_for_more(5002, 6 * NS_PER_SECOND + 1), REASON_nat_quota);
	expect_quota(6 * NS_PER_SECOND + 1);
	assert_int_equal(ask_for_more(5003, 7 * NS_PER_SECOND), REASON_nat_quota);
	assert_int_equal(nat_log_take(nat_log_for(n, NAT_LOG_EXPORT), &e, 1), 0);
	assert_int_equal(ask_for_more(5003, 7 * NS_PER_SECOND + 1), REASON_nat_quota);
	expect_quota(7 * NS_PER_SECOND + 1);
	counts = nat_summary_take(n);
	assert_non_null(counts);
	assert_int_equal(counts->pool[0].all.refused_quota, 5);
	assert_int_equal(counts->pool[0].address[0].all.refused_quota, 5);
	nat_summary_free(counts);
}

static void
a_full_ring_loses_the_newest_and_counts_them(void **state)
{
	struct nat_log *l = nat_log_create(3, -1);
	struct nat_log_entry e, out[5];

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 5; i++) {
			e = (struct nat_log_entry){ .time_ns = 10 * round + i };
			nat_log_add(l, &e);
		}
		assert_int_equal(nat_log_waiting(l), 3);
		assert_int_equal(nat_log_lost(l), 2 * (round + 1));
		assert_int_equal(nat_log_take(l, out, 1), 1);
		assert_int_equal(out[0].time_ns, 10 * round);
		assert_int_equal(nat_log_take(l, out, 5), 2);
		assert_int_equal(out[1].time_ns, 10 * round + 2);
		assert_int_equal(nat_log_take(l, out, 5), 0);
	}
	nat_log_destroy(l);
}

enum { HANDED = 200000 };

static void *
add_all(void *ring)
{
	struct nat_log_entry e;

	for (uint64_t i = 1; i <= HANDED; i++) {
		e = (struct nat_log_entry){ .time_ns = i, .inside = (uint32_t)i };
		nat_log_add(ring, &e);
	}
	return NULL;
}

static void
between_two_threads_entries_come_whole_in_order_or_are_counted(void **state)
{
	struct nat_log *l = nat_log_create(64, -1);
	uint64_t taken = 0, last = 0;
	struct nat_log_entry out[16];
	pthread_t writer;

	assert_int_equal(pthread_create(&writer, NULL, add_all, l), 0);
	while (taken + nat_log_lost(l) < HANDED || nat_log_waiting(l) != 0) {
		unsigned got = nat_log_take(l, out, 16);

		for (unsigned i = 0; i < got; i++) {
			assert_true(out[i].time_ns > last);
			assert_int_equal(out[i].inside, (uint32_t)out[i].time_ns);
			last = out[i].time_ns;
		}
		taken += got;
	}
	pthread_join(writer, NULL);
	assert_int_equal(taken + nat_log_lost(l), HANDED);
	nat_log_destroy(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(one_begin_and_one_end_for_all_sessions_of_a_mapping),
		TEST(by_destination_each_session_has_its_own),
		TEST(identifiers_and_protocols_without_ports),
		TEST(what_never_left_is_not_told),
		TEST(a_mapping_that_rested_begins_again),
		TEST(a_log_that_comes_later_begins_with_the_next_session),
		TEST(mappings_of_a_pool_that_is_gone_still_end),
		TEST(without_a_log_there_is_no_ring),
		TEST(as_many_ends_as_mappings_find_room),
		TEST(refusals_are_told_to_the_exporter_once_a_second),
		cmocka_unit_test(a_full_ring_loses_the_newest_and_counts_them),
		cmocka_unit_test(between_two_threads_entries_come_whole_in_order_or_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
