/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the look-up from port and VLAN to interface. */

#include "config/ingress.h"

#include <errno.h>
#include <string.h>

#include "policy/pipeline.h"
#include "stage/forward.h"

enum {
	VLANS = 4096,
};

/* What a port knows of all interfaces, by id. */
struct by_iface {
	bool *wire;
	uint8_t *domain;
};

static bool
is_wire(const struct interface *iface)
{
	return iface->pipeline != NULL && (iface->pipeline->traits & TRAIT_WIRE) != 0;
}

static int
fill_vlans(struct generation *gen, struct ingress *in, unsigned port, struct arena *arena)
{
	uint16_t *vlan = arena_alloc(arena, VLANS * sizeof(vlan[0]));
	struct ingress_qinq *qinq = arena_alloc(arena, gen->n_ifaces * sizeof(qinq[0]));

	if (vlan == NULL || qinq == NULL)
		return -ENOMEM;
	for (unsigned v = 0; v < VLANS; v++)
		vlan[v] = IFACE_NONE;
	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		const struct interface *iface = gen->iface[i];

		if (iface == NULL || iface->port != port || iface->vlan == 0)
			continue;
		if (iface->inner_vlan == 0 && vlan[iface->vlan] == IFACE_NONE)
			vlan[iface->vlan] = iface->id;
		if (iface->inner_vlan != 0)
			vlan[iface->vlan] = IFACE_QINQ;
	}
	/* For an outer VLAN with inner ones, qinq also has the interface without an inner tag:
	 * inner 0. */
	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		const struct interface *iface = gen->iface[i];

		if (iface != NULL && iface->port == port && iface->vlan != 0
			&& vlan[iface->vlan] == IFACE_QINQ)
			qinq[in->n_qinq++] = (struct ingress_qinq){
				.outer = iface->vlan, .inner = iface->inner_vlan, .iface = iface->id
			};
	}
	in->vlan = vlan;
	in->qinq = qinq;
	return 0;
}

static int
fill_one(struct generation *gen, unsigned port, struct arena *arena, const struct by_iface *by)
{
	struct ingress *in = &gen->ingress[port];

	memcpy(in->quick_mac, in->mac, sizeof(in->mac));
	in->untagged = IFACE_NONE;
	in->cable = PORT_NONE;
	in->wire_iface = by->wire;
	in->domain_of = by->domain;
	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		const struct interface *iface = gen->iface[i];

		if (iface == NULL || iface->port != port)
			continue;
		if (gen->bridge_of[i] != 0)
			memset(in->quick_mac, 0, sizeof(in->quick_mac));
		if (iface->vlan != 0) {
			in->has_vlans = true;
			continue;
		}
		in->untagged = iface->id;
		in->wire = by->wire[iface->id];
		in->domain = iface->domain;
		if (in->wire)
			in->cable = forward_cable_port(iface->pipeline);
	}
	if (in->has_vlans)
		in->cable = PORT_NONE;
	return in->has_vlans ? fill_vlans(gen, in, port, arena) : 0;
}

/* Sets the places of bridges, where frames of their own interfaces are read. */
static void
fill_bridges(struct generation *gen)
{
	for (unsigned i = 1; i <= BRIDGES_MAX; i++) {
		const struct bridge *br = gen->bridge[i];
		struct ingress *in;

		if (br == NULL || br->iface == 0)
			continue;
		in = &gen->ingress[br->port];
		memcpy(in->mac, br->mac, 6);
		memcpy(in->quick_mac, br->mac, 6);
		in->untagged = br->iface;
		in->domain = generation_domain(gen, br->iface);
	}
}

int
ingress_fill(struct generation *gen, struct arena *arena, const uint8_t (*mac)[6])
{
	struct by_iface by = {
		.wire = arena_alloc(arena, LEDGER_IFACES),
		.domain = arena_alloc(arena, LEDGER_IFACES),
	};

	if (by.wire == NULL || by.domain == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		by.wire[i] = gen->iface[i] != NULL && is_wire(gen->iface[i]);
		by.domain[i] = generation_domain(gen, i);
	}
	/* Frames of a port that is gone may still wait between workers. */
	for (unsigned p = gen->n_ports; p < LEDGER_PORTS; p++)
		gen->ingress[p] = (struct ingress){
			.untagged = IFACE_NONE,
			.cable = PORT_NONE,
			.wire_iface = by.wire,
			.domain_of = by.domain,
		};
	for (unsigned p = 0; p < gen->n_ports; p++) {
		memcpy(gen->ingress[p].mac, mac[p], 6);
		if (fill_one(gen, p, arena, &by) < 0)
			return -ENOMEM;
	}
	fill_bridges(gen);
	return 0;
}
