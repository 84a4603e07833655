/* SPDX-License-Identifier: BSD-3-Clause */
/* Equivalence: the straight loop and the general executor against a plain reference, byte by byte,
 * on random packets and programs. */

#include "program/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "packet/parse.h"
#include "support/plain_rewrite.h"

#define ROOM  128 /* headroom of the test's mbuf */
#define CASES 300000

static uint8_t buffer[ROOM + 2048];

static uint32_t
any(uint32_t below)
{
	return (uint32_t)((((uint64_t)rand() << 15) ^ (uint64_t)rand()) % below);
}

static void
fill(uint8_t *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)rand();
	if (any(4) == 0) /* the corners of ones' complement */
		memset(p, any(2) ? 0xff : 0, n);
}

static const uint8_t protos[] = { 6, 17, 17, 6, 1, 47, 132, 136, 33, 50 };

/* Writes a transport header (and some payload) that parse accepts.  Its length. */
static unsigned
given_l4(uint8_t *l4, uint8_t proto, bool v6)
{
	unsigned n = 20 + any(40);

	fill(l4, n);
	if (proto == 6) {
		l4[12] = 5 << 4;
		l4[13] = 0x10;
	} else if (proto == 136) {
		l4[4] = l4[5] = 0; /* the checksum covers all of it */
	} else if (proto == 17) {
		l4[4] = 0;
		l4[5] = (uint8_t)n;
		if (any(8) == 0)
			l4[6] = l4[7] = 0;
	} else if (proto == 1 || proto == 58) {
		uint64_t sum = 0;

		l4[0] = v6 ? 128 : 8;
		l4[1] = l4[2] = l4[3] = 0;
		n &= ~1u;
		for (unsigned i = 0; i < n; i += 2)
			sum += (uint64_t)l4[i] << 8 | l4[i + 1];
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		l4[2] = (uint8_t)(~sum >> 8);
		l4[3] = (uint8_t)~sum;
	}
	return n;
}

