/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists the neighbours. */

#include <string.h>

#include "host/host_priv.h"

static const char *const states[] = {
	[NEIGHBOUR_LOST] = "unknown",
	[NEIGHBOUR_ASKING] = "asking",
	[NEIGHBOUR_FAILED] = "failed",
	[NEIGHBOUR_KNOWN] = "reachable",
	[NEIGHBOUR_PROBING] = "probing",
};

unsigned
host_neighbours(const struct host *h)
{
	return h->n_neighbours;
}

bool
host_neighbour(const struct host *h, unsigned i, struct host_listed *out)
{
	const struct neighbour *n = &h->neighbours[i];

	if (n->state == NEIGHBOUR_FREE)
		return false;
	*out = (struct host_listed){
		.address = n->address,
		.iface = n->iface,
		.family = n->family,
		.is_static = n->is_static,
		.state = n->is_static ? "static" : states[n->state],
		.waiting = n->n_held,
		.idle_ns = n->used_ns != 0 && h->now_ns > n->used_ns ? h->now_ns - n->used_ns : 0,
		.has_mac = n->state == NEIGHBOUR_KNOWN || n->state == NEIGHBOUR_PROBING,
	};
	memcpy(out->mac, n->mac, sizeof(out->mac));
	return true;
}
