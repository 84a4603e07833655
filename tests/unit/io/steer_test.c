/* SPDX-License-Identifier: BSD-3-Clause */
/* Steering: all that belongs to a flow has one owner; rings have a bound. */

#include <rte_byteorder.h>

#include "io/steer.h"
#include "unit/io/ports_fixture.h"

static const uint8_t key[STEER_KEY_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static struct tuple
tuple4(uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport)
{
	struct tuple t = { .sport = rte_cpu_to_be_16(sport),
		.dport = rte_cpu_to_be_16(dport),
		.proto = 17,
		.family = 4 };
	rte_be32_t a = rte_cpu_to_be_32(src);
	rte_be32_t b = rte_cpu_to_be_32(dst);

	t.src.v4 = a;
	t.dst.v4 = b;
	return t;
}

static void
expect_tuple(const struct tuple *t, const struct tuple *expected)
{
	assert_int_equal(t->family, expected->family);
	assert_int_equal(t->proto, expected->proto);
	assert_int_equal(t->kind, expected->kind);
	assert_int_equal(t->sport, expected->sport);
	assert_int_equal(t->dport, expected->dport);
	assert_memory_equal(&t->src, &expected->src, sizeof(t->src));
	assert_memory_equal(&t->dst, &expected->dst, sizeof(t->dst));
}

static void
both_directions_have_one_owner(void **state)
{
	struct steer *s = steer_create(3, 16, key);

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct tuple there = tuple4(
			0xc0000201 + i * 7, (uint16_t)(1024 + i), 0xc6336401, 80);
		struct tuple back = tuple4(
			0xc6336401, 80, 0xc0000201 + i * 7, (uint16_t)(1024 + i));

		assert_int_equal(steer_owner(s, &there), steer_owner(s, &back));
	}
	steer_destroy(s);
}

static void
equal_addresses_are_ordered_by_port(void **state)
{
	struct steer *s = steer_create(8, 16, key);

	(void)state;
	for (uint16_t i = 1; i < 100; i++) {
		struct tuple there = tuple4(0xc0000201, i, 0xc0000201, 1000);
		struct tuple back = tuple4(0xc0000201, 1000, 0xc0000201, i);

		assert_int_equal(steer_owner(s, &there), steer_owner(s, &back));
	}
	steer_destroy(s);
}

static void
flows_spread_evenly_under_another_key_differently(void **state)
{
	static const uint8_t other[STEER_KEY_BYTES] = { 99 };
	struct steer *s = steer_create(2, 16, key);
	struct steer *t = steer_create(2, 16, other);
	unsigned first = 0, moved = 0;

	(void)state;
	/* Only one port changes and addresses fall: what Toeplitz puts on one worker. */
	for (uint16_t i = 0; i < 10000; i++) {
		struct tuple tuple = tuple4(0xc0000200 ^ i, i, 0xc6336401, 80);

		first += steer_owner(s, &tuple) == 0;
		moved += steer_owner(s, &tuple) != steer_owner(t, &tuple);
	}
	assert_in_range(first, 4700, 5300);
	assert_in_range(moved, 4700, 5300);
	steer_destroy(s);
	steer_destroy(t);
}

static const uint8_t udp4[] = {
	2,
	0,
	0,
	0,
	0,
	2,
	2,
	0,
	0,
	0,
	0,
	1,
	0x08,
	0x00,
	0x45,
	0,
	0,
	28,
	0,
	7,
	0,
	0,
	64,
	17,
	0,
	0,
	192,
	0,
	2,
	1,
	198,
	51,
	100,
	9,
	0x14,
	0x53,
	0,
	80,
	0,
	8,
	0,
	0,
};

static void
a_frames_tuple_is_read(void **state)
{
	struct tuple expected = tuple4(0xc0000201, 5203, 0xc6336409, 80);
	struct steer_view t = { .vlan = { 0 } };

	(void)state;
	assert_true(steer_parse(udp4, sizeof(udp4), &t));
	expect_tuple(&t.tuple, &expected);
}

