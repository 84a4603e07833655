/* SPDX-License-Identifier: BSD-3-Clause */
/* What a session costs in memory, all told: every block that a worker's data path takes is counted.
 */

#include "fastpath/fastpath_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "nat/nat.h"

#define SESSIONS 1032192u /* what one worker is promised to hold */
#define FEW      262144u

static struct fastpath *
given_worker(uint32_t sessions)
{
	struct fastpath_setup setup = { .workers = 1, .numa_node = -1, .sessions = sessions };
	struct fastpath *fp;

	clock_init_virtual(&setup.clock, NS_PER_SECOND);
	fp = fastpath_create(&setup);
	assert_non_null(fp);
	return fp;
}

/* Tables that are made with the first pool: endpoint-independent, filtered by address, so that
 * there are peers, too. */
static void
use_nat(struct fastpath *fp, uint8_t filtering)
{
	static const rte_be32_t public[] = { RTE_BE32(0xc6336401) };
	struct nat_pool_spec spec = {
		.name = "uplink",
		.addresses = public,
		.n_addresses = 1,
		.low = 1024,
		.high = 65535,
		.mapping = NAT_ENDPOINT_INDEPENDENT,
		.filtering = filtering,
	};

	assert_int_equal(nat_configure(fp->dp.nat, &spec, 1), 0);
}

static void
use_limits(struct fastpath *fp)
{
	const union address a = address_v4(RTE_BE32(0x0a000001));
	const struct source_limit limit = { .sessions = 10 };
	struct sources *t = fp->dp.sessions->sources;

	sources_give(t, sources_take(t, &a, 4, &limit, 0));
}

static uint64_t
told(const struct fastpath *fp)
{
	struct fastpath_flows f;

	fastpath_flows(fp, &f);
	return f.flow_bytes + f.session_bytes + f.source_bytes + f.nat_bytes;
}

static uint64_t
told6(const struct fastpath *fp)
{
	struct fastpath_flows f;

	fastpath_flows(fp, &f);
	return f.flow6_bytes;
}

static void
what_is_reported_is_what_is_held(void **state)
{
	size_t before = memory_held_bytes(), few, many;
	uint64_t told_few, told_many;
	struct fastpath *fp = given_worker(FEW);

	use_nat(fp, NAT_ADDRESS_DEPENDENT);
	use_limits(fp);
	few = memory_held_bytes() - before;
	told_few = told(fp);
	fastpath_destroy(fp);
	assert_int_equal(memory_held_bytes(), before);

	fp = given_worker(SESSIONS);
	use_nat(fp, NAT_ADDRESS_DEPENDENT);
	use_limits(fp);
	many = memory_held_bytes() - before;
	told_many = told(fp);
	fastpath_destroy(fp);
	/* What does not grow with the sessions cancels out; blocks are whole pages. */
	assert_in_range(
		many - few + 16 * 4096, told_many - told_few, told_many - told_few + 32 * 4096);
}

static void
expect_for_ip4(struct fastpath *fp, size_t before, const char *what, uint64_t most)
{
	uint64_t each = (memory_held_bytes() - before - told6(fp)) / SESSIONS;

	print_message("%s: %lu bytes for each session\n", what, (unsigned long)each);
	assert_true(each <= most);
	fastpath_destroy(fp);
}

static void
an_ip4_session_costs_320_bytes_at_most(void **state)
{
	size_t before = memory_held_bytes();

	expect_for_ip4(given_worker(SESSIONS), before, "IPv4", 320);
}

static void
a_translated_session_costs_336_bytes_at_most(void **state)
{
	size_t before = memory_held_bytes();
	struct fastpath *fp = given_worker(SESSIONS);

	use_nat(fp, NAT_ADDRESS_AND_PORT_DEPENDENT);
	expect_for_ip4(fp, before, "IPv4 with NAT", 336);
}

static void
a_session_held_to_its_sources_limit_costs_320_bytes_at_most(void **state)
{
	size_t before = memory_held_bytes();
	struct fastpath *fp = given_worker(SESSIONS);

	use_limits(fp);
	expect_for_ip4(fp, before, "IPv4 with limits of sources", 320);
}

/* Both at once, and the peers of an address-dependent filter. */
static void
a_session_with_all_there_is_costs_376_bytes_at_most(void **state)
{
	size_t before = memory_held_bytes();
	struct fastpath *fp = given_worker(SESSIONS);

	use_nat(fp, NAT_ADDRESS_DEPENDENT);
	use_limits(fp);
	expect_for_ip4(fp, before, "IPv4 with all there is", 376);
}

static void
an_ip6_session_costs_400_bytes_at_most(void **state)
{
	struct fastpath *fp = given_worker(SESSIONS);
	struct fastpath_flows f;
	uint64_t each;

	fastpath_flows(fp, &f);
	each = f.flow6_bytes / (f.capacity6 / 2) + f.session_bytes / SESSIONS;
	print_message("IPv6: %lu bytes for each session\n", (unsigned long)each);
	assert_true(each <= 400);
	fastpath_destroy(fp);
}

static size_t
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long size, resident;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu %lu", &size, &resident), 2);
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static void
begin_session(struct fastpath *fp, uint32_t n)
{
	struct sessions *t = fp->dp.sessions;
	struct session fresh, *s;
	struct key4 forward = {
		.proto = 17,
		.iface = 1,
		.src = rte_cpu_to_be_32(0x0a000000 + n),
		.dst = RTE_BE32(0xc6336401),
		.sport = RTE_BE16(1024),
		.dport = RTE_BE16(53),
	};
	struct key4 reply = {
		.proto = 17,
		.iface = 2,
		.src = forward.dst,
		.dst = forward.src,
		.sport = forward.dport,
		.dport = forward.sport,
	};
	struct session_keys keys = {
		.forward = &forward,
		.reply = &reply,
		.forward_hash = flow_hash4(&forward, &fp->dp.flow4->secret),
		.reply_hash = flow_hash4(&reply, &fp->dp.flow4->secret),
	};

	session_init(&fresh, SESSION_UNREPLIED_UDP, 1);
	s = session_take(t, &fresh, 1);
	assert_non_null(s);
	s->family = 4;
	s->proto = 17;
	assert_int_equal(session_link(t, s, &keys, 1), 0);
}

/* The table of IPv6, which nobody uses here, is mapped but costs nothing. */
static void
a_full_table_of_ip4_sessions_takes_320_bytes_for_each(void **state)
{
	size_t before = resident_bytes();
	struct fastpath *fp = given_worker(SESSIONS);
	uint64_t each;

	for (uint32_t n = 0; n < SESSIONS; n++)
		begin_session(fp, n);
	each = (resident_bytes() - before) / SESSIONS;
	print_message("IPv4, resident: %lu bytes for each session\n", (unsigned long)each);
	assert_in_range(each, 200, 320);
	sessions_flush(fp->dp.sessions, SESSION_END_stopped);
	fastpath_destroy(fp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reported_is_what_is_held),
		cmocka_unit_test(an_ip4_session_costs_320_bytes_at_most),
		cmocka_unit_test(a_translated_session_costs_336_bytes_at_most),
		cmocka_unit_test(a_session_held_to_its_sources_limit_costs_320_bytes_at_most),
		cmocka_unit_test(a_session_with_all_there_is_costs_376_bytes_at_most),
		cmocka_unit_test(an_ip6_session_costs_400_bytes_at_most),
		cmocka_unit_test(a_full_table_of_ip4_sessions_takes_320_bytes_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
