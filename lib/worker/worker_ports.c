/* SPDX-License-Identifier: BSD-3-Clause */
/* The queues of a worker: allocated for all ports, used for present ones. */

#include "base/counter.h"
#include "worker/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "worker/spread.h"

static bool
polls(const struct worker *w, const struct port *port, unsigned queue)
{
	const struct spread spread = { w->common->count, w->common->node };

	return spread_queue(&spread, port->index, port->rx_queues, queue, port->numa_node)
		== w->index;
}

static bool
is_present(const struct port *port)
{
	return atomic_load_explicit(&port->present, memory_order_relaxed);
}

static void
list_sources(struct worker *w, bool all)
{
	struct ports *ports = w->common->ports;

	w->n_sources = 0;
	for (unsigned p = 0; p < ports->count; p++) {
		for (unsigned q = 0; q < ports->at[p].rx_queues; q++) {
			struct source *s = &w->sources[w->n_sources];

			if (!polls(w, &ports->at[p], q) || !(all || is_present(&ports->at[p])))
				continue;
			rx_queue_init(&s->queue, &ports->at[p], q);
			s->port = (uint16_t)p;
			s->look = &ports->at[p].look;
			w->n_sources++;
		}
	}
}

static void
add_tx(struct worker *w, unsigned p)
{
	tx_queue_init(&w->tx[p], &w->common->ports->at[p], w->index, w->common->burst);
	fastpath_set_port(w->fp, (uint16_t)p, &w->tx[p]);
}

int
worker_make_ports(struct worker *w)
{
	struct ports *ports = w->common->ports;
	size_t bytes = RTE_ALIGN_CEIL((ports->count + 1) * sizeof(w->tx[0]), RTE_CACHE_LINE_SIZE);
	unsigned queues = 0;

	for (unsigned p = 0; p < ports->count; p++)
		queues += ports->at[p].rx_queues;
	w->sources = calloc(queues + 1, sizeof(w->sources[0]));
	w->tx = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
	w->tx_used = calloc(ports->count + 1, sizeof(w->tx_used[0]));
	if (w->sources == NULL || w->tx == NULL || w->tx_used == NULL)
		return -ENOMEM;
	memset(w->tx, 0, bytes);
	list_sources(w, true); /* ports are open, and start before the first loop */
	for (unsigned p = 0; p < ports->count; p++) {
		add_tx(w, p);
		w->tx_used[p] = true;
	}
	return 0;
}

void
worker_take_ports(struct worker *w, unsigned changes)
{
	struct ports *ports = w->common->ports;
	struct ledger *l = fastpath_ledger(w->fp);

	fastpath_flush(w->fp);
	for (unsigned p = 0; p < ports->count; p++) {
		bool present = is_present(&ports->at[p]);

		if (present == w->tx_used[p])
			continue;
		w->tx_used[p] = present;
		if (present) {
			add_tx(w, p);
			fastpath_port_returned(w->fp, (uint16_t)p);
		} else {
			fastpath_set_port(w->fp, (uint16_t)p, NULL);
			counter_add(&l->iface[0].drops[REASON_port_down], tx_queue_fini(&w->tx[p]));
		}
	}
	list_sources(w, false);
	/* Pairs with the acquire in workers_take_ports: queues of absent ports are not touched any
	 * more. */
	atomic_store_explicit(&w->ports_taken, changes, memory_order_release);
}
