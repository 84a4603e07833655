/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports in quarantine: what a host that ends sessions quickly leaves to others, and what others
 * leave it. */

#include "nat/counts.h"
#include "nat_pool_fixture.h"

enum { A, B, C, D };

/* A session of a host begins and ends; the mapping of its source port rests. */
static enum reason
quick(unsigned host, uint16_t port, uint8_t proto, uint64_t tick)
{
	struct tuple t = from(INSIDE + host, port, proto);
	struct nat_endpoint e;
	enum reason r = take(MAPPINGS - 1, &t, &e);

	release(n, &sessions[MAPPINGS - 1], tick);
	return r;
}

static enum reason
begin(unsigned session, unsigned host, uint16_t port, uint8_t proto)
{
	struct tuple t = from(INSIDE + host, port, proto);
	struct nat_endpoint e;

	return take(session, &t, &e);
}

/* One host's quick sessions use every port of the address, in several protocols, and go on. */
static void
quick_sessions_of_a_host_refuse_nobody(void **state)
{
	static const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP, IPPROTO_SCTP };
	struct nat_pool_spec spec = spec_of(1, 1024, 9215);

	use(&spec);
	for (unsigned k = 0; k < RTE_DIM(protos); k++)
		for (unsigned i = 0; i < 10000; i++)
			assert_int_equal(
				quick(A, (uint16_t)(20000 + i), protos[k], i / 10), REASON_NONE);
	for (unsigned k = 0; k < RTE_DIM(protos); k++) {
		for (unsigned i = 0; i < 4000; i++) {
			unsigned session = k * 4000 + i;

			assert_int_equal(
				begin(session, B + i % 100, (uint16_t)(3000 + i), protos[k]),
				REASON_NONE);
			assert_int_equal(
				quick(A, (uint16_t)(40000 + i), protos[k], 1000), REASON_NONE);
		}
	}
}

/* Of four ports that rest, a second host gets its half, a third one a quarter, and the first one
 * keeps one: a fourth host waits until its time is over. */
static void
nobody_gives_more_than_its_share(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2003);

	use(&spec);
	for (unsigned i = 0; i < 4; i++)
		quick(A, (uint16_t)(2000 + i), IPPROTO_UDP, 100);
	assert_int_equal(begin(0, B, 9, IPPROTO_UDP), REASON_NONE);
	assert_int_equal(begin(1, B, 10, IPPROTO_UDP), REASON_NONE);
	assert_int_equal(begin(2, B, 11, IPPROTO_UDP), REASON_nat_no_port);
	assert_int_equal(begin(2, C, 9, IPPROTO_UDP), REASON_NONE);
	assert_int_equal(begin(3, D, 9, IPPROTO_UDP), REASON_nat_no_port);
	nat_age(n, 100 + NAT_REST_TICKS - 1);
	assert_int_equal(begin(3, D, 9, IPPROTO_UDP), REASON_nat_no_port);
	nat_age(n, 100 + NAT_REST_TICKS);
	assert_int_equal(begin(3, D, 9, IPPROTO_UDP), REASON_NONE);
}

/* Ports of sessions that live are nobody else's. */
static void
ports_in_use_are_not_displaced(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2063);

	use(&spec);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(begin(i, A, (uint16_t)(3000 + i), IPPROTO_TCP), REASON_NONE);
	assert_int_equal(begin(64, B, 9, IPPROTO_TCP), REASON_nat_no_port);
	assert_int_equal(begin(64, A, 9, IPPROTO_TCP), REASON_nat_no_port);
	assert_int_equal(begin(64, B, 9, IPPROTO_UDP), REASON_NONE);
}

/* A host with all ports gets its own again: those that came to rest when it had most, the oldest of
 * them first. */
static void
a_host_gets_its_own_again(void **state)
{
	static const uint16_t order[4] = { 2003, 2001, 2002, 2000 };
	struct nat_pool_spec spec = spec_of(1, 2000, 2003);
	struct nat_endpoint e;
	struct tuple t;

	use(&spec);
	for (unsigned i = 0; i < 4; i++)
		quick(A, (uint16_t)(2000 + i), IPPROTO_UDP, 100 + i);
	for (unsigned i = 0; i < 4; i++) {
		t = from(INSIDE + A, (uint16_t)(50000 + i), IPPROTO_UDP);
		assert_int_equal(take(i, &t, &e), REASON_NONE);
		assert_int_equal(rte_be_to_cpu_16(e.port), order[i]);
	}
	t = from(INSIDE + A, 50004, IPPROTO_UDP);
	assert_int_equal(take(4, &t, &e), REASON_nat_no_port);
}

/* Two hosts with many ports at rest give them to others, and a third one with few keeps them. */
static void
those_with_most_give(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 3023);
	struct nat_counts c;
	struct tuple t;
	unsigned kept = 0;

	use(&spec);
	for (unsigned i = 0; i < 8; i++)
		quick(C, (uint16_t)(9000 + i), IPPROTO_UDP, 50);
	for (unsigned i = 0; i < 508; i++) {
		quick(A, (uint16_t)(10000 + i), IPPROTO_UDP, 100);
		quick(B, (uint16_t)(20000 + i), IPPROTO_UDP, 100);
	}
	for (unsigned i = 0; i < 900; i++)
		assert_int_equal(begin(i, D + i, 9, IPPROTO_UDP), REASON_NONE);
	for (unsigned i = 0; i < 8; i++) {
		struct nat_endpoint e;

		t = from(INSIDE + C, (uint16_t)(9000 + i), IPPROTO_UDP);
		kept += take(2000 + i, &t, &e) == REASON_NONE && e.why == NAT_MAPPED;
	}
	assert_int_equal(kept, 8);
	nat_counts(n, 0, &c);
	assert_int_equal(c.ports_used, 1024);
	assert_int_equal(c.refused_port, 0);
}

