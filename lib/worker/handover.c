/* SPDX-License-Identifier: BSD-3-Clause */
/* Hand-off: packets on their way between workers. */

#include "worker/handover.h"

#include "base/counter.h"
#include "io/steer.h"
#include "packet/burst.h"
#include "slowpath/fragments/mark.h"
#include "worker/owner.h"
#include "worker/rps.h"
#include "worker/worker.h"

#define ANSWERS_AT_ONCE 64u

/* Hands frames that have been counted as received to another worker, with their port, and what is
 * known of them, in them. */
static void
hand_over(struct worker *w, unsigned to, struct rte_mbuf **m, unsigned n)
{
	struct ledger *l = fastpath_ledger(w->fp);
	unsigned full;

	full = steer_send(w->common->steer, w->index, to, m, n);
	worker_wake(w->common, to);
	counter_add(&l->held[HELD_ring], n - full);
	counter_add(&l->iface[0].drops[REASON_handoff_full], full);
}

/* Returns what a first fragment's owner answers to the worker where its datagram's fragments
 * meet. */
static uint64_t
answer_write(const struct fragment_pass *pass, enum reason why)
{
	return (uint64_t)pass->ticket << 32 | (uint64_t)pass->id << 16 | (uint64_t)pass->flags << 8
		| why;
}

static enum reason
answer_read(uint64_t word, struct fragment_pass *pass)
{
	*pass = (struct fragment_pass){
		.ticket = (uint32_t)(word >> 32),
		.id = (rte_be16_t)(word >> 16),
		.flags = (uint8_t)(word >> 8),
	};
	return (enum reason)(word & 0xff);
}

/* Tells where a datagram's fragments meet what became of its first one. */
static void
answer(struct worker *w, const struct fragment_pass *pass, enum reason why)
{
	if (pass->worker == w->index) {
		fastpath_decide(w->fp, pass, why);
		return;
	}
	/* Without an answer the datagram ends by its timeout. */
	steer_answer(w->common->steer, w->index, pass->worker, answer_write(pass, why));
	worker_wake(w->common, pass->worker);
}

/* Hands a fragment with its ports, and a mark, to the owner of its flow. */
static void
hand_fragment(void *worker, unsigned to, struct rte_mbuf *m)
{
	struct worker *w = worker;
	struct ledger *l = fastpath_ledger(w->fp);
	struct fragment_pass pass;

	fragment_mark_peek(m, &pass);
	if (steer_pass(w->common->steer, w->index, to, m)) {
		worker_wake(w->common, to);
		counter_add(&l->held[HELD_ring], 1);
		return;
	}
	rte_pktmbuf_free(m);
	counter_add(&l->iface[0].drops[REASON_handoff_full], 1);
	if (pass.ticket != 0)
		answer(w, &pass, REASON_handoff_full);
}

static unsigned
judge_of_fragment(void *worker, const struct tuple *t, uint16_t iface)
{
	const struct worker *w = worker;

	return owner_of_fragment(w->common, w->generation, t, iface, w->index);
}

static unsigned
read_answers(struct worker *w)
{
	uint64_t words[ANSWERS_AT_ONCE];
	unsigned n, total = 0;

	while (total < STEER_WORDS
		&& (n = steer_answers(w->common->steer, w->index, words, ANSWERS_AT_ONCE)) != 0) {
		for (unsigned i = 0; i < n; i++) {
			struct fragment_pass pass;
			enum reason why = answer_read(words[i], &pass);

			fastpath_decide(w->fp, &pass, why);
		}
		total += n;
	}
	return total;
}

