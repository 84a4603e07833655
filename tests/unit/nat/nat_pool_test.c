/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT: pools, of one worker and of several; what a pool gives out, and takes back. */

#include "base/memory.h"
#include "nat/counts.h"
#include "nat/nat_priv.h"
#include "nat_pool_fixture.h"

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

/* A public address is its domain's: the same address elsewhere is another one. */
static void
nobody_comes_in_by_another_domain(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2003);
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP), in;
	struct nat_endpoint public, inside;

	spec.filtering = NAT_ENDPOINT_INDEPENDENT;
	use(&spec);
	public = taken(0, &t);
	in = towards(&public, 0x01010101, IPPROTO_UDP);
	in.domain = DOMAIN_MAIN + 1;
	assert_false(nat_enter(n, &sessions[1], &in, &inside, true));
	in.domain = DOMAIN_MAIN;
	assert_true(nat_enter(n, &sessions[1], &in, &inside, true));
}

/* Sessions that are about to end: as many as there are. */
static void
no_session_is_looked_at_behind_the_last(void **state)
{
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP);
	struct session *const over[] = { &sessions[0], &sessions[1], NULL };

	taken(0, &t);
	nat_expect(n, over, 2);
}

static bool
somebody_has(void *arg, rte_be32_t address)
{
	const rte_be32_t *theirs = arg;

	return address == *theirs;
}

/* RFC 5227: what another station has is given to nobody, and the inside hosts paired with it get
 * another address. */
static void
an_address_of_somebody_else_is_not_given_out(void **state)
{
	struct nat_pool_spec spec = spec_of(4, 2000, 3000);
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP), other = from(INSIDE, 10, IPPROTO_UDP),
		     third = from(INSIDE, 11, IPPROTO_UDP);
	struct nat_endpoint e, again;
	rte_be32_t theirs;

	use(&spec);
	theirs = taken(0, &t).address;
	nat_ask_contested(n, somebody_has, &theirs);
	assert_int_equal(take_for(n, &sessions[1], &other, &e), REASON_NONE);
	assert_int_not_equal(e.address, theirs);
	/* An endpoint that is mapped there already gets another mapping, once. */
	assert_int_equal(take_for(n, &sessions[2], &t, &e), REASON_NONE);
	assert_int_not_equal(e.address, theirs);
	assert_int_equal(take_for(n, &sessions[3], &t, &again), REASON_NONE);
	assert_int_equal(again.address, e.address);
	assert_int_equal(again.port, e.port);
	/* One address alone: nothing is translated. */
	spec = spec_of(1, 2000, 3000);
	use(&spec);
	theirs = four[0];
	assert_int_equal(take_for(n, &sessions[4], &third, &e), REASON_nat_no_port);
}

static bool
everybody_has(void *arg, rte_be32_t address)
{
	unsigned *asked = arg;

	(*asked)++;
	return true;
}

