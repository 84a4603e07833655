/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets quoted by ICMP errors. */
#include "parse_fixture.h"

#include <netinet/in.h>

static enum reason
quoted(struct parse_fixture *f, const char *text, size_t bytes)
{
	uint8_t *exact;
	enum reason why;

	given(f, text);
	exact = malloc(bytes > 0 ? bytes : 1);
	memcpy(exact, f->ip, bytes);
	f->view.iface = 5;
	why = parse_quoted(&f->view, exact, (uint32_t)bytes, f->ip[0] >> 4);
	free(exact);
	return why;
}

static void
quote_of_8_transport_bytes_is_enough(void **state)
{
	struct parse_fixture *f = *state;

	assert_int_equal(quoted(f, "tcp 10.0.0.2:1 > 10.0.0.3:2 A size 1400", 28), REASON_NONE);
	assert_int_equal(f->view.kind, VIEW_IP4);
	assert_int_equal(f->view.iface, 5);
	assert_int_equal(f->view.l3, 0);
	assert_int_equal(f->view.l4, 20);
	assert_int_equal(f->view.payload, VIEW_NONE);
	assert_int_equal(f->view.l3_bytes, 28);
	assert_int_equal(f->view.tuple.sport, htons(1));
	assert_int_equal(f->view.tuple.dport, htons(2));
	assert_int_equal(quoted(f, "tcp 10.0.0.2:1 > 10.0.0.3:2 A", 27), REASON_l4_bad_header);
	assert_int_equal(
		quoted(f, "udp [2001:db8::1]:1 > [2001:db8::2]:2 size 1280", 48), REASON_NONE);
	assert_int_equal(f->view.kind, VIEW_IP6);
	assert_int_equal(f->view.payload, 48);
}

static void
quoted_ip_header_must_be_right(void **state)
{
	struct parse_fixture *f = *state;

	assert_int_equal(quoted(f, "udp 10.0.0.2:1 > 10.0.0.3:2", 19), REASON_ip4_truncated);
	assert_int_equal(
		quoted(f, "udp 10.0.0.2:1 > 10.0.0.3:2 ip-csum bad", 28), REASON_ip4_bad_checksum);
	assert_int_equal(f->view.kind, VIEW_BAD);
	assert_int_equal(
		quoted(f, "udp [2001:db8::1]:1 > [2001:db8::2]:2", 39), REASON_ip6_truncated);
}

static void
quoted_transport_checksum_is_not_judged(void **state)
{
	struct parse_fixture *f = *state;

	assert_int_equal(
		quoted(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request id 9 csum bad", 28), REASON_NONE);
	assert_int_equal(f->view.tuple.sport, htons(9));
	assert_int_equal(quoted(f, "udp 10.0.0.2:1 > 10.0.0.3:2 csum bad", 28), REASON_NONE);
	assert_int_equal(quoted(f, "tcp 10.0.0.2:1 > 10.0.0.3:2 null", 40), REASON_NONE);
}

static void
quoted_fragments_are_read(void **state)
{
	struct parse_fixture *f = *state;

	assert_int_equal(quoted(f, "udp 10.0.0.2:1 > 10.0.0.3:2 mf size 1500", 28), REASON_NONE);
	assert_true(f->view.first);
	assert_int_equal(quoted(f, "udp 10.0.0.2 > 10.0.0.3 frag 1480 size 1500", 20), REASON_NONE);
	assert_int_equal(f->view.tuple.kind, KEY_FRAGMENT);
	assert_int_equal(f->view.l4, VIEW_NONE);
}

static void
every_cut_of_every_quote_ends(void **state)
{
	static const char *const text[] = {
		"udp 10.0.0.2:1 > 10.0.0.3:2 payload \"abc\"",
		"tcp 10.0.0.2:1 > 10.0.0.3:2",
		"tcp [2001:db8::1]:1 > [2001:db8::2]:2 mf",
		"icmp 10.0.0.2 > 10.0.0.3 echo-reply",
	};
	struct parse_fixture *f = *state;

	for (unsigned i = 0; i < 4; i++) {
		given(f, text[i]);
		for (size_t n = 0; n <= f->n - IP_AT; n++) {
			enum reason why = quoted(f, text[i], n);

			assert_int_equal(why != REASON_NONE, f->view.kind == VIEW_BAD);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		parse_unit_test(quote_of_8_transport_bytes_is_enough),
		parse_unit_test(quoted_ip_header_must_be_right),
		parse_unit_test(quoted_transport_checksum_is_not_judged),
		parse_unit_test(quoted_fragments_are_read),
		parse_unit_test(every_cut_of_every_quote_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
