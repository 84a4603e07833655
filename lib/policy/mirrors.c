/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that copy to each other by stages mirror. */

#include "packet/ledger.h"
#include "policy/build_priv.h"

#define BIT(port) (UINT64_C(1) << (port))

/* Returns the ports that get copies of what enters a pipeline. */
static uint64_t
mirrors_of(struct build *b, struct draft *d)
{
	struct pipeline *p = &d->pipeline;
	uint64_t to = 0;

	if (d->looked)
		return d->mirrors;
	d->looked = true;
	for (unsigned i = 0; i < p->n; i++) {
		to |= p->step[i].mirrors;
		for (unsigned k = 0; k < p->step[i].n_jumps; k++)
			to |= mirrors_of(
				b, built_find(&b->pipelines, p->step[i].jumps[k].to->name));
	}
	d->mirrors = to;
	return to;
}

/* Completes: whatever a port's mirrors reach over others, too. */
static void
close_over(uint64_t reach[LEDGER_PORTS])
{
	for (unsigned by = 0; by < LEDGER_PORTS; by++)
		for (unsigned p = 0; p < LEDGER_PORTS; p++)
			if (reach[p] & BIT(by))
				reach[p] |= reach[by];
}

static struct draft *
entry_of(const struct build *b, unsigned iface)
{
	if (b->setup.entry == NULL || b->setup.iface[iface] == NULL
		|| b->setup.iface[iface]->port >= LEDGER_PORTS)
		return NULL;
	return built_find(&b->pipelines, b->setup.entry[iface]);
}

/* Returns the place of the stage that copies to a port, or of a first stage that leads to it. */
static struct loc
place_of(const struct pipeline *p, unsigned port)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->step[i].mirrors & BIT(port))
			return p->step[i].loc;
	return p->step[0].loc;
}

static void
warn(struct build *b, const struct interface *iface, struct draft *d,
	const uint64_t reach[LEDGER_PORTS])
{
	for (unsigned port = 0; port < LEDGER_PORTS; port++) {
		if (port == iface->port || (d->mirrors & BIT(port)) == 0
			|| (reach[port] & BIT(iface->port)) == 0)
			continue;
		err_warn(b->setup.err, place_of(&d->pipeline, port),
			"pipelines.%s: what comes in by port %s is copied to port %s, and what comes in "
			"there is copied back: a frame that both peers return would go round",
			d->pipeline.name, b->setup.port_name[iface->port],
			b->setup.port_name[port]);
		d->mirrors &= ~BIT(port); /* once is enough */
	}
}

void
mirrors_check(struct build *b)
{
	uint64_t reach[LEDGER_PORTS] = { 0 };

	for (unsigned i = 0; i < b->setup.n_ifaces; i++) {
		struct draft *d = entry_of(b, i);

		if (d != NULL && !d->broken)
			reach[b->setup.iface[i]->port] |= mirrors_of(b, d)
				& ~BIT(b->setup.iface[i]->port);
	}
	close_over(reach);
	for (unsigned i = 0; i < b->setup.n_ifaces; i++) {
		struct draft *d = entry_of(b, i);

		if (d != NULL && !d->broken)
			warn(b, b->setup.iface[i], d, reach);
	}
}