/* A packet does not pay for a large pool whose addresses other stations have. */
static void
a_search_among_contested_addresses_is_short(void **state)
{
	enum { ADDRESSES = 200 };
	struct nat_pool_spec spec = spec_of(ADDRESSES, 2000, 3000);
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP);
	rte_be32_t addresses[ADDRESSES];
	struct nat_endpoint e;
	unsigned asked = 0;

	for (unsigned i = 0; i < ADDRESSES; i++)
		addresses[i] = rte_cpu_to_be_32(0x01000000 + i);
	spec.addresses = addresses;
	use(&spec);
	nat_ask_contested(n, everybody_has, &asked);
	assert_int_equal(take_for(n, &sessions[0], &t, &e), REASON_nat_no_port);
	assert_in_range(asked, 1, 20);
	nat_ask_contested(n, NULL, NULL);
	spec = spec_of(1, 2000, 3000);
	use(&spec);
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
draw_unpredictably(bool of_one_endpoint)
{
	enum { DRAWS = 100000, CLASSES = 63 };
	double chi = 0, x, before = 0, sum = 0, square = 0, product = 0, mean;
	static unsigned count[CLASSES];

	memset(count, 0, sizeof(count));
	for (unsigned i = 0; i < 2; i++) { /* the ports that the inside has are taken */
		struct tuple t = from(INSIDE, (uint16_t)(4000 + i), IPPROTO_UDP);

		taken(i, &t);
	}
	for (unsigned i = 0; i < DRAWS; i++) {
		struct tuple t = from(INSIDE + 1 + (of_one_endpoint ? 0 : i),
			(uint16_t)(4000 + i % 2), IPPROTO_UDP);
		struct nat_endpoint e;

		t.dst.v4 = rte_cpu_to_be_32(0x01000000 + i);
		assert_int_equal(take_for(n, &sessions[2], &t, &e), REASON_NONE);
		release(n, &sessions[2], 0); /* nothing has left by it: free at once */
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
	assert_true(chi < 103); /* 62 degrees of freedom, p = 0.001 */
	x = (product / DRAWS - mean * mean) / (square / DRAWS - mean * mean);
	assert_true(x < 0.01 && x > -0.01);
}

static void
rfc6888_req_15_unpredictable(void **state)
{
	draw_unpredictably(false);
}

/* Who knows the port of an inside endpoint towards one peer knows none towards others. */
static void
ports_towards_other_peers_are_unpredictable(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);

	spec.mapping = NAT_ADDRESS_AND_PORT_DEPENDENT;
	use(&spec);
	draw_unpredictably(true);
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
	assert_true(nat_is_public(n, four[1], DOMAIN_MAIN));
	assert_true(nat_is_public(n, four[0], DOMAIN_MAIN)); /* something is mapped there */
	release(n, &sessions[3], 0);
	nat_age(n, 2 * NAT_REST_TICKS);
	assert_false(nat_is_public(n, four[0], DOMAIN_MAIN));
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

static unsigned
given_out(unsigned first, unsigned n_hosts, unsigned *low, unsigned *high)
{
	unsigned got = 0;

	*low = 65536;
	*high = 0;
	for (unsigned i = 0; i < n_hosts; i++) {
		struct tuple t = from(INSIDE + first + i, 9, IPPROTO_UDP);
		struct nat_endpoint e;
		unsigned port;

		if (take(first + i, &t, &e) != REASON_NONE)
			continue;
		port = rte_be_to_cpu_16(e.port);
		*low = RTE_MIN(*low, port);
		*high = RTE_MAX(*high, port);
		got++;
	}
	return got;
}

/* Whatever the range was in between: what is mapped is given to nobody else, and what became free
 * is there again. */
static void
another_range_holds_from_the_next_packet_on(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2009);
	unsigned low, high;

	use(&spec);
	assert_int_equal(given_out(0, 20, &low, &high), 10);
	spec.low = 2005;
	spec.high = 2014;
	use(&spec);
	assert_int_equal(given_out(20, 20, &low, &high), 5);
	assert_int_equal(low, 2010);
	assert_int_equal(high, 2014);
	for (unsigned i = 0; i < 20; i++)
		release(n, &sessions[i], 0);
	nat_age(n, NAT_REST_TICKS); /* 2000..2009 are free, five of them in the range */
	assert_int_equal(given_out(40, 20, &low, &high), 5);
	assert_int_equal(low, 2005);
	assert_int_equal(high, 2009);
	spec.low = 2000;
	use(&spec);
	assert_int_equal(given_out(60, 20, &low, &high), 5);
	assert_int_equal(low, 2000);
	assert_int_equal(high, 2004);
}

static bool
is_old(unsigned port)
{
	struct nat_endpoint public = { .address = four[0],
		.port = rte_cpu_to_be_16((uint16_t)port) };
	struct tuple t = towards(&public, INSIDE, IPPROTO_UDP);

	return nat_layout_is_old(nat_layout_of(n), &t);
}

static void
ports_of_earlier_ranges_are_known_as_long_as_they_are_mapped(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2009);
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP);

	use(&spec);
	taken(0, &t);
	assert_false(is_old(2000));
	spec.low = 2005;
	spec.high = 2014;
	use(&spec);
	for (unsigned port = 1995; port < 2020; port++)
		assert_int_equal(is_old(port), port >= 2000 && port < 2005);
	spec.low = 2003;
	spec.high = 2007;
	use(&spec);
	for (unsigned port = 1995; port < 2020; port++)
		assert_int_equal(
			is_old(port), port >= 2000 && port <= 2014 && (port < 2003 || port > 2007));
	release(n, &sessions[0], 0);
	nat_age(n, NAT_REST_TICKS);
	use(&spec);
	assert_false(is_old(2000));
}

static void
pools_without_a_place_are_left_out(void **state)
{
	struct nat_pool_spec specs[NAT_POOLS + 1];
	char names[NAT_POOLS + 1][8];
	struct nat_summary *s;

	for (unsigned i = 0; i <= NAT_POOLS; i++) {
		specs[i] = spec_of(1, 2000, 2003);
		snprintf(names[i], sizeof(names[i]), "p%u", i);
		specs[i].name = names[i];
		specs[i].addresses = i == 0 ? four : &four[1];
	}
	assert_int_equal(nat_configure(n, specs, NAT_POOLS + 1), 0);
	s = nat_summary_take(n);
	assert_non_null(s);
	assert_int_equal(s->n_pools, NAT_POOLS);
	nat_summary_free(s);
}

/* Ports that become free while the address is in no pool, or while they are forwarded. */
static void
an_address_that_comes_back_has_all_its_ports(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2003);
	struct nat_reserved forwarded = { 2000, 2001, IPPROTO_UDP };
	unsigned low, high;

	use(&spec);
	assert_int_equal(given_out(0, 9, &low, &high), 4);
	assert_int_equal(nat_configure(n, NULL, 0), 0);
	for (unsigned i = 0; i < 9; i++)
		release(n, &sessions[i], 0);
	nat_age(n, NAT_REST_TICKS);
	use(&spec);
	assert_int_equal(given_out(10, 9, &low, &high), 4);
	spec.reserved = &forwarded;
	spec.n_reserved = 1;
	use(&spec);
	for (unsigned i = 10; i < 19; i++)
		release(n, &sessions[i], NAT_REST_TICKS);
	nat_age(n, 2 * NAT_REST_TICKS);
	assert_int_equal(given_out(20, 9, &low, &high), 2);
	assert_int_equal(low, 2002);
	spec.n_reserved = 0;
	use(&spec);
	assert_int_equal(given_out(30, 9, &low, &high), 2);
	assert_int_equal(high, 2001);
}

