/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop of one worker. */

#include "worker/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/nat_counts.h"
#include "io/steer.h"
#include "packet/burst.h"
#include "packet/met.h"
#include "stage/generation.h"
#include "worker/mailbox.h"
#include "worker/owner.h"

enum {
	FACTS_PER_LOOP = 64,
	STOP_FLUSHES = 64,              /* tries to send what waits when the worker stops */
};

static void
tell(void *arg, const struct host_fact *fact)
{
	struct worker *w = arg;

	if (w->common->mailbox != NULL)
		mailbox_tell(w->common->mailbox, w->index, fact);
}

/* Which worker polls a queue: one each where there are enough queues, else spread over the
 * workers. */
static bool
polls(const struct worker *w, const struct port *port, unsigned queue)
{
	if (port->rx_queues >= w->common->count)
		return queue % w->common->count == w->index;
	return (queue + port->index) % w->common->count == w->index;
}

static int
take_sources(struct worker *w)
{
	struct ports *ports = w->common->ports;
	unsigned all = 0;

	for (unsigned p = 0; p < ports->count; p++)
		all += ports->at[p].rx_queues;
	w->sources = calloc(all + 1, sizeof(w->sources[0]));
	if (w->sources == NULL)
		return -ENOMEM;
	for (unsigned p = 0; p < ports->count; p++) {
		for (unsigned q = 0; q < ports->at[p].rx_queues; q++) {
			struct source *s = &w->sources[w->n_sources];

			if (!polls(w, &ports->at[p], q))
				continue;
			rx_queue_init(&s->queue, &ports->at[p], q);
			s->port = (uint16_t)p;
			w->n_sources++;
		}
	}
	return 0;
}

static int
take_tx(struct worker *w)
{
	struct ports *ports = w->common->ports;
	size_t bytes = RTE_ALIGN_CEIL((ports->count + 1) * sizeof(w->tx[0]), RTE_CACHE_LINE_SIZE);

	w->tx = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
	if (w->tx == NULL)
		return -ENOMEM;
	memset(w->tx, 0, bytes);
	for (unsigned p = 0; p < ports->count; p++) {
		tx_queue_init(&w->tx[p], &ports->at[p], w->index, w->common->burst);
		fastpath_set_port(w->fp, (uint16_t)p, &w->tx[p]);
	}
	return 0;
}

int
worker_init(struct worker *w, const struct worker_setup *setup)
{
	struct fastpath_setup fs = {
		.worker = setup->index, .workers = setup->common->count,
		.numa_node = setup->numa_node, .sessions = setup->flows, .openings = setup->openings, .pool = setup->pool,
		.clock = setup->clock, .tell = tell, .arg = w,
	};

	memset(w, 0, sizeof(*w));
	w->common = setup->common;
	w->index = setup->index;
	idle_init(&w->idle, setup->idle);
	w->fp = fastpath_create(&fs);
	if (w->fp == NULL || take_sources(w) < 0 || take_tx(w) < 0) {
		worker_fini(w);
		return -ENOMEM;
	}
	return 0;
}

void
worker_fini(struct worker *w)
{
	fastpath_destroy(w->fp);
	nat_summary_free(w->nat);
	free(w->sources);
	free(w->tx);
	w->fp = NULL;
	w->nat = NULL;
	w->sources = NULL;
	w->tx = NULL;
}

void
worker_adopt(struct worker *w, const struct generation *gen)
{
	fastpath_adopt(w->fp, gen);
	w->generation = gen;
	fastpath_ask_owner(w->fp, owner_is_asked(w->common, gen) ? owner_of_slot : NULL, w);
	/* Pairs with the acquire in workers_oldest: what is older may be freed. */
	atomic_store_explicit(&w->adopted, gen->number, memory_order_release);
}

static void
take_generation(struct worker *w)
{
	/* Pairs with the release store in workers_publish. */
	const struct generation *gen = atomic_load_explicit(&w->common->generation,
		memory_order_acquire);

	if (gen != w->generation)
		worker_adopt(w, gen);
}

static void
account_time(struct worker *w, uint64_t now_ns)
{
	uint64_t elapsed_ns = w->now_ns == 0 ? 0 : now_ns - w->now_ns;

	if (w->was_busy)
		w->busy_ns += elapsed_ns;
	else
		w->idle_ns += elapsed_ns;
	if (w->idle.asleep_since_ns == 0 && elapsed_ns > w->longest_gap_ns)
		w->longest_gap_ns = elapsed_ns;
	idle_woke(&w->idle, now_ns);
	w->now_ns = now_ns;
}

static void
read_mailbox(struct worker *w)
{
	struct host_fact facts[FACTS_PER_LOOP];
	unsigned n;

	if (w->common->mailbox == NULL)
		return;
	n = mailbox_take(w->common->mailbox, w->index, facts, FACTS_PER_LOOP);
	for (unsigned i = 0; i < n; i++)
		fastpath_learn(w->fp, &facts[i]);
}

/* Frames that have been counted as received go to another worker, with their port in them. */
static void
hand_over(struct worker *w, unsigned to, struct rte_mbuf **m, unsigned n)
{
	struct ledger *l = fastpath_ledger(w->fp);
	unsigned full;

	full = steer_send(w->common->steer, w->index, to, m, n);
	l->held[HELD_ring] += n - full;
	l->iface[0].drops[REASON_handoff_full] += full;
}

/* A fragment whose datagram this worker follows: with its ports known, it and those that waited for
 * it go to their owner. */