static void
a_tag_is_read_and_changes_nothing(void **state)
{
	uint8_t tagged[sizeof(udp4) + 4];
	struct tuple expected = tuple4(0xc0000201, 5203, 0xc6336409, 80);
	struct steer_view t = { .vlan = { 0 } };

	(void)state;
	memcpy(tagged, udp4, 12);
	memcpy(tagged + 12, (uint8_t[]){ 0x81, 0, 0, 20 }, 4);
	memcpy(tagged + 16, udp4 + 12, sizeof(udp4) - 12);
	assert_true(steer_parse(tagged, sizeof(tagged), &t));
	expect_tuple(&t.tuple, &expected);
	assert_int_equal(t.vlan[0], 20);
	assert_int_equal(t.vlan[1], 0);
}

static void
fragments_go_by_their_addresses(void **state)
{
	uint8_t first[sizeof(udp4)], later[sizeof(udp4)];
	struct steer_view a = { .vlan = { 0 } }, b = { .vlan = { 0 } };

	(void)state;
	memcpy(first, udp4, sizeof(udp4));
	memcpy(later, udp4, sizeof(udp4));
	first[20] = 0x20;
	later[21] = 0x05;
	later[34] = 0x99;
	assert_true(steer_parse(first, sizeof(first), &a));
	assert_true(steer_parse(later, sizeof(later), &b));
	expect_tuple(&a.tuple, &b.tuple);
	assert_int_equal(a.tuple.sport, 0);
	assert_int_equal(a.tuple.kind, KEY_FRAGMENT);
}

static void
an_icmp_error_goes_as_an_answer_to_what_it_quotes(void **state)
{
	uint8_t error[14 + 20 + 8 + 28] = {
		2,
		0,
		0,
		0,
		0,
		1,
		2,
		0,
		0,
		0,
		0,
		9,
		0x08,
		0x00,
		0x45,
		0,
		0,
		56,
		0,
		0,
		0,
		0,
		64,
		1,
		0,
		0,
		203,
		0,
		113,
		5,
		192,
		0,
		2,
		1,
		11,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
	};
	struct tuple expected = tuple4(0xc6336409, 80, 0xc0000201, 5203);
	struct steer_view t = { .vlan = { 0 } };

	(void)state;
	memcpy(error + 42, udp4 + 14, 28);
	assert_true(steer_parse(error, sizeof(error), &t));
	expect_tuple(&t.tuple, &expected);
}

static void
an_echo_goes_by_its_identifier(void **state)
{
	uint8_t echo[14 + 20 + 8] = {
		2,
		0,
		0,
		0,
		0,
		1,
		2,
		0,
		0,
		0,
		0,
		9,
		0x08,
		0x00,
		0x45,
		0,
		0,
		28,
		0,
		0,
		0,
		0,
		64,
		1,
		0,
		0,
		192,
		0,
		2,
		1,
		198,
		51,
		100,
		9,
		8,
		0,
		0,
		0,
		0,
		7,
		0,
		1,
	};
	struct steer_view t = { .vlan = { 0 } };

	(void)state;
	assert_true(steer_parse(echo, sizeof(echo), &t));
	assert_int_equal(t.tuple.sport, rte_cpu_to_be_16(7));
	assert_int_equal(t.tuple.dport, rte_cpu_to_be_16(7));
}

static void
ip6_extensions_are_walked(void **state)
{
	/* Hop-by-hop options, then UDP from 5203 to 80. */
	uint8_t frame[14 + 40 + 8 + 8] = { [12] = 0x86,
		[13] = 0xdd,
		[14] = 0x60,
		[20] = 0,
		[22] = 0x20,
		[37] = 1,
		[38] = 0x20,
		[53] = 2,
		[54] = 17,
		[55] = 0,
		[62] = 0x14,
		[63] = 0x53,
		[64] = 0,
		[65] = 80 };
	struct steer_view t = { .vlan = { 0 } };

	(void)state;
	assert_true(steer_parse(frame, sizeof(frame), &t));
	assert_int_equal(t.tuple.family, 6);
	assert_int_equal(t.tuple.proto, 17);
	assert_int_equal(t.tuple.sport, rte_cpu_to_be_16(5203));
	assert_int_equal(t.tuple.dport, rte_cpu_to_be_16(80));
}

