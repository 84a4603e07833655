/* SPDX-License-Identifier: BSD-3-Clause */
/* net_weir_replay: what is received is the capture, in its order and at its rate; every mbuf comes
 * back. */

#include "unit/drivers/replay_fixture.h"

#include "base/random.h"
#include "io/pool.h"
#include "io/port.h"
#include "io/steer.h"

static void
frames_come_in_order_again_and_again(void **state)
{
	struct rte_mbuf *got[7];
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, "");

	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 7), 7);
	for (unsigned i = 0; i < 7; i++) {
		expect_frame(got[i], three[i % 3]);
		assert_int_equal(got[i]->port, f.port);
		assert_int_equal(got[i]->nb_segs, 1);
	}
	rte_pktmbuf_free_bulk(got, 7);
	fixture_close(&f);
}

static void
after_its_loops_a_device_is_silent(void **state)
{
	struct rte_mbuf *got[32];
	struct rte_eth_stats stats;
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, ",loops=3");

	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 32), 9);
	expect_frame(got[8], three[2]);
	rte_pktmbuf_free_bulk(got, 9);
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 32), 0);
	assert_int_equal(rte_eth_stats_get(f.port, &stats), 0);
	assert_int_equal(stats.ipackets, 9);
	assert_int_equal(stats.ibytes, 3 * (42 + 89 + 54));
	fixture_close(&f);
}

static void
a_rate_keeps_what_is_not_yet_due(void **state)
{
	struct rte_mbuf *got[32];
	struct rte_eth_stats stats;
	uint64_t total = 0;
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, ",rate=1");
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 32), 0);
	fixture_close(&f);

	/* All of it comes in the end, or is missed once 64 descriptors are full. */
	given_replay(&f, three, ",rate=100k,loops=1000");
	do {
		uint16_t n = rte_eth_rx_burst(f.port, 0, got, 32);

		rte_pktmbuf_free_bulk(got, n);
		rte_eth_stats_get(f.port, &stats);
		total += n;
	} while (total + stats.imissed < 3000);
	assert_int_equal(total + stats.imissed, 3000);
	assert_int_equal(stats.ipackets, total);
	fixture_close(&f);
}

static void
without_mbufs_nothing_comes_and_nothing_is_lost(void **state)
{
	struct rte_mbuf *all[FIXTURE_MBUFS];
	struct rte_mbuf *got[2];
	struct rte_eth_stats stats;
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, "");
	assert_int_equal(rte_pktmbuf_alloc_bulk(f.pool, all, FIXTURE_MBUFS), 0);
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 2), 0);
	rte_pktmbuf_free_bulk(all, FIXTURE_MBUFS);
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 2), 2);
	expect_frame(got[0], three[0]);
	rte_eth_stats_get(f.port, &stats);
	assert_int_equal(stats.rx_nombuf, 2);
	rte_pktmbuf_free_bulk(got, 2);
	fixture_close(&f);
}

static void
what_is_sent_is_counted_and_given_back(void **state)
{
	struct rte_mbuf *got[30];
	struct rte_eth_stats stats;
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, "");
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 30), 30);
	assert_int_equal(rte_eth_tx_burst(f.port, 0, got, 30), 30);
	rte_eth_stats_get(f.port, &stats);
	assert_int_equal(stats.opackets, 30);
	assert_int_equal(stats.obytes, 10 * (42 + 89 + 54));
	fixture_close(&f);
}

/* 64 descriptors each way: mbufs wait before and after, frames come in order all the same. */
static void
a_ring_keeps_mbufs_and_order(void **state)
{
	struct rte_mbuf *got[7];
	struct rte_eth_stats stats;
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, ",ring=1,loops=70");
	for (unsigned burst = 0; burst < 30; burst++) {
		assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 7), 7);
		for (unsigned i = 0; i < 7; i++) {
			expect_frame(got[i], three[(burst * 7 + i) % 3]);
			assert_int_equal(got[i]->nb_segs, 1);
		}
		assert_int_equal(rte_eth_tx_burst(f.port, 0, got, 7), 7);
	}
	/* All have been received; of those sent as many wait as there are descriptors. */
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 7), 0);
	assert_int_equal(rte_mempool_avail_count(f.pool), FIXTURE_MBUFS - 64);
	assert_int_equal(rte_eth_tx_done_cleanup(f.port, 0, 0), 64);
	assert_int_equal(rte_mempool_avail_count(f.pool), FIXTURE_MBUFS);
	rte_eth_stats_get(f.port, &stats);
	assert_int_equal(stats.ipackets, 210);
	assert_int_equal(stats.opackets, 210);
	fixture_close(&f);
}

