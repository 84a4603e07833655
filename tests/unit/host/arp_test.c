/* SPDX-License-Identifier: BSD-3-Clause */
#include "frames.h"

#define EVERYBODY "ffffffffffff"
#define PEER      "020000000009"
#define OTHER     "020000000008"
#define OURS      "020000000001"
#define REQUEST   " 0806 0001 0800 06 04 0001 "
#define REPLY     " 0806 0001 0800 06 04 0002 "
#define NOBODY    "000000000000"
#define IP_PEER   "c0000209" /* 192.0.2.9 */
#define IP_US     "c0000201" /* 192.0.2.1 */

static void
who_asks_for_our_address_is_answered(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(
		receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY IP_US), REASON_NONE);

	expect_hex(f, 0, PEER OURS REPLY OURS IP_US PEER IP_PEER);
	assert_int_equal(f->ledger->consumed[CONSUMED_arp], 1);
	assert_int_equal(f->ledger->born[BORN_arp], 1);
}

static void
an_answer_carries_the_vlan_of_its_interface(void **state)
{
	struct two_links *f = *state;

	receive_hex(f, 0, EVERYBODY PEER "8100 0014" REQUEST PEER "cb007109" NOBODY "cb007101");

	expect_hex(f, 0, PEER OURS "8100 0014" REPLY OURS "cb007101" PEER "cb007109");
}

static void
who_asks_us_is_known_afterwards(void **state)
{
	struct two_links *f = *state;
	uint16_t nh;

	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY IP_US);

	nh = nexthop(f, LAN, "192.0.2.9");
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	assert_int_equal(f->nexthops[nh].l2_bytes, 14);
	assert_memory_equal(
		f->nexthops[nh].l2, "\x02\x00\x00\x00\x00\x09\x02\x00\x00\x00\x00\x01\x08\x00", 14);
}

static void
a_probe_is_answered_and_teaches_nothing(void **state)
{
	struct two_links *f = *state;

	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER "00000000" NOBODY IP_US);

	expect_hex(f, 0, PEER OURS REPLY OURS IP_US PEER "00000000");
	assert_int_equal(f->n_told, 0);
}

static void
other_addresses_are_not_answered(void **state)
{
	struct two_links *f = *state;

	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY "c0000202");
	/* ours, but of another interface */
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY "c6336401");

	expect_nothing(f);
	assert_int_equal(f->ledger->consumed[CONSUMED_arp], 2);
}

#define FAR "cb007209" /* 203.0.114.9 */

static const struct interface_address far_ones[] = {
	{ .family = 4, .bits = 24, .address = { .bytes = { 203, 0, 114 } } },
};

static void
far_stations_are_answered_for(void **state)
{
	struct two_links *f = *state;

	f->iface[LAN].proxied = far_ones;
	f->iface[LAN].n_proxied = 1;
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY FAR);

	expect_hex(f, 0, PEER OURS REPLY OURS FAR PEER IP_PEER);
	/* others are not, nor on another interface */
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY "cb007309");
	receive_hex(f, 0, EVERYBODY PEER "8100 0014" REQUEST PEER "cb007109" NOBODY FAR);
	/* a probe, and an announcement: a station of the link has the address */
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER "00000000" NOBODY FAR);
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER FAR NOBODY FAR);
	expect_nothing(f);
	assert_int_equal(f->nexthops[nexthop(f, LAN, "192.0.2.9")].state, NEXTHOP_READY);
}

static void
a_station_of_the_link_counts_more_than_a_far_one(void **state)
{
	struct two_links *f = *state;
	const struct interface_address near = {
		.family = 4, .bits = 24, .address = { .bytes = { 192, 0, 2 } }
	};

	f->iface[LAN].proxied = &near;
	f->iface[LAN].n_proxied = 1;
	receive_hex(f, 0, EVERYBODY OTHER REQUEST OTHER "c0000208" NOBODY IP_US);
	expect_hex(f, 0, OTHER OURS REPLY OURS IP_US OTHER "c0000208");
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY "c0000208");
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY "c00002ff"); /* broadcast */
	expect_nothing(f);
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY "c0000207");
	expect_hex(f, 0, PEER OURS REPLY OURS "c0000207" PEER IP_PEER);
}

static void
a_gratuitous_announcement_makes_no_entry(void **state)
{
	struct two_links *f = *state;

	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY IP_PEER);

	assert_int_equal(f->nexthops[nexthop(f, LAN, "192.0.2.9")].state, NEXTHOP_UNRESOLVED);
}