static void
no_length_is_read_past(void **state)
{
	uint8_t frame[70];

	(void)state;
	memset(frame, 0x60, sizeof(frame));
	for (size_t n = 0; n <= sizeof(udp4); n++) {
		/* Its own block, so that a sanitizer sees its end. */
		uint8_t *copy = malloc(n == 0 ? 1 : n);
		struct steer_view t = { .vlan = { 0 } };

		memcpy(copy, udp4, n);
		steer_parse(copy, n, &t);
		free(copy);
	}
	frame[12] = 0x86;
	frame[13] = 0xdd;
	frame[20] = 0;
	for (unsigned value = 0; value < 256; value++) {
		struct steer_view t = { .vlan = { 0 } };

		memset(frame + 54, (int)value, 16);
		steer_parse(frame, sizeof(frame), &t);
	}
}

static void
other_frames_belong_to_the_first_worker(void **state)
{
	uint8_t arp[42] = { [12] = 0x08, [13] = 0x06 };
	struct steer_view t = { .vlan = { 0 } };

	(void)state;
	assert_false(steer_parse(arp, sizeof(arp), &t));
}

static void
handed_frames_arrive_in_order_and_count_as_held(void **state)
{
	struct steer *s = steer_create(2, 16, key);
	struct rte_mbuf *pkts[4], *out[8];
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	fixture_frames(&f, pkts, 4, 1);
	assert_int_equal(steer_send(s, 0, 1, pkts, 4), 0);
	assert_int_equal(steer_held(s, 1), 4);
	assert_int_equal(steer_held(s, 0), 0);

	assert_int_equal(steer_receive(s, 0, f.mp, out, 8), 0);
	assert_int_equal(steer_receive(s, 1, f.mp, out, 8), 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(*rte_pktmbuf_mtod(out[i], uint8_t *), i + 1);
	rte_pktmbuf_free_bulk(out, 4);
	steer_destroy(s);
	fixture_close(&f);
}

static void
a_full_ring_frees_what_is_over(void **state)
{
	struct steer *s = steer_create(2, 4, key);
	struct rte_mbuf *pkts[6];
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	fixture_frames(&f, pkts, 6, 1);
	for (int i = 0; i < 6; i++)
		assert_non_null(rte_pktmbuf_append(pkts[i], 600)); /* too long for a copy */
	assert_int_equal(steer_send(s, 1, 0, pkts, 6), 2);
	assert_int_equal(pools_in_use(&f.pools), 4);
	/* What still lies there goes with the rings. */
	steer_destroy(s);
	fixture_close(&f);
}

static void
senders_take_turns(void **state)
{
	struct steer *s = steer_create(3, 16, key);
	struct rte_mbuf *pkts[8], *out[4];
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	fixture_frames(&f, pkts, 8, 1);
	steer_send(s, 1, 0, pkts, 4);
	steer_send(s, 2, 0, pkts + 4, 4);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(steer_receive(s, 0, f.mp, out, 4), 4);
		rte_pktmbuf_free_bulk(out, 4);
	}
	assert_int_equal(steer_held(s, 0), 0);
	steer_destroy(s);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_have_one_owner),
		cmocka_unit_test(equal_addresses_are_ordered_by_port),
		cmocka_unit_test(flows_spread_evenly_under_another_key_differently),
		cmocka_unit_test(a_frames_tuple_is_read),
		cmocka_unit_test(a_tag_is_read_and_changes_nothing),
		cmocka_unit_test(fragments_go_by_their_addresses),
		cmocka_unit_test(an_icmp_error_goes_as_an_answer_to_what_it_quotes),
		cmocka_unit_test(an_echo_goes_by_its_identifier),
		cmocka_unit_test(ip6_extensions_are_walked),
		cmocka_unit_test(no_length_is_read_past),
		cmocka_unit_test(other_frames_belong_to_the_first_worker),
		cmocka_unit_test(handed_frames_arrive_in_order_and_count_as_held),
		cmocka_unit_test(a_full_ring_frees_what_is_over),
		cmocka_unit_test(senders_take_turns),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
