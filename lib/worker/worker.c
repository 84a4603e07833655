/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop of one worker. */

#include "worker/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "base/counter.h"
#include "hostif/exchange.h"
#include "nat/counts.h"
#include "packet/burst.h"
#include "policy/generation.h"
#include "worker/ask.h"
#include "worker/handover.h"
#include "worker/mailbox.h"
#include "worker/search.h"
#include "worker/talkers.h"

enum {
	FACTS_PER_LOOP = 64,
	FRAMES_OF_KERNEL = 32, /* in one loop */
	STOP_FLUSHES = 64,     /* attempts to send what waits when the worker stops */
	BACKLOG = 512,         /* packets in full bursts in a row: half of a usual queue */
};

static void
tell(void *arg, const struct host_fact *fact)
{
	struct worker *w = arg;

	if (w->common->mailbox == NULL)
		return;
	mailbox_tell(w->common->mailbox, w->index, fact);
	for (unsigned i = 0; i < w->common->count; i++)
		worker_wake(w->common, i);
}

/* Gives a packet to the kernel. */
static bool
deliver(void *arg, enum hostif_class class, struct rte_mbuf *m)
{
	struct worker *w = arg;
	/* Pairs with the release in workers_connect_kernel. */
	struct exchange *x = atomic_load_explicit(&w->common->exchange, memory_order_acquire);

	return x != NULL && exchange_give(x, w->index, class, m);
}

int
worker_init(struct worker *w, const struct worker_setup *setup)
{
	struct fastpath_setup fs = {
		.worker = setup->index,
		.workers = setup->common->count,
		.numa_node = setup->numa_node,
		.sessions = setup->flows,
		.gate_bytes = setup->gate_bytes,
		.pool = setup->pool,
		.clock = setup->clock,
		.tell = tell,
		.deliver = setup->clock.virtual ? NULL : deliver,
		.arg = w,
	};

	memset(w, 0, sizeof(*w));
	w->common = setup->common;
	w->index = setup->index;
	w->pool = setup->pool;
	idle_init(&w->idle, setup->idle);
	w->talkers = talkers_create(setup->numa_node);
	w->fp = w->talkers != NULL ? fastpath_create(&fs) : NULL;
	if (w->fp != NULL)
		handover_init(w);
	if (w->fp == NULL || worker_make_ports(w) < 0
		|| (w->common->bells != NULL
			&& interrupts_init(w, &w->common->bells[w->index]) < 0)) {
		worker_fini(w);
		return -ENOMEM;
	}
	return 0;
}

void
worker_fini(struct worker *w)
{
	interrupts_fini(w);
	fastpath_destroy(w->fp);
	talkers_destroy(w->talkers);
	nat_summary_free(w->nat);
	free(w->sources);
	free(w->tx);
	free(w->tx_used);
	w->fp = NULL;
	w->talkers = NULL;
	w->nat = NULL;
	w->sources = NULL;
	w->tx = NULL;
	w->tx_used = NULL;
}

void
worker_adopt(struct worker *w, const struct generation *gen)
{
	const struct generation *old = w->generation;
	uint64_t began = rte_rdtsc();

	w->generation = gen;
	w->knows &= old != NULL && generation_same_edition(old, gen);
	search_adopt(w); /* before held packets are judged */
	fastpath_adopt(w->fp, gen);
	worker_follow_ports(w, old);
	w->taking_cycles = rte_rdtsc() - began;
	/* Pairs with the acquire in workers_oldest: older generations may be freed. */
	atomic_store_explicit(&w->adopted, gen->number, memory_order_release);
}

static void
take_generation(struct worker *w)
{
	/* Pairs with the release store in workers_publish. */
	const struct generation *gen = atomic_load_explicit(
		&w->common->generation, memory_order_acquire);

	if (gen != w->generation)
		worker_adopt(w, gen);
}

