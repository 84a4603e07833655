/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a bond and its members as JSON. */

#include "control/report.h"
#include "io/bond.h"

/* The names of IEEE 802.1AX, 6.4.2.3. */
static json_t *
state_json(uint8_t state)
{
	static const char *const names[] = { "active", "short_timeout", "aggregation",
		"synchronization", "collecting", "distributing", "defaulted", "expired" };
	json_t *list = json_array();

	for (unsigned i = 0; i < 8; i++)
		if (state >> i & 1)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static void
add_partner(json_t *row, const struct bond_partner *p)
{
	const uint8_t *b = p->system.addr_bytes;

	json_object_set_new(row, "actor_state", state_json(p->actor_state));
	if (!p->known)
		return;
	json_object_set_new(row, "partner",
		json_pack("{s:o,s:i,s:i,s:o}", "system",
			json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
				b[5]),
			"key", (int)p->key, "port", (int)p->port, "state",
			state_json(p->partner_state)));
}

static json_t *
member_json(const struct bond *bond, const struct bond_member *m)
{
	const char *link = m->state == BOND_GONE ? "gone" : m->state == BOND_DOWN ? "down" : "up";
	json_t *row = json_pack("{s:s,s:s,s:s,s:s}", "name", m->name, "device", m->device.device,
		"link", link, "state", bond_state_name(m->state));

	if (m->device.interface[0] != '\0')
		json_object_set_new(row, "interface", json_string(m->device.interface));
	if (bond->mode == BOND_LACP && m->state >= BOND_WAITING)
		add_partner(row, &m->partner);
	return row;
}

json_t *
report_bond_json(const struct port *port)
{
	const struct bond *bond = port->bond;
	json_t *row, *members = json_array();

	if (bond == NULL) {
		json_decref(members);
		return NULL;
	}
	for (unsigned i = 0; i < bond->n; i++)
		json_array_append_new(members, member_json(bond, &bond->member[i]));
	row = json_pack("{s:s}", "mode", bond_mode_names[bond->mode]);
	if (bond->mode != BOND_ACTIVE_BACKUP)
		json_object_set_new(row, "hash", json_string(bond_hash_names[bond->hash]));
	if (bond->mode == BOND_LACP)
		json_object_set_new(row, "rate", json_string(bond->fast ? "fast" : "slow"));
	if (bond->primary >= 0)
		json_object_set_new(row, "primary", json_string(bond->member[bond->primary].name));
	json_object_set_new(row, "members", members);
	return row;
}

json_t *
report_members_json(const struct port *port)
{
	json_t *list = json_array();

	for (unsigned i = 0; port->bond != NULL && i < port->bond->n; i++)
		json_array_append_new(list,
			json_sprintf("%s %s", port->bond->member[i].name,
				bond_state_name(port->bond->member[i].state)));
	return list;
}
