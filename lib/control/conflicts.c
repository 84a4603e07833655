/* SPDX-License-Identifier: BSD-3-Clause */
/* Logs addresses of NAT that another station of a link has: they carry no traffic. */

#include "base/log.h"
#include "control/appliance_priv.h"
#include "packet/notation.h"

static void
say(const struct generation *gen, const struct host_conflict *c)
{
	union address a = address_v4(c->address);
	const struct interface *i = c->iface < gen->n_ifaces ? gen->iface[c->iface] : NULL;
	char text[64];

	notation_address(text, sizeof(text), &a, 4);
	log_warning("NAT address %s belongs to %02x:%02x:%02x:%02x:%02x:%02x on %s: it is not "
		    "announced, and probed for again in half a minute",
		text, c->mac[0], c->mac[1], c->mac[2], c->mac[3], c->mac[4], c->mac[5],
		i != NULL ? i->name : "no interface");
}

void
appliance_say_conflicts(struct appliance *a)
{
	struct host *host = fastpath_host(workers_at(a->workers, 0)->fp);
	struct host_conflict c;

	while (host_conflict_next(host, &a->conflicts_seen, &c))
		say(a->gen, &c);
}
