/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive interrupts of a port's queues. */

#include "io/rx_interrupt.h"

#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_pause.h>

#include "io/port.h"

/* Drivers keep the masks of all queues in one word, which they read and write without a lock. */
static void
lock(struct port *port)
{
	/* Pairs with the release in unlock. */
	while (atomic_flag_test_and_set_explicit(&port->interrupt_lock, memory_order_acquire))
		rte_pause();
}

static void
unlock(struct port *port)
{
	/* Pairs with the acquire in lock. */
	atomic_flag_clear_explicit(&port->interrupt_lock, memory_order_release);
}

/* Returns true if another queue has the same file descriptor: net_e1000_em has one for all, of
 * which rte_eth_dev_rx_intr_ctl_q adds the first and reports success for the others. */
static bool
is_shared(const struct port *port, uint16_t queue, int fd)
{
	for (uint16_t q = 0; q < queue; q++)
		if (rte_eth_dev_rx_intr_ctl_q_get_fd(port->id, q) == fd)
			return true;
	return false;
}

/* Returns true for a port whose queues are sockets, which wait by themselves. */
static bool
has_sockets(const struct port *port)
{
	return port->kind == DEVICE_AF_PACKET;
}

bool
rx_interrupt_try(const struct port *port)
{
	if (has_sockets(port))
		return port->rx_queues != 0 && port->packet.count == port->rx_queues;
	for (uint16_t q = 0; q < port->rx_queues; q++) {
		int fd = rte_eth_dev_rx_intr_ctl_q_get_fd(port->id, q);

		if (fd <= 0 || is_shared(port, q, fd) || rte_eth_dev_rx_intr_enable(port->id, q) < 0
			|| rte_eth_dev_rx_intr_disable(port->id, q) < 0)
			return false;
	}
	return port->rx_queues != 0;
}

int
rx_interrupt_add(struct port *port, unsigned queue, int epoll)
{
	if (has_sockets(port))
		return af_packet_wait_add(&port->packet, queue, epoll);
	return rte_eth_dev_rx_intr_ctl_q(
		port->id, (uint16_t)queue, epoll, RTE_INTR_EVENT_ADD, NULL);
}

void
rx_interrupt_remove(struct port *port, unsigned queue, int epoll)
{
	if (has_sockets(port))
		af_packet_wait_remove(&port->packet, queue, epoll);
	else
		rte_eth_dev_rx_intr_ctl_q(
			port->id, (uint16_t)queue, epoll, RTE_INTR_EVENT_DEL, NULL);
}

int
rx_interrupt_enable(struct port *port, unsigned queue)
{
	int rc;

	if (has_sockets(port)) {
		af_packet_wait_clear(&port->packet, queue);
		return 0;
	}
	lock(port);
	rc = rte_eth_dev_rx_intr_enable(port->id, (uint16_t)queue);
	unlock(port);
	return rc;
}

void
rx_interrupt_disable(struct port *port, unsigned queue)
{
	if (has_sockets(port))
		return;
	lock(port);
	rte_eth_dev_rx_intr_disable(port->id, (uint16_t)queue);
	unlock(port);
}
