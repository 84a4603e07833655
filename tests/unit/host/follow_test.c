/* SPDX-License-Identifier: BSD-3-Clause */
/* A large neighbour table follows a new generation in parts, and a neighbour that is used at once.
 */
#include "numbered.h"

enum { MANY = 3000, STATIC = 500, PARTS = 100 };

static void
given_known(struct two_links *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		hear(f, i, HEARD_REQUEST, (uint8_t)i);
	forget_sent(f);
	assert_int_equal(count(f), n);
}

static void
follow_all(struct two_links *f)
{
	for (unsigned i = 0; i < PARTS; i++) {
		host_follow(f->host);
		forget_sent(f);
	}
}

struct tally {
	const struct two_links *f;
	unsigned with_mtu, with_mac, is_static, resolved;
	uint16_t mtu;
};

static void
tally_one(void *arg, const struct host_neighbour *n)
{
	struct tally *t = arg;

	t->with_mtu += t->f->nexthops[n->nexthop].mtu == t->mtu;
	t->is_static += n->is_static;
	t->resolved += n->resolved;
}

static struct tally
tally(const struct two_links *f, uint16_t mtu)
{
	struct tally t = { .f = f, .mtu = mtu };

	host_each(f->host, tally_one, &t);
	return t;
}

static void
a_neighbour_that_is_used_follows_at_once(void **state)
{
	struct two_links *f = *state;
	struct interface wan = f->iface[WAN];
	struct generation next = f->gen;
	uint16_t nh;

	given_known(f, MANY);
	wan.mtu = 1400;
	wan.port = 0;
	next.iface[WAN] = &wan;
	host_configure(f->host, &next);
	assert_true(tally(f, 1400).with_mtu < MANY / 2);
	nh = nexthop_to(f, MANY - 1);
	assert_int_equal(f->nexthops[nh].mtu, 1400);
	assert_int_equal(f->nexthops[nh].output.port, 0);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	follow_all(f);
	assert_int_equal(tally(f, 1400).with_mtu, MANY);
	assert_int_equal(tally(f, 1400).resolved, MANY);
	host_configure(f->host, &f->gen);
	follow_all(f);
	assert_int_equal(tally(f, 1500).with_mtu, MANY);
}

static void
neighbours_of_an_interface_that_is_gone_go_part_by_part(void **state)
{
	struct two_links *f = *state;
	struct generation next = f->gen;
	unsigned left = MANY;

	given_known(f, MANY);
	next.iface[WAN] = NULL;
	host_configure(f->host, &next);
	for (unsigned i = 0; i < PARTS && left > 0; i++) {
		assert_true(count(f) + 64 >= left);
		left = count(f);
		host_follow(f->host);
	}
	assert_int_equal(left, 0);
	host_configure(f->host, &f->gen);
	follow_all(f);
	given_known(f, MANY);
}

static void
static_neighbours_come_and_go_part_by_part(void **state)
{
	static struct interface_neighbour list[STATIC];
	struct two_links *f = *state;
	struct interface wan = f->iface[WAN];
	struct generation next = f->gen;
	uint16_t nh;

	given_known(f, MANY);
	for (unsigned i = 0; i < STATIC; i++)
		list[i] = (struct interface_neighbour){ .family = 4,
			.address = neighbour(MANY - 100 + i),
			.mac = { 2, 0, 0, 0, 7, (uint8_t)i } };
	wan.neighbours = list;
	wan.n_neighbours = STATIC;
	next.iface[WAN] = &wan;
	host_configure(f->host, &next);
	assert_true(tally(f, 0).is_static < STATIC / 2);
	nh = nexthop_to(f, MANY - 100 + STATIC - 1);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	assert_int_equal(f->nexthops[nh].l2[4], 7);
	nh = nexthop_to(f, MANY - 1); /* known by another MAC before */
	assert_int_equal(f->nexthops[nh].l2[4], 7);
	follow_all(f);
	assert_int_equal(tally(f, 0).is_static, STATIC);
	assert_int_equal(count(f), MANY - 100 + STATIC);

	host_configure(f->host, &f->gen);
	nh = nexthop_to(f, MANY - 1);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
	follow_all(f);
	assert_int_equal(tally(f, 0).is_static, 0);
	assert_int_equal(tally(f, 0).resolved, MANY - 100);
}

/* What waits for a neighbour, and the question that is repeated, when the interface is gone. */
static void
timers_of_an_interface_that_is_gone_come_to_nothing(void **state)
{
	struct two_links *f = *state;
	struct generation next = f->gen;

	given_known(f, MANY);
	assert_int_equal(send_to(f, MANY), REASON_NONE);
	assert_int_equal(f->ledger->held[HELD_neighbour], 1);
	next.iface[WAN] = NULL;
	host_configure(f->host, &next);
	after(f, 10);
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
	assert_int_equal(f->ledger->iface[WAN].drops[REASON_neighbour_unresolved], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_neighbour_that_is_used_follows_at_once),
		host_test(neighbours_of_an_interface_that_is_gone_go_part_by_part),
		host_test(static_neighbours_come_and_go_part_by_part),
		host_test(timers_of_an_interface_that_is_gone_come_to_nothing),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
