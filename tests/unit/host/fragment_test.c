/* SPDX-License-Identifier: BSD-3-Clause */
#include "frames.h"

#define ANSWER_2 \
	"020000000002 020000000022 0806 0001080006040002" \
	"020000000022 c6336402 020000000002 c6336401"

enum { L2 = 14, MTU = 600 };

static void
given_narrow_link(struct two_links *f)
{
	f->iface[WAN].mtu = MTU;
	fixture_start(f);
}

static void
given_neighbour(struct two_links *f)
{
	receive_hex(f, 1,
		"ffffffffffff 020000000022 0806 0001080006040001"
		"020000000022 c6336402 000000000000 c6336401");
	nexthop(f, WAN, "198.51.100.2");
	f->n_seen = f->n_sent;
}

/* As the slow path sends what is larger than the MTU. */
static enum reason
fragment(struct two_links *f, const char *text)
{
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX];
	uint16_t nh = nexthop(f, WAN, "198.51.100.2");
	struct rte_mbuf *m = arrived(f, 0, frame, build(text, &macs, frame));
	enum reason r;
	struct view v;

	parse_frame(&v, m, &f->gen.ingress[0]);
	r = host_fragment(f->host, nh, m, v.l3, &v);
	if (r != REASON_NONE) {
		ledger_drop(f->ledger, WAN, r);
		rte_pktmbuf_free(m);
	}
	return r;
}

/* The next frame is a sound fragment: so many bytes at this offset; its payload is added to out. */
static void
expect_fragment(
	struct two_links *f, unsigned ihl, unsigned offset, bool more, unsigned bytes, uint8_t *out)
{
	const struct rte_mbuf *m = next_sent(f, 1);
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *), *ip = frame + L2;

	assert_int_equal(m->nb_segs, 1);
	assert_memory_equal(frame, "\x02\x00\x00\x00\x00\x22\x02\x00\x00\x00\x00\x02\x08\x00", L2);
	assert_int_equal(ip[0], 0x40 | ihl);
	assert_int_equal(ip[2] << 8 | ip[3], ihl * 4 + bytes);
	assert_int_equal(m->pkt_len, L2 + ihl * 4 + bytes);
	assert_int_equal(ip[4] << 8 | ip[5], 77);
	assert_int_equal(ip[6] << 8 | ip[7], (more ? 0x2000u : 0) | offset / 8);
	assert_int_equal(plain_checksum(ip, ihl * 4), 0);
	memcpy(out + offset, ip + ihl * 4, bytes);
}

static void
a_large_packet_goes_in_pieces(void **state)
{
	struct two_links *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	const char *text = "udp 192.0.2.9:7 > 203.0.113.9:9 ip-id 77 size 1500";
	uint8_t frame[FRAME_MAX], out[FRAME_MAX];

	given_narrow_link(f);
	given_neighbour(f);
	assert_int_equal(fragment(f, text), REASON_NONE);

	expect_fragment(f, 5, 0, true, 576, out);
	expect_fragment(f, 5, 576, true, 576, out);
	expect_fragment(f, 5, 1152, false, 328, out);
	expect_nothing(f);
	assert_int_equal(build(text, &macs, frame), L2 + 1500);
	assert_memory_equal(out, frame + L2 + 20, 1480);
	assert_int_equal(f->ledger->born[BORN_fragment], 3);
	assert_int_equal(f->ledger->consumed[CONSUMED_fragmenter], 1);
}

static void
a_fragment_is_fragmented_further(void **state)
{
	struct two_links *f = *state;
	uint8_t out[FRAME_MAX];

	given_narrow_link(f);
	given_neighbour(f);
	fragment(f, "udp 192.0.2.9:7 > 203.0.113.9:9 ip-id 77 frag 1480 mf size 1020");

	expect_fragment(f, 5, 1480, true, 576, out);
	expect_fragment(f, 5, 2056, true, 424, out);
	expect_nothing(f);
}

/* RFC 791 3.1: an option is copied when its highest bit is set; a router alert is, a record route
 * is not. */