static void
what_waits_in_rings_is_back_when_the_port_stops(void **state)
{
	struct rte_mbuf *got[7];
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, ",ring=1");
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 7), 7);
	assert_int_equal(rte_eth_tx_burst(f.port, 0, got, 7), 7);
	assert_int_equal(rte_mempool_avail_count(f.pool), FIXTURE_MBUFS - 64);
	fixture_close(&f);
}

/* A capture of 64 flows on a port with three queues, beside a port without frames. */
struct steered {
	struct replay_fixture f;
	struct err *err;
	struct steer *steer;
	struct ports ports;
	struct pools pools;
	char device[FIXTURE_TEXT], text[64][64];
	const char *texts[65];
	unsigned total; /* frames received */
};

static void
given_steered(struct steered *s, bool by_source)
{
	static const uint8_t key[STEER_KEY_BYTES] = { 1 };
	struct port_cfg cfg[2] = {
		{ .name = "lan", .device = s->device, .by_source = by_source },
		{ .name = "wan", .device = "net_weir_replay2" },
	};
	struct pool_cfg pool = { .burst = 32, .holders = 16 };

	random_use_seed(7); /* the key of the ports: by some, few sources have one queue */
	s->err = err_create();
	s->steer = steer_create(3, 16, key);
	for (unsigned i = 0; i < 64; i++)
		s->texts[i] = s->text[i];
	fixture_capture(&s->f, s->texts);
	snprintf(s->device, sizeof(s->device), "net_weir_replay1,pcap=%s,loops=1", s->f.pcap);
	assert_int_equal(ports_open(&s->ports, cfg, 2, 3, s->err), 0);
	assert_int_equal(pools_create(&s->pools, &pool, &s->ports, s->err), 0);
	assert_int_equal(ports_start(&s->ports, &s->pools, s->err), 0);
}

/* Each frame of a queue is its owner's. */
static void
expect_owners(struct steered *s, unsigned (*owner)(const struct steer *, const struct rte_mbuf *))
{
	for (uint16_t q = 0; q < 3; q++) {
		struct rte_mbuf *got[64];
		uint16_t n = rte_eth_rx_burst(s->ports.at[0].id, q, got, 64);

		assert_true(n > 0 && n < 64);
		for (uint16_t i = 0; i < n; i++)
			assert_int_equal(owner(s->steer, got[i]), q);
		rte_pktmbuf_free_bulk(got, n);
		s->total += n;
	}
	assert_int_equal(s->total, 64);
}

static void
end_steered(struct steered *s)
{
	ports_close(&s->ports);
	pools_destroy(&s->pools);
	steer_destroy(s->steer);
	err_destroy(s->err);
	unlink(s->f.pcap);
}

/* Workers are made of the answer before ports start. */
static void
weir_leaves_steering_to_the_queues(void **state)
{
	struct port_cfg cfg[2] = { { .name = "lan" },
		{ .name = "wan", .device = "net_weir_replay2" } };
	struct err *err = err_create();
	char device[FIXTURE_TEXT];
	struct ports ports;
	struct replay_fixture f;

	(void)state;
	fixture_capture(&f, three);
	snprintf(device, sizeof(device), "net_weir_replay1,pcap=%s", f.pcap);
	cfg[0].device = device;
	assert_int_equal(ports_open(&ports, cfg, 2, 2, err), 0);
	assert_int_equal(ports.at[0].rx_queues, 2);
	assert_true(ports_steered(&ports));
	ports_close(&ports);

	/* One queue for two workers: they hand over. */
	cfg[0].queues = 1;
	assert_int_equal(ports_open(&ports, cfg, 2, 2, err), 0);
	assert_false(ports_steered(&ports));
	ports_close(&ports);
	err_destroy(err);
	unlink(f.pcap);
}

