/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies of frames, in a ring of bytes. */

#include "tap/capture.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/bpf.h>
#include <rte_mbuf.h>

#include "base/counter.h"
#include "base/memory.h"
#include "tap/budget.h"

#define CHARGE_MAX 2000 /* cycles charged for a frame: more is an interruption */
#define FAST_BYTES 128  /* looked at by a filter without a copy */

_Static_assert(sizeof(struct capture_insn) == sizeof(struct bpf_insn), "the same");

/* Positions only grow. */
struct capture {
	struct bpf_insn filter[CAPTURE_FILTER_MAX];
	unsigned n_filter;
	bool drops, samples;
	uint32_t frame_bytes;
	/* the worker's */
	struct budget budget;
	bool looks;    /* at the current burst */
	uint64_t head; /* written, and not all of it published */
	uint64_t tail_seen;
	struct capture_record *of[BURST_MAX]; /* the copy of a slot, or NULL */
	uint64_t lost, skipped;
	_Alignas(64) atomic_uint_fast64_t published; /* worker: write */
	_Alignas(64) atomic_uint_fast64_t tail;      /* control: write */
	_Alignas(64) uint8_t ring[CAPTURE_RING_BYTES];
};

bool
capture_filter_is_sound(const struct capture_insn *filter, unsigned n)
{
	/* bpf_validate lets a jump wrap around, backwards. */
	for (unsigned i = 0; i < n; i++)
		if (filter[i].code == (BPF_JMP | BPF_JA) && filter[i].k >= n - i - 1)
			return false;
	return n <= CAPTURE_FILTER_MAX
		&& (n == 0
			|| bpf_validate((const struct bpf_insn *)(const void *)filter, (int)n)
				!= 0);
}

struct capture *
capture_create(const struct capture_setup *setup, int numa_node)
{
	struct capture *c = memory_take(sizeof(*c), numa_node);

	if (c == NULL)
		return NULL;
	if (setup->n_filter != 0)
		memcpy(c->filter, setup->filter, setup->n_filter * sizeof(c->filter[0]));
	c->n_filter = setup->n_filter;
	c->drops = setup->drops;
	c->samples = setup->samples;
	c->frame_bytes = RTE_MIN(setup->frame_bytes, (uint32_t)CAPTURE_FRAME_MAX);
	budget_init(&c->budget, CAPTURE_SHARE);
	return c;
}

void
capture_destroy(struct capture *c)
{
	memory_give(c, sizeof(*c));
}

static bool
selects(const struct capture *c, const struct rte_mbuf *m)
{
	if (c->n_filter == 0)
		return true;
	return bpf_filter(c->filter, rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len, m->data_len)
		!= 0;
}

/* Returns room for a record, or NULL after counting it as lost. */
static struct capture_record *
take_room(struct capture *c, uint32_t bytes)
{
	uint32_t at = (uint32_t)(c->head % CAPTURE_RING_BYTES), end = CAPTURE_RING_BYTES - at;
	uint32_t skip = end < bytes ? end : 0;
	struct capture_record *r;

	/* Pairs with the release in capture_release. */
	if (c->head + skip + bytes - c->tail_seen > CAPTURE_RING_BYTES)
		c->tail_seen = atomic_load_explicit(&c->tail, memory_order_acquire);
	if (c->head + skip + bytes - c->tail_seen > CAPTURE_RING_BYTES) {
		counter_add(&c->lost, 1);
		budget_end(&c->budget);
		return NULL;
	}
	if (skip >= sizeof(*r)) {
		r = (struct capture_record *)(void *)(c->ring + at);
		r->room = skip;
		r->direction = 0;
	}
	c->head += skip;
	r = (struct capture_record *)(void *)(c->ring + c->head % CAPTURE_RING_BYTES);
	c->head += bytes;
	r->room = bytes;
	return r;
}

static struct capture_record *
copy(struct capture *c, const struct rte_mbuf *m, const struct capture_now *now)
{
	uint32_t kept = RTE_MIN((uint32_t)m->data_len, c->frame_bytes);
	uint32_t bytes = RTE_ALIGN_CEIL((uint32_t)sizeof(struct capture_record) + kept, 64);
	struct capture_record *r = take_room(c, bytes);

	if (r == NULL)
		return NULL;
	r->time_ns = now->time_ns;
	r->bytes = m->pkt_len;
	r->kept = kept;
	r->counter = 0;
	r->reason = 0;
	r->generation = (uint16_t)now->generation;
	memcpy(r->frame, rte_pktmbuf_mtod(m, const uint8_t *), kept);
	return r;
}

/* Publishes what was written. */
static void
publish(struct capture *c)
{
	/* Pairs with the acquire in capture_peek. */
	atomic_store_explicit(&c->published, c->head, memory_order_release);
}

