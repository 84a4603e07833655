/* SPDX-License-Identifier: BSD-3-Clause */
/* Differences between NICs: what the device of a port can do, as its driver reports, and its
 * description for the log and reports.
 *
 * Threads: the control thread.  Memory: with the port. */
#ifndef IO_ABILITIES_H
#define IO_ABILITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ABILITIES_DRIVER_MAX = 32,
	ABILITIES_TEXT_MAX = 384,
	ABILITIES_FIELDS_MAX = 8,
};

struct abilities {
	char driver[ABILITIES_DRIVER_MAX];   /* DPDK's name, "net_virtio" */
	uint16_t rx_queues, tx_queues;       /* maximum */
	uint64_t rss;                        /* RTE_ETH_RSS_*: fields that it can spread
					      * frames by; 0: none */
	uint8_t rss_key_bytes;               /* 0: the key cannot be set */
	uint16_t rss_table;                  /* entries; 0: there is none, or it cannot be set */
	bool rx_checksum_ip, rx_checksum_l4; /* it verifies them */
	bool tx_checksum_ip, tx_checksum_l4; /* it computes them */
	bool scatter;                        /* a frame may lie in several receive buffers */
	uint32_t macs;                       /* unicast addresses of its filter */
	uint32_t mtu;                        /* maximum; 0: the driver reports none that it
					      * enforces */
};

struct port;
struct rte_eth_dev_info;

/* Fills a from the driver's information. */
void abilities_take(struct abilities *a, const struct rte_eth_dev_info *info);

/* Writes the fields that the device can spread frames by, "ip4", "tcp6", "source"..., in a fixed
 * order.  Returns their number. */
unsigned abilities_rss_fields(
	const struct abilities *a, const char *field[static ABILITIES_FIELDS_MAX]);

/* Returns how the port's frames are spread over its queues: "both ends", "source", or "none" (by
 * the device itself, if at all). */
const char *abilities_spread(const struct port *port);

/* Writes what the port uses of its device and what the device can do, as one line: "net_virtio, 1
 * of 4 receive and 1 of 4 transmit queues, no RSS, ...". */
void abilities_text(const struct port *port, char *text, size_t size);

#endif
