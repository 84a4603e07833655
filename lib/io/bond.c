/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens and closes bonds and their members. */

#include "io/bond.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_malloc.h>

#include "io/bond_driver.h"
#include "io/bond_link.h"
#include "io/bond_rate.h"
#include "io/port_priv.h"
#include "io/quiet.h"

enum {
	LACP_FAST_TIMEOUT_MS = 3000, /* IEEE 802.1AX, 6.4.4: Short_Timeout_Time */
	LACP_FRAME_BYTES = 512,      /* of a buffer of the driver, with what it takes in its pool */
	LACP_MORE_BYTES = 64 << 10,
};

/* Opens the device of a member. */
static int
open_member(
	struct port *port, unsigned i, const struct port_cfg *cfg, unsigned queues, struct err *err)
{
	struct bond_member *m = &port->bond->member[i];
	char name[PORT_ROW_NAME_MAX];
	struct port_cfg row;
	struct rte_eth_dev_info info;
	int rc;

	port_member_row(cfg, i, &row, name);
	memset(&m->device, 0, sizeof(m->device));
	m->device.index = port->index;
	m->device.claim = -1;
	port_take_row(&m->device, &row);
	snprintf(m->device.name, sizeof(m->device.name), "%s", port->name);
	m->device.mtu = port->mtu;
	rc = port_probe(&m->device, &row, queues, err);
	if (rc < 0)
		return rc;
	if (rte_eth_dev_info_get(m->device.id, &info) < 0)
		return err_add(err, EIO, row.device_loc,
			"ports.%s.device: %s gives no information about itself", name,
			m->device.device);
	port_take_info(&m->device, &info);
	bond_link_begin(m->device.id);
	return 0;
}

static void
shut_member(struct bond_member *m)
{
	struct quiet quiet;

	if (!m->device.open) {
		port_shut(&m->device); /* it may be claimed */
		return;
	}
	bond_link_end(m->device.id);
	m->link_up = false;
	quiet_begin(&quiet);
	if (rte_eth_promiscuous_get(m->device.id) == 1)
		rte_eth_promiscuous_disable(m->device.id);
	quiet_end(&quiet);
	port_shut(&m->device);
}

/* The driver makes a pool of buffers for each LACP member, and ends the process without memory for
 * it. */
static int
check_memory(const struct port *port, struct err *err)
{
	size_t bytes = LACP_MORE_BYTES
		+ (size_t)port->tx_queues * port->tx_descriptors * LACP_FRAME_BYTES;
	void *room;

	if (port->bond->mode != BOND_LACP)
		return 0;
	room = rte_malloc(NULL, bytes * port->bond->n, 0);
	if (room == NULL)
		return err_add(err, ENOMEM, port->loc,
			"ports.%s: no memory for LACP, %zu KiB; a restart sizes memory for it",
			port->name, bytes * port->bond->n >> 10);
	rte_free(room);
	return 0;
}

static int
set_rate(struct port *port)
{
	struct rte_eth_bond_8023ad_conf conf;

	if (port->bond->mode != BOND_LACP || !port->bond->fast)
		return 0;
	if (bond_driver()->lacp_get(port->id, &conf) < 0)
		return -EIO;
	conf.long_timeout_ms = LACP_FAST_TIMEOUT_MS;
	conf.short_timeout_ms = LACP_FAST_TIMEOUT_MS - 1; /* the driver wants it to be less */
	return bond_driver()->lacp_set(port->id, &conf);
}

/* Creates the driver's device and puts the open members into it. */
static int
create(struct port *port)
{
	static const uint8_t modes[] = { [BOND_LACP] = BONDING_MODE_8023AD,
		[BOND_ACTIVE_BACKUP] = BONDING_MODE_ACTIVE_BACKUP,
		[BOND_BALANCE] = BONDING_MODE_BALANCE };
	static const uint8_t policies[] = { [BOND_L2] = BALANCE_XMIT_POLICY_LAYER2,
		[BOND_L23] = BALANCE_XMIT_POLICY_LAYER23,
		[BOND_L34] = BALANCE_XMIT_POLICY_LAYER34 };
	const struct bond_driver *d = bond_driver();
	struct bond *b = port->bond;
	int node = rte_eth_dev_socket_id(b->member[__builtin_ctz(bond_members(port))].device.id);
	int id = d->create(port->device, modes[b->mode], (uint8_t)(node < 0 ? 0 : node)), rc;

	if (id < 0)
		return id;
	port->id = (uint16_t)id;
	port->open = true;
	rc = set_rate(port);
	if (rc == 0 && b->mode != BOND_ACTIVE_BACKUP)
		rc = d->hash_set(port->id, policies[b->hash]);
	for (unsigned i = 0; rc == 0 && i < b->n; i++)
		if (b->member[i].device.open)
			rc = d->add(port->id, b->member[i].device.id);
	if (rc == 0 && b->primary >= 0 && b->member[b->primary].device.open)
		rc = d->primary_set(port->id, b->member[b->primary].device.id);
	return rc;
}