static void
a_gratuitous_announcement_changes_an_entry(void **state)
{
	struct two_links *f = *state;
	uint16_t nh;

	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY IP_US);
	nh = nexthop(f, LAN, "192.0.2.9");
	receive_hex(f, 0, EVERYBODY OTHER REQUEST OTHER IP_PEER NOBODY IP_PEER);

	assert_int_equal(f->nexthops[nh].l2[5], 8);
}

static void
an_answer_that_nobody_asked_for_changes_nothing(void **state)
{
	struct two_links *f = *state;
	uint16_t nh;

	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY IP_US);
	nh = nexthop(f, LAN, "192.0.2.9"); /* in use: probed by unicast */
	expect_hex(f, 0, PEER OURS REPLY OURS IP_US PEER IP_PEER);
	expect_hex(f, 0, PEER OURS REQUEST OURS IP_US NOBODY IP_PEER);
	receive_hex(f, 0, OURS PEER REPLY PEER IP_PEER OURS IP_US);
	receive_hex(f, 0, OURS OTHER REPLY OTHER IP_PEER OURS IP_US);
	receive_hex(f, 0, OURS OTHER REPLY OTHER "c0000208" OURS IP_US);

	assert_int_equal(f->nexthops[nh].l2[5], 9);
	assert_int_equal(f->nexthops[nexthop(f, LAN, "192.0.2.8")].state, NEXTHOP_UNRESOLVED);
}

static void
a_static_neighbour_is_not_overwritten(void **state)
{
	struct two_links *f = *state;

	f->neighbours[0] = (struct interface_neighbour){
		.family = 4,
		.mac = { 2, 0, 0, 0, 0, 9 },
		.address = address("192.0.2.9"),
	};
	f->iface[LAN].neighbours = f->neighbours;
	f->iface[LAN].n_neighbours = 1;
	fixture_start(f);

	assert_int_equal(receive_hex(f, 0, EVERYBODY OTHER REQUEST OTHER IP_PEER NOBODY IP_US),
		REASON_neighbour_static);
	assert_int_equal(
		receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY IP_US), REASON_NONE);
	assert_int_equal(f->nexthops[nexthop(f, LAN, "192.0.2.9")].l2[5], 9);
}

/* A gateway that no subnet of the interface has, as with addresses of /32. */
static void
whom_we_asked_may_answer_from_off_the_link(void **state)
{
	struct two_links *f = *state;

	forward(f, 1, "udp 198.51.100.2:7 > 203.0.113.9:9", LAN, "10.9.9.9");
	f->n_seen = f->n_sent;
	assert_int_equal(
		receive_hex(f, 0, OURS PEER REPLY PEER "0a090909" OURS IP_US), REASON_NONE);

	expect_sent(f, 0, "udp 198.51.100.2:7 > 203.0.113.9:9");
}

static void
messages_that_break_the_rules_are_dropped(void **state)
{
	static const char *const bad[] = {
		/* hardware, protocol, lengths, operation */
		EVERYBODY PEER " 0806 0006 0800 06 04 0001 " PEER IP_PEER NOBODY IP_US,
		EVERYBODY PEER " 0806 0001 86dd 06 04 0001 " PEER IP_PEER NOBODY IP_US,
		EVERYBODY PEER " 0806 0001 0800 08 04 0001 " PEER IP_PEER NOBODY IP_US,
		EVERYBODY PEER " 0806 0001 0800 06 10 0001 " PEER IP_PEER NOBODY IP_US,
		EVERYBODY PEER " 0806 0001 0800 06 04 0003 " PEER IP_PEER NOBODY IP_US,
	};
	struct two_links *f = *state;

	for (unsigned i = 0; i < RTE_DIM(bad); i++)
		assert_int_equal(receive_hex(f, 0, bad[i]), REASON_neighbour_bad);
	expect_nothing(f);
	assert_int_equal(drops(f, LAN, REASON_neighbour_bad), RTE_DIM(bad));
}

static void
senders_that_cannot_be_are_dropped_by_the_rule_they_break(void **state)
{
	static const struct {
		const char *frame;
		enum reason reason;
	} bad[] = {
		/* MACs: a group, nobody, ours */
		{ EVERYBODY PEER REQUEST "010000000009" IP_PEER NOBODY IP_US,
			REASON_neighbour_mac },
		{ EVERYBODY PEER REQUEST NOBODY IP_PEER NOBODY IP_US, REASON_neighbour_mac },
		{ EVERYBODY PEER REQUEST OURS IP_PEER NOBODY IP_US, REASON_neighbour_mac },
		/* addresses: multicast, loopback, broadcast, none, off the link and not asked */
		{ EVERYBODY PEER REQUEST PEER "e0000001" NOBODY IP_US, REASON_neighbour_address },
		{ EVERYBODY PEER REQUEST PEER "7f000001" NOBODY IP_US, REASON_neighbour_address },
		{ EVERYBODY PEER REQUEST PEER "c00002ff" NOBODY IP_US, REASON_neighbour_address },
		{ OURS PEER REPLY PEER "00000000" OURS IP_US, REASON_neighbour_address },
		{ OURS PEER REPLY PEER "c6336409" OURS IP_US, REASON_neighbour_address },
		{ EVERYBODY PEER REQUEST PEER IP_US NOBODY IP_PEER, REASON_neighbour_ours },
	};
	struct two_links *f = *state;

	for (unsigned i = 0; i < RTE_DIM(bad); i++)
		assert_int_equal(receive_hex(f, 0, bad[i].frame), bad[i].reason);
	expect_nothing(f);
	assert_int_equal(f->n_told, 0);
}

