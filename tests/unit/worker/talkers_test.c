/* SPDX-License-Identifier: BSD-3-Clause */
/* worker/talkers.c, worker/latency.c: estimates beside exact counts of Zipf traffic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <rte_mbuf.h>

#include "worker/latency.h"
#include "worker/talkers.h"

enum {
	HOSTS = 20000,
	PACKETS = 200000,
};

struct exact {
	uint64_t packets[HOSTS], bytes[HOSTS];
	double below[HOSTS]; /* of the distribution */
};

static uint64_t seed = 88172645463325252ull;

static double
random_share(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) / (double)(1ull << 53);
}

static void
zipf(struct exact *e, double exponent)
{
	double sum = 0;

	for (unsigned i = 0; i < HOSTS; i++) {
		sum += 1 / pow(i + 1, exponent);
		e->below[i] = sum;
	}
	for (unsigned i = 0; i < HOSTS; i++)
		e->below[i] /= sum;
}

static unsigned
pick(const struct exact *e)
{
	double at = random_share();
	unsigned low = 0, high = HOSTS - 1;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (e->below[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A host's number, from its address. */
static unsigned
host_of(const struct tuple *t)
{
	return rte_be_to_cpu_32(t->src.v4) & 0xffff;
}

static void
make_flow(struct tuple *t, unsigned host)
{
	memset(t, 0, sizeof(*t));
	t->family = 4;
	t->proto = IPPROTO_UDP;
	t->src.v4 = rte_cpu_to_be_32(0x0a000000 + host);
	t->dst.v4 = rte_cpu_to_be_32(0xc6336402);
	t->sport = rte_cpu_to_be_16(5203);
	t->dport = rte_cpu_to_be_16(53);
}

/* Each entry holds what it promises, and nobody with more than a share of 1 / 32 is missing. */
static void
expect_bounds(const struct talkers_window *w, const struct exact *e, enum talker_by by)
{
	const struct talkers_sketch *s = &w->sketch[TALKER_SOURCE][by];
	const uint64_t *exact = by == TALKER_BYTES ? e->bytes : e->packets;
	uint64_t all = by == TALKER_BYTES ? w->bytes : w->packets;
	bool seen[HOSTS] = { false };

	for (unsigned b = 0; b < TALKERS_BUCKETS; b++) {
		uint64_t bucket = 0;

		for (unsigned i = 0; i < TALKERS_WAYS; i++)
			bucket += s->entry[b][i].count;
		for (unsigned i = 0; i < TALKERS_WAYS; i++) {
			const struct talker *t = &s->entry[b][i];
			unsigned host = host_of(&t->who);

			if (s->mark[b][i] == 0)
				continue;
			assert_true(t->count >= exact[host]);
			assert_true(t->count - t->error <= exact[host]);
			assert_true(t->error <= bucket / TALKERS_WAYS);
			seen[host] = true;
		}
	}
	for (unsigned i = 0; i < HOSTS; i++)
		if (exact[i] > all / 32)
			assert_true(seen[i]);
}

static void
estimates_keep_their_bounds(double exponent)
{
	struct exact *e = calloc(1, sizeof(*e));
	struct talkers *t = talkers_create(-1);

	zipf(e, exponent);
	for (unsigned i = 0; i < PACKETS; i++) {
		unsigned host = pick(e), bytes = 60 + (unsigned)(1400 * random_share());
		struct tuple flow;

		make_flow(&flow, host);
		talkers_add(t, &flow, bytes, 1);
		e->packets[host]++;
		e->bytes[host] += bytes;
	}
	talkers_turn(t, 1);
	assert_int_equal(talkers_window(t, 1)->packets, PACKETS);
	expect_bounds(talkers_window(t, 1), e, TALKER_PACKETS);
	expect_bounds(talkers_window(t, 1), e, TALKER_BYTES);
	talkers_destroy(t);
	free(e);
}

static void
zipf_of_1_1_keeps_its_bounds(void **state)
{
	estimates_keep_their_bounds(1.1);
}

static void
zipf_of_0_8_keeps_its_bounds(void **state)
{
	estimates_keep_their_bounds(0.8);
}

static void
a_flood_of_strangers_does_not_hide_a_talker(void **state)
{
	struct talkers *t = talkers_create(-1);
	const struct talkers_sketch *s;
	struct tuple flow;
	bool found = false;

	for (unsigned i = 0; i < PACKETS; i++) {
		make_flow(&flow, i % 20 == 0 ? 7 : 1000 + i % 60000);
		talkers_add(t, &flow, 60, 1);
	}
	talkers_turn(t, 1);
	s = &talkers_window(t, 1)->sketch[TALKER_SOURCE][TALKER_PACKETS];
	for (unsigned b = 0; b < TALKERS_BUCKETS; b++)
		for (unsigned i = 0; i < TALKERS_WAYS; i++)
			found |= s->mark[b][i] != 0 && host_of(&s->entry[b][i].who) == 7;
	assert_true(found);
	talkers_destroy(t);
}

/* A frame: Ethernet, VLAN tags, IPv4, UDP. */
static void
make_frame(struct rte_mbuf *m, uint8_t *bytes, unsigned host, unsigned tags)
{
	static const uint8_t ip[] = { 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 198,
		51, 100, 2, 0x14, 0x53, 0, 53 };
	unsigned at = 12;

	memset(bytes, 0, 128);
	for (unsigned i = 0; i < tags; i++, at += 4)
		bytes[at] = 0x81;
	bytes[at] = 8;
	memcpy(bytes + at + 2, ip, sizeof(ip));
	bytes[at + 2 + 14] = (uint8_t)(host >> 8);
	bytes[at + 2 + 15] = (uint8_t)host;
	memset(m, 0, sizeof(*m));
	m->buf_addr = bytes;
	m->data_len = 64;
	m->pkt_len = 64;
}

static void
frames_are_read_with_vlan_tags_and_cut_ones_are_not(void **state)
{
	struct talkers *t = talkers_create(-1);
	struct rte_mbuf frame[3], *m[3] = { &frame[0], &frame[1], &frame[2] };
	uint8_t bytes[3][128];

	make_frame(&frame[0], bytes[0], 7, 0);
	make_frame(&frame[1], bytes[1], 7, 2);
	make_frame(&frame[2], bytes[2], 7, 0);
	frame[2].data_len = 30;
	talkers_see(t, m, 3, NULL, 0);
	for (unsigned cut = 0; cut < 64; cut++) { /* under ASan nothing behind it is read */
		frame[0].data_len = (uint16_t)cut;
		talkers_see(t, m, 1, NULL, 0);
	}
	talkers_turn(t, 1);
	assert_true(talkers_window(t, 1)->packets >= 2);
	talkers_destroy(t);
}

static void
fast_traffic_is_sampled_without_bias(void **state)
{
	struct talkers *t = talkers_create(-1);
	struct rte_mbuf frame[2], *m[32];
	uint8_t bytes[2][128];
	const struct talkers_window *w;
	uint64_t all = 20000000, now_ns = 0;

	/* Of 32 packets one is of host 1, the others of host 2. */
	make_frame(&frame[0], bytes[0], 1, 0);
	make_frame(&frame[1], bytes[1], 2, 0);
	for (unsigned i = 0; i < 32; i++)
		m[i] = &frame[i != 9];
	talkers_tick(t, 0);
	for (uint64_t i = 0; i < all; i += 32, now_ns += 3000)
		talkers_see(t, m, 32, NULL, now_ns);
	assert_true(t->samples < 5 * TALKERS_SAMPLES);
	assert_true(t->gap > 100);
	talkers_turn(t, now_ns);
	w = talkers_window(t, 1);
	assert_true(w->packets > all * 9 / 10 && w->packets < all * 11 / 10);
	for (unsigned b = 0; b < TALKERS_BUCKETS; b++)
		for (unsigned i = 0; i < TALKERS_WAYS; i++) {
			const struct talkers_sketch *s = &w->sketch[TALKER_SOURCE][TALKER_PACKETS];

			if (s->mark[b][i] != 0 && host_of(&s->entry[b][i].who) == 1)
				assert_true(s->entry[b][i].count > all / 32 * 7 / 10
					&& s->entry[b][i].count < all / 32 * 13 / 10);
		}
	talkers_destroy(t);
}

static void
windows_are_kept_for_their_time(void **state)
{
	struct talkers *t = talkers_create(-1);
	struct tuple flow;

	assert_null(talkers_window(t, 1));
	make_flow(&flow, 7);
	for (unsigned i = 1; i <= 20; i++) {
		talkers_add(t, &flow, 60, i);
		talkers_turn(t, i);
	}
	for (unsigned back = 1; back <= TALKERS_WINDOWS; back++)
		assert_int_equal(talkers_window(t, back)->packets, 21 - back);
	assert_null(talkers_window(t, TALKERS_WINDOWS + 1));
	talkers_destroy(t);
}

static void
bins_are_an_eighth_wide_and_in_order(void **state)
{
	for (unsigned bin = 0; bin + 1 < LATENCY_BINS; bin++) {
		uint64_t above = latency_above(bin);

		assert_int_equal(latency_bin(above), bin + 1);
		assert_int_equal(latency_bin(above - 1), bin);
	}
	assert_int_equal(latency_bin(UINT64_MAX), LATENCY_BINS - 1);
}

static void
percentiles_are_those_of_the_packets(void **state)
{
	struct latency l = { 0 }, sum = { 0 };

	assert_int_equal(latency_percentile(&l, 0.99), 0);
	latency_add(&l, 1000, 989);
	latency_add(&l, 50000, 10);
	latency_add(&l, 9000000, 1);
	latency_collect(&sum, &l);
	assert_in_range(latency_percentile(&sum, 0.5), 1000, 1125);
	assert_in_range(latency_percentile(&sum, 0.99), 50000, 56250);
	assert_in_range(latency_percentile(&sum, 0.9999), 9000000, 10125000);
	assert_int_equal(sum.sum_ns, 989 * 1000 + 10 * 50000 + 9000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zipf_of_1_1_keeps_its_bounds),
		cmocka_unit_test(zipf_of_0_8_keeps_its_bounds),
		cmocka_unit_test(a_flood_of_strangers_does_not_hide_a_talker),
		cmocka_unit_test(frames_are_read_with_vlan_tags_and_cut_ones_are_not),
		cmocka_unit_test(fast_traffic_is_sampled_without_bias),
		cmocka_unit_test(windows_are_kept_for_their_time),
		cmocka_unit_test(bins_are_an_eighth_wide_and_in_order),
		cmocka_unit_test(percentiles_are_those_of_the_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