/* Hands over the frames of other workers among those just processed. */
static void
steer(struct worker *w)
{
	struct handoff *f = fastpath_handoff(w->fp);
	struct rte_mbuf *share[BURST_MAX];
	uint64_t owners = 0;
	bool fragments = false;

	for (unsigned i = 0; i < f->n; i++) {
		if (f->owner[i] & FRAGMENT_MARK) {
			fragments = true;
			continue;
		}
		owners |= 1ull << f->owner[i];
	}
	if (!fragments && (owners & (owners - 1)) == 0) { /* the usual case with two workers */
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
	for (unsigned i = 0; fragments && i < f->n; i++)
		if (f->owner[i] & FRAGMENT_MARK)
			hand_fragment(w, f->owner[i] & ~FRAGMENT_MARK, f->m[i]);
}

/* Judges a fragment that another worker has handed over with its ports, or hands it on to a worker
 * that may have its session. */
static void
judge_fragment(struct worker *w, struct rte_mbuf *m)
{
	struct fragment_pass pass;
	enum reason why;

	counter_add(&fastpath_ledger(w->fp)->held[HELD_ring], -1);
	fragment_mark_read(m, &pass);
	why = fastpath_judge(w->fp, m->port, m, &pass);
	if (fastpath_handoff(w->fp)->n > 0)
		steer(w);
	else if (pass.ticket != 0)
		answer(w, &pass, why);
}

bool
handover_process(struct worker *w, uint16_t port, struct rte_mbuf **m, unsigned n, bool handed)
{
	bool known = fastpath_process(w->fp, port, m, n, handed);

	if (fastpath_handoff(w->fp)->n > 0)
		steer(w);
	return known;
}

unsigned
handover_offer(struct worker *w, unsigned to, struct rte_mbuf **m, unsigned n)
{
	unsigned given = steer_offer(w->common->steer, w->index, to, m, n);

	worker_wake(w->common, to);
	return given;
}

/* Processes a run of frames that came by the same port, with the same marks. */
static void
process_run(struct worker *w, uint16_t port, struct rte_mbuf **m, unsigned n)
{
	if (port & RPS_MARK) {
		handover_process(w, port & (uint16_t)~RPS_MARK, m, n, false);
		return;
	}
	counter_add(&fastpath_ledger(w->fp)->held[HELD_ring], -(int64_t)n);
	handover_process(w, port, m, n, true);
}

/* Drops what no buffer is free for: one frame of each ring in a loop, so those behind it move on.
 * A frame that was steered counts as received here. */
static unsigned
shed(struct worker *w)
{
	struct ledger *l = fastpath_ledger(w->fp);
	uint16_t port, bytes;
	unsigned n = 0;

	for (; steer_shed(w->common->steer, w->index, &port, &bytes); n++) {
		counter_add(&l->iface[0].drops[REASON_no_mbuf], 1);
		if (!(port & RPS_MARK)) {
			counter_add(&l->held[HELD_ring], -1);
			continue;
		}
		counter_add(&l->port[port & (uint16_t)~RPS_MARK].rx, 1);
		counter_add(&l->port[port & (uint16_t)~RPS_MARK].rx_bytes, bytes);
	}
	return n;
}

/* Processes what other workers received and this one owns, or where its fragments meet: runs of
 * frames that came in by the same port. */
unsigned
handover_receive(struct worker *w)
{
	struct rte_mbuf *m[BURST_MAX];
	unsigned n, first = 0, answers;

	if (!steer_waits(w->common->steer, w->index))
		return 0;
	answers = read_answers(w);
	n = steer_receive(w->common->steer, w->index, w->pool, m, w->common->burst);
	if (unlikely(n == 0))
		return shed(w) + answers;
	counter_add(&w->handed, n);
	for (unsigned i = 1; i <= n; i++) {
		uint16_t port = m[first]->port;

		if (port & FRAGMENT_MARK)
			judge_fragment(w, m[first]);
		else if (i < n && m[i]->port == port)
			continue;
		else
			process_run(w, port, &m[first], i - first);
		first = i;
	}
	return n + answers;
}

void
handover_init(struct worker *w)
{
	fastpath_set_others(w->fp, judge_of_fragment, hand_fragment, w);
}
