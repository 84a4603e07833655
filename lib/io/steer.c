/* SPDX-License-Identifier: BSD-3-Clause */
/* Steering: which worker owns a packet, and how it gets there. */

#include "io/steer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include <rte_byteorder.h>
#include <rte_ethdev.h>
#include <rte_ring.h>

#include "base/hash.h"
#include "base/memory.h"
#include "io/eal.h"
#include "io/frame_ring.h"
#include "io/port.h"
#include "base/ring_look.h"
#include "packet/toeplitz.h"

struct steer {
	unsigned workers;
	struct hash_key key;
	struct toeplitz inside;    /* of inside addresses: ours, or that of devices that spread by
				    * source */
	bool by_source;            /* the latter */
	unsigned reta_size;        /* of devices that spread by the hash */
	uint64_t rss_types;        /* of devices that spread by both ends */
	struct toeplitz symmetric; /* their hash */
	struct steer_turn {
		_Alignas(RTE_CACHE_LINE_SIZE) unsigned first;
	} turn[EAL_WORKERS_MAX]; /* whose ring comes first: each written by its reader */
	size_t block_bytes;
	void *block[EAL_WORKERS_MAX]; /* by receiver, on its node: the rings towards it */
	struct steer_rings {
		struct frame_ring *frames;
		struct rte_ring *answers;
	} ring[]; /* from * workers + to; NULL where from == to */
};

unsigned
steer_ring_frames(unsigned workers)
{
	if (workers <= 1)
		return 0;
	return RTE_MAX(RTE_MIN((unsigned)STEER_RING, STEER_RINGS / (workers - 1)),
		(unsigned)STEER_RING_MIN);
}

static unsigned
answers_of_ring(unsigned workers)
{
	return RTE_MAX(
		RTE_MIN((unsigned)STEER_WORDS, 4 * STEER_WORDS / (workers - 1)), STEER_WORDS / 16u);
}

static size_t
answers_bytes(unsigned size)
{
	return RTE_ALIGN_CEIL(
		(size_t)rte_ring_get_memsize(rte_align32pow2(size + 1)), RTE_CACHE_LINE_SIZE);
}

static int
make_ring(void *at, unsigned size, struct rte_ring **ring)
{
	*ring = at;
	return rte_ring_init(at, "steer", size, RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

/* Creates the rings towards one worker.  They are not memzones: DPDK has 2,560 of those, 64 workers
 * have 4,032 pairs. */
static int
make_rings(struct steer *s, unsigned to, unsigned frames)
{
	unsigned answers = answers_of_ring(s->workers);
	size_t bytes = frame_ring_bytes(frames) + answers_bytes(answers);
	char *at;

	s->block_bytes = bytes * s->workers;
	at = s->block[to] = memory_take(s->block_bytes, eal_worker_node(to));
	if (at == NULL)
		return -ENOMEM;
	for (unsigned from = 0; from < s->workers; from++, at += bytes) {
		struct steer_rings *rings = &s->ring[from * s->workers + to];

		if (from == to)
			continue;
		rings->frames = (struct frame_ring *)at;
		frame_ring_init(rings->frames, frames);
		if (make_ring(at + frame_ring_bytes(frames), answers, &rings->answers) < 0)
			return -EINVAL;
	}
	return 0;
}

/* The key of ports_start, which gives both directions of a flow the same hash. */
static void
make_symmetric(struct toeplitz *t)
{
	uint8_t key[TOEPLITZ_KEY_BYTES];

	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = i % 2 == 0 ? 0x6d : 0x5a;
	toeplitz_init(t, key);
}

/* Inside addresses have a secret key, drawn from the other secret. */
static void
make_inside(struct toeplitz *t, const struct hash_key *key)
{
	uint64_t words[TOEPLITZ_KEY_BYTES / 8];

	for (uint64_t i = 0; i < RTE_DIM(words); i++)
		words[i] = hash_bytes(key, &i, sizeof(i));
	toeplitz_init(t, (const uint8_t *)words);
}

struct steer *
steer_create(unsigned workers, unsigned ring_size, const uint8_t key[STEER_KEY_BYTES])
{
	size_t bytes = RTE_ALIGN_CEIL(
		sizeof(struct steer) + workers * workers * sizeof(struct steer_rings),
		RTE_CACHE_LINE_SIZE);
	struct steer *s = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);

	if (s == NULL)
		return NULL;
	memset(s, 0, bytes);
	s->workers = workers;
	memcpy(&s->key, key, sizeof(s->key));
	make_symmetric(&s->symmetric);
	make_inside(&s->inside, &s->key);
	for (unsigned to = 0; workers > 1 && to < workers; to++) {
		if (make_rings(s, to, ring_size) < 0) {
			steer_destroy(s);
			return NULL;
		}
	}
	return s;
}

void
steer_keep_buffers(struct steer *s)
{
	for (unsigned i = 0; i < s->workers * s->workers; i++)
		if (s->ring[i].frames != NULL)
			s->ring[i].frames->whole = true;
}

void
steer_destroy(struct steer *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->workers * s->workers; i++)
		if (s->ring[i].frames != NULL)
			frame_ring_empty(s->ring[i].frames);
	for (unsigned to = 0; to < s->workers; to++)
		memory_give(s->block[to], s->block_bytes);
	free(s);
}

