/* SPDX-License-Identifier: BSD-3-Clause */
/* Senders of unsolicited SYNs: told after six seconds, unless the inside has opened by then (RFC
 * 5382 REQ-4). */
#include "frames.h"

#define SYN "tcp 198.51.100.2:80 > 198.51.100.1:4000 S"

static struct tuple expected; /* what a session has begun for; family 0: nothing */

static bool
is_expected(void *arg, const struct tuple *t)
{
	(void)arg;
	return expected.family == 4 && t->sport == expected.sport && t->dport == expected.dport
		&& t->src.v4 == expected.src.v4 && t->dst.v4 == expected.dst.v4;
}

static int
setup_later(void **state)
{
	struct two_links *f;

	setup_stopped(state);
	f = *state;
	f->setup.expected = is_expected;
	expected.family = 0;
	fixture_start(f);
	return 0;
}

/* A frame that came in by wan is dropped, and its sender may be told later. */
static struct tuple
refuse_bytes(struct two_links *f, const uint8_t *frame, unsigned n)
{
	struct rte_mbuf *m = arrived(f, 1, frame, n);
	struct view v;

	parse_frame(&v, m, &f->gen.ingress[1]);
	host_tell_later(f->host, &v, m, f->now_ns);
	ledger_drop(f->ledger, v.iface, REASON_nat_no_mapping);
	rte_pktmbuf_free(m);
	return v.tuple;
}

static struct tuple
refuse(struct two_links *f, const char *text)
{
	struct notation_macs macs = macs_of(f, 1);
	uint8_t frame[FRAME_MAX];
	unsigned n = build(text, &macs, frame);

	return refuse_bytes(f, frame, n);
}

static void
the_sender_is_told_after_six_seconds(void **state)
{
	struct two_links *f = *state;

	refuse(f, SYN);
	after(f, 5.99);
	expect_nothing(f);
	after(f, 0.01);
	expect_sent(
		f, 1, "icmp 198.51.100.1 > 198.51.100.2 unreachable code 3 df dscp cs6 (" SYN ")");
	after(f, 20);
	expect_nothing(f);
	assert_int_equal(f->ledger->born[BORN_icmp_error], 1);
}

static void
who_is_expected_by_then_is_not_told(void **state)
{
	struct two_links *f = *state;

	expected = refuse(f, SYN);
	after(f, 1);
	refuse(f, "tcp 198.51.100.2:81 > 198.51.100.1:4000 S");
	after(f, 7);
	expect_sent(f, 1,
		"icmp 198.51.100.1 > 198.51.100.2 unreachable code 3 df dscp cs6 "
		"(tcp 198.51.100.2:81 > 198.51.100.1:4000 S)");
	expect_nothing(f);
}

/* The headers alone are kept. */
static void
a_long_segment_is_quoted_in_part(void **state)
{
	struct two_links *f = *state;
	const struct rte_mbuf *m;

	refuse(f, SYN " size 1000");
	after(f, 6);
	m = next_sent(f, 1);
	assert_int_equal(m->pkt_len, 14 + 20 + 8 + 120);
	assert_int_equal(plain_checksum(rte_pktmbuf_mtod_offset(m, const uint8_t *, 34), 128), 0);
}

static void
a_damaged_segment_is_not_answered(void **state)
{
	struct two_links *f = *state;
	struct notation_macs macs = macs_of(f, 1);
	uint8_t frame[FRAME_MAX];
	unsigned n = build(SYN, &macs, frame);

	frame[n - 1] ^= 1;
	refuse_bytes(f, frame, n);
	after(f, 10);
	expect_nothing(f);
}

/* One comes every 10 ms by one interface: half of HOST_LATER of them, and twelve more when the
 * first have been told. */
static void
so_many_wait_and_no_more(void **state)
{
	struct two_links *f = *state;
	char text[96];
	unsigned n = 0;

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < HOST_LATER + 100; i++) {
			snprintf(text, sizeof(text), "tcp 198.51.100.%u:80 > 198.51.100.1:%u S",
				2 + i % 250, 4000 + i);
			refuse(f, text);
			after(f, 0.01);
		}
		after(f, 7);
		for (; f->n_seen < f->n_sent; n++)
			next_sent(f, 1);
		assert_int_equal(n, (HOST_LATER / 2 + 12) * (round + 1));
	}
}

static void
one_sender_leaves_room_for_others(void **state)
{
	struct two_links *f = *state;
	char text[96];

	for (unsigned i = 0; i < HOST_LATER; i++) {
		snprintf(text, sizeof(text), "tcp 198.51.100.7:%u > 198.51.100.1:80 S", 1024 + i);
		refuse(f, text);
	}
	refuse(f, SYN);
	after(f, 7);
	assert_int_equal(f->n_sent, HOST_LATER_SENDER + 1);
	f->n_seen = f->n_sent;
}

static void
after_a_stop_nobody_is_told(void **state)
{
	struct two_links *f = *state;

	refuse(f, SYN);
	host_stop(f->host);
	after(f, 10);
	expect_nothing(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_later, teardown)
		TEST(the_sender_is_told_after_six_seconds),
		TEST(who_is_expected_by_then_is_not_told),
		TEST(a_long_segment_is_quoted_in_part),
		TEST(a_damaged_segment_is_not_answered),
		TEST(so_many_wait_and_no_more),
		TEST(one_sender_leaves_room_for_others),
		TEST(after_a_stop_nobody_is_told),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
