/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments on their way to their owner: joined with the ports of their datagram's first one. */

#include "packet/met.h"
#include "packet/parse.h"
#include "slowpath/fragments.h"
#include "slowpath/slowpath_priv.h"

/* ICMP queries have their identifier in both ports, as steering wants it. */
static void
tuple_of(struct tuple *t, const struct view *v)
{
	*t = v->tuple;
	if (tuple_is_icmp(t))
		t->dport = t->sport;
}

enum met
slowpath_meet(struct slowpath *s, struct burst *b, struct tuple *t, uint16_t *iface)
{
	struct view *v = slowpath_view(s, 0);
	enum reason why;

	parse_frame(v, b->m[0], b->ingress);
	if (!slowpath_is_held_fragment(s, v))
		return MET_PLAIN;
	b->iface[0] = v->iface;
	*iface = v->iface;
	switch (fragments_take(s->fragments, v, b->m[0], s->now_ns, &why)) {
	case FRAGMENT_TAKEN:
		b->out[0] = OUT_HELD;
		observe(s, b, 0, NULL);
		return MET_SETTLED;
	case FRAGMENT_DROP:
		slot_drop(s, b, 0, why);
		observe(s, b, 0, NULL);
		return MET_SETTLED;
	case FRAGMENT_GO:
		break;
	}
	met_write(b->m[0], v);
	tuple_of(t, v);
	return MET_PORTS;
}

struct rte_mbuf *
slowpath_meet_next(struct slowpath *s)
{
	const struct view *v = &s->scratch->view[0];
	struct rte_mbuf *m = v->first ? fragments_next(s->fragments, v) : NULL;

	if (m != NULL)
		met_write(m, v);
	return m;
}