/* What rests of another range after a reload neither counts as free nor is in the way. */
static void
a_reload_changes_the_range(void **state)
{
	struct nat_pool_spec wide = spec_of(1, 2000, 2255), other = spec_of(1, 3000, 3015);
	struct nat_counts c;

	use(&wide);
	for (unsigned i = 0; i < 256; i++)
		quick(A, (uint16_t)(10000 + i), IPPROTO_UDP, 100);
	use(&other);
	for (unsigned i = 0; i < 16; i++)
		quick(B, (uint16_t)(10000 + i), IPPROTO_UDP, 101);
	for (unsigned i = 0; i < 8; i++) {
		enum reason r = REASON_nat_no_port;

		/* A's ports are looked at first, 32 at a time. */
		for (unsigned again = 0; again < 12 && r != REASON_NONE; again++)
			r = begin(i, C, (uint16_t)(30 + i), IPPROTO_UDP);
		assert_int_equal(r, REASON_NONE);
		assert_in_range(sessions[i].mapping[0], 1, MAPPINGS);
	}
	use(&wide);
	for (unsigned i = 0; i < 255; i++) /* A keeps one */
		assert_int_equal(begin(100 + i, D + i, 9, IPPROTO_UDP), REASON_NONE);
	nat_counts(n, 0, &c);
	assert_true(c.ports_used <= 256 + 16);
}

/* A mapping for each destination. */
static void
ports_by_destination_rest_likewise(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2127);
	struct nat_endpoint e;

	spec.mapping = NAT_ADDRESS_AND_PORT_DEPENDENT;
	use(&spec);
	for (unsigned i = 0; i < 1000; i++) {
		struct tuple t = from(INSIDE + A, 4000, IPPROTO_TCP);

		t.dport = rte_cpu_to_be_16((uint16_t)i);
		assert_int_equal(take(0, &t, &e), REASON_NONE);
		release(n, &sessions[0], 100 + i);
	}
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(begin(i, B, (uint16_t)(4000 + i), IPPROTO_TCP), REASON_NONE);
}

enum { HOSTS = 24, RANGE = 96, LIVE = 64, STEPS = 60000 };

static uint64_t
next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* What the test knows: the host of each public port, and whether a session uses it. */
struct model {
	unsigned host[65536]; /* and 1; 0: never used, or free */
	bool lives[65536];
	uint64_t ended[65536];
};

static unsigned
held(const struct model *m, unsigned host, bool resting)
{
	unsigned count = 0;

	for (unsigned p = 2000; p < 2000 + RANGE; p++)
		count += m->host[p] == host + 1 && (!resting || !m->lives[p]);
	return count;
}

/* Whoever is refused has no port at rest itself, and at least half as many ports as any host that
 * has some. */
static void
expect_just(const struct model *m, unsigned host)
{
	unsigned own = held(m, host, false);

	for (unsigned p = 2000; p < 2000 + RANGE; p++)
		assert_int_not_equal(m->host[p], 0);
	for (unsigned other = 0; other < HOSTS; other++)
		if (held(m, other, true) > 0)
			assert_true(held(m, other, false) <= 2 * own + 1);
}

static void
random_hosts_are_refused_justly(void **state)
{
	static struct model m;
	struct nat_pool_spec spec = spec_of(1, 2000, 2000 + RANGE - 1);
	unsigned port_of[LIVE] = { 0 }, refused = 0, displaced = 0;
	uint64_t x = 88172645463325252ull, tick = 1000;

	spec.mapping = NAT_ADDRESS_AND_PORT_DEPENDENT;
	use(&spec);
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned s = (unsigned)(next_random(&x) % LIVE), host;
		struct nat_endpoint e;
		struct tuple t;
		unsigned port;

		tick += next_random(&x) % 64;
		nat_age(n, (uint32_t)tick);
		for (unsigned p = 2000; p < 2000 + RANGE; p++)
			if (!m.lives[p] && m.host[p] != 0 && tick - m.ended[p] >= NAT_REST_TICKS)
				m.host[p] = 0;
		if (sessions[s].mapping[0] != 0) {
			release(n, &sessions[s], tick);
			m.lives[port_of[s]] = false;
			m.ended[port_of[s]] = tick;
			continue;
		}
		host = (unsigned)(next_random(&x) % HOSTS);
		host = host * host / HOSTS; /* a few have most */
		t = from(INSIDE + host, (uint16_t)(next_random(&x) % 60000), IPPROTO_UDP);
		if (take(s, &t, &e) != REASON_NONE) {
			expect_just(&m, host);
			refused++;
			continue;
		}
		port = port_of[s] = rte_be_to_cpu_16(e.port);
		assert_false(m.lives[port]);
		if (m.host[port] != 0 && m.host[port] != host + 1) {
			assert_true(held(&m, m.host[port] - 1, false) > held(&m, host, false));
			displaced++;
		}
		m.host[port] = host + 1;
		m.lives[port] = true;
	}
	for (unsigned s = 0; s < LIVE; s++)
		release(n, &sessions[s], 1000);
	for (unsigned s = 0; s < 2 * RANGE; s++)
		nat_age(n, (uint32_t)tick + 2 * NAT_REST_TICKS);
	assert_true(refused > 1000 && displaced > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(quick_sessions_of_a_host_refuse_nobody),
		TEST(nobody_gives_more_than_its_share),
		TEST(ports_in_use_are_not_displaced),
		TEST(a_host_gets_its_own_again),
		TEST(those_with_most_give),
		TEST(a_reload_changes_the_range),
		TEST(ports_by_destination_rest_likewise),
		TEST(random_hosts_are_refused_justly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
