/* SPDX-License-Identifier: BSD-3-Clause */
/* The store that checks mbufs in debug builds.
 *
 * Every mbuf carries its state in its private area.  All allocations and frees, also those of
 * drivers and libraries, go through the store, which passes them on to DPDK's ring store. */

#include "base/race.h"
#include "io/pool.h"
#include "io/pool_lazy.h"

#ifdef WEIR_DEBUG

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mempool.h>

#include "base/sanitizer.h"

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

/* LeakSanitizer calls this: libxdp leaks a block for each socket that af_xdp closes. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:xsk_umem__create\n";
}

/* Values that do not occur by chance; 0 is an mbuf that DPDK has just initialised. */
enum mbuf_state {
	MBUF_FREE = 0,
	MBUF_OWNED = 0x4f776e64,
	MBUF_SENT = 0x53656e74,
};

static const char store_name[] = "weir_watch";
static bool registered;
unsigned pool_fault_after;
const struct rte_mempool *pool_debug_filling;

static uint32_t *
state_of(const struct rte_mbuf *m)
{
	return (uint32_t *)rte_mbuf_to_priv((struct rte_mbuf *)(uintptr_t)m);
}

static const char *
state_name(uint32_t state)
{
	switch (state) {
	case MBUF_FREE:
		return "free";
	case MBUF_OWNED:
		return "owned";
	case MBUF_SENT:
		return "sent";
	default:
		return "overwritten";
	}
}

static void __attribute__((noreturn)) refuse(const struct rte_mbuf *m, const char *what)
{
	fprintf(stderr, "mbuf %p: %s, but its state is %s\n", (const void *)m, what,
		state_name(*state_of(m)));
	abort();
}

static int
store_alloc(struct rte_mempool *mp)
{
	return pool_ring()->alloc(mp);
}

static void
store_free(struct rte_mempool *mp)
{
	pool_ring()->free(mp);
}

static void
unpoison_all(struct rte_mempool *mp, void *opaque, void *object, unsigned i)
{
	struct rte_mbuf *m = object;

	(void)mp;
	(void)opaque;
	(void)i;
	ASAN_UNPOISON_MEMORY_REGION(m->buf_addr, m->buf_len);
}

static int
store_put(struct rte_mempool *mp, void *const *objects, unsigned n)
{
	for (unsigned i = 0; i < n && mp != pool_debug_filling; i++) {
		struct rte_mbuf *m = objects[i];

		if (*state_of(m) != MBUF_OWNED && *state_of(m) != MBUF_SENT)
			refuse(m, "freed");
		*state_of(m) = MBUF_FREE;
		ASAN_POISON_MEMORY_REGION(m->buf_addr, m->buf_len);
	}
	race_give(objects, n);
	return pool_ring()->enqueue(mp, objects, n);
}

static bool
fault(unsigned n)
{
	if (pool_fault_after == 0)
		return false;
	if (pool_fault_after <= n) {
		pool_fault_after = 1;
		return true;
	}
	pool_fault_after -= n;
	return false;
}

/* Mbufs that a lazy pool makes meanwhile have no state yet. */
static int
take(struct rte_mempool *mp, void **objects, unsigned n)
{
	int rc;

	if (pool_lazy_of(mp) == NULL)
		return pool_ring_get(mp, objects, n);
	pool_debug_filling = mp;
	rc = pool_ring_get(mp, objects, n);
	pool_debug_filling = NULL;
	return rc;
}

static int
store_get(struct rte_mempool *mp, void **objects, unsigned n)
{
	int rc = fault(n) ? -ENOBUFS : take(mp, objects, n);

	race_take(objects, rc == 0 ? n : 0);
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		struct rte_mbuf *m = objects[i];

		if (*state_of(m) != MBUF_FREE)
			refuse(m, "taken");
		*state_of(m) = MBUF_OWNED;
		ASAN_UNPOISON_MEMORY_REGION(m->buf_addr, m->buf_len);
	}
	return rc;
}

const char *
pool_debug_store(void)
{
	static struct rte_mempool_ops watch = {
		.alloc = store_alloc,
		.free = store_free,
		.enqueue = store_put,
		.dequeue = store_get,
		.get_count = pool_ring_count,
	};

	if (registered)
		return store_name;
	strcpy(watch.name, store_name);
	registered = pool_ring() != NULL && rte_mempool_register_ops(&watch) >= 0;
	return registered ? store_name : "ring_mp_mc";
}

void
pool_debug_forget(struct rte_mempool *mp)
{
	rte_mempool_obj_iter(mp, unpoison_all, NULL);
}

/* Returns true for an mbuf of our pools, which has a state: a frame may come from another pool. */
static bool
is_watched(const struct rte_mbuf *m)
{
	return registered && strcmp(rte_mempool_get_ops(m->pool->ops_index)->name, store_name) == 0;
}

void
mbuf_debug_received(struct rte_mbuf **pkts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		for (struct rte_mbuf *m = pkts[i]; m != NULL; m = m->next) {
			char *end = rte_pktmbuf_mtod_offset(m, char *, m->data_len);

			if (!is_watched(m))
				continue;
			if (*state_of(m) == MBUF_FREE)
				refuse(m, "received");
			*state_of(m) = MBUF_OWNED;
			ASAN_UNPOISON_MEMORY_REGION(m->buf_addr, m->buf_len);
			ASAN_POISON_MEMORY_REGION(
				end, (size_t)((char *)m->buf_addr + m->buf_len - end));
		}
	}
}

static void
change_state(struct rte_mbuf **pkts, unsigned n, enum mbuf_state from, enum mbuf_state to)
{
	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = pkts[i];

		/* A shared mbuf is referenced more than once. */
		if (!is_watched(m) || rte_mbuf_refcnt_read(m) > 1)
			continue;
		if (*state_of(m) != from)
			refuse(m, to == MBUF_SENT ? "sent" : "kept");
		*state_of(m) = to;
	}
}

void
mbuf_debug_sending(struct rte_mbuf **pkts, unsigned n)
{
	change_state(pkts, n, MBUF_OWNED, MBUF_SENT);
}

void
mbuf_debug_kept(struct rte_mbuf **pkts, unsigned n)
{
	change_state(pkts, n, MBUF_SENT, MBUF_OWNED);
}

void
mbuf_debug_check_owned(const struct rte_mbuf *m, const char *where)
{
	if (is_watched(m) && *state_of(m) != MBUF_OWNED)
		refuse(m, where);
}

void
mbuf_debug_open_tail(struct rte_mbuf *m)
{
	ASAN_UNPOISON_MEMORY_REGION(m->buf_addr, m->buf_len);
}

#endif