/* For bond_ask_back: a bond goes under it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
put(struct port *port, struct bond *bond)
{
	pthread_mutex_lock(&lock);
	port->bond = bond;
	pthread_mutex_unlock(&lock);
}

void
bond_ask_back(struct port *port, const char *device)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; port->bond != NULL && i < port->bond->n; i++) {
		struct port *member = &port->bond->member[i].device;

		if (member->kind == DEVICE_PCI && strcmp(member->device, device) == 0)
			atomic_store_explicit(&member->asked_back, true, memory_order_relaxed);
	}
	pthread_mutex_unlock(&lock);
}

static struct bond *
make(const struct port_cfg *cfg)
{
	struct bond *b = calloc(1, sizeof(*b));
	size_t bytes = cfg->bond.n * sizeof(b->member[0]);

	if (b == NULL)
		return NULL;
	b->member = aligned_alloc(_Alignof(struct bond_member), bytes);
	if (b->member == NULL) {
		free(b);
		return NULL;
	}
	memset(b->member, 0, bytes);
	b->mode = cfg->bond.mode;
	b->hash = cfg->bond.hash;
	b->fast = cfg->bond.fast;
	b->primary = bond_cfg_primary(&cfg->bond);
	b->n = cfg->bond.n;
	b->active = RTE_MAX_ETHPORTS;
	for (unsigned i = 0; i < b->n; i++) {
		bond_cfg_name(&cfg->bond, i, b->member[i].name);
		b->member[i].device.claim = -1;
	}
	return b;
}

/* What the driver says on its own thread while it runs is seen in the states of members; at its
 * start it is part of our errors. */
static void
speak(uint32_t level)
{
	rte_log_set_level_pattern("pmd.net.bond*", level);
}

int
bond_open(
	struct port *port, const struct port_cfg *cfg, unsigned queues, bool anew, struct err *err)
{
	struct quiet quiet;
	int rc;

	if (bond_driver() == NULL)
		return err_add(err, ENOTSUP, cfg->device_loc,
			"ports.%s: DPDK's driver net_bonding is not installed (apt install librte-net-bond%d)",
			cfg->name, RTE_VER_YEAR + 1);
	put(port, make(cfg));
	if (port->bond == NULL)
		return err_set(err, ENOMEM, "out of memory");
	for (unsigned i = 0; i < port->bond->n; i++) {
		char name[PORT_ROW_NAME_MAX];
		struct port_cfg row;

		port_member_row(cfg, i, &row, name);
		if (anew && !device_is_there(row.device))
			continue;
		rc = open_member(port, i, cfg, queues, err);
		if (rc < 0)
			return rc;
	}
	if (bond_members(port) == 0)
		return err_add(
			err, ENODEV, cfg->device_loc, "ports.%s: no member is there", cfg->name);
	speak(RTE_LOG_ERR);
	quiet_begin(&quiet);
	rc = create(port);
	quiet_end(&quiet);
	if (rc < 0)
		return err_add(err, EIO, cfg->device_loc, "ports.%s: %s cannot be made%s",
			cfg->name, port->device, quiet_colon(&quiet));
	return 0;
}

/* The driver has set the MTU of kernel interfaces to the one it was started with, and in LACP's
 * mode gives its MAC to no member. */