/* Pools and addresses come and go, a thousand times; what is mapped stays, and figures are those of
 * who has them. */
static void
what_nothing_is_mapped_to_gives_its_place(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 2003);
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP), in;
	struct nat_endpoint first, e, inside;
	struct nat_counts c;
	size_t bytes = 0;

	spec.filtering = NAT_ENDPOINT_INDEPENDENT;
	use(&spec);
	first = taken(0, &t);
	for (unsigned i = 0; i < 1000; i++) {
		rte_be32_t address = rte_cpu_to_be_32(0x01000000 + i);
		char name[16];

		snprintf(name, sizeof(name), "pool-%u", i);
		spec.name = name;
		spec.addresses = &address;
		assert_int_equal(nat_configure(n, &spec, 1), 0);
		e = taken(1, &t);
		assert_int_equal(e.address, address);
		nat_counts(n, 0, &c);
		assert_int_equal(c.mappings, 1);
		assert_int_equal(c.allocated, 1);
		assert_int_equal(c.ports_used, 1);
		release(n, &sessions[1], i * NAT_REST_TICKS);
		nat_age(n, (i + 1) * NAT_REST_TICKS);
		if (i == 10)
			bytes = nat_bytes(n);
	}
	assert_int_equal(nat_bytes(n), bytes);
	in = towards(&first, 0x02020202, IPPROTO_UDP);
	assert_true(nat_enter(n, &sessions[2], &in, &inside, false));
	assert_int_equal(inside.port, rte_cpu_to_be_16(9));
	assert_int_equal(sessions[2].mapping[1], sessions[0].mapping[0]);
}

/* More names than there are slots, each with a session. */
static void
too_many_pools_that_are_gone_but_used_are_refused(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 2000, 65000);
	struct tuple t = from(INSIDE, 9, IPPROTO_UDP);
	char name[16];
	unsigned i;

	spec.name = name;
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "pool-%u", i);
		if (nat_configure(n, &spec, 1) < 0)
			break;
		taken(i, &t);
	}
	assert_int_equal(i, 255);
	assert_string_equal(nat_pool_name(n, 0), "pool-254"); /* nothing has changed */
	release(n, &sessions[7], 0);
	nat_age(n, NAT_REST_TICKS);
	assert_int_equal(nat_configure(n, &spec, 1), 0);
	taken(7, &t);
}

/* What reports say of memory is what is taken, with all tables and logs. */
static void
its_memory_is_told(void **state)
{
	size_t before = memory_held_bytes(), blocks, told;
	struct nat *own = nat_create(MAPPINGS, 0, 1, -1);
	struct nat_pool_spec spec = spec_of(4, 1024, 65535);

	spec.filtering = NAT_ADDRESS_DEPENDENT;
	spec.log = true;
	assert_int_equal(nat_configure(own, &spec, 1), 0);
	for (unsigned i = 0; i < NAT_LOG_READERS; i++)
		assert_int_equal(nat_log_make(own, i), 0);
	blocks = memory_held_bytes() - before; /* in pages */
	told = nat_bytes(own);
	assert_in_range(told, blocks - (size_t)16 * 4096,
		blocks + sizeof(*own) + NAT_CHUNK * sizeof(struct nat_address));
	nat_destroy(own);
	assert_int_equal(memory_held_bytes(), before);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(resting_mappings_let_nobody_in),
		TEST(nobody_comes_in_by_another_domain),
		TEST(no_session_is_looked_at_behind_the_last),
		TEST(an_address_of_somebody_else_is_not_given_out),
		TEST(a_search_among_contested_addresses_is_short),
		TEST(a_port_of_a_session_that_was_refused_is_free_at_once),
		TEST(rfc6888_req_15_unpredictable),
		TEST(ports_towards_other_peers_are_unpredictable),
		TEST(protocols_without_ports_keep_their_bytes),
		TEST(workers_never_share_an_endpoint),
		TEST(mappings_outlive_a_change_of_their_pool),
		TEST(pools_are_found_by_name),
		TEST(another_range_holds_from_the_next_packet_on),
		TEST(ports_of_earlier_ranges_are_known_as_long_as_they_are_mapped),
		TEST(pools_without_a_place_are_left_out),
		TEST(an_address_that_comes_back_has_all_its_ports),
		TEST(what_nothing_is_mapped_to_gives_its_place),
		TEST(too_many_pools_that_are_gone_but_used_are_refused),
		TEST(its_memory_is_told),
		TEST(peers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
