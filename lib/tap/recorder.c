/* SPDX-License-Identifier: BSD-3-Clause */
/* The flight recorder of one worker. */

#include "tap/recorder.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include <rte_atomic.h>
#include <rte_mbuf.h>
#include <rte_memcpy.h>

#include "base/memory.h"
#include "base/race.h"
#include "packet/reason.h"

static_assert(sizeof(struct recorder_entry) == 160, "two lines and a half");

#define LATEST_RING (RECORDER_LATEST + 1) /* one may be half written */

/* The latest drops of one reason. */
struct latest {
	atomic_uint_fast64_t n; /* written so far. worker: write */
	uint64_t time_ns;       /* of the last one */
	struct recorder_entry entry[LATEST_RING];
};

struct recorder {
	atomic_uint_fast64_t n; /* entries written so far. worker: write */
	struct latest latest[REASON_COUNT];
	_Alignas(64) struct recorder_entry entry[RECORDER_ENTRIES];
};

struct recorder *
recorder_create(int numa_node)
{
	return memory_take(sizeof(struct recorder), numa_node);
}

void
recorder_destroy(struct recorder *r)
{
	memory_give(r, sizeof(*r));
}

struct recorder_entry *
recorder_begin(struct recorder *r, const struct rte_mbuf *m)
{
	uint64_t n = atomic_load_explicit(&r->n, memory_order_relaxed);
	struct recorder_entry *e = &r->entry[n % RECORDER_ENTRIES];
	uint32_t kept = RTE_MIN((uint32_t)m->data_len, (uint32_t)RECORDER_BYTES);

	/* The number before is seen before any part of this entry: pairs with the barrier in
	 * copy_ring. */
	rte_smp_wmb();
	rte_memcpy(e->frame, rte_pktmbuf_mtod(m, const void *), kept);
	e->bytes = (uint16_t)RTE_MIN(m->pkt_len, UINT16_MAX);
	return e;
}

static void
keep_latest(struct latest *l, const struct recorder_entry *e)
{
	uint64_t n = atomic_load_explicit(&l->n, memory_order_relaxed);

	if (n != 0 && e->time_ns - l->time_ns < RECORDER_APART_NS)
		return;
	l->time_ns = e->time_ns;
	rte_smp_wmb(); /* as in recorder_begin */
	l->entry[n % LATEST_RING] = *e;
	/* Pairs with the acquire in copy_ring. */
	atomic_store_explicit(&l->n, n + 1, memory_order_release);
}

void
recorder_keep(struct recorder *r)
{
	uint64_t n = atomic_load_explicit(&r->n, memory_order_relaxed);
	const struct recorder_entry *e = &r->entry[n % RECORDER_ENTRIES];

	if (e->reason != 0)
		keep_latest(&r->latest[e->reason], e);
	/* Pairs with the acquire in copy_ring. */
	atomic_store_explicit(&r->n, n + 1, memory_order_release);
}

/* Copies an entry that its worker may be writing. */
RACE_IS_FOUND_OUT static void
copy_entry(struct recorder_entry *out, const struct recorder_entry *e)
{
	const uint64_t *from = (const uint64_t *)(const void *)e;
	uint64_t *to = (uint64_t *)(void *)out;

	for (unsigned i = 0; i < sizeof(*e) / sizeof(*from); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

/* Copies the entries of a ring that are there, the oldest first.  Returns their number. */
static unsigned
copy_ring(atomic_uint_fast64_t *written, const struct recorder_entry *ring, unsigned size,
	struct recorder_entry *out)
{
	uint64_t end = atomic_load_explicit(written, memory_order_acquire), now;
	uint64_t first = end > size ? end - size : 0, lost;
	unsigned n = (unsigned)(end - first);

	for (unsigned i = 0; i < n; i++)
		copy_entry(&out[i], &ring[(first + i) % size]);
	rte_smp_rmb();
	/* One more may be half written: the oldest ones have been overwritten meanwhile. */
	now = atomic_load_explicit(written, memory_order_relaxed) + 1;
	lost = now > first + size ? now - first - size : 0;
	if (lost >= n)
		return 0;
	memmove(out, out + lost, (n - lost) * sizeof(*out));
	return n - (unsigned)lost;
}

unsigned
recorder_copy(const struct recorder *r, struct recorder_entry *out)
{
	struct recorder *from = (struct recorder *)(uintptr_t)r;

	return copy_ring(&from->n, r->entry, RECORDER_ENTRIES, out);
}

unsigned
recorder_latest(
	const struct recorder *r, unsigned reason, struct recorder_entry out[RECORDER_LATEST])
{
	struct recorder *from = (struct recorder *)(uintptr_t)r;
	struct recorder_entry ring[LATEST_RING];
	unsigned n = copy_ring(&from->latest[reason].n, r->latest[reason].entry, LATEST_RING, ring);
	unsigned first = n > RECORDER_LATEST ? n - RECORDER_LATEST : 0;

	memcpy(out, ring + first, (n - first) * sizeof(*out));
	return n - first;
}