static int
complete_member(struct port *port, unsigned i, struct err *err)
{
	struct bond_member *m = &port->bond->member[i];
	struct rte_ether_addr mac = port->mac;
	int rc = m->device.interface[0] != '\0' ? device_raise_mtu(m->device.interface, port->mtu)
						: 0;

	if (rc < 0)
		return err_add(err, -rc, port->loc,
			"ports.%s: the MTU of %s cannot be raised to %u: %s", port->name,
			m->device.interface, port->mtu, strerror(-rc));
	m->device.started = true;
	if (port->bond->mode == BOND_LACP
		&& rte_eth_dev_default_mac_addr_set(m->device.id, &mac) < 0)
		rte_eth_promiscuous_enable(m->device.id);
	if (port->bond->mode == BOND_LACP)
		bond_rate_begin(m, port);
	/* Pairs with the acquire in bond_tend_rx. */
	atomic_fetch_or_explicit(&port->bond->polled, 1u << i, memory_order_release);
	return 0;
}

int
bond_started(struct port *port, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < port->bond->n; i++)
		if (port->bond->member[i].device.open)
			rc = complete_member(port, i, err);
	bond_follow(port);
	speak(RTE_LOG_CRIT);
	return rc;
}

int
bond_prepare(struct port *port, struct err *err)
{
	struct rte_ether_addr mac = port->mac;

	/* Otherwise it would follow the members. */
	bond_driver()->mac_set(port->id, &mac);
	return check_memory(port, err);
}

unsigned
bond_members(const struct port *port)
{
	unsigned open = 0;

	for (unsigned i = 0; i < port->bond->n; i++)
		open |= port->bond->member[i].device.open ? 1u << i : 0;
	return open;
}

unsigned
bond_vanished(const struct port *port)
{
	unsigned vanished = 0;

	for (unsigned i = 0; i < port->bond->n; i++)
		vanished |= port_device_vanished(&port->bond->member[i].device) ? 1u << i : 0;
	return vanished;
}

void
bond_drop_member(struct port *port, unsigned member)
{
	struct bond_member *m = &port->bond->member[member];
	struct port_stats so_far;
	struct quiet quiet;

	if (m->dropped)
		return;
	m->dropped = true;
	port_device_stats(&m->device, &so_far);
	port_stats_add(&port->before, &so_far);
	atomic_fetch_and_explicit(&port->bond->polled, ~(1u << member), memory_order_relaxed);
	/* It cannot give a device that is gone its own MAC back, and says so. */
	quiet_begin(&quiet);
	bond_driver()->remove(port->id, m->device.id);
	quiet_end(&quiet);
}

void
bond_close_member(struct port *port, unsigned member)
{
	struct bond_member *m = &port->bond->member[member];

	bond_rate_end(m);
	shut_member(m);
	m->state = BOND_GONE;
	m->tried_ns = 0;
	m->refused = m->dropped = false;
}

int
bond_return_member(struct port *port, unsigned member, const struct port_cfg *cfg, struct err *err)
{
	struct bond_member *m = &port->bond->member[member];
	struct quiet quiet;
	int rc = open_member(port, member, cfg, port->rx_queues, err);

	if (rc == 0) {
		speak(RTE_LOG_ERR);
		quiet_begin(&quiet);
		rc = bond_driver()->add(port->id, m->device.id);
		if (rc == 0 && port->bond->primary == (int)member)
			bond_driver()->primary_set(port->id, m->device.id);
		if (rc == 0 && rte_eth_promiscuous_get(port->id) == 1)
			rte_eth_promiscuous_enable(m->device.id);
		quiet_end(&quiet);
		speak(RTE_LOG_CRIT);
		if (rc < 0)
			err_add(err, EIO, cfg->bond.member[member].loc,
				"ports.%s: %s cannot be added%s", cfg->name, m->device.device,
				quiet_colon(&quiet));
	}
	if (rc == 0)
		rc = complete_member(port, member, err);
	if (rc < 0)
		shut_member(m);
	return rc;
}

void
bond_close(struct port *port)
{
	struct bond *b = port->bond;
	struct quiet quiet;

	if (b == NULL)
		return;
	for (unsigned i = 0; i < b->n; i++)
		bond_rate_end(&b->member[i]);
	quiet_begin(&quiet);
	if (port->open) {
		if (port->started)
			rte_eth_dev_stop(port->id);
		for (unsigned i = 0; i < b->n; i++)
			if (b->member[i].device.open)
				bond_driver()->remove(port->id, b->member[i].device.id);
		rte_eth_dev_close(port->id);
		bond_driver()->destroy(port->device);
	}
	quiet_end(&quiet);
	for (unsigned i = 0; i < b->n; i++)
		shut_member(&b->member[i]);
	put(port, NULL);
	free(b->member);
	free(b);
	port->open = port->started = false;
}