static unsigned
share_of(const struct steer *s, uint64_t hash)
{
	return (unsigned)((hash >> 32) * s->workers >> 32);
}

/* Puts the lower end first: both directions give the same hash. */
static unsigned
owner4(const struct steer *s, const struct tuple *t)
{
	bool swap = t->src.v4 > t->dst.v4 || (t->src.v4 == t->dst.v4 && t->sport > t->dport);
	uint64_t src = (uint64_t)t->src.v4 << 32 | t->sport;
	uint64_t dst = (uint64_t)t->dst.v4 << 32 | t->dport;
	const uint64_t words[2] = {
		(swap ? dst : src) | (uint64_t)t->proto << 16,
		swap ? src : dst,
	};

	return share_of(s, hash_bytes(&s->key, words, sizeof(words)));
}

unsigned
steer_owner(const struct steer *s, const struct tuple *t)
{
	int order = memcmp(&t->src, &t->dst, sizeof(t->src));
	bool swap = order > 0 || (order == 0 && t->sport > t->dport);
	uint64_t words[5];

	if (s->workers == 1)
		return 0;
	if (t->family == 4)
		return owner4(s, t);
	memcpy(&words[swap ? 2 : 0], &t->src, sizeof(t->src));
	memcpy(&words[swap ? 0 : 2], &t->dst, sizeof(t->dst));
	words[4] = (uint64_t)(swap ? t->dport : t->sport) << 32
		| (uint64_t)(swap ? t->sport : t->dport) << 16 | (uint64_t)t->proto << 8
		| t->family;
	return share_of(s, hash_bytes(&s->key, words, sizeof(words)));
}

unsigned
steer_owner_of_address(const struct steer *s, const union address *a)
{
	return s->workers == 1 ? 0 : share_of(s, hash_bytes(&s->key, a, sizeof(*a)));
}

void
steer_by_source(struct steer *s, const uint8_t *rss_key, unsigned reta_size)
{
	toeplitz_init(&s->inside, rss_key);
	s->by_source = true;
	s->reta_size = reta_size;
}

unsigned
steer_owner_of_inside(const struct steer *s, rte_be32_t address)
{
	uint32_t hash = toeplitz_of_source4(&s->inside, address);

	return s->by_source ? hash % s->reta_size % s->workers : share_of(s, (uint64_t)hash << 32);
}

void
steer_by_device(struct steer *s, uint64_t rss_types, unsigned reta_size)
{
	s->rss_types = rss_types;
	s->reta_size = reta_size;
}

