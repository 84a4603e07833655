/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT: requirements of RFC 4787, 5382, 5508 and 6888 on mappings, by their numbers. */

#include "flow/nat_counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "base/random.h"
#include "nat_fixture.h"

#define MAPPINGS 70000
#define INSIDE 0x0a000001u

static struct nat *n;
static struct session sessions[MAPPINGS];
static const rte_be32_t four[4] = {
	RTE_BE32(0xc6336401), RTE_BE32(0xc6336402), RTE_BE32(0xc6336403), RTE_BE32(0xc6336404),
};

static struct nat_pool_spec
spec_of(unsigned n_addresses, uint16_t low, uint16_t high)
{
	return (struct nat_pool_spec){
		.name = "uplink", .addresses = four, .n_addresses = n_addresses, .low = low,
		.high = high, .mapping = NAT_ENDPOINT_INDEPENDENT,
		.filtering = NAT_ADDRESS_AND_PORT_DEPENDENT,
	};
}

static void
use(const struct nat_pool_spec *spec)
{
	assert_int_equal(nat_configure(n, spec, 1), 0);
}

/* The session ends, at a tick of the clock. */
static void
release(struct nat *of, struct session *s, uint64_t now_tick)
{
	nat_release(of, s, SESSION_END_closed, now_tick << 20);
}

static int
setup(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);

	random_use_seed(7);
	memset(sessions, 0, sizeof(sessions));
	n = nat_create(MAPPINGS, 0, 1, -1);
	assert_non_null(n);
	use(&spec);
	return 0;
}

static int
teardown(void **state)
{
	struct nat_counts c;

	for (unsigned i = 0; i < MAPPINGS; i++)
		release(n, &sessions[i], 1000);
	for (unsigned i = 0; i < MAPPINGS; i++)
		nat_age(n, 1000 + NAT_REST_TICKS);
	nat_counts(n, 0, &c);
	assert_int_equal(c.mappings, 0);        /* nothing has leaked, whatever the test did */
	assert_int_equal(c.resting, 0);
	assert_int_equal(c.ports_used, 0);
	nat_destroy(n);
	return 0;
}

static struct tuple
from(uint32_t host, uint16_t port, uint8_t proto)
{
	struct tuple t = { .family = 4, .proto = proto };

	t.src.v4 = rte_cpu_to_be_32(host);
	t.dst.v4 = RTE_BE32(0xcb007109);
	t.sport = rte_cpu_to_be_16(port);
	t.dport = RTE_BE16(53);
	return t;
}

static struct tuple
towards(const struct nat_endpoint *e, uint32_t host, uint8_t proto)
{
	struct tuple t = from(host, 53, proto);

	t.dst.v4 = e->address;
	if (proto == IPPROTO_ICMP)
		t.sport = e->port;
	else
		t.dport = e->port;
	return t;
}

/* Takes, as a session whose first packet leaves. */
static enum reason
take(unsigned i, const struct tuple *t, struct nat_endpoint *e)
{
	enum reason r = take_for(n, &sessions[i], t, e);

	nat_begin(n, &sessions[i], 0);
	return r;
}

static struct nat_endpoint
taken(unsigned i, const struct tuple *t)
{
	struct nat_endpoint e;

	assert_int_equal(take(i, t, &e), REASON_NONE);
	return e;
}

/* Endpoint-independent mapping; so RFC 5382 REQ-1. */
static void
rfc4787_req_1(void **state)
{
	static const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP };

	for (unsigned k = 0; k < 3; k++) {
		struct tuple t = from(INSIDE, 4000, protos[k]);
		struct nat_endpoint first = taken(3 * k, &t), e;

		for (unsigned i = 1; i < 3; i++) {
			t.dst.v4 += RTE_BE32(i);
			t.dport += RTE_BE16(i);
			e = taken(3 * k + i, &t);
			assert_int_equal(e.address, first.address);
			assert_int_equal(e.port, first.port);
		}
	}
}

