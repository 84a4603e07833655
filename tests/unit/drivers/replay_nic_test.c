/* SPDX-License-Identifier: BSD-3-Clause */
/* net_weir_replay: frames are described, spread and made new as by a NIC. */

#include "unit/drivers/replay_fixture.h"

#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

/* The frames of Microsoft's verification suite for RSS, and its results. */
#define MICROSOFT_V4 "66.9.149.187:2794 > 161.142.100.80:1766"
#define MICROSOFT_V6 "[3ffe:2501:200:1fff::7]:2794 > [3ffe:2501:200:3::1]:1766"

static void
hash_and_type_are_those_of_a_nic(void **state)
{
	struct rte_mbuf *m;
	struct replay_fixture f;

	(void)state;
	given_one(&f, "tcp " MICROSOFT_V4, "");
	m = receive_one(&f);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_RX_RSS_HASH);
	assert_int_equal(m->hash.rss, 0x51ccc178);
	assert_int_equal(m->packet_type, RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP);
	rte_pktmbuf_free(m);
	fixture_close(&f);

	given_one(&f, "udp " MICROSOFT_V6, "");
	m = receive_one(&f);
	assert_int_equal(m->hash.rss, 0x40207d3d);
	assert_int_equal(m->packet_type, RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV6 | RTE_PTYPE_L4_UDP);
	rte_pktmbuf_free(m);
	fixture_close(&f);
}

static void
a_packet_without_ports_is_hashed_by_its_addresses(void **state)
{
	struct rte_mbuf *m;
	struct replay_fixture f;

	(void)state;
	given_one(&f, "icmp 66.9.149.187 > 161.142.100.80 echo-request id 7", "");
	m = receive_one(&f);
	assert_int_equal(m->hash.rss, 0x323e8fc2);
	rte_pktmbuf_free(m);
	fixture_close(&f);

	given_one(&f, "udp " MICROSOFT_V4 " mf frag 0", "");
	m = receive_one(&f);
	assert_int_equal(m->hash.rss, 0x323e8fc2);
	rte_pktmbuf_free(m);
	fixture_close(&f);
}

static void
hash_and_type_can_be_switched_off(void **state)
{
	struct rte_mbuf *m;
	struct replay_fixture f;

	(void)state;
	given_one(&f, "tcp " MICROSOFT_V4, ",hash=0,ptype=0");
	m = receive_one(&f);
	assert_int_equal(m->ol_flags, 0);
	assert_int_equal(m->packet_type, 0);
	rte_pktmbuf_free(m);
	fixture_close(&f);
}

static void
checksums_are_judged_when_asked(void **state)
{
	const uint64_t wanted = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	static const char *const texts[] = {
		"udp 192.0.2.1:1001 > 198.51.100.1:53",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 csum bad",
		"udp 192.0.2.1:1001 > 198.51.100.1:53 ip-csum bad",
		"udp [2001:db8::1]:53 > [2001:db8::2]:53",
		NULL,
	};
	struct rte_mbuf *got[4];
	struct replay_fixture f;

	(void)state;
	fixture_capture(&f, texts);
	fixture_open(&f, ",hash=0", 1, wanted);
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 4), 4);
	assert_int_equal(
		got[0]->ol_flags, RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD);
	assert_int_equal(
		got[1]->ol_flags, RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_BAD);
	assert_int_equal(got[2]->ol_flags, RTE_MBUF_F_RX_IP_CKSUM_BAD);
	assert_int_equal(got[3]->ol_flags, RTE_MBUF_F_RX_L4_CKSUM_GOOD);
	rte_pktmbuf_free_bulk(got, 4);
	fixture_close(&f);
}