/* Linux asks so from a service address on its loopback (arp_announce=0). */
static void
who_asks_from_off_the_link_is_answered_and_not_learned(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(receive_hex(f, 0, EVERYBODY PEER REQUEST PEER "0a630001" NOBODY IP_US),
		REASON_NONE);

	expect_hex(f, 0, PEER OURS REPLY OURS IP_US PEER "0a630001");
	assert_int_equal(f->n_told, 0);
	assert_int_equal(f->nexthops[nexthop(f, LAN, "10.99.0.1")].state, NEXTHOP_UNRESOLVED);
}

static void
a_message_that_is_cut_off_is_not_read(void **state)
{
	struct two_links *f = *state;

	assert_int_not_equal(
		receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER "0000"), REASON_NONE);
	expect_nothing(f);
}

static void
what_is_heard_is_told_to_the_other_workers(void **state)
{
	struct two_links *f = *state;

	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY IP_US);
	receive_hex(f, 0, OURS PEER REPLY PEER IP_PEER OURS IP_US);

	assert_int_equal(f->n_told, 2);
	assert_int_equal(f->told[0].heard, HEARD_REQUEST);
	assert_int_equal(f->told[1].heard, HEARD_ANSWER);
	assert_int_equal(f->told[1].iface, LAN);
	assert_int_equal(f->told[1].mac[5], 9);
}

static void
new_addresses_are_announced_twice(void **state)
{
	struct two_links *f = *state;
	unsigned first;

	f->setup.quiet = false;
	fixture_start(f);
	after(f, 0.1);
	expect_hex(f, 0, EVERYBODY OURS REQUEST OURS IP_US NOBODY IP_US);
	first = f->n_sent;
	assert_int_equal(first, 7);
	after(f, 10);
	assert_int_equal(f->n_sent, 2 * first);

	host_configure(f->host, &f->gen); /* nothing new */
	after(f, 10);
	assert_int_equal(f->n_sent, 2 * first);
	f->n_seen = f->n_sent;
}

static void
nobody_speaks_as_an_address_of_nat(void **state)
{
	struct public_address public[] = { { RTE_STATIC_BSWAP32(0xc000024d), DOMAIN_MAIN, LAN,
		0 } };
	struct two_links *f = *state;
	struct generation with = f->gen;

	with.public = public;
	with.n_public = 1;
	host_configure(f->host, &with);
	assert_int_equal(receive_hex(f, 0, EVERYBODY PEER REQUEST PEER "c000024d" NOBODY IP_US),
		REASON_neighbour_ours);
	receive_hex(f, 0, EVERYBODY PEER REQUEST PEER IP_PEER NOBODY "c000024d");
	expect_hex(f, 0, PEER OURS REPLY OURS "c000024d" PEER IP_PEER);
	host_configure(f->host, &f->gen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(who_asks_for_our_address_is_answered),
		host_test(an_answer_carries_the_vlan_of_its_interface),
		host_test(who_asks_us_is_known_afterwards),
		host_test(a_probe_is_answered_and_teaches_nothing),
		host_test(other_addresses_are_not_answered),
		host_test(far_stations_are_answered_for),
		host_test(a_station_of_the_link_counts_more_than_a_far_one),
		host_test(a_gratuitous_announcement_makes_no_entry),
		host_test(a_gratuitous_announcement_changes_an_entry),
		host_test(an_answer_that_nobody_asked_for_changes_nothing),
		host_test_stopped(a_static_neighbour_is_not_overwritten),
		host_test(whom_we_asked_may_answer_from_off_the_link),
		host_test(messages_that_break_the_rules_are_dropped),
		host_test(senders_that_cannot_be_are_dropped_by_the_rule_they_break),
		host_test(who_asks_from_off_the_link_is_answered_and_not_learned),
		host_test(a_message_that_is_cut_off_is_not_read),
		host_test(what_is_heard_is_told_to_the_other_workers),
		host_test_stopped(new_addresses_are_announced_twice),
		host_test(nobody_speaks_as_an_address_of_nat),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
