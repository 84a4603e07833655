/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame through the steps of the data path, without consequences. */

#include "fastpath/foresee.h"

#include "fastpath/fastpath_priv.h"

unsigned
fastpath_foresee(struct fastpath *fp, uint16_t port, struct rte_mbuf *m, const struct trace *trace,
	struct foreseen *out)
{
	struct datapath *dp = &fp->dp;
	struct burst *b = &fp->burst;
	unsigned owner = dp->worker;

	b->n = 1;
	b->port = port;
	b->handed = true; /* judged here */
	b->sought = 0;
	b->tick = clock_tick(dp->now_ns);
	b->ingress = &dp->gen->ingress[port];
	b->m[0] = m;
	fp->slow.burst++;
	fp->slow.foresees = true;
	fastpath_parse_full(fp, b, 0);
	fp->slow.foresees = false;
	if (fp->slow.owner != NULL)
		owner = slowpath_holder(dp, b, 0);
	if (owner == dp->worker)
		slowpath_foresee(dp, b, trace, out);
	b->n = 0;
	return owner;
}