/* Returns true if the worker may spend time on n frames. */
static bool
may_look(struct capture *c, unsigned n, const struct capture_now *now)
{
	if (budget_open(&c->budget, now->time_ns))
		return true;
	counter_add(&c->skipped, n);
	return false;
}

static struct capture_record *
copy_in(struct capture *c, const struct burst *b, unsigned i, const struct capture_now *now)
{
	struct capture_record *r = selects(c, b->m[i]) ? copy(c, b->m[i], now) : NULL;

	if (r != NULL) {
		r->direction = CAPTURE_IN;
		r->iface = b->iface[i];
		r->port = b->port;
	}
	return r;
}

bool
capture_begin(struct capture *c, const struct burst *b, const struct capture_now *now)
{
	c->looks = may_look(c, b->n, now);
	if (!c->looks || c->drops)
		return c->looks;
	/* The worker that received it has told of a packet that is handed over. */
	for (unsigned i = 0; i < b->n; i++)
		c->of[i] = c->samples || b->handed ? NULL : copy_in(c, b, i, now);
	budget_charge(&c->budget, (uint64_t)b->n * CHARGE_MAX);
	return true;
}

void
capture_sample(
	struct capture *c, const struct burst *b, unsigned slot, const struct capture_now *now)
{
	if (!c->samples || !c->looks || slot >= BURST_MAX || c->of[slot] != NULL)
		return;
	budget_reopen(&c->budget);
	c->of[slot] = copy_in(c, b, slot, now);
	budget_charge(&c->budget, CHARGE_MAX);
}

/* A packet that was handed over has its drop in a record of its own: its first one is another
 * worker's. */
static void
tell_drop(struct capture *c, const struct burst *b, unsigned i, const struct capture_now *now)
{
	bool apart = c->drops || (b->handed && !c->samples);
	struct capture_record *r = apart ? copy_in(c, b, i, now) : c->of[i];

	if (r == NULL)
		return;
	r->reason = b->reason[i];
	r->counter = now->counter[i];
}

static void
tell_out(struct capture *c, const struct rte_mbuf *m, uint16_t iface, uint16_t port,
	const struct capture_now *now)
{
	struct capture_record *r = selects(c, m) ? copy(c, m, now) : NULL;

	if (r == NULL)
		return;
	r->direction = CAPTURE_OUT;
	r->iface = iface;
	r->port = port;
}

void
capture_end(struct capture *c, const struct burst *b, const struct capture_now *now)
{
	if (!c->looks)
		return;
	budget_reopen(&c->budget);
	for (unsigned i = 0; i < b->n; i++) {
		if (b->output[i].port == OUT_DROP)
			tell_drop(c, b, i, now);
		else if (b->output[i].port <= OUT_PORT_MAX && !c->drops
			&& (!c->samples || c->of[i] != NULL))
			tell_out(c, b->m[i], b->output[i].iface, b->output[i].port, now);
	}
	publish(c);
	budget_charge(&c->budget, (uint64_t)b->n * CHARGE_MAX);
}

void
capture_out(struct capture *c, const struct rte_mbuf *m, uint16_t iface, uint16_t port,
	const struct capture_now *now)
{
	if (c->drops || c->samples || !may_look(c, 1, now))
		return;
	tell_out(c, m, iface, port, now);
	publish(c);
	budget_charge(&c->budget, CHARGE_MAX);
}

/* --- control --- */

const struct capture_record *
capture_peek(struct capture *c)
{
	uint64_t tail = atomic_load_explicit(&c->tail, memory_order_relaxed);
	/* Pairs with the release in publish. */
	uint64_t published = atomic_load_explicit(&c->published, memory_order_acquire);

	while (tail != published) {
		uint32_t end = CAPTURE_RING_BYTES - (uint32_t)(tail % CAPTURE_RING_BYTES);
		const struct capture_record *r = (const void *)(c->ring
			+ tail % CAPTURE_RING_BYTES);

		if (end >= sizeof(*r) && r->direction != 0)
			return r;
		tail += end >= sizeof(*r) ? r->room : end;
		atomic_store_explicit(&c->tail, tail, memory_order_release);
	}
	return NULL;
}

void
capture_release(struct capture *c)
{
	uint64_t tail = atomic_load_explicit(&c->tail, memory_order_relaxed);
	const struct capture_record *r = (const void *)(c->ring + tail % CAPTURE_RING_BYTES);

	/* Pairs with the acquire in take_room. */
	atomic_store_explicit(&c->tail, tail + r->room, memory_order_release);
}

void
capture_counts(const struct capture *c, struct capture_counts *out)
{
	out->lost = counter_get(&c->lost);
	out->skipped = counter_get(&c->skipped);
}