/* Many flows over four queues: all of a flow by one of them, the one that its hash names. */
static void
queues_share_the_frames_by_hash(void **state)
{
	char text[64][64];
	const char *texts[65];
	unsigned total = 0;
	struct replay_fixture f;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		snprintf(text[i], sizeof(text[i]), "udp 192.0.2.%u:9 > 198.51.100.1:53", i + 1);
		texts[i] = text[i];
	}
	texts[64] = NULL;
	fixture_capture(&f, texts);
	fixture_open(&f, ",loops=2", 4, 0);
	for (uint16_t q = 0; q < 4; q++) {
		struct rte_mbuf *got[128];
		uint16_t n = rte_eth_rx_burst(f.port, q, got, 128);

		assert_true(n > 0 && n < 128);
		total += n;
		for (uint16_t i = 0; i < n; i++)
			assert_int_equal(got[i]->hash.rss % 128 % 4, q);
		rte_pktmbuf_free_bulk(got, n);
	}
	assert_int_equal(total, 128);
	fixture_close(&f);
}

static void
expect_right_checksums(struct rte_mbuf *m)
{
	struct rte_ether_hdr *ethernet = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);

	if (ethernet->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6)) {
		assert_int_equal(rte_ipv6_udptcp_cksum_verify((void *)(ethernet + 1),
					 rte_pktmbuf_mtod_offset(m, void *, 54)),
			0);
		return;
	}
	assert_int_equal(rte_raw_cksum(ethernet + 1, 20), 0xffff);
	assert_int_equal(rte_ipv4_udptcp_cksum_verify(
				 (void *)(ethernet + 1), rte_pktmbuf_mtod_offset(m, void *, 34)),
		0);
}

/* The hash that a device gives the very frame of m. */
static uint32_t
hash_of_frame(const struct rte_mbuf *m)
{
	const uint8_t *b = rte_pktmbuf_mtod(m, const uint8_t *);
	const char *protocol = b[23] == IPPROTO_TCP ? "tcp" : "udp";
	struct rte_mbuf *again;
	char text[128];
	struct replay_fixture f;
	uint32_t hash;

	snprintf(text, sizeof(text), "%s %u.%u.%u.%u:%u > %u.%u.%u.%u:%u", protocol, b[26], b[27],
		b[28], b[29], b[34] << 8 | b[35], b[30], b[31], b[32], b[33], b[36] << 8 | b[37]);
	given_one(&f, text, "");
	again = receive_one(&f);
	hash = again->hash.rss;
	rte_pktmbuf_free(again);
	fixture_close(&f);
	return hash;
}

static void
new_flows_have_right_checksums_and_hashes(void **state)
{
	struct rte_mbuf *copies[70];
	struct rte_mbuf *got[300];
	struct rte_mempool *kept;
	struct replay_fixture f;

	(void)state;
	given_replay(&f, three, ",new=100");
	kept = rte_pktmbuf_pool_create("kept", 127, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 300), 300);
	for (unsigned i = 0; i < 300; i++)
		expect_right_checksums(got[i]);
	/* The 256th carries into the second byte; 200 to 269 are enough to see it. */
	for (unsigned i = 0; i < 70; i++)
		copies[i] = rte_pktmbuf_copy(got[200 + i], kept, 0, UINT32_MAX);
	rte_pktmbuf_free_bulk(got, 300);
	fixture_close(&f);

	for (unsigned i = 0; i < 70; i++)
		assert_int_equal(copies[i]->hash.rss, hash_of_frame(copies[i]));
	rte_pktmbuf_free_bulk(copies, 70);
	rte_mempool_free(kept);
}

static void
new_flows_of_ipv6_have_right_checksums(void **state)
{
	struct rte_mbuf *got[300];
	struct replay_fixture f;

	(void)state;
	given_one(&f, "tcp [2001:db8::1]:5353 > [2001:db8::2]:53", ",new=100");
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 300), 300);
	for (unsigned i = 0; i < 300; i++)
		expect_right_checksums(got[i]);
	rte_pktmbuf_free_bulk(got, 300);
	fixture_close(&f);
}

