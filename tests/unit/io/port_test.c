/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: opened by their lines, all of them or none. */

#include <rte_ethdev.h>

#include "unit/io/ports_fixture.h"

static const struct loc lan_line = { "weir.yaml", 9, 16, 9 };
static const struct loc wan_line = { "weir.yaml", 10, 16, 9 };

static void
expect_refused(const struct port_cfg *cfg, unsigned count, const char *expected)
{
	struct err *err = err_create();
	struct ports ports;

	assert_true(ports_open(&ports, cfg, count, 1, err) < 0);
	assert_int_equal(err_count(err), 1);
	assert_non_null(strstr(err_first(err), expected));
	assert_int_equal(ports.count, 0);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
	err_destroy(err);
}

static void
a_device_that_fails_closes_those_before_it(void **state)
{
	struct port_cfg cfg[2] = {
		{ .name = "lan", .device = "net_null0", .device_loc = lan_line },
		{ .name = "wan",
			.device = "net_pcap0,rx_pcap=/nonexistent.pcap",
			.device_loc = wan_line },
	};

	(void)state;
	expect_refused(cfg, 2, "ports.wan.device: net_pcap0 cannot be opened: ");
}

static void
a_device_used_twice_is_refused(void **state)
{
	struct port_cfg cfg[2] = {
		{ .name = "lan", .device = "net_af_packet0,iface=lo", .device_loc = lan_line },
		{ .name = "wan", .device = "net_af_packet1,iface=lo", .device_loc = wan_line },
	};

	(void)state;
	expect_refused(cfg, 2, "ports.wan.device: port 'lan' has this device already");
	cfg[0].device = cfg[1].device = "net_null0";
	expect_refused(cfg, 2, "ports.wan.device: port 'lan' has this device already");
}

static void
more_queues_than_there_are_is_refused(void **state)
{
	struct port_cfg cfg = { .name = "lan",
		.device = "net_pcap0,tx_pcap=/dev/null",
		.queues = 3,
		.queues_loc = lan_line };

	(void)state;
	expect_refused(&cfg, 1, "ports.lan.queues: 3 are asked for, net_pcap0 has 1");
}

static void
every_error_of_the_texts_is_told(void **state)
{
	struct port_cfg cfg[3] = {
		{ .name = "a", .device = "eth0" },
		{ .name = "b", .device = "net_null0" },
		{ .name = "c", .device = "net_vhost0" },
	};
	struct err *err = err_create();

	(void)state;
	assert_true(ports_check(cfg, 3, err) < 0);
	assert_int_equal(err_count(err), 2);
	err_destroy(err);
}

static void
a_device_can_be_opened_again_after_closing(void **state)
{
	struct port_cfg cfg = { .name = "lan", .device = "net_null0" };
	struct err *err = err_create();
	struct ports ports;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ports_open(&ports, &cfg, 1, 1, err), 0);
		assert_string_equal(ports.at[0].device, "net_null0");
		assert_ptr_equal(ports_find(&ports, "lan"), &ports.at[0]);
		assert_null(ports_find(&ports, "wan"));
		ports_close(&ports);
		assert_int_equal(rte_eth_dev_count_avail(), 0);
	}
	err_destroy(err);
}

static void
a_port_from_memory_has_a_mac_by_its_place(void **state)
{
	struct port_cfg cfg[2] = {
		{ .name = "a", .capture = true, .has_mac = true, .mac = { { 2, 0, 0, 0, 0, 1 } } },
		{ .name = "b", .capture = true },
	};
	struct err *err = err_create();
	struct ports ports;

	(void)state;
	assert_int_equal(ports_open(&ports, cfg, 2, 1, err), 0);
	assert_memory_equal(&ports.at[0].mac, ((uint8_t[]){ 2, 0, 0, 0, 0, 1 }), 6);
	assert_memory_equal(&ports.at[1].mac, ((uint8_t[]){ 2, 0x77, 0x65, 0x69, 0x72, 1 }), 6);
	ports_close(&ports);
	err_destroy(err);
}

static void
queues_follow_the_workers_where_the_device_can(void **state)
{
	struct port_cfg cfg[2] = {
		{ .name = "a", .device = "net_null0" },
		{ .name = "b", .device = "net_ring0" },
	};
	struct err *err = err_create();
	struct ports ports;
	struct tx_queue tx;

	(void)state;
	assert_int_equal(ports_open(&ports, cfg, 2, 3, err), 0);
	assert_int_equal(ports.at[0].rx_queues, 3);
	assert_int_equal(ports.at[0].tx_queues, 3);
	assert_int_equal(ports.at[1].rx_queues, 1);
	assert_int_equal(ports.at[1].tx_queues, 1);
	assert_false(ports_steered(&ports));

	tx_queue_init(&tx, &ports.at[0], 2, 32);
	assert_int_equal(tx.queue, 2);
	assert_null(tx.share);
	tx_queue_init(&tx, &ports.at[1], 2, 32);
	assert_int_equal(tx.queue, 0);
	assert_ptr_equal(tx.share, &ports.at[1].share[0]);
	ports_close(&ports);
	err_destroy(err);
}

static void
eal_learns_what_devices_need(void **state)
{
	struct port_cfg cfg[3] = {
		{ .name = "a", .device = "0000:3b:00.0" },
		{ .name = "b", .device = "net_virtio_user0,path=/s" },
		{ .name = "c", .capture = true },
	};
	struct eal_cfg eal = { 0 };

	(void)state;
	ports_eal_needs(cfg + 2, 1, &eal);
	assert_false(eal.pci || eal.single_file_segments);
	ports_eal_needs(cfg, 3, &eal);
	assert_true(eal.pci && eal.single_file_segments);
}

static void
frames_are_counted_by_port(void **state)
{
	struct rte_mbuf *pkts[3], *out[4];
	struct port_stats stats;
	struct rx_queue rx;
	struct ports_fixture f;

	(void)state;
	fixture_open(&f, 1, 1);
	fixture_frames(&f, pkts, 3, 1);
	capture_push(&f.ports.at[0], 0, pkts, 3);
	rx_queue_init(&rx, &f.ports.at[0], 0);
	assert_int_equal(queue_receive(&rx, out, 4), 3);
	rte_pktmbuf_free_bulk(out, 3);

	port_stats(&f.ports.at[0], &stats);
	assert_int_equal(stats.rx_packets, 3);
	assert_int_equal(stats.rx_missed, 0);
	assert_true(atomic_load(&f.ports.at[0].link_up));
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_fails_closes_those_before_it),
		cmocka_unit_test(a_device_used_twice_is_refused),
		cmocka_unit_test(more_queues_than_there_are_is_refused),
		cmocka_unit_test(every_error_of_the_texts_is_told),
		cmocka_unit_test(a_device_can_be_opened_again_after_closing),
		cmocka_unit_test(a_port_from_memory_has_a_mac_by_its_place),
		cmocka_unit_test(queues_follow_the_workers_where_the_device_can),
		cmocka_unit_test(eal_learns_what_devices_need),
		cmocka_unit_test(frames_are_counted_by_port),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
