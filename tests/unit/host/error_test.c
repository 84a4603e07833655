/* SPDX-License-Identifier: BSD-3-Clause */
/* What senders are told of packets that could not go on: RFC 1122 3.2.2, RFC 4443 2.4. */
#include "frames.h"
#include "host/host_priv.h"

#define UDP   "udp 192.0.2.9:7 > 203.0.113.9:9"
#define GUEST "udp 203.0.113.9:7 > 192.0.2.9:9 vlan 20"

/* A packet that came in by a port could not go on. */
static void
refuse_bytes(struct two_links *f, uint16_t port, struct rte_mbuf *m, enum host_error what,
	uint16_t code_or_mtu)
{
	struct view v;

	parse_frame(&v, m, &f->gen.ingress[port]);
	host_tell_sender(f->host, &v, m, what, code_or_mtu);
	ledger_drop(f->ledger, v.iface, REASON_no_route);
	rte_pktmbuf_free(m);
}

static void
refuse(struct two_links *f, uint16_t port, const char *text, enum host_error what,
	uint16_t code_or_mtu)
{
	struct notation_macs macs = macs_of(f, port);
	uint8_t frame[FRAME_MAX];
	unsigned n = build(text, &macs, frame);

	refuse_bytes(f, port, arrived(f, port, frame, n), what, code_or_mtu);
}

