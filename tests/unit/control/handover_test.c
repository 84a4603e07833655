/* SPDX-License-Identifier: BSD-3-Clause */
/* Who judges a packet among several workers: always the owner that a question names, whether the
 * flow is known where it is received, known there as another worker's, or asked for.
 *
 *   10.0.0.0/16, fd00::/64 --- lan [ Weir ] wan --- the rest
 *
 * Stepped in one thread; an observer a worker says who judged. */
#include "handover_world.h"

static void
a_flow_known_here_is_not_asked_for_again(void **state)
{
	struct handover *h = *state;
	const char *flow;

	given_judges(h, CONFIG(4096, "198.51.100.1"), 2);
	flow = a_flow_of(h, 0);
	come_in(h, flow);
	judge_all(h);
	assert_int_equal(asked(h), 1);
	for (unsigned i = 0; i < 5; i++) {
		come_in(h, flow);
		judge_all(h);
	}
	assert_int_equal(asked(h), 0);
}

static void
a_flow_known_as_anothers_is_not_asked_for_again(void **state)
{
	struct handover *h = *state;
	const char *flow;

	given_judges(h, CONFIG(4096, "198.51.100.1"), 2);
	flow = a_flow_of(h, 1);
	for (unsigned i = 0; i < 2; i++) { /* the doorkeeper lets the second one in */
		come_in(h, flow);
		judge_all(h);
	}
	assert_int_equal(asked(h), 2);
	for (unsigned i = 0; i < 5; i++) {
		come_in(h, flow);
		judge_all(h);
	}
	assert_int_equal(asked(h), 0);
	assert_int_equal(fastpath_ledger(worker_of(&h->on, 1)->fp)->lookups_hit, 6);
}

static void
all_kinds_of_packets_are_judged_by_their_owners(void **state)
{
	struct handover *h = *state;

	given_judges(h, CONFIG(4096, "198.51.100.1"), WORKERS);
	observed(h);
	all_are_judged_by_their_owners(h, 20000, PACKETS);
	assert_true(asked(h) < 12000);
	what_left_is_counted(h);
}

/* Another pool, and so other owners: what is remembered is of the old generation. */
static void
so_are_they_after_a_reload(void **state)
{
	struct handover *h = *state;

	given_judges(h, CONFIG(4096, "198.51.100.1"), WORKERS);
	observed(h);
	all_are_judged_by_their_owners(h, 4000, PACKETS);
	reload_only(&h->on, CONFIG(4096, "198.51.100.9"));
	watch(h);
	all_are_judged_by_their_owners(h, 4000, PACKETS);
	reload_only(&h->on, CONFIG(4096, "198.51.100.1"));
	watch(h);
	all_are_judged_by_their_owners(h, 4000, PACKETS);
}

static void
so_are_they_when_records_make_room(void **state)
{
	struct handover *h = *state;

	given_judges(h, CONFIG(1024, "198.51.100.1"), WORKERS);
	observed(h);
	all_are_judged_by_their_owners(h, 30000, 100000);
	all_are_judged_by_their_owners(h, 10000, PACKETS);
}

/* Fragments of all hosts, first or last one first: they meet at one worker and are judged by the
 * owner of the flow, short and long ones alike. */
static void
fragments_go_to_their_owners_and_back(void **state)
{
	struct handover *h = *state;

	given_judges(h, CONFIG(4096, "198.51.100.1"), WORKERS);
	for (unsigned i = 0; i < 200; i++) {
		unsigned port = port_of(&h->on, "lan")->index;

		for (unsigned k = 0; k < 2; k++) {
			bool first = k == i / 2 % 2;
			char text[120];
			struct rte_mbuf *m;

			snprintf(text, sizeof(text),
				first ? "udp 10.0.0.%u:4000 > 203.0.113.9:53 size 44 mf"
				      : "udp 10.0.0.%u > 203.0.113.9 size 40 frag 24",
				2 + i);
			m = frame_to(&h->on, "lan", text);
			if (i % 2)
				pad(m);
			assert_int_equal(
				capture_push(&appliance_ports(h->on.a)->at[port], 0, &m, 1), 1);
			judge_all(h);
		}
	}
	assert_int_equal(h->left, 400);
	what_left_is_counted(h);
}

static void
a_full_ring_drops_and_is_accounted(void **state)
{
	struct handover *h = *state;
	struct worker *w[2];
	const char *flow;
	struct ledger *l;
	unsigned lan, wan;

	given_judges(h, CONFIG(4096, "198.51.100.1"), 2);
	lan = port_of(&h->on, "lan")->index;
	wan = port_of(&h->on, "wan")->index;
	for (unsigned i = 0; i < 2; i++)
		w[i] = worker_of(&h->on, i);
	l = fastpath_ledger(w[0]->fp);
	flow = a_flow_of(h, 1);
	for (unsigned i = 0; i < STEER_RING + 100; i++) {
		come_in(h, flow);
		worker_step(w[0]);
		h->n = 0;
	}
	assert_int_equal(l->held[HELD_ring], STEER_RING);
	assert_int_equal(l->iface[0].drops[REASON_handoff_full], 100);
	assert_int_equal(l->port[lan].rx, STEER_RING + 100);
	judge_all(h);
	l = fastpath_ledger(w[1]->fp);
	assert_int_equal(l->held[HELD_ring], -STEER_RING);
	assert_int_equal(l->port[wan].tx, STEER_RING);
	assert_int_equal(l->port[lan].rx, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			all_kinds_of_packets_are_judged_by_their_owners, setup, teardown),
		cmocka_unit_test_setup_teardown(so_are_they_after_a_reload, setup, teardown),
		cmocka_unit_test_setup_teardown(
			fragments_go_to_their_owners_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			so_are_they_when_records_make_room, setup, teardown),
		/* Fewer workers after more: EAL is started once. */
		cmocka_unit_test_setup_teardown(
			a_flow_known_here_is_not_asked_for_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_flow_known_as_anothers_is_not_asked_for_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_full_ring_drops_and_is_accounted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
