/* SPDX-License-Identifier: BSD-3-Clause */
#include "frames.h"

/* Solicitations and advertisements are built here: checksum and lengths right unless a test
 * says otherwise. */
struct message {
	const char *src, *dst, *target;
	uint8_t type, code, flags, option; /* option 0: none */
	uint8_t mac;                       /* last byte of the MAC, of option and frame */
	uint8_t option_units;              /* of 8 bytes; 0: 1 */
	uint8_t hop_limit;                 /* 0: 255 */
	bool bad_checksum;
	unsigned cut; /* bytes of the message that are missing */
};

#define NS        135
#define NA        136
#define ROUTER    0x80
#define SOLICITED 0x40
#define OVERRIDE  0x20
#define US        "2001:db8:1::1"
#define PEER      "2001:db8:1::9"
#define OUR_GROUP "ff02::1:ff00:1"

static enum reason
hear(struct two_links *f, const struct message *n)
{
	unsigned bytes = (n->option != 0 ? 32 : 24) - n->cut;
	uint8_t frame[128] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, n->mac, 0x86, 0xdd, 0x60 };
	uint8_t *ip = frame + 14, *nd = frame + 54, pseudo[128] = { 0 };
	union address src = address(n->src), dst = address(n->dst), target = address(n->target);
	uint16_t sum;

	if (dst.bytes[0] == 0xff) {
		memcpy(frame, "\x33\x33", 2);
		memcpy(frame + 2, dst.bytes + 12, 4);
	}
	ip[5] = (uint8_t)bytes;
	ip[6] = 58;
	ip[7] = n->hop_limit != 0 ? n->hop_limit : 255;
	memcpy(ip + 8, &src, 16);
	memcpy(ip + 24, &dst, 16);
	nd[0] = n->type;
	nd[1] = n->code;
	nd[4] = n->flags;
	memcpy(nd + 8, &target, 16);
	nd[24] = n->option;
	nd[25] = n->option_units != 0 ? n->option_units : 1;
	memcpy(nd + 26, frame + 6, 6);
	memcpy(pseudo, ip + 8, 32);
	pseudo[35] = (uint8_t)bytes;
	pseudo[39] = 58;
	memcpy(pseudo + 40, nd, bytes);
	sum = plain_checksum(pseudo, 40 + bytes);
	nd[2] = (uint8_t)(sum >> 8);
	nd[3] = (uint8_t)(sum + n->bad_checksum);
	return receive_bytes(f, 0, frame, 54 + bytes);
}

/* The IPv6 packet in a frame has a right ICMPv6 checksum. */
static void
expect_sound(const struct rte_mbuf *m)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, 14);
	unsigned bytes = (unsigned)ip[4] << 8 | ip[5];
	uint8_t pseudo[1600] = { 0 };

	assert_int_equal(m->pkt_len, 54 + bytes);
	memcpy(pseudo, ip + 8, 32);
	pseudo[34] = ip[4];
	pseudo[35] = ip[5];
	pseudo[39] = 58;
	memcpy(pseudo + 40, ip + 40, bytes);
	assert_int_equal(plain_checksum(pseudo, 40 + bytes), 0);
}

static void
expect_same(const uint8_t *got, const char *hex)
{
	uint8_t want[256];
	unsigned n = unhex(hex, want);

	assert_memory_equal(got, want, n);
}

/* The next frame sent, but for its checksum. */
static void
expect_nd(struct two_links *f, uint16_t port, const char *ether_ip, const char *type_code,
	const char *rest)
{
	const struct rte_mbuf *m = next_sent(f, port);
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);

	expect_sound(m);
	expect_same(p, ether_ip);
	expect_same(p + 54, type_code);
	expect_same(p + 58, rest);
}

#define IP6(src, dst) "86dd 60000000 0020 3a ff " src " " dst
#define A_US          "20010db8000100000000000000000001"
#define A_PEER        "20010db8000100000000000000000009"
#define A_GROUP_PEER  "ff0200000000000000000001ff000009"
#define A_ALL         "ff020000000000000000000000000001"

static const struct message solicitation = {
	.src = PEER,
	.dst = OUR_GROUP,
	.target = US,
	.type = NS,
	.option = 1,
	.mac = 9,
};

static void
a_solicitation_is_answered(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(hear(f, &solicitation), REASON_NONE);

	expect_nd(f, 0, "020000000009 020000000001" IP6(A_US, A_PEER), "8800",
		"e0000000" A_US "0201 020000000001");
	assert_int_equal(f->ledger->consumed[CONSUMED_nd], 1);
	assert_int_equal(f->ledger->born[BORN_nd], 1);
	assert_int_equal(f->nexthops[nexthop(f, LAN, PEER)].state, NEXTHOP_READY);
}