static void
an_expired_ttl_is_told_from_the_receiving_interface(void **state)
{
	struct two_links *f = *state;

	refuse(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9 ttl 1", HOST_TTL_EXPIRED, 0);
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 time-exceeded df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9 ttl 1)");

	refuse(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9 ttl 1", HOST_TTL_EXPIRED, 0);
	expect_sent(f, 1,
		"icmp 2001:db8:2::1 > 2001:db8:2::2 time-exceeded "
		"(udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9 ttl 1)");
	assert_int_equal(f->ledger->born[BORN_icmp_error], 2);
}

static void
too_big_says_the_mtu(void **state)
{
	struct two_links *f = *state;
	const struct rte_mbuf *m;
	const uint8_t *p;

	refuse(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9 df size 1500", HOST_TOO_BIG, 1400);
	m = next_sent(f, 0);
	p = rte_pktmbuf_mtod_offset(m, const uint8_t *, 34);
	assert_memory_equal(p, "\x03\x04", 2);
	assert_memory_equal(p + 4, "\x00\x00\x05\x78", 4);
	assert_int_equal(m->pkt_len, 14 + 576);
	assert_int_equal(plain_checksum(p, 576 - 20), 0);

	refuse(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9 size 1500", HOST_TOO_BIG, 1400);
	m = next_sent(f, 1);
	p = rte_pktmbuf_mtod_offset(m, const uint8_t *, 54);
	assert_memory_equal(p, "\x02\x00", 2);
	assert_memory_equal(p + 4, "\x00\x00\x05\x78", 4);
	assert_int_equal(m->pkt_len, 14 + 1280);
}

/* RFC 8201: no path has less than 1280. */
static void
too_big_over_ipv6_never_says_less_than_1280(void **state)
{
	struct two_links *f = *state;
	const struct rte_mbuf *m;

	refuse(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9 size 1500", HOST_TOO_BIG, 600);

	m = next_sent(f, 1);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, const uint8_t *, 58), "\x00\x00\x05\x00", 4);
}

static void
codes_are_those_of_the_family(void **state)
{
	struct two_links *f = *state;

	refuse(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", HOST_UNREACHABLE, 0);
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 0 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
	refuse(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", HOST_UNREACHABLE, 13);
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 13 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
	refuse(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9", HOST_UNREACHABLE, 0);
	expect_sent(f, 1,
		"icmp 2001:db8:2::1 > 2001:db8:2::2 unreachable code 0 "
		"(udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9)");
	refuse(f, 1, "udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9", HOST_UNREACHABLE, 13);
	expect_sent(f, 1,
		"icmp 2001:db8:2::1 > 2001:db8:2::2 unreachable code 1 "
		"(udp [2001:db8:2::2]:7 > [2001:db8:1::9]:9)");
}

static void
a_rejected_connection_is_reset_and_the_rest_unreachable(void **state)
{
	struct two_links *f = *state;

	refuse(f, 0, "tcp 192.0.2.9:7 > 203.0.113.9:113 S seq 9", HOST_RESET, 0);
	expect_sent(f, 0, "tcp 203.0.113.9:113 > 192.0.2.9:7 RA seq 0 ack 10 win 0 df");
	refuse(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", HOST_RESET, 0);
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 3 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
}

static void
an_answer_in_a_vlan_is_tagged(void **state)
{
	struct two_links *f = *state;

	refuse(f, 0, "udp 203.0.113.9:7 > 8.8.8.8:9 vlan 20", HOST_UNREACHABLE, 0);

	expect_sent(f, 0,
		"icmp 203.0.113.1 > 203.0.113.9 unreachable code 0 df dscp cs6 vlan 20 "
		"(udp 203.0.113.9:7 > 8.8.8.8:9)");
}

static void
a_sender_off_the_link_is_told_from_the_first_address(void **state)
{
	struct two_links *f = *state;

	refuse(f, 0, "udp 10.1.2.3:7 > 203.0.113.9:9", HOST_UNREACHABLE, 0);

	expect_sent(f, 0,
		"icmp 192.0.2.1 > 10.1.2.3 unreachable code 0 df dscp cs6 "
		"(udp 10.1.2.3:7 > 203.0.113.9:9)");
}

/* An interface without a global address speaks with one of another: link-local ones go nowhere. */
static void
a_global_sender_is_never_told_from_a_link_local_address(void **state)
{
	struct two_links *f = *state;

	f->iface[LAN].n_addresses = 2; /* IPv4, link-local */
	fixture_start(f);
	refuse(f, 0, "udp [2001:db8:9::9]:7 > [2001:db8:8::9]:9", HOST_UNREACHABLE, 0);

	expect_sent(f, 0,
		"icmp 2001:db8:2::1 > 2001:db8:9::9 unreachable code 0 "
		"(udp [2001:db8:9::9]:7 > [2001:db8:8::9]:9)");
}

static void
nobody_is_told_of_these(void **state)
{
	static const char *const quiet[] = {
		/* errors, and ICMP that may be one */
		"icmp 192.0.2.9 > 203.0.113.9 unreachable code 1 (udp 203.0.113.9:7 > 192.0.2.9:9)",
		"icmp 192.0.2.9 > 203.0.113.9 type 5 code 1",
		"icmp 192.0.2.9 > 203.0.113.9 type 77",
		("icmp 2001:db8:1::9 > 2001:db8:2::9 unreachable "
		 "(udp [2001:db8:2::9]:7 > [2001:db8:1::9]:9)"),
		"icmp 2001:db8:1::9 > 2001:db8:2::9 type 100",
		/* fragments but the first */
		"udp 192.0.2.9:7 > 203.0.113.9:9 frag 1480 size 100",
		"ip 2001:db8:1::9 > 2001:db8:2::9 proto 17 frag 1480 size 100",
		/* to many */
		"udp 192.0.2.9:7 > 203.0.113.9:9 to ff:ff:ff:ff:ff:ff",
		"udp 192.0.2.9:7 > 203.0.113.9:9 to 01:00:5e:00:00:01",
		"udp 192.0.2.9:7 > 192.0.2.255:9",
		/* from nobody in particular */
		"udp 192.0.2.255:7 > 203.0.113.9:9",
	};
	struct two_links *f = *state;

	for (unsigned i = 0; i < RTE_DIM(quiet); i++) {
		refuse(f, 0, quiet[i], HOST_UNREACHABLE, 0);
		if (f->n_sent != 0)
			fail_msg("somebody was told of %s", quiet[i]);
	}
}

static void
a_first_fragment_is_told(void **state)
{
	struct two_links *f = *state;

	refuse(f, 0, "icmp 192.0.2.9 > 203.0.113.9 echo-request id 7", HOST_UNREACHABLE, 0);
	refuse(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9 mf size 108", HOST_UNREACHABLE, 0);

	assert_int_equal(f->n_sent, 2);
}

static void
a_quote_is_read_over_several_buffers(void **state)
{
	struct two_links *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX];
	unsigned n = build("udp 192.0.2.9:7 > 203.0.113.9:9 size 400", &macs, frame);
	struct rte_mbuf *m = arrived(f, 0, frame, 60), *rest = rte_pktmbuf_alloc(pool);

	memcpy(rte_pktmbuf_append(rest, (uint16_t)(n - 60)), frame + 60, n - 60);
	rte_pktmbuf_chain(m, rest);
	refuse_bytes(f, 0, m, HOST_UNREACHABLE, 0);

	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 0 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9 size 400)");
}

static void
without_a_buffer_nothing_is_born(void **state)
{
	struct two_links *f = *state;
	struct rte_mbuf *all[POOL_MBUFS];
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX];
	unsigned n = build("udp 192.0.2.9:7 > 203.0.113.9:9", &macs, frame), count = 0;
	struct rte_mbuf *m = arrived(f, 0, frame, n);

	while ((all[count] = rte_pktmbuf_alloc(pool)) != NULL)
		count++;
	refuse_bytes(f, 0, m, HOST_UNREACHABLE, 0);
	rte_pktmbuf_free_bulk(all, count);

	expect_nothing(f);
	assert_int_equal(f->ledger->born[BORN_icmp_error], 0);
}

static unsigned
flood(struct two_links *f, unsigned senders, unsigned packets)
{
	unsigned before = f->n_sent;
	char text[64];

	for (unsigned i = 0; i < packets; i++) {
		snprintf(text, sizeof(text), "udp 10.%u.%u.9:7 > 203.0.113.9:9", i % senders / 250,
			i % senders % 250);
		refuse(f, 0, text, HOST_UNREACHABLE, 0);
	}
	f->n_seen = f->n_sent;
	return f->n_sent - before;
}

/* A packet that could not go on, for a reason of another kind than flood's. */
static bool
is_told(struct two_links *f, uint16_t port, const char *text, enum host_error what)
{
	unsigned before = f->n_sent;

	refuse(f, port, text, what, 1400);
	f->n_seen = f->n_sent;
	return f->n_sent != before;
}

/* RFC 1191 depends on it: other errors, and those of other interfaces, must not silence it. */
static void
kinds_and_interfaces_have_rates_of_their_own(void **state)
{
	struct two_links *f = *state;

	for (unsigned i = 0; i < 30; i++) {
		flood(f, 2000, 200);
		assert_true(is_told(f, 0, UDP " df size 1500", HOST_TOO_BIG));
		assert_true(is_told(f, 0, UDP " ttl 1", HOST_TTL_EXPIRED));
		assert_true(is_told(f, 0, "tcp 192.0.2.9:7 > 203.0.113.9:9 S", HOST_RESET));
		assert_true(is_told(f, 0, GUEST, HOST_UNREACHABLE));
		assert_true(is_told(f, 1, "udp 198.51.100.2:7 > 192.0.2.9:9", HOST_UNREACHABLE));
		after(f, 0.1);
	}
}

/* A handful of senders uses up all of the rate; another one is still told, now and then. */
static void
a_sender_has_a_reserve(void **state)
{
	struct two_links *f = *state;
	unsigned told = 0;

	for (unsigned i = 0; i < 100; i++) {
		flood(f, 8, 100);
		if (i % 10 == 9)
			told += is_told(f, 0, "udp 192.0.2.10:7 > 203.0.113.9:9", HOST_UNREACHABLE);
		rte_pktmbuf_free_bulk(f->sent, f->n_sent);
		f->n_sent = f->n_seen = 0;
		after(f, 0.11);
	}
	assert_int_equal(told, 10);
}

static void
an_interface_has_a_rate_of_errors(void **state)
{
	struct two_links *f = *state;
	unsigned told = flood(f, 2000, 3000);

	/* the burst, its end by chance, and each sender's reserve */
	assert_in_range(told, 75 + 200, 100 + LIMIT_SENDERS);
	told -= LIMIT_SENDERS;
	for (unsigned i = 0; i < 100; i++) { /* one second */
		after(f, 0.01);
		told += flood(f, 2000, 20);
	}
	assert_in_range(told, 800, 1100);
}

/* CVE-2020-25705: a fixed number would tell a third how many errors others got. */
static void
how_many_are_told_is_a_matter_of_chance(void **state)
{
	struct two_links *f = *state;
	unsigned first = flood(f, 2000, 150), differ = 0;

	for (unsigned i = 0; i < 8; i++) {
		after(f, 10);
		differ += flood(f, 2000, 150) != first;
	}
	assert_true(differ > 0);
}

static void
one_sender_does_not_silence_the_port(void **state)
{
	struct two_links *f = *state;
	unsigned told = flood(f, 1, 1000);

	assert_int_equal(told, 50);
	refuse(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", HOST_UNREACHABLE, 0);
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 0 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
}

static void
workers_share_the_rate(void **state)
{
	struct two_links *f = *state;
	unsigned told;

	f->setup.workers = 4;
	fixture_start(f);
	told = flood(f, 2000, 3000) - LIMIT_SENDERS;
	for (unsigned i = 0; i < 100; i++) {
		after(f, 0.01);
		told += flood(f, 2000, 20);
	}
	assert_in_range(told, 200, 275);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(an_expired_ttl_is_told_from_the_receiving_interface),
		host_test(too_big_says_the_mtu),
		host_test(too_big_over_ipv6_never_says_less_than_1280),
		host_test(codes_are_those_of_the_family),
		host_test(a_rejected_connection_is_reset_and_the_rest_unreachable),
		host_test(an_answer_in_a_vlan_is_tagged),
		host_test(a_sender_off_the_link_is_told_from_the_first_address),
		host_test_stopped(a_global_sender_is_never_told_from_a_link_local_address),
		host_test(nobody_is_told_of_these),
		host_test(a_first_fragment_is_told),
		host_test(a_quote_is_read_over_several_buffers),
		host_test(without_a_buffer_nothing_is_born),
		host_test(kinds_and_interfaces_have_rates_of_their_own),
		host_test(a_sender_has_a_reserve),
		host_test(an_interface_has_a_rate_of_errors),
		host_test(how_many_are_told_is_a_matter_of_chance),
		host_test(one_sender_does_not_silence_the_port),
		host_test_stopped(workers_share_the_rate),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