static void
account_time(struct worker *w, uint64_t now_ns)
{
	uint64_t elapsed_ns = w->now_ns == 0 ? 0 : now_ns - w->now_ns;

	if (w->was_busy)
		counter_add(&w->busy_ns, elapsed_ns);
	else
		counter_add(&w->idle_ns, elapsed_ns);
	if (w->pressed != 0) {
		counter_add(&w->pressed_ns, elapsed_ns);
		counter_add(&w->pressed_packets, w->pressed);
	}
	if (w->idle.asleep_since_ns == 0 && elapsed_ns > w->longest_gap_ns)
		counter_set(&w->longest_gap_ns, elapsed_ns);
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

/* Sends what the kernel has sent by its interfaces. */
static void
take_from_kernel(struct worker *w)
{
	/* Pairs with the release in workers_connect_kernel. */
	struct exchange *x = atomic_load_explicit(&w->common->exchange, memory_order_acquire);
	struct rte_mbuf *m[FRAMES_OF_KERNEL];
	unsigned n = x == NULL ? 0 : exchange_take(x, w->index, m, FRAMES_OF_KERNEL);

	if (n != 0)
		fastpath_from_kernel(w->fp, m, n);
}

/* Packets that take the slow path take tens of times as long as others, which wait for them: behind
 * a loop that had more than a few, and at first with a generation, half a burst is received at
 * once, of every queue alike. */
static unsigned
packets_at_once(const struct worker *w)
{
	return likely(w->knows) ? w->common->burst : (w->common->burst + 1) / 2;
}

static unsigned
receive(struct worker *w)
{
	struct rte_mbuf *m[BURST_MAX];
	unsigned total = 0, at_once = packets_at_once(w);

	w->knows = true;
	w->pressed = 0;
	for (unsigned i = 0; i < w->n_sources; i++) {
		struct source *s = &w->sources[i];
		unsigned n = queue_receive(&s->queue, m, at_once);

		if (n == 0)
			continue;
		total += n;
		w->pressed |= n == at_once;
		look_note(s->look, m[0]);
		talkers_see(w->talkers, m, n, &w->generation->ingress[s->port], w->now_ns);
		s->backlog = n == at_once ? RTE_MIN(s->backlog + n, BACKLOG) : 0;
		if (unlikely(s->backlog == BACKLOG))
			fastpath_set_backlogged(w->fp, true);
		if (s->rps.on)
			n = rps_give(w, s, m, n);
		if (n != 0)
			w->knows &= handover_process(w, s->port, m, n, false);
		if (unlikely(s->backlog == BACKLOG))
			fastpath_set_backlogged(w->fp, false);
	}
	return total;
}

/* Takes the current ports and links if they have changed; once a loop. */
static void
look_at_ports(struct worker *w)
{
	/* Pairs with the release in workers_take_ports. */
	unsigned changes = atomic_load_explicit(&w->common->ports_changes, memory_order_acquire);

	if (changes != atomic_load_explicit(&w->ports_taken, memory_order_relaxed))
		worker_take_ports(w, changes);
	/* Pairs with the release in workers_links_changed. */
	changes = atomic_load_explicit(&w->common->links_changes, memory_order_acquire);
	if (unlikely(changes != w->links_taken)) {
		w->links_taken = changes;
		worker_take_links(w);
	}
}

/* Measures how long packets were here, in one of LATENCY_EVERY loops that had some. */
static void
note_latency(struct worker *w, unsigned packets)
{
	if (likely(w->latency.until != 0)) {
		w->latency.until--;
		return;
	}
	w->latency.until = LATENCY_EVERY - 1;
	latency_add(&w->latency, clock_read(fastpath_clock(w->fp)) - w->now_ns, packets);
}

unsigned
worker_step(struct worker *w)
{
	unsigned n = 0, sent, asked = 0;

	take_generation(w);
	search_look(w);
	look_at_ports(w);
	account_time(w, fastpath_tick(w->fp));
	talkers_tick(w->talkers, w->now_ns);
	read_mailbox(w);
	take_from_kernel(w);
	if (unlikely(w->awaits)) {
		asked = 1; /* it does not sleep */
		n = worker_await_queues(w);
	}
	n += receive(w);
	if (w->common->steer != NULL)
		n += handover_receive(w);
	if (w->pressed != 0)
		w->pressed = n;
	if (unlikely(w->bonds != 0))
		worker_tend_bonds(w);
	if (w->common->strays != NULL && search_walk(w, n != 0))
		asked = 1;   /* it does not sleep */
	fastpath_age(w->fp); /* before the flush: frames that it makes leave in this loop */
	sent = fastpath_flush(w->fp);
	if (n != 0)
		note_latency(w, n);
	/* Pairs, in worker_answer, with the release in workers_ask: this load only tests for a
	 * request. */
	if (unlikely(atomic_load_explicit(&w->ask, memory_order_relaxed) != NULL))
		asked += worker_answer(w);

	counter_add(&w->packets, n);
	w->was_busy = n + sent != 0;
	/* Pairs with the acquire of whoever frees what this loop may have read. */
	atomic_store_explicit(&w->loops, w->loops + 1, memory_order_release);
	return n + sent + asked;
}

unsigned
worker_drain(struct worker *w)
{
	unsigned n, total = 0;

	fastpath_tick(w->fp);
	while (w->common->steer != NULL && (n = handover_receive(w)) != 0)
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
	else if (atomic_load_explicit(&w->launched, memory_order_relaxed))
		fastpath_figures(w->fp, out);
	else
		fastpath_flows(w->fp, out);
}

struct nat_summary *
worker_nat(const struct worker *w, const struct generation *gen, uint64_t *bytes)
{
	*bytes = w->flows.nat_bytes;
	if (w->stopped)
		return nat_summary_copy(w->nat);
	/* Pairs with the release in worker_adopt: its pools are as gen has them. */
	if (atomic_load_explicit(&w->adopted, memory_order_acquire) != gen->number)
		return NULL;
	*bytes = nat_bytes(fastpath_nat(w->fp));
	return nat_summary_take(fastpath_nat(w->fp));
}

/* After a loop that handled packets. */
static void
stay_awake(struct worker *w)
{
	idle_reset(&w->idle);
	if (unlikely(w->interrupts.state != INTERRUPTS_OFF))
		interrupts_end(w);
}

/* After a loop that handled nothing. */
static void
rest(struct worker *w)
{
	if (w->interrupts.state == INTERRUPTS_ARMED) {
		idle_falls_asleep(&w->idle, w->now_ns);
		if (interrupts_wait(w))
			counter_add(&w->idle.woken, 1);
	} else if (w->interrupts.bell == NULL || !idle_sleeps(&w->idle) || !interrupts_arm(w)) {
		idle_wait(&w->idle, w->now_ns);
	}
}

void
worker_run(struct worker *w)
{
	idle_prepare_thread();
	fastpath_take_times(w->fp);
	while (!atomic_load_explicit(&w->common->stop, memory_order_relaxed)) {
		if (worker_step(w) != 0)
			stay_awake(w);
		else
			rest(w);
	}
	interrupts_unlist(w);
}
