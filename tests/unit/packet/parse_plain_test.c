/* SPDX-License-Identifier: BSD-3-Clause */
/* The short way to a view says what the long way says. */

#include "parse_fixture.h"

#include <netinet/in.h>

/* The frame is of the usual kind, and both ways agree on it. */
static void
expect_the_same(struct parse_fixture *f)
{
	struct view plain;

	parse_bytes(&f->view, f->frame, (uint32_t)f->n, (uint32_t)f->n, &f->in);
	assert_int_equal(f->view.reason, REASON_NONE);
	assert_true(f->view.plain);
	memset(&plain, 0xa5, sizeof(plain));
	if (f->view.family == 4)
		parse_plain4(&plain, f->frame, 1);
	else
		parse_plain6(&plain, f->frame, 1);
	assert_int_equal(plain.kind, f->view.kind);
	assert_int_equal(plain.reason, f->view.reason);
	assert_int_equal(plain.family, f->view.family);
	assert_int_equal(plain.proto, f->view.proto);
	assert_int_equal(plain.iface, f->view.iface);
	assert_int_equal(plain.ethertype, f->view.ethertype);
	assert_int_equal(plain.l3, f->view.l3);
	assert_int_equal(plain.l4, f->view.l4);
	assert_int_equal(plain.payload, f->view.payload);
	assert_int_equal(plain.vlan[0] | plain.vlan[1] | plain.vlans, 0);
	assert_int_equal(plain.ttl, f->view.ttl);
	assert_int_equal(plain.dscp, f->view.dscp);
	assert_int_equal(plain.tcp_flags, f->view.tcp_flags);
	assert_int_equal(plain.tcp_seq, f->view.tcp_seq);
	assert_int_equal(plain.icmp_type | plain.icmp_code | plain.icmp_error, 0);
	assert_true(plain.plain && plain.to_us && !plain.broadcast);
	assert_false(plain.fragment || plain.first || plain.more);
	assert_int_equal(plain.dont_fragment, f->view.dont_fragment);
	assert_int_equal(plain.frag_offset, f->view.frag_offset);
	assert_int_equal(plain.frag_bytes, f->view.frag_bytes);
	assert_int_equal(plain.frag_header, f->view.frag_header);
	assert_int_equal(plain.frag_id, f->view.frag_id);
	assert_int_equal(plain.l3_bytes, f->view.l3_bytes);
	assert_int_equal(plain.tuple.family, f->view.tuple.family);
	assert_int_equal(plain.tuple.proto, f->view.tuple.proto);
	assert_int_equal(plain.tuple.kind, f->view.tuple.kind);
	assert_int_equal(plain.tuple.sport, f->view.tuple.sport);
	assert_int_equal(plain.tuple.dport, f->view.tuple.dport);
	assert_true(address_equal(&plain.tuple.src, &f->view.tuple.src));
	assert_true(address_equal(&plain.tuple.dst, &f->view.tuple.dst));
}

static void
udp_over_ip4(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp 10.0.0.2:5203 > 203.0.113.9:53");
	expect_the_same(f);
}

static void
marked_tcp_that_must_not_be_fragmented(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "tcp 10.0.0.2:5203 > 203.0.113.9:80 SA");
	f->ip[24] = 0x9e;       /* of the sequence number */
	f->ip[1] = 46 << 2 | 1; /* EF, and ECN */
	put_be16(f->ip + 4, 0xbeef);
	put_be16(f->ip + 6, 0x4000);
	put_be16(f->ip + 10, 0);
	put_be16(f->ip + 10, plain_checksum(f->ip, 20));
	expect_the_same(f);
}

static void
udp_and_tcp_over_ip6(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp [2001:db8:1::2]:5203 > [2001:db8:2::9]:53");
	f->ip[0] = 0x6b; /* traffic class 0xb8: EF */
	f->ip[1] = 0x80;
	expect_the_same(f);
	given(f, "tcp [2001:db8:1::2]:5203 > [2001:db8:2::9]:80 FA");
	expect_the_same(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(udp_over_ip4, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			marked_tcp_that_must_not_be_fragmented, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			udp_and_tcp_over_ip6, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
