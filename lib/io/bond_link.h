/* SPDX-License-Identifier: BSD-3-Clause */
/* The link of bond members whose driver does not see it.
 *
 * Drivers of kernel interfaces (af_packet) call their link up for ever, so a bond of them would
 * never leave a member.  This folder defines rte_eth_link_get_nowait(), which the bonding driver, a
 * plugin, then finds before DPDK's: what control has learned from the kernel goes into its answer.
 *
 * Threads: control sets; any thread asks.  Memory: fixed. */
#ifndef IO_BOND_LINK_H
#define IO_BOND_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Sets whether the kernel says that the link of a device is down, and has the bonding driver look
 * at once if that changed.  name: of the device in DPDK, id: its port. */
void bond_link_set(const char *name, uint16_t id, bool down);

#endif
