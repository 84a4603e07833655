/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/key.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BE16(x) rte_cpu_to_be_16(x)
#define BE32(x) rte_cpu_to_be_32(x)

static struct tuple
tuple4(uint8_t proto, uint16_t sport, uint16_t dport)
{
	struct tuple t = {
		.family = 4,
		.proto = proto,
		.sport = BE16(sport),
		.dport = BE16(dport),
		.src = address_v4(BE32(0x0a000002)),
		.dst = address_v4(BE32(0xcb007109)),
	};

	return t;
}

static void
expect_icmp_reverse(unsigned family, unsigned from, unsigned to)
{
	struct tuple t = tuple4(family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, 7, (uint16_t)from);
	struct tuple r;

	t.family = (uint8_t)family;
	tuple_reverse(&r, &t);
	assert_int_equal(r.sport, BE16(7));
	assert_int_equal(r.dport, BE16(to));
	assert_int_equal(r.src.v4, t.dst.v4);
	assert_int_equal(r.dst.v4, t.src.v4);
}

/* The claim the fast path rests on: one load at IPv4 header + 8, two places replaced. */
static void
key4_has_the_shape_of_the_ip_header_from_byte_8(void **state)
{
	static const uint8_t ip[] = {
		0x45,
		0,
		0,
		28,
		0,
		1,
		0,
		0,
		64,
		17,
		0xab,
		0xcd,
		10,
		0,
		0,
		2,
		203,
		0,
		113,
		9,
		0x14,
		0x53,
		0x00,
		0x35,
		0,
		8,
		0,
		0,
	};
	struct tuple t = tuple4(IPPROTO_UDP, 5203, 53);
	struct key4 want, got;

	t.domain = 5;
	memcpy(&got, ip + 8, sizeof(got));
	got.kind = KEY_PLAIN;
	got.iface = 3;
	got.domain = 5;
	tuple_to_key4(&want, &t, 3);
	assert_memory_equal(&got, &want, sizeof(got));
}

static void
tuple_goes_through_key4_unchanged(void **state)
{
	struct tuple t = tuple4(IPPROTO_TCP, 40000, 443), back;
	struct key4 k;

	tuple_to_key4(&k, &t, 9);
	assert_int_equal(k.iface, 9);
	memset(&back, 0xff, sizeof(back));
	tuple_from_key4(&back, &k);
	assert_memory_equal(&back, &t, sizeof(t));
}

static void
tuple_goes_through_key6_unchanged(void **state)
{
	struct tuple t, back;
	struct key6 k;

	memset(&t, 0, sizeof(t));
	t.family = 6;
	t.proto = IPPROTO_UDP;
	t.kind = KEY_FRAGMENT;
	t.domain = DOMAINS_MAX - 1;
	for (unsigned i = 0; i < 16; i++) {
		t.src.bytes[i] = (uint8_t)(i + 1);
		t.dst.bytes[i] = (uint8_t)(i + 101);
	}
	tuple_to_key6(&k, &t, KEY_IFACES - 1);
	assert_int_equal(k.iface, KEY_IFACES - 1);
	memset(&back, 0xff, sizeof(back));
	tuple_from_key6(&back, &k);
	assert_memory_equal(&back, &t, sizeof(t));
}

static void
reverse_swaps_addresses_and_ports(void **state)
{
	struct tuple t = tuple4(IPPROTO_TCP, 40000, 443), r, again;

	tuple_reverse(&r, &t);
	assert_int_equal(r.src.v4, BE32(0xcb007109));
	assert_int_equal(r.dst.v4, BE32(0x0a000002));
	assert_int_equal(r.sport, BE16(443));
	assert_int_equal(r.dport, BE16(40000));
	tuple_reverse(&again, &r);
	assert_memory_equal(&again, &t, sizeof(t));
}

static void
reverse_works_in_place(void **state)
{
	struct tuple t = tuple4(IPPROTO_UDP, 1, 2);

	tuple_reverse(&t, &t);
	assert_int_equal(t.sport, BE16(2));
	assert_int_equal(t.src.v4, BE32(0xcb007109));
}

static void
reverse_of_an_icmp_question_is_its_answer(void **state)
{
	expect_icmp_reverse(4, 0x0800, 0x0000);
	expect_icmp_reverse(4, 0x0000, 0x0800);
	expect_icmp_reverse(4, 0x0d00, 0x0e00);
	expect_icmp_reverse(4, 0x1200, 0x1100);
	expect_icmp_reverse(6, 0x8000, 0x8100);
	expect_icmp_reverse(6, 0x8100, 0x8000);
}

static void
reverse_keeps_the_type_of_other_icmp(void **state)
{
	expect_icmp_reverse(4, 0x0b00, 0x0b00);
	expect_icmp_reverse(6, 0x0200, 0x0200);
	expect_icmp_reverse(6, 0x0800, 0x0800);
}

static void
icmp_over_the_other_family_is_not_icmp(void **state)
{
	struct tuple t = tuple4(IPPROTO_ICMPV6, 1, 2);

	assert_false(tuple_is_icmp(&t));
	t.proto = IPPROTO_ICMP;
	assert_true(tuple_is_icmp(&t));
	t.family = 6;
	assert_false(tuple_is_icmp(&t));
}

static void
addresses_are_compared_whole(void **state)
{
	union address a = { .bytes = { 1 } }, b = a;

	assert_true(address_equal(&a, &b));
	b.bytes[15] = 1;
	assert_false(address_equal(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key4_has_the_shape_of_the_ip_header_from_byte_8),
		cmocka_unit_test(tuple_goes_through_key4_unchanged),
		cmocka_unit_test(tuple_goes_through_key6_unchanged),
		cmocka_unit_test(reverse_swaps_addresses_and_ports),
		cmocka_unit_test(reverse_works_in_place),
		cmocka_unit_test(reverse_of_an_icmp_question_is_its_answer),
		cmocka_unit_test(reverse_keeps_the_type_of_other_icmp),
		cmocka_unit_test(icmp_over_the_other_family_is_not_icmp),
		cmocka_unit_test(addresses_are_compared_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
