/* SPDX-License-Identifier: BSD-3-Clause */
/* What the data path asks NAT about addresses and ports, how a session got its endpoint, forwarded
 * ports, and the peers that a filter remembers. */

#include "nat/counts.h"
#include "nat_pool_fixture.h"

static void
an_endpoint_of_a_pool_is_within_its_ports(void **state)
{
	struct nat_pool_spec spec = spec_of(2, 4000, 4009);

	use(&spec);
	assert_false(nat_may_give(n, four[0], RTE_BE16(3999), DOMAIN_MAIN));
	assert_true(nat_may_give(n, four[0], RTE_BE16(4000), DOMAIN_MAIN));
	assert_true(nat_may_give(n, four[1], RTE_BE16(4009), DOMAIN_MAIN));
	assert_false(nat_may_give(n, four[1], RTE_BE16(4010), DOMAIN_MAIN));
	assert_false(nat_may_give(n, four[2], RTE_BE16(4000), DOMAIN_MAIN));
}

static void
a_removed_address_gives_nothing_out(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 4000, 4009);
	struct tuple t = from(INSIDE, 4001, IPPROTO_UDP);

	spec.reject = true;
	use(&spec);
	taken(0, &t);
	spec.addresses = &four[1];
	use(&spec);
	assert_true(nat_is_public(n, four[0], DOMAIN_MAIN)); /* a mapping is left */
	assert_false(nat_may_give(n, four[0], RTE_BE16(4001), DOMAIN_MAIN));
	assert_false(nat_rejects(n, four[0], DOMAIN_MAIN));
	assert_true(nat_rejects(n, four[1], DOMAIN_MAIN));
	release(n, &sessions[0], 0);
}

static void
senders_are_told_where_the_pool_says_so(void **state)
{
	struct nat_pool_spec spec = spec_of(2, 4000, 4009);

	use(&spec);
	assert_false(nat_rejects(n, four[0], DOMAIN_MAIN));
	spec.reject = true;
	use(&spec);
	assert_true(nat_rejects(n, four[0], DOMAIN_MAIN));
	assert_true(nat_rejects(n, four[1], DOMAIN_MAIN));
	assert_false(nat_rejects(n, four[2], DOMAIN_MAIN));
	assert_true(nat_is_public(n, four[1], DOMAIN_MAIN));
	assert_false(nat_is_public(n, four[2], DOMAIN_MAIN));
}

static void
protocols_with_ports_are_these(void **state)
{
	static const uint8_t with[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_DCCP,
		IPPROTO_UDPLITE, IPPROTO_SCTP };
	static const uint8_t without[] = { IPPROTO_GRE, IPPROTO_ESP, IPPROTO_AH, 0, 255 };

	for (unsigned i = 0; i < sizeof(with); i++)
		assert_true(nat_has_ports(with[i]));
	for (unsigned i = 0; i < sizeof(without); i++)
		assert_false(nat_has_ports(without[i]));
}

static void
how_an_endpoint_was_got_is_told(void **state)
{
	struct tuple a = from(INSIDE, 4001, IPPROTO_UDP), b = from(INSIDE + 1, 4001, IPPROTO_UDP),
		     gre = from(INSIDE, 0, IPPROTO_GRE);

	assert_int_equal(taken(0, &a).why, NAT_PRESERVED);
	a.dport++;
	assert_int_equal(taken(1, &a).why, NAT_MAPPED);
	assert_int_equal(taken(2, &b).why, NAT_DRAWN);
	assert_int_equal(taken(3, &gre).why, NAT_PORTLESS_SHARED);
}

/* Ports that a dnat forwards are of its protocol alone, both ends of the range included. */
static void
forwarded_ports_are_not_given_out(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 4000, 4003);
	struct nat_reserved reserved = { .low = 4001, .high = 4002, .proto = IPPROTO_TCP };
	struct nat_endpoint e;
	struct tuple t;
	unsigned seen = 0;

	spec.reserved = &reserved;
	spec.n_reserved = 1;
	use(&spec);
	for (unsigned i = 0; i < 3; i++) {
		t = from(INSIDE, (uint16_t)(4001 + i), IPPROTO_TCP);
		assert_int_equal(take(i, &t, &e), i < 2 ? REASON_NONE : REASON_nat_no_port);
		seen |= i < 2 ? 1u << (rte_be_to_cpu_16(e.port) - 4000) : 0;
	}
	assert_int_equal(seen, 9);
	for (unsigned i = 0; i < 4; i++) {
		t = from(INSIDE, (uint16_t)(4000 + i), IPPROTO_UDP);
		assert_int_equal(rte_be_to_cpu_16(taken(10 + i, &t).port), 4000 + i);
	}
}

static struct tuple
answer_of(const struct nat_endpoint *public, uint32_t host)
{
	return towards(public, host, IPPROTO_UDP);
}

/* An address-dependent filter: NAT_PEERS of them, and the one that was sent to longest ago goes. */
static void
the_last_peers_may_enter(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP);
	struct nat_endpoint public = { 0 }, inside;

	spec.filtering = NAT_ADDRESS_DEPENDENT;
	use(&spec);
	for (unsigned i = 0; i <= NAT_PEERS; i++) {
		t.dst.v4 = rte_cpu_to_be_32(0xcb007101 + i);
		public = taken(i, &t);
	}
	for (unsigned i = 0; i <= NAT_PEERS; i++) {
		struct tuple in = answer_of(&public, 0xcb007101 + i);

		assert_int_equal(nat_enter(n, &sessions[100 + i], &in, &inside, false), i > 0);
		release(n, &sessions[100 + i], 0);
	}
}

/* What is sent again to a peer keeps it. */
static void
a_peer_that_is_sent_to_again_stays(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	struct tuple t = from(INSIDE, 4000, IPPROTO_UDP), in;
	struct nat_endpoint public = { 0 }, inside;

	spec.filtering = NAT_ADDRESS_DEPENDENT;
	use(&spec);
	for (unsigned i = 0; i < 3 * NAT_PEERS; i++) {
		t.dst.v4 = rte_cpu_to_be_32(i % 2 == 0 ? 0xcb007101 : 0xcb007201 + i);
		t.dport++;
		public = taken(i, &t);
	}
	in = answer_of(&public, 0xcb007101);
	assert_true(nat_enter(n, &sessions[200], &in, &inside, false));
}

/* One call frees NAT_AGE_MAX mappings at most, however many have rested long enough. */
static void
ageing_is_bounded(void **state)
{
	struct nat_counts c;

	for (unsigned i = 0; i < NAT_AGE_MAX + 10; i++) {
		struct tuple t = from(INSIDE + i, 4000, IPPROTO_UDP);

		taken(i, &t);
	}
	for (unsigned i = 0; i < NAT_AGE_MAX + 10; i++)
		release(n, &sessions[i], 100);
	nat_age(n, 100 + NAT_REST_TICKS);
	nat_counts(n, 0, &c);
	assert_int_equal(c.resting, 10);
	nat_age(n, 100 + NAT_REST_TICKS);
	nat_counts(n, 0, &c);
	assert_int_equal(c.resting, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_endpoint_of_a_pool_is_within_its_ports),
		TEST(a_removed_address_gives_nothing_out),
		TEST(senders_are_told_where_the_pool_says_so),
		TEST(protocols_with_ports_are_these),
		TEST(how_an_endpoint_was_got_is_told),
		TEST(forwarded_ports_are_not_given_out),
		TEST(the_last_peers_may_enter),
		TEST(a_peer_that_is_sent_to_again_stays),
		TEST(ageing_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
