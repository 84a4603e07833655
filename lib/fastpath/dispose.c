/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of a burst: packets to the ports' queues in order of arrival, the dropped ones freed and counted. */

#include <rte_mbuf.h>

#include "fastpath/fastpath_priv.h"

/* Gives what was gathered for a port to its queue. */
static void
send_gathered(struct fastpath *fp, uint16_t port)
{
	struct gather *g = &fp->gather[port];
	struct ledger *l = &fp->ledger;
	uint64_t packets = g->queue->packets, bytes = g->queue->bytes;
	unsigned full = queue_send(g->queue, g->m, g->n);

	l->port[port].tx += g->queue->packets - packets;
	l->port[port].tx_bytes += g->queue->bytes - bytes;
	l->iface[0].drops[REASON_tx_full] += full;
	g->n = 0;
}

void
fastpath_gather(struct fastpath *fp, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	struct gather *g = &fp->gather[port];
	struct ledger_iface *li = &fp->ledger.iface[iface];

	if (unlikely(g->queue == NULL)) {
		li->drops[REASON_port_down]++;
		rte_pktmbuf_free(m);
		return;
	}
	if (g->n == BURST_MAX)
		send_gathered(fp, port);
	li->tx++;
	li->tx_bytes += m->pkt_len;
	g->m[g->n++] = m;
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
			fp->ledger.port[p].tx += g->queue->packets - before;
			fp->ledger.port[p].tx_bytes += g->queue->bytes - bytes;
		}
		sent += (unsigned)(fp->ledger.port[p].tx - packets);
		held += queue_held(g->queue);
	}
	fp->ledger.held[HELD_transmit] = held;
	return sent;
}

/* Sends the packets born up to a slot, which leave before it. */
static unsigned
send_born(struct fastpath *fp, unsigned next, unsigned slot)
{
	while (next < fp->slow.n_born && fp->slow.born[next].slot <= slot) {
		const struct born *o = &fp->slow.born[next++];

		fastpath_gather(fp, o->m, o->port, o->iface);
	}
	return next;
}

/* Do all packets leave by the same port and interface?  Then they go at once. */
static bool
dispose_together(struct fastpath *fp, struct burst *b)
{
	uint16_t out = b->out[0], egress = b->egress[0], differ = 0;
	struct gather *g;
	uint64_t bytes = 0;

	if (out > OUT_PORT_MAX || fp->gather[out].queue == NULL)
		return false;
	for (unsigned i = 1; i < b->n; i++)
		differ |= (b->out[i] ^ out) | (b->egress[i] ^ egress);
	if (differ != 0)
		return false;
	g = &fp->gather[out];
	if (g->n + b->n > BURST_MAX)
		send_gathered(fp, out);
	for (unsigned i = 0; i < b->n; i++) {
		bytes += b->m[i]->pkt_len;
		g->m[g->n + i] = b->m[i];
	}
	g->n = (uint16_t)(g->n + b->n);
	fp->ledger.iface[egress].tx += b->n;
	fp->ledger.iface[egress].tx_bytes += bytes;
	return true;
}

void
fastpath_dispose(struct fastpath *fp, struct burst *b)
{
	struct rte_mbuf *dead[BURST_MAX];
	unsigned n_dead = 0, next = 0;

	if (likely(fp->slow.n_born == 0) && dispose_together(fp, b))
		return;
	for (unsigned i = 0; i < b->n; i++) {
		uint16_t out = b->out[i];

		if (unlikely(next < fp->slow.n_born))
			next = send_born(fp, next, i);
		if (likely(out <= OUT_PORT_MAX)) {
			fastpath_gather(fp, b->m[i], out, b->egress[i]);
		} else if (out == OUT_DROP) {
			ledger_drop(&fp->ledger, b->iface[i], b->reason[i]);
			dead[n_dead++] = b->m[i];
		}
	}
	send_born(fp, next, BURST_MAX);
	fp->slow.n_born = 0;
	if (n_dead > 0)
		rte_pktmbuf_free_bulk(dead, n_dead);
}
