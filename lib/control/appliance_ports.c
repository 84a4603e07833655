/* SPDX-License-Identifier: BSD-3-Clause */
/* The ports of a running appliance: their links, and devices that vanish and come back. */

#include "control/appliance_priv.h"

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/monotonic.h"

#define TRY_NS NS_PER_S /* between two attempts to open a device that is back */

static bool
is_present(const struct port *port)
{
	return atomic_load_explicit(&port->present, memory_order_relaxed);
}

static void
set_present(struct port *port, bool present)
{
	atomic_store_explicit(&port->present, present, memory_order_relaxed);
}

static uint64_t
mac_number(const struct rte_ether_addr *mac)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < RTE_ETHER_ADDR_LEN; i++)
		number = number << 8 | mac->addr_bytes[i];
	return number;
}

static uint64_t
count_stray(const struct appliance *a, const struct ledger *l, unsigned port)
{
	uint64_t stray = 0;

	for (unsigned i = 0; i < a->gen->n_ifaces; i++)
		if (a->gen->iface[i] != NULL && a->gen->iface[i]->port == port)
			stray += counter_get(&l->iface[i].drops[REASON_not_for_us]);
	return stray;
}

static void
tell_zeros(const struct port *port)
{
	if (port->kind == DEVICE_PCI)
		log_warning(
			"port %s: for a second %s has delivered nothing but frames that are all zeros; likely its DMA "
			"does not reach the packet buffers: look for DMAR or AMD-Vi faults in dmesg, boot with iommu=pt, and "
			"bind it to vfio-pci",
			port->name, port->device);
	else
		log_warning(
			"port %s: for a second %s has delivered nothing but frames that are all zeros; likely its peer "
			"sends them, or its driver does not fill packet buffers",
			port->name, port->device);
}

static void
tell_stray(const struct port *port, uint64_t note)
{
	char ours[RTE_ETHER_ADDR_FMT_SIZE], theirs[RTE_ETHER_ADDR_FMT_SIZE];
	struct rte_ether_addr to;

	for (unsigned i = 0; i < RTE_ETHER_ADDR_LEN; i++)
		to.addr_bytes[i] = (uint8_t)(note >> (40 - 8 * i));
	rte_ether_format_addr(theirs, sizeof(theirs), &to);
	rte_ether_format_addr(ours, sizeof(ours), &port->mac);
	log_warning(
		"port %s: for a second %s has delivered nothing but frames for other stations, the last one for %s; "
		"ours is %s: likely the peers have an old or a static neighbour entry, 'mac' is not what they were told, or "
		"the port is connected to another link than configured",
		port->name, port->device, theirs, ours);
}

/* Checks whether the frames of a port whose link is up could be for us. */
static void
watch_delivery(struct appliance *a, unsigned i)
{
	struct port *port = &a->ports.at[i];
	struct delivery_facts facts = { .note = look_take(&port->look),
		.mac = mac_number(&port->mac),
		.now_ns = monotonic_ns() };

	if (facts.note == 0 || port->kind == DEVICE_NULL)
		return;
	for (unsigned w = 0; w < workers_count(a->workers); w++) {
		const struct ledger *l = fastpath_ledger(workers_at(a->workers, w)->fp);

		facts.rx += counter_get(&l->port[i].rx);
		facts.stray += count_stray(a, l, i);
	}
	switch (delivery_judge(&a->port_watch[i].delivery, &facts)) {
	case DELIVERY_ZEROS:
		tell_zeros(port);
		break;
	case DELIVERY_STRAY:
		tell_stray(port, facts.note);
		break;
	default:
		break;
	}
}

/* Closes the device of a port, once no worker uses its queues. */
static void
give_back(struct appliance *a, unsigned i)
{
	struct port *port = &a->ports.at[i];

	if (!workers_take_ports(a->workers))
		return; /* a worker stands still: tried again later */
	port_detach(&a->ports, port);
	/* The kernel needs a moment to take a PCI device. */
	a->port_watch[i] = (struct port_watch){ .closed = true,
		.tried_ns = port->kind == DEVICE_PCI ? monotonic_ns() : 0 };
}

static void
open_again(struct appliance *a, unsigned i, const struct port_cfg *row)
{
	struct port_watch *watch = &a->port_watch[i];
	struct port *port = &a->ports.at[i];
	struct err *err = err_create();

	if (err == NULL)
		return;
	if (port_attach(&a->ports, port, row, &a->pools, err) < 0) {
		if (!watch->refused)
			log_error("port %s: its device is back but cannot be used: %s", port->name,
				err_first(err));
		watch->refused = true;
	} else {
		*watch = (struct port_watch){ .closed = false };
		workers_take_ports(a->workers);
		log_info("port %s: its device is back and was opened again", port->name);
		appliance_tell_link(port);
	}
	err_destroy(err);
}

static void
await_return(struct appliance *a, unsigned i)
{
	struct port_watch *watch = &a->port_watch[i];
	const struct port_cfg *row = &a->port_cfg[i];
	uint64_t now = monotonic_ns();

	if ((watch->refused || a->ports.at[i].kind == DEVICE_PCI) && now - watch->tried_ns < TRY_NS)
		return;
	if (!port_is_back(row))
		return;
	watch->tried_ns = now;
	open_again(a, i, row);
}

static void
watch_port(struct appliance *a, unsigned i)
{
	struct port *port = &a->ports.at[i];
	char why[128];

	if (a->port_watch[i].leaves) {
		plan_close(a, i);
	} else if (a->port_watch[i].closed) {
		await_return(a, i);
	} else if (!is_present(port)) {
		give_back(a, i);
	} else if (port_vanished(port)) {
		port_vanished_text(port, why, sizeof(why));
		log_error("port %s: its device vanished: %s; it is opened again when it is back",
			port->name, why);
		set_present(port, false);
		give_back(a, i);
	} else {
		if (port->bond != NULL)
			bonds_watch(a, i);
		watch_delivery(a, i);
	}
}

void
appliance_watch_links(struct appliance *a)
{
	bool changed = false;

	for (unsigned i = 0; i < a->ports.count; i++) {
		struct port *port = &a->ports.at[i];

		if (!port->used || a->port_watch[i].closed || a->port_watch[i].leaves
			|| !is_present(port))
			continue;
		changed |= port->bond != NULL && bonds_follow(a, i);
		if (!port_update(port))
			continue;
		changed = true;
		appliance_tell_link(port);
	}
	if (!changed)
		return;
	workers_links_changed(a->workers);
	hosts_follow_links(a);
}

void
appliance_watch_ports(struct appliance *a)
{
	for (unsigned i = 0; i < a->ports.count; i++)
		if (a->ports.at[i].used)
			watch_port(a, i);
	hosts_follow_links(a);
}
