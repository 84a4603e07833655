/* SPDX-License-Identifier: BSD-3-Clause */
/* The bonds of a running appliance: their members come and go. */

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "control/appliance_priv.h"
#include "io/bond.h"

#define TRY_NS  NS_PER_S        /* between two attempts to open a device that is back */
#define TELL_NS (60 * NS_PER_S) /* between two messages about refused frames of a member */

/* Returns true if members that carry frames have different stations at their other ends: the driver
 * sends by all of them, and frames are lost or doubled. */
static bool
partners_differ(const struct bond *bond)
{
	const struct bond_partner *first = NULL;

	for (unsigned i = 0; i < bond->n; i++) {
		const struct bond_partner *p = &bond->member[i].partner;

		if (bond->member[i].state != BOND_DISTRIBUTING || !p->known)
			continue;
		if (first == NULL)
			first = p;
		if (p->key != first->key || !rte_is_same_ether_addr(&p->system, &first->system))
			return true;
	}
	return false;
}

static void
look_at_partners(const struct port *port)
{
	struct bond *bond = port->bond;
	bool mixed = bond->mode == BOND_LACP && partners_differ(bond);

	if (mixed && !bond->mixed)
		log_warning(
			"port %s: its members are connected to different LACP partners: frames are lost; connect all "
			"members to one partner, and into one aggregate there",
			port->name);
	bond->mixed = mixed;
}

/* Writes the LACP partner of a member: " with 02:00:00:00:00:01 key 3 port 2". */
static void
partner_text(const struct bond_member *m, char *text, size_t size)
{
	char system[RTE_ETHER_ADDR_FMT_SIZE];

	text[0] = '\0';
	if (!m->partner.known)
		return;
	rte_ether_format_addr(system, sizeof(system), &m->partner.system);
	snprintf(text, size, " with %s key %u port %u", system, m->partner.key, m->partner.port);
}

static void
tell_member(struct appliance *a, const struct port *port, const struct bond_member *m)
{
	const char *state = bond_state_name(m->state);
	char partner[80];

	partner_text(m, partner, sizeof(partner));
	if (m->state == BOND_DOWN || m->state == BOND_GONE)
		log_warning("port %s: member %s: %s", port->name, m->name,
			m->state == BOND_DOWN ? "link down" : "its device is gone");
	else
		log_info("port %s: member %s: %s%s", port->name, m->name, state, partner);
	appliance_tell(a, "member",
		json_pack("{s:s,s:s,s:s}", "port", port->name, "member", m->name, "state", state));
}

bool
bonds_follow(struct appliance *a, unsigned i)
{
	struct port *port = &a->ports.at[i];
	unsigned moves = bond_moves(port), changed = bond_follow(port);

	for (; changed != 0; changed &= changed - 1)
		tell_member(a, port, &port->bond->member[__builtin_ctz(changed)]);
	look_at_partners(port);
	return bond_moves(port) != moves;
}

static void
drop_member(struct appliance *a, struct port *port, unsigned k)
{
	struct bond_member *m = &port->bond->member[k];
	char why[128];

	port_vanished_text(&m->device, why, sizeof(why));
	log_error(
		"port %s: the device of member %s vanished: %s; it is opened again when it is back",
		port->name, m->name, why);
	bond_drop_member(port, k);
	/* A loop that began before may still use it. */
	if (!workers_take_ports(a->workers))
		return;
	bond_close_member(port, k);
	tell_member(a, port, m);
}

static void
return_member(struct appliance *a, unsigned i, unsigned k)
{
	struct port *port = &a->ports.at[i];
	struct bond_member *m = &port->bond->member[k];
	struct err *err;

	if (m->refused && monotonic_ns() - m->tried_ns < TRY_NS)
		return;
	if (!device_is_there(bond_cfg_device(&a->port_cfg[i].bond, k)))
		return;
	err = err_create();
	m->tried_ns = monotonic_ns();
	if (err == NULL)
		return;
	if (bond_return_member(port, k, &a->port_cfg[i], err) == 0)
		log_info("port %s: the device of member %s is back and was opened again",
			port->name, m->name);
	else if (!m->refused)
		log_error("port %s: the device of member %s is back but cannot be used: %s",
			port->name, m->name, err_first(err));
	m->refused = !m->device.open;
	err_destroy(err);
}

static void
tell_refusals(const struct port *port, struct bond_member *m)
{
	uint64_t refused = lacp_guard_refused(&m->guard), now = monotonic_ns();
	char text[200];

	if (refused == m->refusals_told
		|| (m->refusals_told_ns != 0 && now - m->refusals_told_ns < TELL_NS))
		return;
	m->refusals_told = refused;
	m->refusals_told_ns = now;
	lacp_guard_text(&m->guard, text, sizeof(text));
	if (refused != 0)
		log_warning("port %s: member %s: frames of LACP refused so far: %s", port->name,
			m->name, text);
}

void
bonds_watch(struct appliance *a, unsigned i)
{
	struct port *port = &a->ports.at[i];
	unsigned vanished = bond_vanished(port), open = bond_members(port);

	for (unsigned k = 0; k < port->bond->n; k++) {
		if (vanished & 1u << k)
			drop_member(a, port, k);
		else if ((open & 1u << k) == 0)
			return_member(a, i, k);
		tell_refusals(port, &port->bond->member[k]);
	}
}
