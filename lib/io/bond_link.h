/* SPDX-License-Identifier: BSD-3-Clause */
/* The links of bond members, which DPDK's bonding driver does not always see.
 *
 * Drivers of kernel interfaces (af_packet) call their link up for ever; of some NICs link
 * interrupts never come (QEMU's e1000 on vfio-pci), and some read a link wrongly when two threads
 * ask at once. So control alone asks, and has the bonding driver look when a link has changed. This
 * folder defines two functions, which that driver, a plugin, then finds before DPDK's:
 * rte_eth_link_get_nowait(), which answers for members what control has learned, and
 * rte_eth_dev_configure(), which leaves no device its link interrupt.
 *
 * Threads: control begins, looks and ends; any thread asks.  Memory: fixed. */
#ifndef IO_BOND_LINK_H
#define IO_BOND_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Begins and ends to answer for a member, DPDK's port id; at first its link is down. */
void bond_link_begin(uint16_t id);
void bond_link_end(uint16_t id);

/* Asks for the link of a member, name in DPDK, and tells the bonding driver if it has changed.
 * down: the kernel says that it is down.  Returns true if it is up. */
bool bond_link_look(uint16_t id, const char *name, bool down);

#endif