static void
rfc4787_req_1_address_and_port_dependent(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP);
	struct nat_endpoint a, b;

	spec.mapping = NAT_ADDRESS_AND_PORT_DEPENDENT;
	use(&spec);
	a = taken(0, &t);
	t.dport++;
	b = taken(1, &t);
	assert_int_not_equal(a.port, b.port);
}

/* Paired pooling; so RFC 6888 REQ-2. */
static void
rfc4787_req_2(void **state)
{
	struct nat_pool_spec spec = spec_of(4, 1024, 65535);
	unsigned seen = 0;

	use(&spec);
	for (unsigned host = 0; host < 64; host++) {
		struct tuple t = from(INSIDE + host, 2000, IPPROTO_UDP);
		struct nat_endpoint first = taken(host * 100, &t);

		seen |= 1u << (rte_be_to_cpu_32(first.address) & 7);
		for (unsigned i = 1; i < 100; i++) {
			t = from(INSIDE + host, (uint16_t)(2000 + i),
				i & 1 ? IPPROTO_TCP : IPPROTO_GRE);
			assert_int_equal(taken(host * 100 + i, &t).address, first.address);
		}
	}
	assert_int_equal(seen, 0x1e);           /* and hosts are spread over all four */
}

/* No port overloading; so RFC 5382 REQ-7. */
static void
rfc4787_req_3(void **state)
{
	struct tuple a = from(INSIDE, 4000, IPPROTO_UDP), b = from(INSIDE + 1, 4000, IPPROTO_UDP);

	assert_int_not_equal(taken(0, &a).port, taken(1, &b).port);
}

static void
rfc4787_req_4_parity_and_range(void **state)
{
	struct tuple t;
	struct nat_endpoint e;

	for (unsigned i = 0; i < 1000; i++) {
		t = from(INSIDE + i, (uint16_t)(4000 + i % 2), IPPROTO_UDP);
		e = taken(i, &t);
		assert_int_equal(rte_be_to_cpu_16(e.port) & 1, i % 2);
	}
	t = from(INSIDE, 123, IPPROTO_UDP);
	e = taken(1000, &t);
	assert_true(rte_be_to_cpu_16(e.port) >= 1024);
	assert_int_equal(rte_be_to_cpu_16(e.port) & 1, 1);
}

static void
a_free_port_is_preserved(void **state)
{
	struct tuple t = from(INSIDE, 4001, IPPROTO_UDP);

	assert_int_equal(taken(0, &t).port, RTE_BE16(4001));
}

/* Filtering, three ways by three senders; so RFC 5382 REQ-3. */
static void
rfc4787_req_8(void **state)
{
	static const bool passes[3][3] = {     /* anybody; his address, another port; himself */
		[NAT_ENDPOINT_INDEPENDENT] = { true, true, true },
		[NAT_ADDRESS_DEPENDENT] = { false, true, true },
		[NAT_ADDRESS_AND_PORT_DEPENDENT] = { false, false, false },     /* has his session */
	};
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP);
	struct nat_endpoint public, inside;

	for (unsigned f = 0; f < 3; f++) {
		spec.filtering = (uint8_t)f;
		use(&spec);
		public = taken(0, &t);
		for (unsigned who = 0; who < 3; who++) {
			struct tuple in = towards(&public, who == 0 ? 0x08080808 : 0xcb007109,
				IPPROTO_UDP);

			in.sport = who == 1 ? RTE_BE16(99) : in.sport;
			assert_int_equal(nat_enter(n, &sessions[1], &in, &inside, false),
				passes[f][who]);
			if (passes[f][who]) {
				assert_int_equal(inside.address, t.src.v4);
				assert_int_equal(inside.port, t.sport);
			}
			release(n, &sessions[1], 0);
		}
		release(n, &sessions[0], 0);
	}
}

/* Hairpin: to the public endpoint of a neighbour, whatever the filter; so RFC 5382 REQ-8. */
static void
rfc4787_req_9(void **state)
{
	struct tuple t = from(INSIDE, 4000, IPPROTO_TCP), in;
	struct nat_endpoint public = taken(0, &t), inside, source;

	in = towards(&public, INSIDE + 1, IPPROTO_TCP);
	assert_true(nat_enter(n, &sessions[1], &in, &inside, true));
	assert_int_equal(inside.address, t.src.v4);
	in.dst.v4 = inside.address;
	in.dport = inside.port;
	assert_int_equal(take_for(n, &sessions[1], &in, &source), REASON_NONE);
	assert_int_equal(source.address, public.address);
	assert_int_not_equal(sessions[1].mapping[0], sessions[1].mapping[1]);
}

