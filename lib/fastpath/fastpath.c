/* SPDX-License-Identifier: BSD-3-Clause */
/* The data path of one worker, on one page. */

#include "fastpath/fastpath.h"

#include <string.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"
#include "fastpath/handed.h"

static void
count_received(struct fastpath *fp, const struct burst *b)
{
	struct ledger *l = &fp->ledger;

	if (b->handed)
		return; /* the receiving worker has counted them */
	counter_add(&l->port[b->port].rx, b->n);
	counter_add(&l->port[b->port].rx_bytes, b->bytes);
	if (!b->ingress->has_vlans && b->ingress->untagged != IFACE_NONE) {
		counter_add(&l->iface[b->ingress->untagged].rx, b->n);
		counter_add(&l->iface[b->ingress->untagged].rx_bytes, b->bytes);
		return;
	}
	fastpath_count_tagged(fp, b);
}

static inline void
send_burst(struct fastpath *fp, struct burst *b)
{
	fp->handoff.n = 0;
	if (unlikely(!fastpath_send_together(fp, b)))
		fastpath_dispose(fp, b);
}

bool
fastpath_process(struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n, bool handed)
{
	struct burst *b = &fp->burst;
	uint64_t hits = fp->ledger.lookups_hit;
	unsigned done;

	b->n = (uint16_t)n;
	b->known = handed ? port & HANDED_MARKS : 0;
	b->sought = handed ? port & SOUGHT_MARKS : 0;
	port = (uint16_t)(port - b->known - b->sought);
	b->port = port;
	b->handed = handed;
	b->tick = clock_tick(fp->dp.now_ns);
	b->ingress = &fp->dp.gen->ingress[port];
	memcpy(b->m, m, n * sizeof(*m));

	if (b->ingress->cable != PORT_NONE && fastpath_pass_cable(fp, b)) {
		count_received(fp, b);
		send_burst(fp, b);
		return true;
	}
	fp->slow.burst++;
	if (unlikely(fp->dp.observer != NULL))
		slowpath_observe_burst(&fp->dp, b);
	fp->variant->parse(fp, b); /* headers -> class, key, hash */
	count_received(fp, b);
	done = fp->variant->execute(fp, b); /* key -> program -> packet rewritten */
	hits = fp->ledger.lookups_hit - hits;
	if (unlikely(fp->dp.observer != NULL))
		slowpath_observe_hits(&fp->dp, b, done);
	if (unlikely(done < n))
		slowpath_settle(&fp->dp, b, done); /* first packets, and the rest */
	send_burst(fp, b);                         /* packets -> queues */
	flow_table_reclaim(fp->dp.flow4);
	flow_table_reclaim(fp->dp.flow6);
	return n - hits <= n / FASTPATH_FEW;
}
