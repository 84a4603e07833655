/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments between the worker that received them and the one that owns their flow. */

#include "fastpath/fastpath_priv.h"

bool
fastpath_meet(struct fastpath *fp, uint16_t port, struct rte_mbuf *m, struct tuple *t,
	uint16_t *iface)
{
	struct burst *b = &fp->burst;

	b->n = 1;
	b->n_straight = 0;
	b->port = port;
	b->tick = clock_tick(fp->slow.now_ns);
	b->ingress = &fp->slow.gen->ingress[port];
	b->m[0] = m;
	slowpath_begin(&fp->slow, b);
	switch (slowpath_meet(&fp->slow, b, t, iface)) {
	case MET_PORTS:
		return true;
	case MET_PLAIN:
		fastpath_process(fp, port, &m, 1, true);
		return false;
	default:
		fastpath_dispose(fp, b);
		return false;
	}
}

struct rte_mbuf *
fastpath_meet_next(struct fastpath *fp)
{
	return slowpath_meet_next(&fp->slow);
}
