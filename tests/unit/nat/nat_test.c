/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT: requirements of RFC 4787, 5382, 5508 and 6888 on mappings, by their numbers. */

#include "nat/counts.h"
#include "nat_pool_fixture.h"

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
	assert_int_equal(seen, 0x1e); /* and hosts are spread over all four */
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
	static const bool passes[3][3] = {
		/* anybody; his address, another port; himself */
		[NAT_ENDPOINT_INDEPENDENT] = { true, true, true },
		[NAT_ADDRESS_DEPENDENT] = { false, true, true },
		[NAT_ADDRESS_AND_PORT_DEPENDENT] = { false, false, false }, /* has his session */
	};
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP);
	struct nat_endpoint public, inside;

	for (unsigned f = 0; f < 3; f++) {
		spec.filtering = (uint8_t)f;
		use(&spec);
		public = taken(0, &t);
		for (unsigned who = 0; who < 3; who++) {
			struct tuple in = towards(
				&public, who == 0 ? 0x08080808 : 0xcb007109, IPPROTO_UDP);

			in.sport = who == 1 ? RTE_BE16(99) : in.sport;
			assert_int_equal(
				nat_enter(n, &sessions[1], &in, &inside, false), passes[f][who]);
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
	taken(64512, &t); /* who has one still gets it */
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

/* Who ends sessions faster than their ports rest does not keep others from beginning some. */
static void
a_mapping_that_rests_makes_room(void **state)
{
	struct nat_pool_spec spec = spec_of(4, 1024, 65535);
	struct nat_counts c;
	struct tuple t;

	use(&spec);
	for (unsigned i = 0; i < MAPPINGS; i++) {
		t = from(INSIDE + i / 64, (uint16_t)(4000 + i % 64), IPPROTO_UDP);
		taken(i, &t);
	}
	for (unsigned i = 0; i < 128; i++)
		release(n, &sessions[i], 100 + i);
	for (unsigned i = 0; i < 128; i++) {
		t = from(INSIDE + MAPPINGS + i / 2, (uint16_t)i, IPPROTO_UDP);
		taken(i, &t);
	}
	nat_counts(n, 0, &c);
	assert_int_equal(c.resting, 0);
	release(n, &sessions[200], 300);
	t = from(INSIDE + 200 / 64, 4000 + 200 % 64, IPPROTO_UDP);
	taken(200, &t); /* its own mapping, as it rests */
}

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
		TEST(a_mapping_that_rests_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
