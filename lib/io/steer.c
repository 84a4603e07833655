/* SPDX-License-Identifier: BSD-3-Clause */
/* Steering: which worker owns a packet, and how it gets there. */

#include "io/steer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include <rte_byteorder.h>
#include <rte_ethdev.h>
#include <rte_ring.h>
#include <rte_thash.h>

#include "base/hash.h"
#include "io/eal.h"
#include "io/port.h"

struct steer {
	unsigned workers;
	struct hash_key key;
	const uint8_t *source_key;      /* of devices that spread by source; NULL: none */
	unsigned reta_size;             /* theirs */
	uint64_t rss_types;             /* of devices that spread by both ends */
	struct steer_turn {
		_Alignas(RTE_CACHE_LINE_SIZE) unsigned first;
	} turn[EAL_WORKERS_MAX];        /* whose ring comes first: each written by its reader */
	struct steer_rings {
		struct rte_ring *frames, *answers;
	} ring[];                       /* from * workers + to; NULL where from == to */
};

static struct rte_ring *
make_ring(const char *name, unsigned size, unsigned to)
{
	return rte_ring_create(name, size, eal_worker_node(to),
		RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

struct steer *
steer_create(unsigned workers, unsigned ring_size, const uint8_t key[STEER_KEY_BYTES])
{
	static unsigned serial;
	size_t bytes = RTE_ALIGN_CEIL(sizeof(struct steer)
		+ workers * workers * sizeof(struct steer_rings), RTE_CACHE_LINE_SIZE);
	struct steer *s = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);

	if (s == NULL)
		return NULL;
	memset(s, 0, bytes);
	s->workers = workers;
	memcpy(&s->key, key, sizeof(s->key));
	serial++;
	for (unsigned i = 0; i < workers * workers; i++) {
		unsigned from = i / workers, to = i % workers;
		char name[RTE_RING_NAMESIZE];

		if (from == to)
			continue;
		snprintf(name, sizeof(name), "steer%u_%u_%u", serial, from, to);
		s->ring[i].frames = make_ring(name, ring_size, to);
		snprintf(name, sizeof(name), "answer%u_%u_%u", serial, from, to);
		s->ring[i].answers = make_ring(name, STEER_WORDS, to);
		if (s->ring[i].frames == NULL || s->ring[i].answers == NULL) {
			steer_destroy(s);
			return NULL;
		}
	}
	return s;
}

void
steer_destroy(struct steer *s)
{
	struct rte_mbuf *pkts[32];
	unsigned n;

	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->workers * s->workers; i++) {
		rte_ring_free(s->ring[i].answers);
		if (s->ring[i].frames == NULL)
			continue;
		do {
			n = rte_ring_sc_dequeue_burst(s->ring[i].frames, (void **)pkts,
				RTE_DIM(pkts), NULL);
			rte_pktmbuf_free_bulk(pkts, n);
		} while (n > 0);
		rte_ring_free(s->ring[i].frames);
	}
	free(s);
}

static unsigned
share_of(const struct steer *s, uint64_t hash)
{
	return (unsigned)((hash >> 32) * s->workers >> 32);
}

/* The lower end first: both directions read the same. */
static unsigned
owner4(const struct steer *s, const struct tuple *t)
{
	bool swap = t->src.v4 > t->dst.v4 || (t->src.v4 == t->dst.v4 && t->sport > t->dport);
	uint64_t src = (uint64_t)t->src.v4 << 32 | t->sport;
	uint64_t dst = (uint64_t)t->dst.v4 << 32 | t->dport;
	const uint64_t words[2] = {
		(swap ? dst : src) | (uint64_t)t->proto << 16, swap ? src : dst,
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
		| (uint64_t)(swap ? t->sport : t->dport) << 16
		| (uint64_t)t->proto << 8 | t->family;
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
	s->source_key = rss_key;
	s->reta_size = reta_size;
}

unsigned
steer_owner_of_inside(const struct steer *s, const union address *a)
{
	uint32_t address = rte_be_to_cpu_32(a->v4);

	if (s->source_key == NULL)
		return steer_owner_of_address(s, a);
	return rte_softrss(&address, 1, s->source_key) % s->reta_size % s->workers;
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
	enum { KEY_WORDS = PORT_RSS_KEY_BYTES / 4 };
	static const uint32_t symmetric[KEY_WORDS] = { [0 ... KEY_WORDS - 1] = RTE_BE32(0x6d5a6d5a) };
	unsigned words = t->family == 4 ? 1 : 4, n = 0;
	uint32_t tuple[9];

	for (unsigned i = 0; i < words; i++)
		memcpy(&tuple[n++], t->src.bytes + i * 4, 4);
	for (unsigned i = 0; i < words; i++)
		memcpy(&tuple[n++], t->dst.bytes + i * 4, 4);
	for (unsigned i = 0; i < n; i++)
		tuple[i] = rte_be_to_cpu_32(tuple[i]);
	if (s->rss_types & rss_type_of(t))
		tuple[n++] = (uint32_t)rte_be_to_cpu_16(t->sport) << 16 | rte_be_to_cpu_16(t->dport);
	return rte_softrss(tuple, n, (const uint8_t *)symmetric) % s->reta_size % s->workers;
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
steer_send(struct steer *s, unsigned from, unsigned to, struct rte_mbuf **pkts, unsigned n)
{
	struct rte_ring *ring = s->ring[from * s->workers + to].frames;
	unsigned done = rte_ring_sp_enqueue_burst(ring, (void **)pkts, n, NULL);

	rte_pktmbuf_free_bulk(pkts + done, n - done);
	return n - done;
}

unsigned
steer_receive(struct steer *s, unsigned to, struct rte_mbuf **pkts, unsigned n)
{
	unsigned got = 0;

	/* Another sender is first each time, so that a busy one does not shut the others out. */
	for (unsigned i = 0; i < s->workers && got < n; i++) {
		unsigned from = (s->turn[to].first + i) % s->workers;

		if (from != to)
			got += rte_ring_sc_dequeue_burst(s->ring[from * s->workers + to].frames,
				(void **)(pkts + got), n - got, NULL);
	}
	s->turn[to].first = (s->turn[to].first + 1) % s->workers;
	return got;
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
			held += rte_ring_count(s->ring[from * s->workers + to].frames);
	}
	return held;
}
