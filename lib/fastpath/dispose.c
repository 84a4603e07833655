/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of a burst whose packets do not all leave by one port: they are gathered by port in order
 * of arrival, dropped ones are freed and counted. */

#include <rte_mbuf.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"
#include "fastpath/handed.h"

static void gather_other(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface);

static inline void
gather_one(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	struct gather *g = &fp->gather[port];
	struct ledger_iface *li = &fp->ledger.iface[iface];
	uint32_t bytes = m->pkt_len;
	unsigned n = g->n;

	if (unlikely(g->queue == NULL)) {
		gather_other(fp, m, port, iface);
		return;
	}
	counter_add(&li->tx, 1);
	counter_add(&li->tx_bytes, bytes);
	g->m[n] = m;
	g->n = (uint16_t)(n + 1);
	g->bytes += bytes;
	if (unlikely(n + 1 == BURST_MAX))
		fastpath_send_gathered(fp, port);
}

static void
leave_bridge(void *fastpath, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	fastpath_gather(fastpath, m, port, iface);
}

/* Handles a packet for a port that has no queue: the place of a bridge, or none. */
static void
gather_other(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	const struct bridge *bridge = generation_bridge(fp->dp.gen, port);
	struct ledger_iface *li = &fp->ledger.iface[iface];

	if (bridge == NULL) {
		counter_add(&li->drops[REASON_port_down], 1);
		rte_pktmbuf_free(m);
		return;
	}
	counter_add(&li->tx, 1);
	counter_add(&li->tx_bytes, m->pkt_len);
	slowpath_bridge_leaves(&fp->dp, bridge, m, leave_bridge, fp);
}

void
fastpath_gather(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	if (unlikely(fp->watched))
		fastpath_capture_out(fp, m, port, iface);
	gather_one(fp, m, port, iface);
}

/* Sends the packets that Weir made up to a slot; they leave before the slot's own packet. */
static unsigned
send_born(struct fastpath *fp, unsigned next, unsigned slot)
{
	while (next < fp->slow.n_born && fp->slow.born[next].slot <= slot) {
		const struct born *o = &fp->slow.born[next++];

		fastpath_gather(fp, o->m, o->port, o->iface);
	}
	return next;
}

/* Packets of a burst that are freed at its end. */
struct dead {
	struct rte_mbuf *m[BURST_MAX];
	unsigned n;
};

static void
drop(struct fastpath *fp, const struct burst *b, unsigned slot, struct dead *dead)
{
	ledger_drop(&fp->ledger, b->iface[slot], b->reason[slot]);
	if (b->class[slot] != SLOT_TOLD)
		fastpath_record_drop(fp, b, slot);
	dead->m[dead->n++] = b->m[slot];
}

static void
bury(struct dead *dead)
{
	if (dead->n > 0)
		rte_pktmbuf_free_bulk(dead->m, dead->n);
}

/* Takes packets of other workers, and those that are dropped, out of a burst that the hot loop has
 * settled, so that the rest may leave together.  Of the rest only what is moved here still belongs
 * to its slot. */
static void
set_aside(struct fastpath *fp, struct burst *b, struct dead *dead)
{
	struct handoff *f = &fp->handoff;
	uint32_t differ = 0;
	unsigned kept = 0;

	for (unsigned i = 0; i < b->n; i++) {
		union output output = b->output[i];

		if (output.port == OUT_WORKER) {
			handed_write(b, i);
			f->owner[f->n] = output.iface & (uint16_t)~SOUGHT_MARKS;
			f->m[f->n++] = b->m[i];
			continue;
		}
		if (unlikely(output.port == OUT_DROP)) {
			drop(fp, b, i, dead);
			continue;
		}
		b->m[kept] = b->m[i];
		b->output[kept++] = output;
		differ |= output.word ^ b->output[0].word;
	}
	b->n = b->n_executed = (uint16_t)kept;
	b->same_output = differ == 0;
}

void
fastpath_dispose(struct fastpath *fp, struct burst *b)
{
	struct dead dead = { .n = 0 };
	unsigned next = 0;

	if (fp->slow.owner != NULL && b->n_executed == b->n && fp->slow.n_born == 0
		&& (!b->same_output || b->output[0].port == OUT_WORKER)) {
		if (unlikely(fp->watched))
			fastpath_capture_burst(fp, b);
		set_aside(fp, b, &dead);
		if (fastpath_send_together(fp, b)) {
			bury(&dead);
			return;
		}
	}
	if (unlikely(fp->watched))
		fastpath_capture_burst(fp, b);
	for (unsigned i = 0; i < b->n; i++) {
		uint16_t out = b->output[i].port, iface = b->output[i].iface;

		if (unlikely(next < fp->slow.n_born))
			next = send_born(fp, next, i);
		if (likely(out <= OUT_PORT_MAX)) {
			gather_one(fp, b->m[i], out, iface);
		} else if (out == OUT_DROP) {
			drop(fp, b, i, &dead);
		} else if (out == OUT_WORKER) {
			if ((iface & FRAGMENT_MARK) == 0)
				handed_write(b, i);
			fp->handoff.owner[fp->handoff.n] = iface & (uint16_t)~SOUGHT_MARKS;
			fp->handoff.m[fp->handoff.n++] = b->m[i];
		}
	}
	send_born(fp, next, BURST_MAX);
	fp->slow.n_born = 0;
	bury(&dead);
}

void
fastpath_send_born(struct fastpath *fp)
{
	for (unsigned i = 0; i < fp->slow.n_born; i++) {
		const struct born *o = &fp->slow.born[i];

		fastpath_gather(fp, o->m, o->port, o->iface);
	}
	fp->slow.n_born = 0;
}

unsigned
fastpath_flush(struct fastpath *fp)
{
	unsigned sent = 0;
	int64_t held = 0;

	for (uint16_t p = 0; p < fp->n_ports; p++) {
		struct gather *g = &fp->gather[p];
		uint64_t packets, bytes;

		if (g->queue == NULL)
			continue;
		packets = fp->ledger.port[p].tx;
		if (g->n > 0)
			fastpath_send_gathered(fp, p);
		if (unlikely(queue_held(g->queue) > 0)) {
			uint64_t before = g->queue->packets;

			bytes = g->queue->bytes;
			queue_flush(g->queue);
			counter_add(&fp->ledger.port[p].tx, g->queue->packets - before);
			counter_add(&fp->ledger.port[p].tx_bytes, g->queue->bytes - bytes);
		}
		sent += (unsigned)(fp->ledger.port[p].tx - packets);
		held += queue_held(g->queue);
	}
	counter_set(&fp->ledger.held[HELD_transmit], held);
	return sent;
}
