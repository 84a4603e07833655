/* SPDX-License-Identifier: BSD-3-Clause */
/* Which worker owns a packet. */

#include "worker/owner.h"

#include <limits.h>

#include "nat/layout.h"
#include "nat/slice.h"
#include "io/steer.h"
#include "packet/burst.h"
#include "packet/parse.h"
#include "policy/generation.h"
#include "policy/owners.h"
#include "worker/worker.h"

#define OWNER_BY_DEVICE UINT_MAX

static bool
device_steers(const struct worker_common *c)
{
	return atomic_load_explicit(&c->device_steers, memory_order_relaxed);
}

bool
owner_is_needed(const struct worker_common *c, const struct generation *gen)
{
	return c->steer != NULL && (!device_steers(c) || gen->owners != NULL || gen->has_helpers);
}

/* Returns the owner by both ends, which the device's hash uses, too; with helpers by their
 * addresses alone, so that a data connection has the worker of its control connection. */
static unsigned
by_both_ends(const struct worker_common *c, const struct generation *gen, const struct tuple *t,
	unsigned here)
{
	struct tuple hosts = *t;

	if (gen->has_helpers) {
		hosts.sport = hosts.dport = 0;
		hosts.proto = 0;
		return gen->share_owner[steer_owner(c->steer, &hosts)];
	}
	return device_steers(c) ? here : gen->share_owner[steer_owner(c->steer, t)];
}

unsigned
owner_of_tuple(const struct worker_common *c, const struct generation *gen, const struct tuple *t,
	uint16_t iface, unsigned here)
{
	struct owner_choice choice;

	switch (gen->owners != NULL ? owners_find(gen->owners, t, iface, &choice)
				    : OWNER_BOTH_ENDS) {
	case OWNER_INSIDE:
		return gen->share_owner[steer_owner_of_inside(c->steer, choice.address->v4)];
	case OWNER_ADDRESS:
		return gen->share_owner[steer_owner_of_address(c->steer, choice.address)];
	case OWNER_PORT:
		return slice_worker(choice.port, c->count);
	default:
		if (gen->nat != NULL && nat_layout_is_old(gen->nat, t))
			return slice_worker(rte_be_to_cpu_16(t->dport), c->count);
		return by_both_ends(c, gen, t, here);
	}
}

unsigned
owner_of_fragment(const struct worker_common *c, const struct generation *gen,
	const struct tuple *t, uint16_t iface, unsigned here)
{
	unsigned owner = c->steer != NULL ? owner_of_tuple(c, gen, t, iface, OWNER_BY_DEVICE)
					  : here;

	return owner != OWNER_BY_DEVICE ? owner : steer_owner_of_device(c->steer, t);
}

unsigned
owner_of_frame(const struct worker_common *c, const struct generation *gen,
	const struct rte_mbuf *m, uint16_t port, unsigned here)
{
	struct steer_view v = { .tuple = { .family = 0 } };
	uint16_t iface;

	if (!steer_parse(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &v))
		return device_steers(c) ? here : 0;
	if (v.tuple.kind == KEY_FRAGMENT && v.tuple.family == 6)
		v.tuple.proto = 0; /* RFC 8200 4.5: it may differ between fragments */
	if (v.tuple.kind == KEY_FRAGMENT)
		return by_both_ends(c, gen, &v.tuple, here) | OWNER_MEETS;
	iface = parse_iface(&gen->ingress[port], v.vlan);
	v.tuple.domain = ingress_domain(&gen->ingress[port], iface);
	return owner_of_tuple(c, gen, &v.tuple, iface, here);
}

unsigned
owner_of_slot(void *worker, const struct burst *b, unsigned slot)
{
	const struct worker *w = worker;
	struct tuple t;

	if (b->class[slot] == SLOT_PLAIN4)
		tuple_from_key4(&t, &b->key4[slot]);
	else if (b->class[slot] == SLOT_PLAIN6)
		tuple_from_key6(&t, &b->key6[slot]);
	else
		return owner_of_frame(w->common, w->generation, b->m[slot], b->port, w->index)
			& ~OWNER_MEETS;
	return owner_of_tuple(w->common, w->generation, &t, b->iface[slot], w->index);
}