static unsigned
owner_of_source(const struct steer *steer, const struct rte_mbuf *m)
{
	union address source = { .bytes = { 0 } };

	memcpy(&source, rte_pktmbuf_mtod_offset(m, const uint8_t *, 14 + 12), 4);
	return steer_owner_of_inside(steer, source.v4);
}

/* Ports that are inside, and one that is not: whoever is sent to, an inside host's frames come to
 * the worker that owns it. */
static void
frames_from_inside_come_to_the_owner_of_their_source(void **state)
{
	struct steered s = { .total = 0 };
	unsigned reta_size;

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		snprintf(s.text[i], sizeof(s.text[i]),
			i % 8 == 7 ? "icmp 10.0.%u.%u > 203.0.113.%u echo-request id 7"
				   : "udp 10.0.%u.%u:1000 > 203.0.113.%u:53",
			i % 5, 1 + i % 20, i);
	given_steered(&s, true);
	assert_true(s.ports.at[0].by_source);
	assert_false(s.ports.at[1].by_source);
	assert_false(ports_steered(&s.ports));
	assert_ptr_equal(ports_by_source(&s.ports, &reta_size), s.ports.source_key);
	steer_by_source(s.steer, s.ports.source_key, reta_size);
	expect_owners(&s, owner_of_source);
	end_steered(&s);
}

static unsigned
owner_of_flow(const struct steer *steer, const struct rte_mbuf *m)
{
	struct steer_view v = { .tuple = { .family = 0 } };

	assert_true(steer_parse(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &v));
	return steer_owner_of_device(steer, &v.tuple);
}

/* Fragments of a flow have to come to the worker that the device sends its whole packets to. */
static void
the_queue_of_a_flow_is_known(void **state)
{
	static const char *const kinds[] = {
		"udp 10.0.0.%u:%u > 203.0.113.9:53",
		"tcp 10.0.0.%u:%u > 203.0.113.9:80 S",
		"udp [2001:db8::%u]:%u > [2001:db8:9::9]:53",
		"icmp 10.0.0.%u > 203.0.113.9 echo-request id %u",
	};
	struct steered s = { .total = 0 };

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		snprintf(s.text[i], sizeof(s.text[i]), kinds[i % 4], 2 + i, 1000 + i * 77);
	given_steered(&s, false);
	assert_true(ports_steered(&s.ports));
	steer_by_device(s.steer, s.ports.at[0].rss_types, s.ports.at[0].reta_size);
	expect_owners(&s, owner_of_flow);
	end_steered(&s);
}

/* Numbers that go beyond the largest, and a datagram that has one byte too few for its numbers. */
static void
conversations_go_on_while_their_capture_is_repeated(void **state)
{
	static const char *const texts[] = {
		"tcp 192.0.2.3:1003 > 198.51.100.3:80 S seq 4294967292",
		"tcp 192.0.2.3:1003 > 198.51.100.3:80 A seq 4294967293 ack 9 payload \"data\"",
		"tcp [2001:db8::3]:1003 > [2001:db8::4]:80 A seq 9 ack 4294967293",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAABBBB\"",
		"udp [2001:db8::1]:1001 > [2001:db8::2]:53 payload \"AAAABBBBC\"",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAABBB\"",
		NULL,
	};
	static const char *const moved[] = {
		"tcp 192.0.2.3:1003 > 198.51.100.3:80 A seq 1 ack 13 payload \"data\"",
		"tcp [2001:db8::3]:1003 > [2001:db8::4]:80 A seq 13 ack 1",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAEBBBF\"",
		"udp [2001:db8::1]:1001 > [2001:db8::2]:53 payload \"AAAEBBBFC\"",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAABBB\"",
		"tcp 192.0.2.3:1003 > 198.51.100.3:80 A seq 5 ack 17 payload \"data\"",
		"tcp [2001:db8::3]:1003 > [2001:db8::4]:80 A seq 17 ack 5",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAIBBBJ\"",
		"udp [2001:db8::1]:1001 > [2001:db8::2]:53 payload \"AAAIBBBJC\"",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAABBB\"",
	};
	const unsigned n = RTE_DIM(texts) - 1 + RTE_DIM(moved);
	struct rte_mbuf *got[RTE_DIM(texts) - 1 + RTE_DIM(moved)];
	struct replay_fixture f;

	(void)state;
	given_replay(&f, texts, ",once=1,step=4,loops=3");
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, (uint16_t)n), n);
	for (unsigned i = 0; i < n; i++) {
		unsigned first = RTE_DIM(texts) - 1;

		expect_frame(got[i], i < first ? texts[i] : moved[i - first]);
	}
	rte_pktmbuf_free_bulk(got, n);
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, (uint16_t)n), 0);
	fixture_close(&f);
}

