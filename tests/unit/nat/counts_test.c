/* SPDX-License-Identifier: BSD-3-Clause */
/* What a report says of NAT: by pool, by address, added up over workers; and why a port was given.
 */

#include "nat/counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "nat_fixture.h"
#include <netinet/in.h>

#define SESSIONS 60
#define INSIDE   0x0a000001u

static const rte_be32_t four[4] = {
	RTE_BE32(0xc6336401),
	RTE_BE32(0xc6336402),
	RTE_BE32(0xc6336403),
	RTE_BE32(0xc6336404),
};

struct fixture {
	struct nat *n;
	struct session sessions[SESSIONS];
};

/* The session ends, at a tick of the clock. */
static void
release(struct nat *n, struct session *s, uint64_t now_tick)
{
	nat_release(n, s, SESSION_END_closed, now_tick << 20);
}

/* A pool "uplink" of four addresses with eight ports each. */
static int
setup(void **state)
{
	static struct fixture f;
	struct nat_pool_spec spec = {
		.name = "uplink",
		.addresses = four,
		.n_addresses = 4,
		.low = 5000,
		.high = 5007,
		.mapping = NAT_ENDPOINT_INDEPENDENT,
		.filtering = NAT_ADDRESS_AND_PORT_DEPENDENT,
	};

	f = (struct fixture){ .n = nat_create(1024, 0, 1, -1) };
	if (f.n == NULL)
		return -1;
	*state = &f;
	return nat_configure(f.n, &spec, 1);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	struct nat_counts c;

	for (unsigned i = 0; i < SESSIONS; i++)
		release(f->n, &f->sessions[i], 1000);
	nat_age(f->n, 1000 + NAT_REST_TICKS);
	nat_counts(f->n, 0, &c);
	nat_destroy(f->n);
	return c.mappings + c.resting + c.ports_used == 0 ? 0 : -1;
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

/* The reason, and in *e the endpoint, of session i, whose first packet leaves. */
static enum reason
take(struct fixture *f, unsigned i, const struct tuple *t, struct nat_endpoint *e)
{
	enum reason r = take_for(f->n, &f->sessions[i], t, e);

	nat_begin(f->n, &f->sessions[i], 0, 0);
	return r;
}

static void
counts_of_a_pool_are_those_of_its_addresses(void **state)
{
	struct fixture *f = *state;
	struct nat_counts sum = { 0 };
	struct nat_summary *s;

	for (unsigned i = 0; i < SESSIONS; i++) {
		struct tuple t = from(INSIDE + i, 5000, i % 2 == 0 ? IPPROTO_UDP : IPPROTO_TCP);
		struct nat_endpoint e;

		take(f, i, &t, &e);
	}
	release(f->n, &f->sessions[0], 1000);
	s = nat_summary_take(f->n);
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
}

static void
workers_are_added_up_by_address(void **state)
{
	struct fixture *f = *state;
	struct tuple t = from(INSIDE, 5000, IPPROTO_UDP);
	struct nat_summary *s, *twice;
	struct nat_endpoint e;

	assert_int_equal(take(f, 0, &t, &e), REASON_NONE);
	s = nat_summary_take(f->n);
	twice = nat_summary_copy(s);
	assert_non_null(twice);
	nat_summary_add(twice, s);
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

static void
without_pools_there_is_nothing_to_say(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(nat_configure(f->n, NULL, 0), 0);
	assert_null(nat_summary_take(f->n));
	assert_null(nat_summary_copy(NULL));
	nat_summary_free(NULL);
}

/* Explain says how a session came to its port. */
static void
why_a_port_was_given_is_said(void **state)
{
	struct fixture *f = *state;
	struct tuple a = from(INSIDE, 5000, IPPROTO_UDP), esp = from(INSIDE, 0, IPPROTO_ESP);
	struct tuple outside = from(INSIDE, 4999, IPPROTO_UDP);
	struct nat_endpoint e;

	assert_int_equal(take(f, 0, &a, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_PRESERVED);
	assert_int_equal(take(f, 1, &a, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_MAPPED);
	assert_int_equal(take(f, 2, &outside, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_DRAWN);
	assert_int_equal(take(f, 3, &esp, &e), REASON_NONE);
	assert_int_equal(e.why, NAT_PORTLESS_SHARED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_of_a_pool_are_those_of_its_addresses),
		TEST(workers_are_added_up_by_address),
		TEST(without_pools_there_is_nothing_to_say),
		TEST(why_a_port_was_given_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
