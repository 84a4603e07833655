/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive interrupts of a port's queues, where its device has them: a worker without packets sleeps
 * until one of its queues has some.
 *
 * Drivers that have them: net_virtio, net_e1000_em and net_e1000_igb, net_ixgbe, net_i40e, net_ice,
 * net_vmxnet3, net_mlx5 and others, on vfio-pci or the kernel's driver.  net_af_packet has none in
 * DPDK 22.11: its sockets serve instead.  net_af_xdp and net_tap have none.  Whether a device has
 * them is tried when it starts.
 *
 * Threads: rx_interrupt_try by control, before workers use the queues; the rest by the worker that
 * polls the queue. */
#ifndef IO_RX_INTERRUPT_H
#define IO_RX_INTERRUPT_H

#include <stdbool.h>

struct port;

/* Returns true if every queue of a started device has an interrupt of its own that can be
 * enabled.  None is enabled afterwards. */
bool rx_interrupt_try(const struct port *port);

/* Adds the interrupt of a queue to an epoll instance of rte_epoll_wait, or removes it.  Returns 0
 * or -errno. */
int rx_interrupt_add(struct port *port, unsigned queue, int epoll);
void rx_interrupt_remove(struct port *port, unsigned queue, int epoll);

/* Lets the queue interrupt.  A packet that came before may not interrupt: the caller polls once
 * more before it sleeps.  Returns 0 or -errno. */
int rx_interrupt_enable(struct port *port, unsigned queue);
void rx_interrupt_disable(struct port *port, unsigned queue);

#endif
