/* SPDX-License-Identifier: BSD-3-Clause */
/* What the device of a port can do, in words. */

#include <rte_ethdev.h>

#include "unit/io/ports_fixture.h"

static void
take(struct port *port, const struct rte_eth_dev_info *info)
{
	memset(port, 0, sizeof(*port));
	port->rx_queues = 2;
	port->tx_queues = 1;
	port->mtu = 1500;
	abilities_take(&port->abilities, info);
}

static void
a_nic_with_everything_is_described(void **state)
{
	struct rte_eth_dev_info info = {
		.driver_name = "net_example",
		.max_rx_queues = 8,
		.max_tx_queues = 4,
		.hash_key_size = 40,
		.reta_size = 128,
		.flow_type_rss_offloads = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP
			| RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_L3_SRC_ONLY,
		.rx_offload_capa = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM
			| RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_SCATTER,
		.tx_offload_capa = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM
			| RTE_ETH_TX_OFFLOAD_UDP_CKSUM, /* and no TCP */
		.max_mac_addrs = 16,
	};
	char text[ABILITIES_TEXT_MAX];
	static struct port port;

	(void)state;
	take(&port, &info);
	port.abilities.mtu = 9200;
	abilities_text(&port, text, sizeof(text));
	assert_string_equal(text,
		"net_example, 2 of 8 receive and 1 of 4 transmit queues, RSS ip4 tcp4 udp6 source (key 40 "
		"bytes, table 128, used: none), checksums rx ip+tcp+udp, checksums tx ip, 16 MAC addresses, scatter, "
		"MTU 1500 of 9200");
	port.wants_interrupts = true;
	abilities_text(&port, text, sizeof(text));
	assert_non_null(strstr(text, "scatter, no receive interrupts, MTU"));
	port.interrupts = true;
	abilities_text(&port, text, sizeof(text));
	assert_non_null(strstr(text, "scatter, receive interrupts, MTU"));
	port.steered = true;
	assert_string_equal(abilities_spread(&port), "both ends");
	port.by_source = true;
	assert_string_equal(abilities_spread(&port), "source");
}

static void
a_nic_with_nothing_is_described(void **state)
{
	struct rte_eth_dev_info info = { .driver_name = "net_example",
		.max_rx_queues = 2,
		.max_tx_queues = 1,
		.max_mac_addrs = 1 };
	char text[ABILITIES_TEXT_MAX];
	static struct port port;

	(void)state;
	take(&port, &info);
	abilities_text(&port, text, sizeof(text));
	assert_string_equal(text,
		"net_example, 2 of 2 receive and 1 of 1 transmit queues, no RSS, checksums rx none, "
		"checksums tx none, 1 MAC address, MTU 1500");
}

static void
a_text_that_does_not_fit_is_cut(void **state)
{
	struct rte_eth_dev_info info = { .driver_name = "net_example" };
	static struct port port;
	char text[16];

	(void)state;
	take(&port, &info);
	abilities_text(&port, text, sizeof(text));
	assert_string_equal(text, "net_example, 2 ");
}

static void
an_open_port_has_those_of_its_device(void **state)
{
	struct port_cfg cfg = { .name = "lan", .device = "net_null0" };
	struct err *err = err_create();
	static struct ports ports;

	(void)state;
	assert_int_equal(ports_open(&ports, &cfg, 1, 1, err), 0);
	assert_string_equal(ports.at[0].abilities.driver, "net_null");
	assert_true(ports.at[0].abilities.rx_queues >= 1);
	assert_int_equal(ports.at[0].abilities.mtu, 0); /* a virtual device means none */
	ports_close(&ports);
	err_destroy(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nic_with_everything_is_described),
		cmocka_unit_test(a_nic_with_nothing_is_described),
		cmocka_unit_test(a_text_that_does_not_fit_is_cut),
		cmocka_unit_test(an_open_port_has_those_of_its_device),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