static void
so_many_of_a_hundred_are_new_and_no_two_alike(void **state)
{
	struct rte_mbuf *got[200];
	unsigned changed = 0;
	struct replay_fixture f;

	(void)state;
	given_one(&f, three[0], ",new=25");
	assert_int_equal(rte_eth_rx_burst(f.port, 0, got, 200), 200);
	for (unsigned i = 0; i < 200; i++) {
		const uint8_t *source = rte_pktmbuf_mtod_offset(got[i], const uint8_t *, 26);

		/* The number of a new flow is XORed into the address; 0 changes nothing. */
		if (i % 4 != 3) {
			expect_frame(got[i], three[0]);
			continue;
		}
		assert_int_equal(source[0], 192);
		assert_int_equal(source[3], 1 ^ changed);
		changed++;
	}
	assert_int_equal(changed, 50);
	rte_pktmbuf_free_bulk(got, 200);
	fixture_close(&f);
}

/* A frame that the port sends. */
static void
send_one(const struct replay_fixture *f, const char *text)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->pool);
	struct packet p = given_frame(text);

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)p.n), p.bytes, p.n);
	free(p.bytes);
	assert_int_equal(rte_eth_tx_burst(f->port, 0, &m, 1), 1);
}

static void
expect_answer(const struct replay_fixture *f, uint16_t queue, const char *text, uint32_t hash)
{
	struct packet p = given_frame(text);
	struct rte_mbuf *m;

	assert_int_equal(rte_eth_rx_burst(f->port, queue, &m, 1), 1);
	assert_int_equal(m->port, f->port);
	assert_int_equal(m->hash.rss, hash);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, uint8_t *, 14), p.bytes + 14, p.n - 14);
	assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), p.bytes + 6, 6);
	free(p.bytes);
	rte_pktmbuf_free(m);
}

/* By the hashes of Microsoft's suite: its packets are the answers. */
static void
datagrams_are_answered_by_the_queue_of_their_hash(void **state)
{
	struct rte_mbuf *m;
	struct replay_fixture f = { .pcap = "" };

	(void)state;
	fixture_clear();
	fixture_open(&f, "answer=1", 4, 0);
	send_one(&f, "udp 161.142.100.80:1766 > 66.9.149.187:2794");
	send_one(&f, "udp [3ffe:2501:200:3::1]:1766 > [3ffe:2501:200:1fff::7]:2794");
	expect_answer(&f, 0x51ccc178 % 128 % 4, "udp " MICROSOFT_V4, 0x51ccc178);
	expect_answer(&f, 0x40207d3d % 128 % 4, "udp " MICROSOFT_V6, 0x40207d3d);
	send_one(&f, "tcp 161.142.100.80:1766 > 66.9.149.187:2794 S");
	send_one(&f, "udp 161.142.100.80:1766 > 66.9.149.187:2794 mf frag 0");
	for (uint16_t q = 0; q < 4; q++)
		assert_int_equal(rte_eth_rx_burst(f.port, q, &m, 1), 0);
	for (unsigned i = 0; i < 100; i++) /* nobody receives these */
		send_one(&f, "udp 161.142.100.80:1766 > 66.9.149.187:2794");
	fixture_close(&f);
}

static void
a_nic_may_not_be_able_to_hash_the_source(void **state)
{
	struct rte_eth_dev_info info;
	struct replay_fixture f;

	(void)state;
	given_one(&f, "udp " MICROSOFT_V4, ",source=0");
	assert_int_equal(rte_eth_dev_info_get(f.port, &info), 0);
	assert_int_equal(info.flow_type_rss_offloads & RTE_ETH_RSS_L3_SRC_ONLY, 0);
	assert_true(info.flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV4_UDP);
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_and_type_are_those_of_a_nic),
		cmocka_unit_test(a_packet_without_ports_is_hashed_by_its_addresses),
		cmocka_unit_test(hash_and_type_can_be_switched_off),
		cmocka_unit_test(checksums_are_judged_when_asked),
		cmocka_unit_test(queues_share_the_frames_by_hash),
		cmocka_unit_test(new_flows_have_right_checksums_and_hashes),
		cmocka_unit_test(new_flows_of_ipv6_have_right_checksums),
		cmocka_unit_test(so_many_of_a_hundred_are_new_and_no_two_alike),
		cmocka_unit_test(datagrams_are_answered_by_the_queue_of_their_hash),
		cmocka_unit_test(a_nic_may_not_be_able_to_hash_the_source),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, stop_dpdk);
}