static void
put_ip4_sum(uint8_t *ip, unsigned n)
{
	uint64_t sum = 0;

	ip[10] = ip[11] = 0;
	for (unsigned i = 0; i < n; i += 2)
		sum += (uint64_t)ip[i] << 8 | ip[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(~sum >> 8);
	ip[11] = (uint8_t)~sum;
}

static unsigned
given_ip4(uint8_t *ip)
{
	uint8_t proto = protos[any(sizeof(protos))];
	unsigned options = any(3) == 0 ? 4 * any(10) : 0, n;

	fill(ip, 20);
	ip[0] = (uint8_t)(0x40 | (20 + options) / 4);
	ip[6] = any(2) ? 0x40 : 0;
	ip[7] = 0;
	if (any(5) == 0) /* a later fragment */
		ip[7] = (uint8_t)(10 + any(100));
	ip[8] = (uint8_t)(2 + any(250));
	ip[9] = proto;
	memset(ip + 20, 1, options); /* no-operation */
	n = 20 + options + given_l4(ip + 20 + options, proto, false);
	ip[2] = (uint8_t)(n >> 8);
	ip[3] = (uint8_t)n;
	put_ip4_sum(ip, 20 + options);
	return n;
}

static unsigned
given_ip6(uint8_t *ip)
{
	uint8_t proto = protos[any(sizeof(protos))];
	unsigned extra = any(3) == 0 ? 8 : 0, n;

	if (proto == 1)
		proto = 17; /* ICMPv6's checksum is parse's own test */
	fill(ip, 40);
	ip[0] = 0x60;
	ip[6] = extra ? 60 : proto;
	ip[7] = (uint8_t)(2 + any(250));
	ip[24] = 0x20;
	if (extra) {
		memset(ip + 40, 0, 8);
		ip[40] = proto;
		ip[42] = 1; /* PadN of 4 */
		ip[43] = 4;
	}
	n = extra + given_l4(ip + 40 + extra, proto, true);
	ip[4] = (uint8_t)(n >> 8);
	ip[5] = (uint8_t)n;
	return 40 + n;
}

struct given {
	struct rte_mbuf m;
	struct view v;
	struct ingress in;
	uint8_t original[2048];
	unsigned ip_bytes;
	struct nexthop nh;
};

static void
given_packet(struct given *g)
{
	uint8_t *frame = buffer + ROOM;
	bool v6 = any(2), tagged = any(3) == 0;
	unsigned l3 = tagged ? 18 : 14, trailer = any(3) == 0 ? any(20) : 0;
	static uint16_t vlans[4096];

	memset(g, 0, sizeof(*g));
	memset(vlans, 0, sizeof(vlans));
	vlans[5] = 7;
	g->in = (struct ingress){ .untagged = 7, .has_vlans = true, .vlan = vlans };
	memset(buffer, 0xa5, sizeof(buffer));
	memset(frame, 0, 6);
	memset(frame + 6, 2, 6);
	if (tagged)
		memcpy(frame + 12, "\x81\x00\x00\x05", 4);
	memcpy(frame + l3 - 2, v6 ? "\x86\xdd" : "\x08\x00", 2);
	g->ip_bytes = v6 ? given_ip6(frame + l3) : given_ip4(frame + l3);
	memcpy(g->original, frame + l3, g->ip_bytes);
	g->m.buf_addr = buffer;
	g->m.data_off = ROOM;
	g->m.nb_segs = 1;
	g->m.data_len = (uint16_t)(l3 + g->ip_bytes + trailer);
	g->m.pkt_len = g->m.data_len;
	fill(g->nh.l2, sizeof(g->nh.l2));
	g->nh.l2_bytes = (uint8_t)(14 + 4 * any(3));
	parse_frame(&g->v, &g->m, &g->in);
}

static void
given_change(struct tuple *to, struct plain_change *c, const struct given *g)
{
	unsigned n = g->v.family == 4 ? 4 : 16;
	bool ports = g->v.l4 != VIEW_NONE && g->v.proto != 132 && g->v.proto != 47
		&& g->v.proto != 50;

	*to = g->v.tuple;
	if (any(2))
		fill(to->src.bytes, n);
	if (any(2))
		fill(to->dst.bytes, n);
	if (any(2) && ports)
		fill((uint8_t *)&to->sport, 2);
	if (any(2) && ports && g->v.proto != 1 && g->v.proto != 58)
		fill((uint8_t *)&to->dport, 2);
	memcpy(c->src, to->src.bytes, 16);
	memcpy(c->dst, to->dst.bytes, 16);
	memcpy(c->sport, &to->sport, 2);
	memcpy(c->dport, &to->dport, 2);
	c->ttl = any(4) != 0;
	c->l2 = g->nh.l2;
	c->l2_bytes = g->nh.l2_bytes;
}

static void
expect_frame(const struct given *g, const struct plain_change *c, const char *which)
{
	uint8_t want[2100];
	unsigned n = plain_rewrite(want, g->original, g->ip_bytes, c);
	const uint8_t *have = rte_pktmbuf_mtod(&g->m, const uint8_t *);

	assert_int_equal(g->m.pkt_len, n);
	assert_int_equal(g->m.data_len, n);
	if (memcmp(have, want, n) != 0) {
		print_error("%s: family %u protocol %u\n", which, g->v.family, g->v.proto);
		assert_memory_equal(have, want, n);
	}
}

static void
the_general_executor_equals_the_reference(void **state)
{
	unsigned done = 0;

	srand(1);
	for (unsigned i = 0; i < CASES; i++) {
		struct given g;
		struct plain_change c;
		struct tuple to;

		given_packet(&g);
		if (g.v.kind != VIEW_IP4 && g.v.kind != VIEW_IP6)
			continue;
		given_change(&to, &c, &g);
		rewrite_any(&g.m, &g.v, &to, c.ttl);
		rewrite_l2(&g.m, g.v.l3, g.v.l3_bytes, &g.nh);
		expect_frame(&g, &c, "general");
		done++;
	}
	assert_true(done > CASES / 2);
}

static void
the_straight_loop_equals_the_reference(void **state)
{
	unsigned done = 0;

	srand(2);
	for (unsigned i = 0; i < CASES; i++) {
		struct given g;
		struct plain_change c;
		struct tuple to;
		uint16_t l4_delta;
		uint8_t *ip;

		given_packet(&g);
		if (!g.v.plain)
			continue;
		given_change(&to, &c, &g);
		ip = rte_pktmbuf_mtod_offset(&g.m, uint8_t *, g.v.l3);
		if (g.v.family == 4) {
			struct to4 t;

			rewrite4_compile(&t, &l4_delta, &g.v.tuple, &to, c.ttl);
			rewrite_plain4(ip, &t, l4_delta);
		} else {
			struct to6 t;

			rewrite6_compile(&t, &l4_delta, &g.v.tuple, &to, c.ttl);
			rewrite_plain6(ip, &t, l4_delta);
		}
		rewrite_plain_l2(&g.m, ip, g.v.l3, g.v.l3_bytes, &g.nh);
		expect_frame(&g, &c, "straight");
		done++;
	}
	assert_true(done > CASES / 5);
}

static void
a_compiled_tuple_reads_back(void **state)
{
	struct tuple from = { .family = 4, .proto = 17 }, to, back;
	struct to4 c;
	uint16_t delta;

	to = from;
	to.src.v4 = rte_cpu_to_be_32(0xc0000201);
	to.sport = rte_cpu_to_be_16(40001);
	rewrite4_compile(&c, &delta, &from, &to, true);
	rewrite4_tuple(&back, &c);
	assert_memory_equal(&back, &to, sizeof(to));
	assert_int_equal(c.ttl, 1);
}

/* 10^6 headers and changes: the incremental checksum against the whole one. */
static void
an_incremental_header_checksum_is_the_whole_one(void **state)
{
	srand(3);
	for (unsigned i = 0; i < 1000000; i++) {
		struct tuple from = { .family = 4, .proto = 6 }, to;
		uint8_t ip[40] = { 0x45 };
		struct to4 c;
		uint16_t delta;

		fill(ip + 1, 19);
		ip[8] = (uint8_t)(1 + any(255));
		ip[9] = 6;
		put_ip4_sum(ip, 20);
		memcpy(&from.src.v4, ip + 12, 4);
		memcpy(&from.dst.v4, ip + 16, 4);
		to = from;
		fill(to.src.bytes, 4);
		if (any(2))
			fill(to.dst.bytes, 4);
		rewrite4_compile(&c, &delta, &from, &to, any(2));
		rewrite_plain4(ip, &c, delta);
		uint8_t have[2] = { ip[10], ip[11] };

		put_ip4_sum(ip, 20);
		assert_memory_equal(have, ip + 10, 2);
	}
}

static void
dscp_changes_and_ecn_stays(void **state)
{
	uint8_t ip4[20] = { 0x45, 0x03, 0, 20 }, ip6[40] = { 0x60, 0x30 };
	uint8_t sum[2];

	put_ip4_sum(ip4, 20);
	rewrite_dscp(ip4, 4, 46);
	assert_int_equal(ip4[1], 46 << 2 | 3);
	memcpy(sum, ip4 + 10, 2);
	put_ip4_sum(ip4, 20);
	assert_memory_equal(sum, ip4 + 10, 2);
	rewrite_dscp(ip6, 6, 46);
	assert_int_equal((ip6[0] & 15) << 4 | ip6[1] >> 4, 46 << 2 | 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_general_executor_equals_the_reference),
		cmocka_unit_test(the_straight_loop_equals_the_reference),
		cmocka_unit_test(a_compiled_tuple_reads_back),
		cmocka_unit_test(an_incremental_header_checksum_is_the_whole_one),
		cmocka_unit_test(dscp_changes_and_ecn_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
