/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that a reload adds, removes or changes. */

#include "control/appliance_priv.h"

#include <errno.h>
#include <string.h>

#include "base/counter.h"
#include "base/log.h"

#define bit(slot) (UINT64_C(1) << (slot))

unsigned
appliance_port_rows(
	const struct appliance *a, const struct config *cfg, struct port_cfg row[static PORT_MAX])
{
	unsigned n = config_ports(cfg, row);

	for (unsigned i = 0; i < n; i++) {
		row[i].capture = a->options.captures;
		if (a->options.stepped)
			row[i].queues = 1;
	}
	return n;
}

static bool
same_mac(const struct port_cfg *x, const struct port_cfg *y)
{
	return x->has_mac == y->has_mac
		&& (!x->has_mac || rte_is_same_ether_addr(&x->mac, &y->mac));
}

/* Returns true if a running port is as the new row wants it, without opening its device again. */
static bool
stays(const struct port *port, const struct port_cfg *was, const struct port_cfg *is)
{
	return strcmp(was->device, is->device) == 0 && bond_cfg_same(&was->bond, &is->bond)
		&& was->queues == is->queues && same_mac(was, is)
		&& was->rx_descriptors == is->rx_descriptors
		&& was->tx_descriptors == is->tx_descriptors
		&& (is->mtu != 0 ? is->mtu : PORT_MTU) <= port->mtu;
}