/* The same at 99 % as at 1 %: all 64,512 ports of an address have their use. */
static void
rfc4787_req_11_and_every_port(void **state)
{
	struct nat_counts c;
	struct tuple t;

	for (unsigned i = 0; i < 64512; i++) {
		t = from(INSIDE + i, 4000, IPPROTO_UDP);
		taken(i, &t);
	}
	nat_counts(n, 0, &c);
	assert_int_equal(c.mappings, 64512);
	assert_int_equal(c.ports_total, 64512);
	assert_int_equal(c.ports_used, 64512);
	t = from(INSIDE + 5, 4000, IPPROTO_UDP);
	t.dport = RTE_BE16(99);
	taken(64512, &t);                       /* who has one still gets it */
	t = from(INSIDE + 5, 4000, IPPROTO_TCP);
	taken(64513, &t);
}

static void
rfc5508_req_1_identifier_is_mapped_and_back(void **state)
{
	struct tuple a = from(INSIDE, 7, IPPROTO_ICMP), b = from(INSIDE + 1, 7, IPPROTO_ICMP), in;
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct nat_endpoint ea, eb, inside;

	spec.filtering = NAT_ENDPOINT_INDEPENDENT;
	use(&spec);
	ea = taken(0, &a);
	eb = taken(1, &b);
	assert_int_not_equal(ea.port, eb.port);
	in = towards(&eb, 0x01010101, IPPROTO_ICMP);
	assert_true(nat_enter(n, &sessions[2], &in, &inside, false));
	assert_int_equal(inside.address, b.src.v4);
	assert_int_equal(inside.port, b.sport);
}

/* Exhaustion costs no mapping that exists; so RFC 6888 REQ-11. */
static void
rfc5508_req_8(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2003);
	struct nat_endpoint e, kept[4];
	struct nat_counts c;
	struct tuple t;

	use(&spec);
	for (unsigned i = 0; i < 4; i++) {
		t = from(INSIDE + i, 9, IPPROTO_UDP);
		kept[i] = taken(i, &t);
	}
	for (unsigned i = 0; i < 100; i++) {
		t = from(INSIDE + 10 + i, 9, IPPROTO_UDP);
		assert_int_equal(take(10 + i, &t, &e), REASON_nat_no_port);
		assert_int_equal(sessions[10 + i].mapping[0], 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		t = from(INSIDE + i, 9, IPPROTO_UDP);
		assert_int_equal(taken(200 + i, &t).port, kept[i].port);
	}
	nat_counts(n, 0, &c);
	assert_int_equal(c.refused_port, 100);
}

static void
rfc6888_req_4_quota_of_a_source(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct nat_endpoint e;
	struct tuple t;

	spec.per_source = 10;
	use(&spec);
	for (unsigned i = 0; i < 12; i++) {
		t = from(INSIDE, (uint16_t)(2000 + i), IPPROTO_UDP);
		assert_int_equal(take(i, &t, &e), i < 10 ? REASON_NONE : REASON_nat_quota);
	}
	t = from(INSIDE + 1, 2000, IPPROTO_UDP);
	taken(20, &t);
	release(n, &sessions[0], 0);
	t = from(INSIDE, 2010, IPPROTO_UDP);
	taken(10, &t);
}

/* A port that was given back rests for 120 s; its own endpoint may have it at once. */
static void
rfc6888_req_8(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2000);
	struct tuple a = from(INSIDE, 9, IPPROTO_UDP), b = from(INSIDE + 1, 9, IPPROTO_UDP);
	struct nat_endpoint e;

	use(&spec);
	taken(0, &a);
	release(n, &sessions[0], 100);
	assert_int_equal(take(1, &b, &e), REASON_nat_no_port);
	taken(0, &a);
	release(n, &sessions[0], 200);
	nat_age(n, 200 + NAT_REST_TICKS - 1);
	assert_int_equal(take(1, &b, &e), REASON_nat_no_port);
	nat_age(n, 200 + NAT_REST_TICKS);
	assert_int_equal(take(1, &b, &e), REASON_NONE);
}

