/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic for measuring: frames that are right, and peers that answer them. */
#include "unit/measure/traffic_fixture.h"

#include "measure/traffic_peer.h"
#include "packet/checksum.h"
#include "packet/martian.h"
#include "packet/notation.h"
#include "packet/parse.h"

enum { INTERFACE = 7, MANY = 20000 };

static const struct ingress untagged = { .mac = STATION, .untagged = INTERFACE };

static void
expect_flow(const uint8_t *frame, uint32_t bytes, const char *want)
{
	struct view v;
	char text[192];

	parse_bytes(&v, frame, bytes, bytes, &untagged);
	assert_int_equal(v.reason, REASON_NONE);
	assert_int_equal(v.iface, INTERFACE);
	notation_flow(text, sizeof(text), &v);
	assert_string_equal(text, want);
}

/* Both checksums, by adding everything up. */
static void
expect_sums_right(const uint8_t *frame, uint32_t bytes)
{
	bool v4 = frame[12] == 0x08;
	const uint8_t *ip = frame + 14, *l4 = ip + (v4 ? 20 : 40);
	uint32_t n = v4 ? ((unsigned)ip[2] << 8 | ip[3]) - 20u : (unsigned)ip[4] << 8 | ip[5];
	uint64_t sum;

	assert_true(l4 + n <= frame + bytes);
	if (v4)
		assert_int_equal(checksum_ip4_verify(ip, 20), 0);
	sum = checksum_sum(l4, n)
		+ checksum_pseudo(ip + (v4 ? 12 : 8), ip + (v4 ? 16 : 24), v4 ? 4 : 16,
			v4 ? ip[9] : ip[6], n);
	assert_int_equal(checksum_fold(sum), 0xffff);
}

static void
the_shortest_frame_is_64_bytes_with_fcs(void **state)
{
	struct traffic_setup s = plain();
	struct traffic *t = given(&s);
	uint8_t frame[60];

	assert_int_equal(traffic_bytes(t), 60);
	traffic_frame(t, 0, frame);
	expect_flow(frame, 60, "udp 192.0.2.2:1024 > 198.51.100.10:53");
	traffic_frame(t, 5, frame);
	expect_flow(frame, 60, "udp 192.0.2.3:1025 > 198.51.100.10:53");
	traffic_destroy(t);
}

static void
every_kind_and_size_has_right_checksums(void **state)
{
	for (unsigned i = 0; i < 3 * 2 * 3; i++) {
		static const uint32_t sizes[] = { 74, 575, 1514 };
		struct traffic_setup s = i / 3 % 2 ? plain6() : plain();
		uint8_t frame[1514];
		struct traffic *t;

		s.bytes = sizes[i % 3];
		s.kind = (enum traffic_kind)(i / 6);
		t = given(&s);
		for (uint64_t flow = 0; flow < 300; flow++) {
			traffic_frame(t, flow * 31, frame);
			expect_sums_right(frame, s.bytes);
		}
		traffic_destroy(t);
	}
}

static void
tcp_is_a_segment_of_a_connection_and_syn_its_opening(void **state)
{
	struct traffic_setup s = plain();
	struct traffic *t;
	uint8_t frame[60];

	s.kind = TRAFFIC_TCP;
	t = given(&s);
	traffic_frame(t, 0, frame);
	expect_flow(frame, 60, "tcp 192.0.2.2:1024 > 198.51.100.10:53 A");
	traffic_opening(t, 0, frame);
	expect_flow(frame, 60, "tcp 192.0.2.2:1024 > 198.51.100.10:53 S");
	traffic_destroy(t);
}

