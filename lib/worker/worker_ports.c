/* SPDX-License-Identifier: BSD-3-Clause */
/* The queues of a worker: of ports that are present, and received from if its generation has them.
 */

#include "base/counter.h"
#include "worker/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/bond.h"
#include "io/steer.h"
#include "policy/generation.h"
#include "worker/handover.h"
#include "worker/spread.h"

static bool
polls(const struct worker *w, const struct port *port, unsigned queue)
{
	const struct spread spread = { w->common->count, w->common->node,
		w->generation->polled_by };

	return spread_queue(&spread, port->index, port->rx_queues, queue, port->numa_node)
		== w->index;
}

static bool
is_present(const struct port *port)
{
	/* Pairs with the release in port_start. */
	return atomic_load_explicit(&port->present, memory_order_acquire);
}

/* Returns true if a port's queue is the worker's alone; false: another one has not left it yet. */
static bool
claim(const struct worker *w, struct port *port, unsigned queue)
{
	unsigned char mine = (unsigned char)(w->index + 1), nobody = 0;

	/* Pairs with the release in leave. */
	return atomic_load_explicit(&port->poller[queue], memory_order_relaxed) == mine
		|| atomic_compare_exchange_strong_explicit(&port->poller[queue], &nobody, mine,
			memory_order_acquire, memory_order_relaxed);
}

/* Leaves the queues that the worker's generation, or another one's going, takes from it. */
static void
leave(struct worker *w)
{
	for (unsigned i = 0; i < w->n_sources; i++) {
		const struct source *s = &w->sources[i];
		struct port *port = &w->common->ports->at[s->port];

		if (w->generation->port_used[s->port] && is_present(port)
			&& polls(w, port, s->queue.queue))
			continue;
		/* Pairs with the acquire in claim: what came before is in the rings. */
		atomic_store_explicit(&port->poller[s->queue.queue], 0, memory_order_release);
	}
}

static void
list_port(struct worker *w, unsigned p)
{
	struct port *port = &w->common->ports->at[p];

	for (unsigned q = 0; q < port->rx_queues; q++) {
		struct source *s = &w->sources[w->n_sources];

		if (!polls(w, port, q))
			continue;
		if (!claim(w, port, q)) {
			w->awaits = true;
			continue;
		}
		rx_queue_init(&s->queue, port, q);
		s->port = (uint16_t)p;
		s->backlog = 0;
		s->look = &port->look;
		rps_choose(w, port, &s->rps);
		w->n_sources++;
	}
}

static bool
is_bond(const struct worker *w, unsigned p)
{
	return w->tx_used[p] && is_present(&w->common->ports->at[p])
		&& w->common->ports->at[p].bond != NULL;
}

void
worker_tend_bonds(struct worker *w)
{
	const struct ports *ports = w->common->ports;

	if (w->now_ns - w->tended_ns < BOND_TEND_MS * NS_PER_MS)
		return;
	w->tended_ns = w->now_ns;
	for (uint64_t left = w->bonds; left != 0; left &= left - 1) {
		unsigned p = (unsigned)__builtin_ctzll(left);

		bond_tend_tx(&ports->at[p], &w->tx[p]);
	}
	for (unsigned i = 0; i < w->n_sources; i++)
		if (w->bonds >> w->sources[i].port & 1)
			bond_tend_rx(&ports->at[w->sources[i].port], w->sources[i].queue.queue);
}

/* Lists the queues that the worker receives from: those of ports that its generation has, so that
 * no frame is judged by a generation that does not know its port. */
static void
list_sources(struct worker *w)
{
	const struct generation *gen = w->generation;

	interrupts_unlist(w);
	if (gen != NULL)
		leave(w);
	w->n_sources = 0;
	w->awaits = false;
	w->bonds = 0;
	for (unsigned p = 0; p < PORT_MAX; p++)
		w->bonds |= is_bond(w, p) ? UINT64_C(1) << p : 0;
	for (unsigned p = 0; gen != NULL && p < PORT_MAX; p++)
		if (gen->port_used[p] && is_present(&w->common->ports->at[p]))
			list_port(w, p);
	interrupts_list(w);
}

void
worker_choose_rps(struct worker *w)
{
	for (unsigned i = 0; i < w->n_sources; i++)
		rps_choose(w, &w->common->ports->at[w->sources[i].port], &w->sources[i].rps);
}

unsigned
worker_await_queues(struct worker *w)
{
	unsigned before = w->n_sources, n = 0, some;

	list_sources(w);
	if (w->n_sources == before)
		return 0;
	for (unsigned i = 0; i < STEER_RING; i++, n += some) {
		some = handover_receive(w);
		if (some == 0)
			break;
	}
	return n;
}

void
worker_follow_ports(struct worker *w, const struct generation *old)
{
	const struct generation *gen = w->generation;

	if (old == NULL || old->polled_by != gen->polled_by
		|| memcmp(old->port_used, gen->port_used, sizeof(gen->port_used)) != 0)
		list_sources(w);
	worker_choose_rps(w);
	for (unsigned p = 0; old != NULL && p < PORT_MAX; p++)
		if (gen->port_used[p] && !old->port_used[p])
			fastpath_port_returned(w->fp, (uint16_t)p);
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
	size_t bytes = RTE_ALIGN_CEIL(PORT_MAX * sizeof(w->tx[0]), RTE_CACHE_LINE_SIZE);

	w->sources = calloc(PORT_MAX * PORT_QUEUES_MAX, sizeof(w->sources[0]));
	w->tx = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
	w->tx_used = calloc(PORT_MAX, sizeof(w->tx_used[0]));
	if (w->sources == NULL || w->tx == NULL || w->tx_used == NULL)
		return -ENOMEM;
	memset(w->tx, 0, bytes);
	/* Ports are open, and start before the first loop. */
	for (unsigned p = 0; p < ports->count; p++) {
		if (!ports->at[p].used)
			continue;
		add_tx(w, p);
		w->tx_used[p] = true;
	}
	return 0;
}

/* Has the neighbours behind a bond asked again when another member carries its frames: switches
 * then learn where our MAC is. */
static void
take_moves(struct worker *w)
{
	for (uint64_t left = w->bonds; left != 0; left &= left - 1) {
		unsigned p = (unsigned)__builtin_ctzll(left),
			 moves = bond_moves(&w->common->ports->at[p]);

		if (moves == w->moved[p])
			continue;
		w->moved[p] = moves;
		fastpath_port_moved(w->fp, (uint16_t)p);
	}
}

void
worker_take_links(struct worker *w)
{
	const struct ports *ports = w->common->ports;

	take_moves(w);
	for (unsigned p = 0; p < PORT_MAX; p++)
		fastpath_link(w->fp, (uint16_t)p,
			!ports->at[p].used
				|| (is_present(&ports->at[p])
					&& atomic_load_explicit(
						&ports->at[p].link_up, memory_order_relaxed)));
}

void
worker_take_ports(struct worker *w, unsigned changes)
{
	struct ports *ports = w->common->ports;
	struct ledger *l = fastpath_ledger(w->fp);

	fastpath_flush(w->fp);
	for (unsigned p = 0; p < PORT_MAX; p++) {
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
	list_sources(w);
	if (w->links_taken != 0)
		worker_take_links(w);
	/* Pairs with the acquire in workers_take_ports: queues of absent ports are not touched any
	 * more. */
	atomic_store_explicit(&w->ports_taken, changes, memory_order_release);
}
