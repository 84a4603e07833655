/* SPDX-License-Identifier: BSD-3-Clause */
/* The flight recorder of one worker. */

#include "tap/recorder.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_memcpy.h>

#include "base/memory.h"
#include "base/race.h"

static_assert(sizeof(struct recorder_entry) == 160, "two lines and a half");

struct recorder {
	atomic_uint_fast64_t n; /* entries written so far. worker: write */
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

	rte_memcpy(e->frame, rte_pktmbuf_mtod(m, const void *), kept);
	e->bytes = (uint16_t)RTE_MIN(m->pkt_len, UINT16_MAX);
	return e;
}

void
recorder_keep(struct recorder *r)
{
	uint64_t n = atomic_load_explicit(&r->n, memory_order_relaxed);

	/* Pairs with the acquire in recorder_copy. */
	atomic_store_explicit(&r->n, n + 1, memory_order_release);
}

unsigned
recorder_copy(const struct recorder *r, struct recorder_entry *out)
{
	struct recorder *from = (struct recorder *)(uintptr_t)r;
	uint64_t end = atomic_load_explicit(&from->n, memory_order_acquire), now;
	uint64_t first = end > RECORDER_ENTRIES ? end - RECORDER_ENTRIES : 0, lost;
	unsigned n = (unsigned)(end - first);

	for (unsigned i = 0; i < n; i++)
		out[i] = r->entry[(first + i) % RECORDER_ENTRIES];
	atomic_thread_fence(memory_order_acquire);
	/* One more may be half written: the oldest ones have been overwritten meanwhile. */
	now = atomic_load_explicit(&from->n, memory_order_relaxed) + 1;
	lost = now > first + RECORDER_ENTRIES ? now - first - RECORDER_ENTRIES : 0;
	if (lost >= n)
		return 0;
	memmove(out, out + lost, (n - lost) * sizeof(*out));
	return n - (unsigned)lost;
}