static void
frames_of_a_vlan_carry_its_tag(void **state)
{
	static uint16_t vlans[4096];
	struct ingress in = { .mac = STATION, .untagged = IFACE_NONE, .has_vlans = true };
	struct traffic_setup s = plain();
	struct traffic *t;
	uint8_t frame[64];
	struct view v;

	memset(vlans, 0xff, sizeof(vlans));
	vlans[20] = 3;
	in.vlan = vlans;
	s.aim.tags = 1;
	s.aim.vlan[0] = 20;
	t = given(&s);
	traffic_frame(t, 0, frame);
	parse_bytes(&v, frame, traffic_bytes(t), traffic_bytes(t), &in);
	assert_int_equal(v.reason, REASON_NONE);
	assert_int_equal(v.iface, 3);
	traffic_destroy(t);
}

static void
more_flows_than_there_are_is_an_error(void **state)
{
	struct traffic_setup s = plain();
	struct err *err = err_create();

	s.flows = 10241;
	assert_null(traffic_create(&s, err));
	assert_non_null(strstr(err_first(err), "only 10240 different ones"));
	err_destroy(err);
}

static void
a_frame_too_small_for_its_headers_is_an_error(void **state)
{
	struct traffic_setup s = plain6();
	struct err *err = err_create();

	s.kind = TRAFFIC_TCP;
	s.bytes = 60;
	assert_null(traffic_create(&s, err));
	assert_non_null(strstr(err_first(err), "78 have"));
	err_destroy(err);
}

static void
a_refreshed_frame_is_the_frame(void **state)
{
	struct traffic_setup s = plain();
	uint8_t a[200], b[200];
	struct traffic *t;

	s.bytes = 200;
	t = given(&s);
	traffic_frame(t, 3, a);
	traffic_frame(t, 9, b);
	memset(b, 0xee, 42);
	traffic_refresh(t, 3, b);
	assert_memory_equal(a, b, 200);
	traffic_destroy(t);
}

static void
expect_answer(const char *sent, const char *want)
{
	struct notation_macs macs = { .src = STATION, .dst = { 2, 0, 0, 0, 0, 9 } };
	uint8_t frame[256], answer[264];
	char why[128];
	int n = notation_build(sent, &macs, frame, sizeof(frame), why);
	uint32_t bytes;

	assert_true(n > 0);
	bytes = traffic_answer(frame, (uint32_t)n, answer);
	if (want == NULL) {
		assert_int_equal(bytes, 0);
		return;
	}
	expect_flow(answer, bytes, want);
	expect_sums_right(answer, bytes);
}

static void
peers_accept_connections_and_answer_udp(void **state)
{
	expect_answer("tcp 192.0.2.1:5000 > 198.51.100.1:80 S",
		"tcp 198.51.100.1:80 > 192.0.2.1:5000 SA");
	expect_answer("tcp [2001:db8::1]:5000 > [2001:db8::2]:80 S",
		"tcp [2001:db8::2]:80 > [2001:db8::1]:5000 SA");
	expect_answer("udp 192.0.2.1:5000 > 198.51.100.1:53 size 100",
		"udp 198.51.100.1:53 > 192.0.2.1:5000");
	expect_answer("udp [2001:db8::1]:5000 > [2001:db8::2]:53",
		"udp [2001:db8::2]:53 > [2001:db8::1]:5000");
	expect_answer("tcp 192.0.2.1:5000 > 198.51.100.1:80 A", NULL);
	expect_answer("icmp 192.0.2.1 > 198.51.100.1 echo-request id 7", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shortest_frame_is_64_bytes_with_fcs),
		cmocka_unit_test(every_kind_and_size_has_right_checksums),
		cmocka_unit_test(tcp_is_a_segment_of_a_connection_and_syn_its_opening),
		cmocka_unit_test(frames_of_a_vlan_carry_its_tag),
		cmocka_unit_test(more_flows_than_there_are_is_an_error),
		cmocka_unit_test(a_frame_too_small_for_its_headers_is_an_error),
		cmocka_unit_test(a_refreshed_frame_is_the_frame),
		cmocka_unit_test(peers_accept_connections_and_answer_udp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
