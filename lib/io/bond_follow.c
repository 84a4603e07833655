/* SPDX-License-Identifier: BSD-3-Clause */
/* The members of a running bond: their links and states; what workers do for them. */

#include "io/bond.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_ethdev.h>

#include "io/bond_driver.h"
#include "io/bond_link.h"
#include "io/queue.h"

enum {
	DRAIN_BURSTS = 32, /* of a standby member, each time */
	DRAIN_BURST = 32,
};

const char *
bond_state_name(enum bond_state state)
{
	static const char *const names[] = {
		[BOND_GONE] = "gone",
		[BOND_DOWN] = "down",
		[BOND_WAITING] = "waiting",
		[BOND_DISTRIBUTING] = "distributing",
		[BOND_ACTIVE] = "active",
		[BOND_STANDBY] = "standby",
	};

	return names[state];
}

/* Asks LACP for what it knows of a member.  Returns true if that distributes. */
static bool
ask_lacp(const struct port *port, struct bond_member *m)
{
	bond_lacp_info info;

	memset(&m->partner, 0, sizeof(m->partner));
	if (bond_driver()->lacp_info(port->id, m->device.id, &info) < 0)
		return false;
	m->partner.actor_state = info.actor_state;
	m->partner.partner_state = info.partner_state;
	if (port->bond->fast)
		m->partner.actor_state |= STATE_LACP_SHORT_TIMEOUT;
	m->partner.known = (info.actor_state & (STATE_DEFAULTED | STATE_EXPIRED)) == 0;
	if (m->partner.known) {
		m->partner.key = rte_be_to_cpu_16(info.partner.key);
		m->partner.port = rte_be_to_cpu_16(info.partner.port_number);
		m->partner.system = info.partner.system;
	}
	return (info.actor_state & STATE_DISTRIBUTING) != 0;
}

static enum bond_state
state_of(const struct port *port, struct bond_member *m)
{
	if (!m->device.open)
		return BOND_GONE;
	if (!m->link_up)
		return BOND_DOWN;
	switch (port->bond->mode) {
	case BOND_LACP:
		return ask_lacp(port, m) ? BOND_DISTRIBUTING : BOND_WAITING;
	case BOND_ACTIVE_BACKUP:
		return m->device.id == port->bond->active ? BOND_ACTIVE : BOND_STANDBY;
	default:
		return BOND_DISTRIBUTING;
	}
}

/* Looks at the link of a member.  DPDK's thread, on which the driver makes a kernel
 * interface promiscuous again, may have no capabilities. */
static void
look_at_link(const struct port *port, struct bond_member *m)
{
	bool kernels = m->device.interface[0] != '\0';

	if (!m->device.open)
		return;
	m->link_up = bond_link_look(m->device.id, m->device.device,
		kernels && !device_interface_up(m->device.interface));
	if (!m->link_up)
		lacp_guard_forget(&m->guard);
	if (kernels && port->bond->mode != BOND_ACTIVE_BACKUP
		&& rte_eth_promiscuous_get(port->id) == 1
		&& rte_eth_promiscuous_get(m->device.id) != 1)
		rte_eth_promiscuous_enable(m->device.id);
}

/* The driver gives a member that takes over the MAC only when the link of the one before went down,
 * and its promiscuous mode likewise. */
static void
look_at_active(struct port *port)
{
	struct bond *b = port->bond;
	int active = bond_driver()->primary_get(port->id);
	struct rte_ether_addr mac = port->mac;

	if (active < 0 || active >= RTE_MAX_ETHPORTS || active == b->active)
		return;
	b->active = (uint16_t)active;
	bond_driver()->mac_set(port->id, &mac);
	if (rte_eth_promiscuous_get(port->id) == 1)
		rte_eth_promiscuous_enable(b->active);
	rte_eth_allmulticast_enable(b->active);
	atomic_fetch_add_explicit(&b->changes, 1, memory_order_relaxed);
}

unsigned
bond_follow(struct port *port)
{
	struct bond *b = port->bond;
	unsigned changed = 0;

	for (unsigned i = 0; i < b->n; i++)
		look_at_link(port, &b->member[i]);
	if (b->mode == BOND_ACTIVE_BACKUP)
		look_at_active(port);
	for (unsigned i = 0; i < b->n; i++) {
		enum bond_state state = state_of(port, &b->member[i]);

		if (state != b->member[i].state)
			changed |= 1u << i;
		b->member[i].state = state;
	}
	return changed;
}

bool
bond_is_up(const struct port *port)
{
	const struct bond *b = port->bond;

	for (unsigned i = 0; i < b->n; i++)
		if (b->member[i].state == BOND_DISTRIBUTING || b->member[i].state == BOND_ACTIVE)
			return true;
	return false;
}

uint64_t
bond_missed(struct port *port)
{
	uint64_t missed = 0;

	for (unsigned i = 0; i < port->bond->n; i++)
		if (port->bond->member[i].device.open)
			missed += af_packet_missed(&port->bond->member[i].device.packet);
	return missed;
}

unsigned
bond_moves(const struct port *port)
{
	return atomic_load_explicit(&port->bond->changes, memory_order_relaxed);
}

void
bond_tend_tx(const struct port *port, struct tx_queue *queue)
{
	if (port->bond->mode == BOND_LACP)
		queue_kick(queue);
}

void
bond_tend_rx(const struct port *port, uint16_t queue)
{
	const struct bond *b = port->bond;
	/* Pairs with the release in bond_started. */
	unsigned polled = atomic_load_explicit(&b->polled, memory_order_acquire);
	struct rte_mbuf *m[DRAIN_BURST];
	int active;

	if (b->mode != BOND_ACTIVE_BACKUP)
		return;
	active = bond_driver()->primary_get(port->id);
	for (unsigned i = 0; i < b->n; i++) {
		uint16_t n = DRAIN_BURST, id = b->member[i].device.id;

		if ((polled & 1u << i) == 0 || id == active)
			continue;
		for (unsigned k = 0; k < DRAIN_BURSTS && n == DRAIN_BURST; k++) {
			n = rte_eth_rx_burst(id, queue, m, DRAIN_BURST);
			rte_pktmbuf_free_bulk(m, n);
		}
	}
}