static void
options_go_where_they_belong(void **state)
{
	struct two_links *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX], out[FRAME_MAX];
	unsigned n = build("udp 192.0.2.9:7 > 203.0.113.9:9 ip-id 77 size 1000", &macs, frame);
	struct rte_mbuf *m;
	uint16_t sum;
	struct view v;

	given_narrow_link(f);
	given_neighbour(f);
	memmove(frame + L2 + 32, frame + L2 + 20, n - L2 - 20);
	memcpy(frame + L2 + 20, "\x94\x04\x00\x00\x07\x07\x04\x00\x00\x00\x00\x00", 12);
	frame[L2] = 0x48;
	frame[L2 + 2] = 1012 >> 8;
	frame[L2 + 3] = 1012 & 255;
	memset(frame + L2 + 10, 0, 2);
	sum = plain_checksum(frame + L2, 32);
	frame[L2 + 10] = (uint8_t)(sum >> 8);
	frame[L2 + 11] = (uint8_t)sum;
	m = arrived(f, 0, frame, n + 12);
	parse_frame(&v, m, &f->gen.ingress[0]);
	assert_int_not_equal(v.kind, VIEW_BAD);
	assert_int_equal(host_fragment(f->host, nexthop(f, WAN, "198.51.100.2"), m, v.l3, &v), 0);

	expect_fragment(f, 8, 0, true, 568, out);
	expect_fragment(f, 6, 568, false, 412, out);
	assert_memory_equal(rte_pktmbuf_mtod_offset(f->sent[f->n_seen - 1], uint8_t *, L2 + 20),
		"\x94\x04\x00\x00", 4);
	assert_memory_equal(out, frame + L2 + 32, 980);
}

static void
what_may_not_be_fragmented_is_not(void **state)
{
	struct two_links *f = *state;

	given_narrow_link(f);
	given_neighbour(f);
	assert_int_equal(
		fragment(f, "udp 192.0.2.9:7 > 203.0.113.9:9 df size 1500"), REASON_mtu_exceeded);
	expect_nothing(f);
}

static void
a_large_packet_waits_whole(void **state)
{
	struct two_links *f = *state;
	uint8_t out[FRAME_MAX];

	given_narrow_link(f);
	assert_int_equal(
		fragment(f, "udp 192.0.2.9:7 > 203.0.113.9:9 ip-id 77 size 1000"), REASON_NONE);
	assert_int_equal(f->ledger->held[HELD_neighbour], 1);
	f->n_seen = f->n_sent;
	receive_hex(f, 1, ANSWER_2);

	expect_fragment(f, 5, 0, true, 576, out);
	expect_fragment(f, 5, 576, false, 404, out);
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
}

static void
without_buffers_the_packet_is_dropped_and_nothing_leaks(void **state)
{
	struct two_links *f = *state;
	struct rte_mbuf *all[POOL_MBUFS];
	unsigned count = 0;

	given_narrow_link(f);
	given_neighbour(f);
	while (rte_mempool_avail_count(pool) > 3)
		all[count++] = rte_pktmbuf_alloc(pool);
	assert_int_equal(fragment(f, "udp 192.0.2.9:7 > 203.0.113.9:9 size 1500"), REASON_no_mbuf);
	rte_pktmbuf_free_bulk(all, count);

	expect_nothing(f);
	assert_int_equal(f->ledger->born[BORN_fragment], 0);
}

static void
a_packet_in_several_buffers_is_fragmented(void **state)
{
	struct two_links *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX], out[FRAME_MAX];
	unsigned n = build("udp 192.0.2.9:7 > 203.0.113.9:9 ip-id 77 size 1500", &macs, frame);
	struct rte_mbuf *m = arrived(f, 0, frame, 701), *rest = rte_pktmbuf_alloc(pool);
	struct view v;

	given_narrow_link(f);
	given_neighbour(f);
	memcpy(rte_pktmbuf_append(rest, (uint16_t)(n - 701)), frame + 701, n - 701);
	rte_pktmbuf_chain(m, rest);
	parse_frame(&v, m, &f->gen.ingress[0]);
	assert_int_equal(host_fragment(f->host, nexthop(f, WAN, "198.51.100.2"), m, v.l3, &v), 0);

	expect_fragment(f, 5, 0, true, 576, out);
	expect_fragment(f, 5, 576, true, 576, out);
	expect_fragment(f, 5, 1152, false, 328, out);
	assert_memory_equal(out, frame + L2 + 20, 1480);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test_stopped(a_large_packet_goes_in_pieces),
		host_test_stopped(a_fragment_is_fragmented_further),
		host_test_stopped(options_go_where_they_belong),
		host_test_stopped(what_may_not_be_fragmented_is_not),
		host_test_stopped(a_large_packet_waits_whole),
		host_test_stopped(without_buffers_the_packet_is_dropped_and_nothing_leaks),
		host_test_stopped(a_packet_in_several_buffers_is_fragmented),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