static int
slot_of(const struct appliance *a, const char *name)
{
	for (unsigned i = 0; i < a->ports.count; i++)
		if (a->ports.at[i].used && strcmp(a->ports.at[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* Returns the running ports that have the device of a row. */
static uint64_t
holders_of(const struct appliance *a, const struct port_cfg *row)
{
	uint64_t slots = 0;

	for (unsigned i = 0; i < a->ports.count; i++)
		if (a->ports.at[i].used && !row->capture && port_rows_meet(&a->port_cfg[i], row))
			slots |= bit(i);
	return slots;
}

/* Chooses a slot among those that are free and not planned yet; -ENOSPC: there is none. */
static int
free_slot(struct appliance *a, const struct port_plan *plan, unsigned row)
{
	uint64_t marked = 0;
	int slot;

	for (unsigned i = 0; i < row; i++) {
		if (plan->step[i] == PORT_STAYS || a->ports.at[plan->slot[i]].used)
			continue;
		a->ports.at[plan->slot[i]].used = true;
		marked |= bit(plan->slot[i]);
	}
	slot = ports_free_slot(&a->ports, plan->row[row].name);
	for (unsigned i = 0; i < PORT_MAX; i++)
		if (marked & bit(i))
			a->ports.at[i].used = false;
	return slot;
}

/* Plans a port that is new or changed. */
static int
plan_coming(struct appliance *a, struct port_plan *plan, unsigned i, int now, struct err *err)
{
	const struct port_cfg *row = &plan->row[i];
	uint64_t holders = holders_of(a, row);
	int slot = now;

	/* Rings in memory have the name of their slot. */
	if (now >= 0 && row->capture)
		holders = bit(now);
	plan->step[i] = holders != 0 ? PORT_REOPENS : PORT_OPENS;
	if (now < 0 || (holders & bit(now)) == 0)
		slot = free_slot(a, plan, i);
	if (slot < 0)
		return err_add(err, ENOSPC, row->loc,
			"ports.%s: there are %u ports already, with those that go", row->name,
			(unsigned)PORT_MAX);
	plan->slot[i] = (uint16_t)slot;
	plan->closes |= holders;
	if (port_check_late(row, err) < 0 || (holders == 0 && ports_check_host(row, 1, err) < 0))
		return -EINVAL;
	return 0;
}

/* Decides the MAC of a port that is opened again: others know it before its device is closed. */
static void
plan_mac(struct appliance *a, struct port_plan *plan, unsigned i)
{
	uint64_t holders = holders_of(a, &plan->row[i]);
	unsigned slot = plan->slot[i];
	const struct port
		*holder = &a->ports.at[holders != 0 ? (unsigned)__builtin_ctzll(holders) : slot];

	plan->mac[slot] = plan->row[i].has_mac ? plan->row[i].mac
		: holder->has_mac              ? port_own_mac(holder, slot)
					       : holder->mac;
}

int
plan_make(struct appliance *a, const struct config *cfg, struct port_plan *plan, struct err *err)
{
	uint64_t wanted = 0;
	int rc = 0;

	memset(plan, 0, sizeof(*plan));
	plan->n = appliance_port_rows(a, cfg, plan->row);
	for (unsigned i = 0; i < plan->n; i++) {
		int now = slot_of(a, plan->row[i].name);

		if (now >= 0 && stays(&a->ports.at[now], &a->port_cfg[now], &plan->row[i])) {
			plan->slot[i] = (uint16_t)now;
			plan->mac[now] = a->ports.at[now].mac;
		} else if (plan_coming(a, plan, i, now, err) < 0) {
			rc = -EINVAL;
			continue;
		} else if (plan->step[i] == PORT_REOPENS) {
			plan_mac(a, plan, i);
		}
		wanted |= bit(plan->slot[i]);
	}
	for (unsigned i = 0; i < a->ports.count; i++)
		if (a->ports.at[i].used && (wanted & bit(i)) == 0 && (plan->closes & bit(i)) == 0)
			plan->goes |= bit(i);
	return rc;
}

static void
counted(const struct appliance *a, unsigned slot, struct port_count *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned w = 0; w < workers_count(a->workers); w++) {
		const struct ledger_port *l = &fastpath_ledger(workers_at(a->workers, w)->fp)
						       ->port[slot];

		out->rx += counter_get(&l->rx);
		out->rx_bytes += counter_get(&l->rx_bytes);
		out->tx += counter_get(&l->tx);
		out->tx_bytes += counter_get(&l->tx_bytes);
	}
}

/* Sets from where the counters of a slot count for its port: from now, or from what the port had
 * counted in another slot. */
static void
count_from(struct appliance *a, unsigned slot, int before)
{
	struct port *port = &a->ports.at[slot];
	struct port_count now, was = { 0 };

	counted(a, slot, &now);
	if (before >= 0) {
		struct port *old = &a->ports.at[before];

		counted(a, (unsigned)before, &was);
		was.rx -= old->base.rx;
		was.rx_bytes -= old->base.rx_bytes;
		was.tx -= old->base.tx;
		was.tx_bytes -= old->base.tx_bytes;
		port_stats(old, &port->before);
	}
	/* Modulo 2^64, when more was counted before than here. */
	port->base = (struct port_count){ now.rx - was.rx, now.rx_bytes - was.rx_bytes,
		now.tx - was.tx, now.tx_bytes - was.tx_bytes };
}

/* Opens the device of a row in its slot. */
static int
open_row(struct appliance *a, struct port_plan *plan, unsigned i, bool absent, struct err *err)
{
	const struct rte_ether_addr *mac = plan->step[i] == PORT_REOPENS ? &plan->mac[plan->slot[i]]
									 : NULL;
	const struct port_cfg *row = &plan->row[i];
	unsigned slot = plan->slot[i];
	bool goes_on = strcmp(a->ports.at[slot].name, row->name) == 0;
	int before = slot_of(a, row->name);
	struct err *own = absent ? err_create() : err;
	int rc = own == NULL ? -ENOMEM : port_add(&a->ports, slot, row, mac, &a->pools, own);

	a->port_watch[slot] = (struct port_watch){ .closed = false };
	if (rc < 0 && absent) {
		log_error("port %s: its device cannot be opened, and is awaited: %s", row->name,
			own != NULL ? err_first(own) : "out of memory");
		port_add_absent(&a->ports, slot, row);
		a->port_watch[slot] = (struct port_watch){ .closed = true, .refused = true };
		rc = 0;
	}
	if (absent)
		err_destroy(own);
	if (rc < 0)
		return rc;
	if (!goes_on)
		count_from(a, slot, before);
	plan->mac[slot] = a->ports.at[slot].mac;
	plan->opened[i] = true;
	return 0;
}

int
plan_open(struct appliance *a, struct port_plan *plan, bool absent, struct err *err)
{
	for (unsigned i = 0; i < plan->n; i++)
		if (plan->step[i] == PORT_OPENS && open_row(a, plan, i, absent, err) < 0)
			return -EINVAL;
	return 0;
}

/* Takes ports away from the workers.  False: a worker stands still and may use them. */
static bool
take_away(struct appliance *a, uint64_t slots)
{
	for (unsigned i = 0; i < PORT_MAX; i++)
		if (slots & bit(i))
			atomic_store_explicit(&a->ports.at[i].present, false, memory_order_relaxed);
	return workers_take_ports(a->workers);
}

/* Lets the workers use ports again that were taken away for nothing. */
static void
give_again(struct appliance *a, uint64_t slots)
{
	for (unsigned i = 0; i < PORT_MAX; i++)
		if ((slots & bit(i)) != 0 && a->ports.at[i].started)
			atomic_store_explicit(&a->ports.at[i].present, true, memory_order_release);
	workers_take_ports(a->workers);
}

/* Opens ports as they were, after their devices have been closed for nothing. */
static void
restore(struct appliance *a, uint64_t slots)
{
	for (unsigned i = 0; i < PORT_MAX; i++) {
		struct port_cfg *was = &a->port_cfg[i];
		struct rte_ether_addr mac = a->ports.at[i].mac;
		struct err *err = slots & bit(i) ? err_create() : NULL;

		if ((slots & bit(i)) == 0)
			continue;
		if (err == NULL || a->ports.at[i].used
			|| port_add(&a->ports, i, was, &mac, &a->pools, err) < 0) {
			log_error("port %s: its device cannot be opened again: %s", was->name,
				err != NULL ? err_first(err) : "out of memory");
			if (!a->ports.at[i].used)
				port_add_absent(&a->ports, i, was);
			a->ports.at[i].mac = mac;
			a->port_watch[i] = (struct port_watch){ .closed = true, .refused = true };
		}
		err_destroy(err);
	}
	workers_take_ports(a->workers);
}

static void
say_reopened(const struct port_plan *plan)
{
	for (unsigned i = 0; i < plan->n; i++)
		if (plan->step[i] == PORT_REOPENS)
			log_info("port %s: its device is closed and opened again",
				plan->row[i].name);
}

static const struct port_cfg *
first_reopened(const struct port_plan *plan)
{
	unsigned i = 0;

	while (i + 1 < plan->n && plan->step[i] != PORT_REOPENS)
		i++;
	return &plan->row[i];
}

int
plan_reopen(struct appliance *a, struct port_plan *plan, bool absent, struct err *err)
{
	int rc = 0;

	if (plan->closes == 0)
		return 0;
	say_reopened(plan);
	if (!take_away(a, plan->closes)) {
		give_again(a, plan->closes);
		return err_add(err, EBUSY, first_reopened(plan)->loc,
			"ports.%s: a worker stands still, and may use the device that is to be opened again",
			first_reopened(plan)->name);
	}
	for (unsigned i = 0; i < PORT_MAX; i++)
		if (plan->closes & bit(i))
			port_remove(&a->ports, &a->ports.at[i], &a->pools);
	for (unsigned i = 0; rc == 0 && i < plan->n; i++)
		if (plan->step[i] == PORT_REOPENS)
			rc = open_row(a, plan, i, absent, err);
	if (rc == 0)
		return 0;
	plan_undo(a, plan);
	restore(a, plan->closes);
	return rc;
}

void
plan_undo(struct appliance *a, struct port_plan *plan)
{
	for (unsigned i = 0; i < plan->n; i++) {
		if (!plan->opened[i])
			continue;
		plan_close(a, plan->slot[i]);
		plan->opened[i] = false;
	}
}

void
plan_close(struct appliance *a, unsigned slot)
{
	if (!take_away(a, bit(slot))) {
		/* A worker stands still: later.  The texts of its row go with its configuration. */
		a->port_watch[slot].leaves = true;
		a->port_cfg[slot] = (struct port_cfg){ .name = "", .device = "" };
		return;
	}
	port_remove(&a->ports, &a->ports.at[slot], &a->pools);
	a->port_watch[slot] = (struct port_watch){ .closed = false };
}

void
plan_settle(struct appliance *a, const struct port_plan *plan)
{
	for (unsigned i = 0; i < PORT_MAX; i++)
		if (plan->goes & bit(i)) {
			log_info("port %s: removed", a->ports.at[i].name);
			plan_close(a, i);
		}
	for (unsigned i = 0; i < plan->n; i++) {
		struct port *port = &a->ports.at[plan->slot[i]];

		a->port_cfg[plan->slot[i]] = plan->row[i];
		port->loc = plan->row[i].loc;
		port_want_promiscuous(port, plan->row[i].promiscuous);
		if (plan->step[i] == PORT_OPENS && port->open)
			log_info("port %s: added, %s", port->name, port->device);
		if (plan->step[i] != PORT_STAYS && port->open)
			appliance_tell_link(port);
	}
}
