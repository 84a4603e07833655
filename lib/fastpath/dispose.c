/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of a burst: packets go to the ports' queues in order of arrival, dropped ones are freed
 * and counted. */

#include <string.h>

#include <rte_mbuf.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"

/* Gives packets to a port's queue. */
static void
send_now(struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n, uint64_t frame_bytes)
{
	struct tx_queue *queue = fp->gather[port].queue;
	struct ledger *l = &fp->ledger;
	uint64_t packets = queue->packets, bytes = queue->bytes;
	unsigned full = queue_send_counted(queue, m, n, frame_bytes);

	counter_add(&l->port[port].tx, queue->packets - packets);
	counter_add(&l->port[port].tx_bytes, queue->bytes - bytes);
	if (unlikely(full != 0))
		counter_add(&l->iface[0].drops[REASON_tx_full], full);
}

/* Gives the packets gathered for a port to its queue. */
static void
send_gathered(struct fastpath *fp, uint16_t port)
{
	struct gather *g = &fp->gather[port];

	send_now(fp, port, g->m, g->n, g->bytes);
	g->n = 0;
	g->bytes = 0;
}

static inline void
gather_one(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	struct gather *g = &fp->gather[port];
	struct ledger_iface *li = &fp->ledger.iface[iface];
	uint32_t bytes = m->pkt_len;
	unsigned n = g->n;

	if (unlikely(g->queue == NULL)) {
		counter_add(&li->drops[REASON_port_down], 1);
		rte_pktmbuf_free(m);
		return;
	}
	counter_add(&li->tx, 1);
	counter_add(&li->tx_bytes, bytes);
	g->m[n] = m;
	g->n = (uint16_t)(n + 1);
	g->bytes += bytes;
	if (unlikely(n + 1 == BURST_MAX))
		send_gathered(fp, port);
}

void
fastpath_gather(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	if (unlikely(fp->n_captures != 0))
		fastpath_capture_out(fp, m, port, iface);
	gather_one(fp, m, port, iface);
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
			send_gathered(fp, p);
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

#define SEND_NOW_MIN 16 /* packets that justify a call of the driver of their own */

/* Returns true if the hot loop settled all packets and they leave by the same port and interface.
 * They are then sent at once, a large burst without being gathered. */
static bool
dispose_together(struct fastpath *fp, struct burst *b)
{
	uint16_t out = (uint16_t)b->output[0], egress = (uint16_t)(b->output[0] >> 16);
	struct gather *g;

	if (b->n == 0)
		return true;
	if (!b->same_output || b->n_executed != b->n || out > OUT_PORT_MAX
		|| fp->gather[out].queue == NULL)
		return false;
	g = &fp->gather[out];
	counter_add(&fp->ledger.iface[egress].tx, b->n);
	counter_add(&fp->ledger.iface[egress].tx_bytes, b->output_bytes);
	if (g->n == 0 && b->n >= SEND_NOW_MIN) {
		send_now(fp, out, b->m, b->n, b->output_bytes);
		return true;
	}
	if (g->n + b->n > BURST_MAX)
		send_gathered(fp, out);
	memcpy(g->m + g->n, b->m, b->n * sizeof(b->m[0]));
	g->n = (uint16_t)(g->n + b->n);
	g->bytes += b->output_bytes;
	return true;
}

/* Takes packets of other workers out of a burst that the hot loop has settled, so that the rest may
 * leave together. */
static void
set_aside(struct fastpath *fp, struct burst *b)
{
	struct handoff *f = &fp->handoff;
	uint32_t differ = 0;
	unsigned kept = 0;

	for (unsigned i = 0; i < b->n; i++) {
		uint32_t output = b->output[i];

		if ((uint16_t)output == OUT_WORKER) {
			f->owner[f->n] = (uint16_t)(output >> 16);
			f->m[f->n++] = b->m[i];
			continue;
		}
		b->m[kept] = b->m[i];
		b->iface[kept] = b->iface[i];
		b->reason[kept] = b->reason[i];
		b->output[kept++] = output;
		differ |= output ^ b->output[0];
	}
	b->n = b->n_executed = (uint16_t)kept;
	b->same_output = differ == 0;
}

void
fastpath_dispose(struct fastpath *fp, struct burst *b)
{
	struct rte_mbuf *dead[BURST_MAX];
	unsigned n_dead = 0, next = 0;

	fp->handoff.n = 0;
	if (fp->slow.owner != NULL && b->n_executed == b->n
		&& (!b->same_output || (uint16_t)b->output[0] == OUT_WORKER)) {
		if (unlikely(fp->n_captures != 0))
			fastpath_capture_burst(fp, b);
		set_aside(fp, b);
	}
	if (likely(fp->slow.n_born == 0) && dispose_together(fp, b))
		return;
	fastpath_split_outputs(b);
	if (unlikely(fp->n_captures != 0))
		fastpath_capture_burst(fp, b);
	for (unsigned i = 0; i < b->n; i++) {
		uint16_t out = b->out[i];

		if (unlikely(next < fp->slow.n_born))
			next = send_born(fp, next, i);
		if (likely(out <= OUT_PORT_MAX)) {
			gather_one(fp, b->m[i], out, b->egress[i]);
		} else if (out == OUT_DROP) {
			ledger_drop(&fp->ledger, b->iface[i], b->reason[i]);
			if (b->class[i] != SLOT_TOLD)
				fastpath_record_drop(fp, b, i);
			dead[n_dead++] = b->m[i];
		} else if (out == OUT_WORKER) {
			fp->handoff.owner[fp->handoff.n] = b->egress[i];
			fp->handoff.m[fp->handoff.n++] = b->m[i];
		}
	}
	send_born(fp, next, BURST_MAX);
	fp->slow.n_born = 0;
	if (n_dead > 0)
		rte_pktmbuf_free_bulk(dead, n_dead);
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