static uint64_t
rss_type_of(const struct tuple *t)
{
	if (t->proto == IPPROTO_TCP)
		return t->family == 4 ? RTE_ETH_RSS_NONFRAG_IPV4_TCP : RTE_ETH_RSS_NONFRAG_IPV6_TCP;
	if (t->proto == IPPROTO_UDP)
		return t->family == 4 ? RTE_ETH_RSS_NONFRAG_IPV4_UDP : RTE_ETH_RSS_NONFRAG_IPV6_UDP;
	return 0;
}

unsigned
steer_owner_of_device(const struct steer *s, const struct tuple *t)
{
	uint32_t hash = s->rss_types & rss_type_of(t) ? toeplitz_of_ports(&s->symmetric, t)
						      : toeplitz_of_addresses(&s->symmetric, t);

	return hash % s->reta_size % s->workers;
}

const struct toeplitz *
steer_symmetric(const struct steer *s)
{
	return &s->symmetric;
}

unsigned
steer_frame(const struct steer *s, const struct rte_mbuf *m)
{
	struct steer_view view = { 0 };

	if (s->workers == 1)
		return 0;
	if (!steer_parse(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &view))
		return 0;
	return steer_owner(s, &view.tuple);
}

unsigned
steer_offer(struct steer *s, unsigned from, unsigned to, struct rte_mbuf **pkts, unsigned n)
{
	return frame_ring_give(s->ring[from * s->workers + to].frames, pkts, n);
}

bool
steer_pass(struct steer *s, unsigned from, unsigned to, struct rte_mbuf *m)
{
	return frame_ring_give_whole(s->ring[from * s->workers + to].frames, m);
}

unsigned
steer_send(struct steer *s, unsigned from, unsigned to, struct rte_mbuf **pkts, unsigned n)
{
	unsigned done = steer_offer(s, from, to, pkts, n);

	rte_pktmbuf_free_bulk(pkts + done, n - done);
	return n - done;
}

bool
steer_waits(const struct steer *s, unsigned to)
{
	const struct steer_rings *rings = &s->ring[to];

	for (unsigned from = 0; from < s->workers; from++, rings += s->workers)
		if (from != to
			&& (frame_ring_count(rings->frames) != 0 || ring_waits(rings->answers)))
			return true;
	return false;
}

unsigned
steer_receive(
	struct steer *s, unsigned to, struct rte_mempool *pool, struct rte_mbuf **pkts, unsigned n)
{
	unsigned got = 0;

	/* Another sender is first each time, so that a busy one does not starve the others. */
	for (unsigned i = 0; i < s->workers && got < n; i++) {
		unsigned from = (s->turn[to].first + i) % s->workers;

		if (from != to)
			got += frame_ring_take(
				s->ring[from * s->workers + to].frames, pool, pkts + got, n - got);
	}
	s->turn[to].first = (s->turn[to].first + 1) % s->workers;
	return got;
}

bool
steer_shed(struct steer *s, unsigned to, uint16_t *port, uint16_t *bytes)
{
	for (unsigned from = 0; from < s->workers; from++)
		if (from != to
			&& frame_ring_shed(s->ring[from * s->workers + to].frames, port, bytes))
			return true;
	return false;
}

bool
steer_answer(struct steer *s, unsigned from, unsigned to, uint64_t word)
{
	struct rte_ring *ring = s->ring[from * s->workers + to].answers;

	return rte_ring_sp_enqueue(ring, (void *)(uintptr_t)word) == 0;
}

unsigned
steer_answers(struct steer *s, unsigned to, uint64_t *words, unsigned n)
{
	unsigned got = 0;

	static_assert(sizeof(void *) == sizeof(uint64_t), "a word is what a ring holds");
	for (unsigned from = 0; from < s->workers && got < n; from++)
		if (from != to)
			got += rte_ring_sc_dequeue_burst(s->ring[from * s->workers + to].answers,
				(void **)(words + got), n - got, NULL);
	return got;
}

unsigned
steer_held(const struct steer *s, unsigned to)
{
	unsigned held = 0;

	for (unsigned from = 0; from < s->workers; from++) {
		if (from != to)
			held += frame_ring_count(s->ring[from * s->workers + to].frames);
	}
	return held;
}