/* What pads a frame is no payload: the checksum does not cover it. */
static void
padding_does_not_move_on(void **state)
{
	static const char *const texts[] = {
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAABBB\"",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 payload \"AAAABBBB\"",
		NULL,
	};
	struct replay_fixture f;
	struct rte_mbuf *got[4];

	(void)state;
	fixture_capture_padded(&f, texts, 60);
	fixture_open(&f, ",step=4,loops=2", 1, 0);
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 4), 4);
	assert_int_equal(got[2]->pkt_len, 60);
	assert_memory_equal(rte_pktmbuf_mtod(got[2], void *), rte_pktmbuf_mtod(got[0], void *), 60);
	assert_memory_equal(rte_pktmbuf_mtod_offset(got[3], void *, 42), "AAAEBBBF", 8);
	rte_pktmbuf_free_bulk(got, 4);
	fixture_close(&f);
}

static void
arguments_that_are_wrong_are_refused(void **state)
{
	static const char *const wrong[] = {
		"answer=1,ring=1",
		"pcap=/nonexistent.pcap",
		"pcapp=x",
		"queues=0",
		"queues=65",
		"rate=0",
		"rate=fast",
		"rate=1kk",
		"loops=0",
		"loops=-1",
		"new=101",
		"step=65536",
		"once=-1",
		"hash=2",
		"ptype=yes",
		"cksum=",
		"queues=1,queues=2",
		"rate=99999999999999999999",
		"pcap=/dev/null",
	};
	uint16_t port;

	(void)state;
	for (unsigned i = 0; i < RTE_DIM(wrong); i++) {
		if (rte_vdev_init("net_weir_replay0", wrong[i]) == 0)
			fail_msg("'%s' is taken", wrong[i]);
		assert_int_not_equal(rte_eth_dev_get_port_by_name("net_weir_replay0", &port), 0);
	}
}

static void
a_capture_that_ends_early_is_refused(void **state)
{
	char text[FIXTURE_TEXT];
	struct replay_fixture f;

	(void)state;
	fixture_capture(&f, three);
	snprintf(text, sizeof(text), "pcap=%s", f.pcap);
	/* 24 of the file, three times 16 of a frame, the frames: the last one lacks a byte. */
	assert_int_equal(truncate(f.pcap, 24 + 3 * 16 + 42 + 89 + 54 - 1), 0);
	assert_int_not_equal(rte_vdev_init("net_weir_replay0", text), 0);
	/* No frame at all. */
	assert_int_equal(truncate(f.pcap, 24), 0);
	assert_int_not_equal(rte_vdev_init("net_weir_replay0", text), 0);
	unlink(f.pcap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_in_order_again_and_again),
		cmocka_unit_test(after_its_loops_a_device_is_silent),
		cmocka_unit_test(a_rate_keeps_what_is_not_yet_due),
		cmocka_unit_test(without_mbufs_nothing_comes_and_nothing_is_lost),
		cmocka_unit_test(what_is_sent_is_counted_and_given_back),
		cmocka_unit_test(a_ring_keeps_mbufs_and_order),
		cmocka_unit_test(what_waits_in_rings_is_back_when_the_port_stops),
		cmocka_unit_test(frames_from_inside_come_to_the_owner_of_their_source),
		cmocka_unit_test(the_queue_of_a_flow_is_known),
		cmocka_unit_test(weir_leaves_steering_to_the_queues),
		cmocka_unit_test(conversations_go_on_while_their_capture_is_repeated),
		cmocka_unit_test(padding_does_not_move_on),
		cmocka_unit_test(arguments_that_are_wrong_are_refused),
		cmocka_unit_test(a_capture_that_ends_early_is_refused),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, stop_dpdk);
}
