/* SPDX-License-Identifier: BSD-3-Clause */
/* The data path of one worker, on one page. */

#include "fastpath/fastpath.h"

#include <string.h>

#include "base/counter.h"
#include "base/memory.h"
#include "fastpath/fastpath_priv.h"

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
	for (unsigned i = 0; i < b->n; i++) {
		counter_add(&l->iface[b->iface[i]].rx, 1);
		counter_add(&l->iface[b->iface[i]].rx_bytes, b->m[i]->pkt_len);
	}
}

void
fastpath_process(struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n, bool handed)
{
	struct burst *b = &fp->burst;
	unsigned done;

	b->n = (uint16_t)n;
	b->port = port;
	b->handed = handed;
	b->tick = clock_tick(fp->slow.now_ns);
	b->ingress = &fp->slow.gen->ingress[port];
	memcpy(b->m, m, n * sizeof(*m));

	if (b->ingress->cable != PORT_NONE && fastpath_pass_cable(fp, b)) {
		count_received(fp, b);
		fastpath_dispose(fp, b);
		return;
	}
	slowpath_begin(&fp->slow, b);
	fp->variant->parse(fp, b); /* headers -> class, key, hash */
	count_received(fp, b);
	done = fp->variant->execute(fp, b); /* key -> program -> packet rewritten */
	if (unlikely(fp->slow.observer != NULL)) {
		fastpath_split_outputs(b);
		for (unsigned i = 0; i < done; i++)
			slowpath_observe_hit(&fp->slow, b, i);
	}
	if (unlikely(done < n) && fp->slow.owner != NULL && !handed)
		slowpath_hand_off(&fp->slow, b, done);
	while (unlikely(done < n))
		done = slowpath_process(&fp->slow, b, done); /* first packets, and the rest */
	fastpath_dispose(fp, b);                             /* packets -> queues */
	flow_table_reclaim(fp->slow.flow4);
	flow_table_reclaim(fp->slow.flow6);
}

void
fastpath_set_owner_lookup(struct fastpath *fp,
	unsigned (*owner)(void *arg, const struct burst *b, unsigned slot), void *arg)
{
	fp->slow.owner = owner;
	fp->slow.owner_arg = arg;
}

void
fastpath_set_others(struct fastpath *fp,
	unsigned (*owner_of)(void *arg, const struct tuple *t, uint16_t iface),
	void (*hand)(void *arg, unsigned to, struct rte_mbuf *m), void *arg)
{
	fp->slow.owner_of = owner_of;
	fp->slow.hand = hand;
	fp->slow.others_arg = arg;
}

enum reason
fastpath_judge(struct fastpath *fp, uint16_t port, struct rte_mbuf *m, struct fragment_pass *pass)
{
	const struct burst *b = &fp->burst;
	uint16_t out;

	fp->slow.pass = pass;
	fastpath_process(fp, port, &m, 1, true);
	fp->slow.pass = NULL;
	out = b->n_executed > 0 ? (uint16_t)b->output[0] : b->out[0];
	return out == OUT_DROP ? b->reason[0] : REASON_NONE;
}

struct handoff *
fastpath_handoff(struct fastpath *fp)
{
	return &fp->handoff;
}

uint64_t
fastpath_tick(struct fastpath *fp)
{
	fp->slow.now_ns = clock_read(&fp->clock);
	return fp->slow.now_ns;
}

void
fastpath_observe(struct fastpath *fp, const struct observer *observer)
{
	fp->slow.observer = observer;
}

struct clock *
fastpath_clock(struct fastpath *fp)
{
	return &fp->clock;
}

struct ledger *
fastpath_ledger(struct fastpath *fp)
{
	return &fp->ledger;
}

struct host *
fastpath_host(struct fastpath *fp)
{
	return fp->slow.host;
}

void
fastpath_learn(struct fastpath *fp, const struct host_fact *fact)
{
	host_learn(fp->slow.host, fact);
	fastpath_send_born(fp);
}
