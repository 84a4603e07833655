/* SPDX-License-Identifier: BSD-3-Clause */
/* What a report says of NAT: by pool, by address, added up over workers; and why a port was given.
 */

#include "nat/counts.h"

#include "nat_pool_fixture.h"

#define SESSIONS 60

/* Four addresses with eight ports each. */
static int
setup_small(void **state)
{
	struct nat_pool_spec spec = spec_of(4, 5000, 5007);

	setup(state);
	use(&spec);
	return 0;
}

static void
counts_of_a_pool_are_those_of_its_addresses(void **state)
{
	struct nat_counts sum = { 0 };
	struct nat_summary *s;

	for (unsigned i = 0; i < SESSIONS; i++) {
		struct tuple t = from(INSIDE + i, 5000, i % 2 == 0 ? IPPROTO_UDP : IPPROTO_TCP);
		struct nat_endpoint e;

		take(i, &t, &e);
	}
	release(n, &sessions[0], 1000);
	s = nat_summary_take(n);
	assert_non_null(s);
	assert_int_equal(s->n_pools, 1);
	assert_string_equal(s->pool[0].name, "uplink");
	assert_int_equal(s->pool[0].n_addresses, 4);
	for (unsigned i = 0; i < 4; i++) {
		const struct nat_address_counts *a = &s->pool[0].address[i];

		assert_int_equal(a->address, four[i]);
		assert_int_equal(a->all.ports_total, 8);
		assert_int_equal(a->all.ports_used, a->used[NAT_TCP] + a->used[NAT_UDP]);
		assert_int_equal(a->all.mappings + a->all.resting, a->all.ports_used);
		assert_int_equal(a->all.allocated, a->all.taken);
		sum.ports_used += a->all.ports_used;
		sum.refused_port += a->all.refused_port;
		sum.resting += a->all.resting;
	}
	assert_int_equal(s->pool[0].all.ports_total, 32);
	assert_int_equal(s->pool[0].all.ports_used, sum.ports_used);
	assert_int_equal(s->pool[0].all.allocated, sum.ports_used);
	assert_int_equal(s->pool[0].all.refused_port, sum.refused_port);
	assert_int_equal(sum.ports_used + sum.refused_port, SESSIONS);
	assert_int_equal(sum.resting, 1);
	nat_summary_free(s);
	nat_age(n, 1000 + NAT_REST_TICKS); /* the port in quarantine is free */
	s = nat_summary_take(n);
	assert_non_null(s);
	assert_int_equal(s->pool[0].all.ports_used, sum.ports_used - 1);
	for (unsigned i = 0; i < 4; i++) {
		const struct nat_address_counts *a = &s->pool[0].address[i];

		assert_int_equal(a->all.ports_used, a->used[NAT_TCP] + a->used[NAT_UDP]);
	}
	nat_summary_free(s);
}

static void
workers_are_added_up_by_address(void **state)
{
	struct tuple t = from(INSIDE, 5000, IPPROTO_UDP);
	struct nat_summary *s, *twice;
	struct nat_endpoint e;

	assert_int_equal(take(0, &t, &e), REASON_NONE);
	s = nat_summary_take(n);
	twice = nat_summary_copy(s);
	assert_non_null(twice);
	nat_summary_add(twice, s);
	assert_int_equal(twice->n_pools, 1);
	assert_int_equal(s->n_pools, 1);
	assert_int_equal(twice->pool[0].all.taken, 2);
	assert_int_equal(twice->pool[0].all.ports_total, 64);
	for (unsigned i = 0; i < 4; i++) {
		bool his = four[i] == e.address;

		assert_int_equal(twice->pool[0].address[i].all.mappings, his ? 2 : 0);
		assert_int_equal(twice->pool[0].address[i].used[NAT_UDP], his ? 2 : 0);
		assert_int_equal(s->pool[0].address[i].all.mappings, his ? 1 : 0);
	}
	nat_summary_free(twice);
	nat_summary_free(s);
}

