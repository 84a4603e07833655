/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets to the ports' queues: a burst that leaves whole, and what was gathered. */

#include <string.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"

#define SEND_NOW_MIN 16 /* packets that justify a call of the driver of their own */

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

void
fastpath_send_gathered(struct fastpath *fp, uint16_t port)
{
	struct gather *g = &fp->gather[port];

	send_now(fp, port, g->m, g->n, g->bytes);
	g->n = 0;
	g->bytes = 0;
}

bool
fastpath_send_together(struct fastpath *fp, struct burst *b)
{
	uint16_t out = b->output[0].port, egress = b->output[0].iface;
	struct gather *g;

	if (unlikely(fp->slow.n_born != 0) || !b->same_output || b->n_executed != b->n
		|| out > OUT_PORT_MAX || fp->gather[out].queue == NULL)
		return false;
	g = &fp->gather[out];
	counter_add(&fp->ledger.iface[egress].tx, b->n);
	counter_add(&fp->ledger.iface[egress].tx_bytes, b->output_bytes);
	if (g->n == 0 && b->n >= SEND_NOW_MIN) {
		send_now(fp, out, b->m, b->n, b->output_bytes);
		return true;
	}
	if (g->n + b->n > BURST_MAX)
		fastpath_send_gathered(fp, out);
	memcpy(g->m + g->n, b->m, b->n * sizeof(b->m[0]));
	g->n = (uint16_t)(g->n + b->n);
	g->bytes += b->output_bytes;
	return true;
}