static void
resting_mappings_let_nobody_in(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2000);
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP), in;
	struct nat_endpoint public, inside;

	spec.filtering = NAT_ENDPOINT_INDEPENDENT;
	use(&spec);
	public = taken(0, &t);
	in = towards(&public, 0x01010101, IPPROTO_UDP);
	release(n, &sessions[0], 0);
	assert_false(nat_enter(n, &sessions[1], &in, &inside, true));
}

/* A session that came to nothing has shown its port to nobody. */
static void
a_port_of_a_session_that_was_refused_is_free_at_once(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2000);
	struct tuple a = from(INSIDE, 9, IPPROTO_UDP), b = from(INSIDE + 1, 9, IPPROTO_UDP);
	struct nat_endpoint e;

	use(&spec);
	assert_int_equal(take_for(n, &sessions[0], &a, &e), REASON_NONE);
	release(n, &sessions[0], 0);
	taken(1, &b);
}

/* RFC 6888 REQ-15: ports of hosts that all want the same one tell nothing of each other. */
static void
rfc6888_req_15_unpredictable(void **state)
{
	enum { DRAWS = 100000, CLASSES = 63 };
	double chi = 0, x, before = 0, sum = 0, square = 0, product = 0, mean;
	static unsigned count[CLASSES];

	memset(count, 0, sizeof(count));
	for (unsigned i = 0; i < 2; i++) {      /* the ports that the inside has are taken */
		struct tuple t = from(INSIDE, (uint16_t)(4000 + i), IPPROTO_UDP);

		taken(i, &t);
	}
	for (unsigned i = 0; i < DRAWS; i++) {
		struct tuple t = from(INSIDE + 1 + i, (uint16_t)(4000 + i % 2), IPPROTO_UDP);
		struct nat_endpoint e;

		assert_int_equal(take_for(n, &sessions[2], &t, &e), REASON_NONE);
		release(n, &sessions[2], 0);        /* nothing has left by it: free at once */
		x = rte_be_to_cpu_16(e.port);
		count[((unsigned)x - 1024) / 1024]++;
		sum += x;
		square += x * x;
		product += x * before;
		before = x;
	}
	mean = sum / DRAWS;
	for (unsigned i = 0; i < CLASSES; i++)
		chi += (count[i] - DRAWS / 63.0) * (count[i] - DRAWS / 63.0) / (DRAWS / 63.0);
	assert_true(chi < 103);                 /* 62 degrees of freedom, p = 0.001 */
	x = (product / DRAWS - mean * mean) / (square / DRAWS - mean * mean);
	assert_true(x < 0.01 && x > -0.01);
}

static void
protocols_without_ports_keep_their_bytes(void **state)
{
	struct tuple t = from(INSIDE, 0, IPPROTO_GRE);
	struct nat_endpoint e;

	t.dport = 0;
	e = taken(0, &t);
	assert_int_equal(e.address, four[0]);
	assert_int_equal(e.port, 0);
	t.dst.v4++;
	taken(1, &t);
	assert_int_equal(sessions[0].mapping[0], sessions[1].mapping[0]);
}

static void
workers_never_share_an_endpoint(void **state)
{
	static uint8_t owners[65536];
	struct nat_pool_spec spec = spec_of(1, 1024, 4095);

	memset(owners, 0, sizeof(owners));
	for (unsigned w = 0; w < 2; w++) {
		struct nat *mine = nat_create(4000, w, 2, -1);
		struct nat_endpoint e;
		struct tuple t;

		assert_int_equal(nat_configure(mine, &spec, 1), 0);
		for (unsigned i = 0; i < 1536; i++) {
			t = from(INSIDE + i, 4000, IPPROTO_UDP);
			assert_int_equal(take_for(mine, &sessions[i], &t, &e), REASON_NONE);
			owners[rte_be_to_cpu_16(e.port)]++;
		}
		assert_int_equal(take_for(mine, &sessions[1536], &t, &e), REASON_NONE);
		t = from(INSIDE + 2000, 4000, IPPROTO_UDP);
		assert_int_equal(take_for(mine, &sessions[1537], &t, &e), REASON_nat_no_port);
		nat_destroy(mine);
		memset(sessions, 0, sizeof(sessions));
	}
	for (unsigned port = 1024; port < 4096; port++)
		assert_int_equal(owners[port], 1);
}

