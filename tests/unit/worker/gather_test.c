/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "io/port.h"
#include "policy/generation.h"
#include "policy/pipeline.h"
#include "worker/gather.h"
#include "worker/spread.h"

enum { WORKERS = 4 };

static const int node[WORKERS];
static const struct pipeline plain, translating = { .traits = TRAIT_TRANSLATES };

/* Ports 0 .. 3 with an interface each. */
struct scene {
	struct ports ports;
	struct generation gen;
	struct interface iface[4];
};

static struct scene *
given_ports(unsigned n, const unsigned queues[], const struct pipeline *const pipeline[])
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->gen.n_ifaces = n;
	for (unsigned i = 0; i < n; i++) {
		s->ports.at[i].used = s->gen.port_used[i] = true;
		s->ports.at[i].index = (uint16_t)i;
		s->ports.at[i].rx_queues = (uint16_t)queues[i];
		s->iface[i].port = (uint16_t)i;
		s->iface[i].pipeline = pipeline[i];
		s->gen.iface[i] = &s->iface[i];
	}
	return s;
}

static void
expect_candidates(unsigned n, const unsigned queues[], const struct pipeline *const pipeline[],
	unsigned bridges, uint64_t expected)
{
	const struct spread spread = { WORKERS, node, 0 };
	struct scene *s = given_ports(n, queues, pipeline);

	s->gen.n_bridges = bridges;
	assert_int_equal(gather_candidates(&s->ports, &s->gen, &spread), expected);
	free(s);
}

static void
flows_are_gathered_at_who_polls_the_inside(void **state)
{
	const struct pipeline *const two[] = { &plain, &translating },
				     *const none[] = { &plain, &plain };
	const struct pipeline *const four[] = { &translating, &translating, &translating,
		&translating };

	(void)state;
	expect_candidates(2, (const unsigned[]){ 1, 1 }, two, 0, 1u << 1);
	expect_candidates(2, (const unsigned[]){ 1, 2 }, two, 0, 1u << 1 | 1u << 2);
	expect_candidates(2, (const unsigned[]){ 1, 1 }, none, 0, 1u << 0);
	expect_candidates(2, (const unsigned[]){ 2, 1 }, none, 0, 1u << 0 | 1u << 1);
	/* A queue for each worker; all of them; a bridge. */
	expect_candidates(2, (const unsigned[]){ 4, 1 }, two, 0, 0);
	expect_candidates(4, (const unsigned[]){ 1, 1, 1, 1 }, four, 0, 0);
	expect_candidates(2, (const unsigned[]){ 1, 1 }, two, 1, 0);
}

static void
one_worker_gathers_nothing(void **state)
{
	const struct spread one = { 1, node, 0 };
	struct scene *s = given_ports(
		1, (const unsigned[]){ 1 }, (const struct pipeline *const[]){ &translating });

	(void)state;
	assert_int_equal(gather_candidates(&s->ports, &s->gen, &one), 0);
	free(s);
}

/* Two workers, of which the first one may gather. */
struct course {
	struct gathering g;
	struct gather_load load[2];
	uint64_t now_ns;
};

static uint64_t
look(struct course *c, uint64_t after_ms)
{
	c->now_ns += after_ms * NS_PER_MS;
	return gather_look(&c->g, c->load, 2, 1, c->now_ns);
}

/* A second in which a worker had whole bursts for so much of the time, of packets of such a cost.
 */
static uint64_t
work(struct course *c, unsigned worker, unsigned percent, unsigned ns)
{
	uint64_t pressed_ns = percent * NS_PER_S / 100;

	c->load[worker].pressed_ns += pressed_ns;
	c->load[worker].pressed_packets += pressed_ns / ns;
	return look(c, GATHER_LOOK_MS);
}

static void
others_help_who_has_no_time_for_costly_packets(void **state)
{
	struct course c = { .now_ns = 1 };

	(void)state;
	assert_int_equal(look(&c, 0), 1);
	assert_int_equal(work(&c, 0, 100, GATHER_COSTLY_NS - 1), 1);
	assert_int_equal(work(&c, 0, GATHER_PRESSED - 1, 1000), 1);
	assert_int_equal(work(&c, 1, 100, 1000), 1); /* none of those that gather */
	assert_int_equal(work(&c, 0, GATHER_PRESSED, GATHER_COSTLY_NS), 0);
	assert_int_equal(look(&c, 100), 0);
}

static void
a_worker_that_did_nothing_is_not_overloaded(void **state)
{
	struct course c = { .now_ns = 1 };

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(look(&c, GATHER_LOOK_MS), 1);
}

static void
flows_are_gathered_again_when_nothing_has_been_for_long(void **state)
{
	struct course c = { .now_ns = 1 };

	(void)state;
	look(&c, 0);
	assert_int_equal(work(&c, 0, 100, 1000), 0);
	assert_int_equal(look(&c, GATHER_REST_S * 1000 - 1), 0);
	assert_int_equal(work(&c, 1, 100, 1000), 0); /* any worker's load counts now */
	assert_int_equal(look(&c, GATHER_REST_S * 1000 - 1), 0);
	assert_int_equal(look(&c, 1), 1);
}

static void
flows_are_not_gathered_again_where_they_have_no_room(void **state)
{
	struct course c = { .now_ns = 1 };

	(void)state;
	look(&c, 0);
	work(&c, 0, 100, 1000);
	c.load[0].full = c.load[1].full = GATHER_EMPTY / 2;
	assert_int_equal(look(&c, 2 * GATHER_REST_S * 1000), 0);
	c.load[1].full--;
	assert_int_equal(look(&c, GATHER_REST_S * 1000 - 1), 0);
	assert_int_equal(look(&c, 1), 1);
}

static void
a_full_worker_gets_no_flows_until_others_are_as_full(void **state)
{
	struct course c = { .now_ns = 1 };

	(void)state;
	look(&c, 0);
	c.load[0].full = GATHER_FULL - 1;
	assert_int_equal(look(&c, 100), 1);
	c.load[0].full = GATHER_FULL;
	assert_int_equal(look(&c, 100), 2);
	c.load[1].full = GATHER_FULL - 1;
	assert_int_equal(look(&c, 100), 2);
	c.load[1].full = GATHER_FULL;
	assert_int_equal(look(&c, 100), 0);
	c.load[0].full = 100;
	assert_int_equal(look(&c, 100), 0); /* none has room */
	c.load[1].full = GATHER_ROOMY - 1;
	assert_int_equal(look(&c, 100), 2);
	c.load[0].full = GATHER_ROOMY + 1;
	assert_int_equal(look(&c, 100), 2);
	c.load[0].full = GATHER_ROOMY;
	assert_int_equal(look(&c, 100), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_gathered_at_who_polls_the_inside),
		cmocka_unit_test(one_worker_gathers_nothing),
		cmocka_unit_test(others_help_who_has_no_time_for_costly_packets),
		cmocka_unit_test(a_worker_that_did_nothing_is_not_overloaded),
		cmocka_unit_test(flows_are_gathered_again_when_nothing_has_been_for_long),
		cmocka_unit_test(flows_are_not_gathered_again_where_they_have_no_room),
		cmocka_unit_test(a_full_worker_gets_no_flows_until_others_are_as_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