static struct nat_address_counts
counts_of(rte_be32_t address)
{
	struct nat_address_counts c;
	struct nat_summary *s = nat_summary_take(n);

	assert_non_null(s);
	assert_int_equal(s->pool[0].n_addresses, 1);
	c = s->pool[0].address[0];
	assert_int_equal(c.address, address);
	nat_summary_free(s);
	return c;
}

/* An address takes the place of one that is gone: none of that one's figures are its own. */
static void
a_new_address_begins_at_zero(void **state)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	struct nat_pool_spec spec = spec_of(1, 5000, 5001);
	struct nat_address_counts c;
	struct nat_endpoint e;

	spec.per_source = 3;
	use(&spec);
	for (unsigned i = 0; i < 15; i++) {
		struct tuple t = from(INSIDE + i % 3, (uint16_t)(5000 + i / 9), protos[i / 3 % 3]);

		take(i, &t, &e);
	}
	c = counts_of(four[0]);
	assert_int_equal(c.all.mappings, 6);
	assert_int_equal(c.all.ports_used, 6);
	assert_int_equal(c.all.taken, 6);
	assert_int_equal(c.all.allocated, 6);
	assert_true(c.all.refused_port > 0);
	assert_true(c.all.refused_quota > 0);
	for (unsigned i = 0; i < 15; i++)
		release(n, &sessions[i], 1000);
	assert_int_equal(counts_of(four[0]).all.resting, 6);
	nat_age(n, 1000 + NAT_REST_TICKS);
	assert_int_equal(nat_configure(n, NULL, 0), 0);
	for (unsigned i = 1; i < 3; i++) { /* nothing holds the place, once that is settled */
		struct tuple t = from(INSIDE, 5000, IPPROTO_UDP);

		spec.addresses = &four[i];
		use(&spec);
		assert_int_equal(counts_of(four[i]).all.taken, 0); /* before a packet */
		assert_int_equal(take(0, &t, &e), REASON_NONE);
		assert_int_equal(e.address, four[i]);
		c = counts_of(four[i]);
		assert_int_equal(c.all.taken, 1);
		assert_int_equal(c.all.allocated, 1);
		assert_int_equal(c.all.mappings, 1);
		assert_int_equal(c.all.resting, 0);
		assert_int_equal(c.all.ports_used, 1);
		assert_int_equal(c.used[NAT_UDP], 1);
		assert_int_equal(c.used[NAT_TCP], 0);
		assert_int_equal(c.all.refused_port, 0);
		assert_int_equal(c.all.refused_quota, 0);
		release(n, &sessions[0], 2000 + i);
		nat_age(n, 3000 + i + NAT_REST_TICKS);
	}
}

static void
without_pools_there_is_nothing_to_say(void **state)
{
	assert_int_equal(nat_configure(n, NULL, 0), 0);
	assert_null(nat_summary_take(n));
	assert_null(nat_summary_copy(NULL));
	nat_summary_free(NULL);
}

/* Explain says how a session came to its port. */
static void
why_a_port_was_given_is_said(void **state)
{
	struct tuple a = from(INSIDE, 5000, IPPROTO_UDP), esp = from(INSIDE, 0, IPPROTO_ESP);
	struct tuple outside = from(INSIDE, 4999, IPPROTO_UDP);
	struct nat_endpoint e;

	assert_int_equal(take(0, &a, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_PRESERVED);
	assert_int_equal(take(1, &a, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_MAPPED);
	assert_int_equal(take(2, &outside, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_DRAWN);
	assert_int_equal(take(3, &esp, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_PORTLESS_SHARED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			counts_of_a_pool_are_those_of_its_addresses, setup_small, teardown),
		cmocka_unit_test_setup_teardown(
			workers_are_added_up_by_address, setup_small, teardown),
		TEST(a_new_address_begins_at_zero),
		cmocka_unit_test_setup_teardown(
			without_pools_there_is_nothing_to_say, setup_small, teardown),
		cmocka_unit_test_setup_teardown(
			why_a_port_was_given_is_said, setup_small, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