static void
a_unicast_solicitation_without_option_is_answered(void **state)
{
	struct two_links *f = *state;
	struct message n = solicitation;

	n.dst = US;
	n.option = 0;
	assert_int_equal(hear(f, &n), REASON_NONE);

	expect_nd(f, 0, "020000000009 020000000001" IP6(A_US, A_PEER), "8800", "e0000000" A_US);
	assert_int_equal(f->nexthops[nexthop(f, LAN, PEER)].state, NEXTHOP_UNRESOLVED);
}

static void
duplicate_address_detection_is_answered_to_all(void **state)
{
	struct two_links *f = *state;
	struct message n = solicitation;

	n.src = "::";
	n.option = 0;
	assert_int_equal(hear(f, &n), REASON_NONE);

	expect_nd(f, 0, "333300000001 020000000001" IP6(A_US, A_ALL), "8800",
		"a0000000" A_US "0201 020000000001");
	assert_int_equal(f->n_told, 0);
}

static void
other_targets_are_not_answered(void **state)
{
	struct two_links *f = *state;
	struct message n = solicitation;

	n.target = "2001:db8:1::2";
	assert_int_equal(hear(f, &n), REASON_NONE);
	expect_nothing(f);
}

#define FAR   "2001:db8:f::9"
#define A_FAR "20010db8000f00000000000000000009"

/* Without the override flag: a station of the link that has the address counts more. */
static void
far_stations_are_answered_for(void **state)
{
	struct two_links *f = *state;
	struct message n = solicitation;
	const struct interface_address far_ones = {
		.family = 6, .bits = 64, .address = address("2001:db8:f::")
	};

	f->iface[LAN].proxied = &far_ones;
	f->iface[LAN].n_proxied = 1;
	n.target = FAR;
	n.dst = "ff02::1:ff00:9";
	assert_int_equal(hear(f, &n), REASON_NONE);
	expect_nd(f, 0, "020000000009 020000000001" IP6(A_US, A_PEER), "8800",
		"c0000000" A_FAR "0201 020000000001");
	n.target = "2001:db8:e::9";
	assert_int_equal(hear(f, &n), REASON_NONE);
	n.target = FAR; /* whether the address is free */
	n.src = "::";
	n.option = 0;
	assert_int_equal(hear(f, &n), REASON_NONE);
	expect_nothing(f);
}