static void
meet(struct worker *w, uint16_t port, struct rte_mbuf *m)
{
	struct rte_mbuf *all[BURST_MAX];
	struct tuple t;
	uint16_t iface;
	unsigned n = 0, to;

	if (!fastpath_meet(w->fp, port, m, &t, &iface))
		return;
	for (; m != NULL; m = n < BURST_MAX ? fastpath_meet_next(w->fp) : NULL)
		all[n++] = m;
	to = owner_of_tuple(w->common, w->generation, &t, iface, w->index);
	if (to == w->index)
		fastpath_process(w->fp, port, all, n, true);
	else
		hand_over(w, to, all, n);
}

static void
steer_fragment(struct worker *w, uint16_t port, unsigned to, struct rte_mbuf *m)
{
	if (to == w->index) {
		meet(w, port, m);
		return;
	}
	m->port |= STEER_MEETS;
	hand_over(w, to, &m, 1);
}

static void
steer_fragments(struct worker *w, uint16_t port)
{
	struct foreign f = *fastpath_foreign(w->fp);    /* meet may send some through the fast path */

	for (unsigned i = 0; i < f.n; i++)
		if (f.owner[i] & OWNER_MEETS)
			steer_fragment(w, port, f.owner[i] & ~OWNER_MEETS, f.m[i]);
}

/* What others own of the frames that were just received on a port. */
static void
steer(struct worker *w, uint16_t port)
{
	struct foreign *f = fastpath_foreign(w->fp);
	struct rte_mbuf *share[BURST_MAX];
	uint64_t owners = 0;
	bool fragments = false;

	for (unsigned i = 0; i < f->n; i++) {
		f->m[i]->port = port;   /* some drivers leave it unset */
		if (f->owner[i] & OWNER_MEETS)
			fragments = true;
		else
			owners |= 1ull << f->owner[i];
	}
	if (!fragments && (owners & (owners - 1)) == 0) {       /* the usual case with two workers */
		hand_over(w, f->owner[0], f->m, f->n);
		return;
	}
	while (owners != 0) {
		unsigned to = (unsigned)__builtin_ctzll(owners), count = 0;

		owners &= owners - 1;
		for (unsigned i = 0; i < f->n; i++)
			if (f->owner[i] == to)
				share[count++] = f->m[i];
		hand_over(w, to, share, count);
	}
	if (fragments)
		steer_fragments(w, port);
}

static unsigned
receive(struct worker *w)
{
	struct rte_mbuf *m[BURST_MAX];
	unsigned total = 0;

	for (unsigned i = 0; i < w->n_sources; i++) {
		const struct source *s = &w->sources[i];
		unsigned n = queue_receive(&s->queue, m, w->common->burst);

		if (n == 0)
			continue;
		total += n;
		fastpath_process(w->fp, s->port, m, n, false);
		if (fastpath_foreign(w->fp)->n > 0)
			steer(w, s->port);
	}
	return total;
}

/* What other workers received and this one owns, or follows: runs of frames that came in by the same
 * port. */
static unsigned
receive_handed(struct worker *w)
{
	struct rte_mbuf *m[BURST_MAX];
	unsigned n, first = 0;

	n = steer_receive(w->common->steer, w->index, m, w->common->burst);
	fastpath_ledger(w->fp)->held[HELD_ring] -= n;
	for (unsigned i = 1; i <= n; i++) {
		uint16_t port = m[first]->port;

		if (port & STEER_MEETS) {
			m[first]->port &= (uint16_t)~STEER_MEETS;
			meet(w, m[first]->port, m[first]);
		} else if (i < n && m[i]->port == port) {
			continue;
		} else {
			fastpath_process(w->fp, port & (uint16_t)~MET_MARK, &m[first], i - first,
				true);
		}
		first = i;
	}
	return n;
}

unsigned
worker_step(struct worker *w)
{
	unsigned n, sent;

	take_generation(w);
	account_time(w, fastpath_tick(w->fp));
	read_mailbox(w);
	n = receive(w);
	if (w->common->steer != NULL)
		n += receive_handed(w);
	sent = fastpath_flush(w->fp);
	fastpath_age(w->fp);

	w->packets += n;
	w->was_busy = n + sent != 0;
	atomic_store_explicit(&w->loops, w->loops + 1, memory_order_relaxed);
	return n + sent;
}

unsigned
worker_drain(struct worker *w)
{
	unsigned n, total = 0;

	fastpath_tick(w->fp);
	while (w->common->steer != NULL && (n = receive_handed(w)) != 0)
		total += n;
	for (unsigned i = 0; i < STOP_FLUSHES; i++)
		fastpath_flush(w->fp);
	return total;
}

void
worker_stop(struct worker *w)
{
	fastpath_flows(w->fp, &w->flows);
	w->nat = nat_summary_take(fastpath_nat(w->fp));
	fastpath_stop(w->fp);
	w->stopped = true;
}

void
worker_flows(const struct worker *w, struct fastpath_flows *out)
{
	if (w->stopped)
		*out = w->flows;
	else
		fastpath_flows(w->fp, out);
}

struct nat_summary *
worker_nat(const struct worker *w)
{
	return w->stopped ? nat_summary_copy(w->nat) : nat_summary_take(fastpath_nat(w->fp));
}

void
worker_run(struct worker *w)
{
	idle_prepare_thread();
	while (!atomic_load_explicit(&w->common->stop, memory_order_relaxed)) {
		if (worker_step(w) != 0)
			idle_reset(&w->idle);
		else
			idle_wait(&w->idle, w->now_ns);
	}
}
