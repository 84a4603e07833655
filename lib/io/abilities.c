/* SPDX-License-Identifier: BSD-3-Clause */
/* What the device of a port can do, and its description. */

#include "io/abilities.h"

#include <stdarg.h>
#include <stdio.h>

#include <rte_ethdev.h>

#include "io/port.h"

static const struct {
	const char *name;
	uint64_t types;
} rss_fields[] = {
	{ "ip4", RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER },
	{ "tcp4", RTE_ETH_RSS_NONFRAG_IPV4_TCP },
	{ "udp4", RTE_ETH_RSS_NONFRAG_IPV4_UDP },
	{ "ip6",
		RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER
			| RTE_ETH_RSS_IPV6_EX },
	{ "tcp6", RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_IPV6_TCP_EX },
	{ "udp6", RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_IPV6_UDP_EX },
	{ "source", RTE_ETH_RSS_L3_SRC_ONLY },
};

static_assert(RTE_DIM(rss_fields) <= ABILITIES_FIELDS_MAX, "room for every field");

void
abilities_take(struct abilities *a, const struct rte_eth_dev_info *info)
{
	const uint64_t rx_l4 = RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
	const uint64_t tx_l4 = RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;

	*a = (struct abilities){
		.rx_queues = info->max_rx_queues,
		.tx_queues = info->max_tx_queues,
		.rss = info->flow_type_rss_offloads,
		.rss_key_bytes = info->hash_key_size,
		.rss_table = info->reta_size,
		.rx_checksum_ip = (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0,
		.rx_checksum_l4 = (info->rx_offload_capa & rx_l4) == rx_l4,
		.tx_checksum_ip = (info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0,
		.tx_checksum_l4 = (info->tx_offload_capa & tx_l4) == tx_l4,
		.scatter = (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0,
		.macs = info->max_mac_addrs,
	};
	snprintf(a->driver, sizeof(a->driver), "%s",
		info->driver_name != NULL ? info->driver_name : "");
}

unsigned
abilities_rss_fields(const struct abilities *a, const char *field[static ABILITIES_FIELDS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < RTE_DIM(rss_fields); i++)
		if ((a->rss & rss_fields[i].types) != 0)
			field[n++] = rss_fields[i].name;
	return n;
}

const char *
abilities_spread(const struct port *port)
{
	if (!port->steered)
		return "none";
	return port->by_source ? "source" : "both ends";
}

struct line {
	char *text;
	size_t size, used;
};

static void __attribute__((format(printf, 2, 3))) add(struct line *line, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line->text + line->used, line->size - line->used, fmt, args);
	va_end(args);
	if (n > 0)
		line->used = RTE_MIN(line->used + (size_t)n, line->size - 1);
}

static void
add_rss(struct line *line, const struct port *port)
{
	const char *field[ABILITIES_FIELDS_MAX];
	unsigned n = abilities_rss_fields(&port->abilities, field);

	if (n == 0) {
		add(line, ", no RSS");
		return;
	}
	add(line, ", RSS");
	for (unsigned i = 0; i < n; i++)
		add(line, " %s", field[i]);
	add(line, " (key %u bytes, table %u, used: %s)", port->abilities.rss_key_bytes,
		port->abilities.rss_table, abilities_spread(port));
}

static void
add_checksums(struct line *line, const char *direction, bool ip, bool l4)
{
	add(line, ", checksums %s %s%s%s", direction, ip ? "ip" : "", ip && l4 ? "+" : "",
		l4           ? "tcp+udp"
			: ip ? ""
			     : "none");
}

void
abilities_text(const struct port *port, char *text, size_t size)
{
	const struct abilities *a = &port->abilities;
	struct line line = { .text = text, .size = size };

	add(&line, "%s, %u of %u receive and %u of %u transmit queues", a->driver, port->rx_queues,
		a->rx_queues, port->tx_queues, a->tx_queues);
	add_rss(&line, port);
	add_checksums(&line, "rx", a->rx_checksum_ip, a->rx_checksum_l4);
	add_checksums(&line, "tx", a->tx_checksum_ip, a->tx_checksum_l4);
	add(&line, ", %u MAC address%s%s", a->macs, a->macs == 1 ? "" : "es",
		a->scatter ? ", scatter" : "");
	if (port->wants_interrupts)
		add(&line, ", %sreceive interrupts", port->interrupts ? "" : "no ");
	add(&line, ", MTU %u", port->mtu);
	if (a->mtu != 0)
		add(&line, " of %u", a->mtu);
}