static void
a_packet_waits_for_the_advertisement_and_goes(void **state)
{
	const struct message answer = {
		.src = PEER,
		.dst = US,
		.target = PEER,
		.type = NA,
		.flags = SOLICITED | OVERRIDE,
		.option = 2,
		.mac = 9,
	};
	struct two_links *f = *state;

	forward(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9", LAN, PEER);
	expect_nd(f, 0, "3333ff000009 020000000001" IP6(A_US, A_GROUP_PEER), "8700",
		"00000000" A_PEER "0101 020000000001");
	hear(f, &answer);

	expect_sent(f, 0, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9");
	expect_nothing(f);
}

static void
three_solicitations_then_the_sender_is_told(void **state)
{
	struct two_links *f = *state;

	forward(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9", LAN, PEER);
	after(f, 3.01);

	assert_int_equal(f->ledger->born[BORN_nd], 3);
	f->n_seen = 3;
	expect_sent(f, 1,
		"icmp 2001:db8:2::1 > 2001:db8:2::2 unreachable code 3 "
		"(udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9)");
}

static void
without_override_a_known_mac_stays_and_is_doubted(void **state)
{
	struct two_links *f = *state;
	struct message n = {
		.src = PEER,
		.dst = US,
		.target = PEER,
		.type = NA,
		.flags = SOLICITED | OVERRIDE,
		.option = 2,
		.mac = 9,
	};
	uint16_t nh;

	forward(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9", LAN, PEER);
	hear(f, &n);
	nh = nexthop(f, LAN, PEER);
	f->n_seen = f->n_sent;
	n.mac = 8;
	n.flags = SOLICITED;
	hear(f, &n);

	assert_int_equal(f->nexthops[nh].l2[5], 9);
	host_used(f->host, nh);
	expect_nd(f, 0, "020000000009 020000000001" IP6(A_US, A_PEER), "8700", "00000000" A_PEER);
}

static void
an_unsolicited_override_changes_a_known_mac(void **state)
{
	struct two_links *f = *state;
	struct message n = {
		.src = PEER,
		.dst = "ff02::1",
		.target = PEER,
		.type = NA,
		.flags = OVERRIDE,
		.option = 2,
		.mac = 8,
	};

	hear(f, &solicitation);
	hear(f, &n);

	assert_int_equal(f->nexthops[nexthop(f, LAN, PEER)].l2[5], 8);
}

static void
an_advertisement_makes_no_entry(void **state)
{
	struct two_links *f = *state;
	struct message n = {
		.src = PEER,
		.dst = "ff02::1",
		.target = PEER,
		.type = NA,
		.flags = OVERRIDE,
		.option = 2,
		.mac = 8,
	};

	hear(f, &n);

	assert_int_equal(f->nexthops[nexthop(f, LAN, PEER)].state, NEXTHOP_UNRESOLVED);
}

static void
router_messages_are_taken_and_ignored(void **state)
{
	struct two_links *f = *state;
	struct message n = solicitation;

	for (n.type = 133; n.type <= 137; n.type++)
		if (n.type != NS && n.type != NA)
			assert_int_equal(hear(f, &n), REASON_NONE);
	expect_nothing(f);
	assert_int_equal(f->ledger->consumed[CONSUMED_nd], 3);
}

static void
messages_that_break_the_rules_are_dropped(void **state)
{
	static const struct message bad[] = {
		{ .src = PEER, .dst = OUR_GROUP, .target = US, .type = NS, .hop_limit = 254 },
		{ .src = PEER, .dst = OUR_GROUP, .target = US, .type = NS, .code = 1 },
		{ .src = PEER, .dst = OUR_GROUP, .target = US, .type = NS, .cut = 1 },
		{ .src = PEER, .dst = OUR_GROUP, .target = "ff02::1", .type = NS },
		{ .src = PEER,
			.dst = OUR_GROUP,
			.target = US,
			.type = NS,
			.option = 1,
			.option_units = 2 },
		{ .src = PEER, .dst = OUR_GROUP, .target = US, .type = NS, .option = 1, .cut = 7 },
		{ .src = "::", .dst = US, .target = US, .type = NS },
		{ .src = PEER, .dst = "2001:db8:7::1", .target = US, .type = NS },
		{ .src = "::", .dst = OUR_GROUP, .target = US, .type = NS, .option = 1 },
		{ .src = PEER, .dst = "ff02::1", .target = PEER, .type = NA, .flags = SOLICITED },
		{ .src = PEER, .dst = US, .target = "ff02::1", .type = NA, .flags = SOLICITED },
	};
	struct two_links *f = *state;
	struct message n;

	for (unsigned i = 0; i < RTE_DIM(bad); i++) {
		n = bad[i];
		n.mac = 9;
		if (hear(f, &n) != REASON_neighbour_bad)
			fail_msg("message %u was taken", i);
	}
	expect_nothing(f);
}

static void
nobody_speaks_as_our_address(void **state)
{
	struct two_links *f = *state;
	struct message n = {
		.src = PEER,
		.dst = US,
		.target = US,
		.type = NA,
		.flags = SOLICITED,
		.option = 2,
		.mac = 9,
	};

	assert_int_equal(hear(f, &n), REASON_neighbour_ours);
	n.target = PEER;
	n.mac = 1; /* our own MAC */
	assert_int_equal(hear(f, &n), REASON_neighbour_mac);
}

static void
a_wrong_checksum_is_dropped(void **state)
{
	struct two_links *f = *state;
	struct message n = solicitation;

	n.bad_checksum = true;
	assert_int_not_equal(hear(f, &n), REASON_NONE);
	expect_nothing(f);
}

static void
an_option_without_length_ends_the_walk(void **state)
{
	struct two_links *f = *state;
	enum reason r;

	/* as a_solicitation_is_answered, with length 0 */
	r = receive_hex(f, 0,
		"3333ff000001 020000000009" IP6(
			A_PEER, "ff0200000000000000000001ff000001") "8700 d0be 00000000" A_US
								    "0100 020000000009");

	assert_int_not_equal(r, REASON_NONE);
	expect_nothing(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_solicitation_is_answered),
		host_test(a_unicast_solicitation_without_option_is_answered),
		host_test(duplicate_address_detection_is_answered_to_all),
		host_test(other_targets_are_not_answered),
		host_test(far_stations_are_answered_for),
		host_test(a_packet_waits_for_the_advertisement_and_goes),
		host_test(three_solicitations_then_the_sender_is_told),
		host_test(without_override_a_known_mac_stays_and_is_doubted),
		host_test(an_unsolicited_override_changes_a_known_mac),
		host_test(an_advertisement_makes_no_entry),
		host_test(router_messages_are_taken_and_ignored),
		host_test(messages_that_break_the_rules_are_dropped),
		host_test(nobody_speaks_as_our_address),
		host_test(a_wrong_checksum_is_dropped),
		host_test(an_option_without_length_ends_the_walk),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