static void
mappings_outlive_a_change_of_their_pool(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP), in;
	struct nat_endpoint old = taken(0, &t), e;
	struct nat_counts c;

	spec.filtering = NAT_ENDPOINT_INDEPENDENT;
	spec.low = 50000;
	use(&spec);
	e = taken(1, &t);
	assert_int_equal(e.port, old.port);
	in = towards(&old, 0x01010101, IPPROTO_UDP);
	assert_true(nat_enter(n, &sessions[2], &in, &e, false));
	for (unsigned i = 0; i < 3; i++)
		release(n, &sessions[i], 0);
	nat_age(n, NAT_REST_TICKS);
	nat_counts(n, 0, &c);
	assert_int_equal(c.ports_used, 0);
	assert_true(rte_be_to_cpu_16(taken(3, &t).port) >= 50000);
	spec.addresses = four + 1;
	use(&spec);
	assert_true(nat_is_public(n, four[1]));
	assert_true(nat_is_public(n, four[0]));  /* something is mapped there */
	release(n, &sessions[3], 0);
	nat_age(n, 2 * NAT_REST_TICKS);
	assert_false(nat_is_public(n, four[0]));
}

static void
pools_are_found_by_name(void **state)
{
	struct nat_pool_spec specs[2] = { spec_of(1, 1024, 65535), spec_of(1, 1024, 65535) };
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP);
	struct nat_counts c;

	taken(0, &t);
	specs[0].name = "other";
	specs[0].addresses = four + 2;
	assert_int_equal(nat_configure(n, specs, 2), 0);
	assert_string_equal(nat_pool_name(n, 1), "uplink");
	nat_counts(n, 1, &c);
	assert_int_equal(c.mappings, 1);
	nat_counts(n, 0, &c);
	assert_int_equal(c.mappings, 0);
	assert_null(nat_pool_name(n, 2));
}

static void
peers_are_bounded(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP), in;
	struct nat_endpoint public = { 0 }, inside;

	spec.filtering = NAT_ADDRESS_DEPENDENT;
	use(&spec);
	for (unsigned i = 0; i < 100; i++) {
		t.dst.v4 = rte_cpu_to_be_32(0x01000000 + i);
		public = taken(i, &t);
	}
	in = towards(&public, 0x01000000 + 99, IPPROTO_UDP);
	assert_true(nat_enter(n, &sessions[100], &in, &inside, false));
	in = towards(&public, 0x01000000, IPPROTO_UDP);
	assert_false(nat_enter(n, &sessions[101], &in, &inside, false));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc4787_req_1),
		TEST(rfc4787_req_1_address_and_port_dependent),
		TEST(rfc4787_req_2),
		TEST(rfc4787_req_3),
		TEST(rfc4787_req_4_parity_and_range),
		TEST(a_free_port_is_preserved),
		TEST(rfc4787_req_8),
		TEST(rfc4787_req_9),
		TEST(rfc4787_req_11_and_every_port),
		TEST(rfc5508_req_1_identifier_is_mapped_and_back),
		TEST(rfc5508_req_8),
		TEST(rfc6888_req_4_quota_of_a_source),
		TEST(rfc6888_req_8),
		TEST(resting_mappings_let_nobody_in),
		TEST(a_port_of_a_session_that_was_refused_is_free_at_once),
		TEST(rfc6888_req_15_unpredictable),
		TEST(protocols_without_ports_keep_their_bytes),
		TEST(workers_never_share_an_endpoint),
		TEST(mappings_outlive_a_change_of_their_pool),
		TEST(pools_are_found_by_name),
		TEST(peers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
