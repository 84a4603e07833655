/* SPDX-License-Identifier: BSD-3-Clause */
/* Steering: which worker owns a packet, and how it gets there. */

#include "io/steer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ring.h>

#include "base/hash.h"
#include "io/eal.h"

struct steer {
	unsigned workers;
	struct hash_key key;
	unsigned turn[EAL_WORKERS_MAX]; /* whose ring comes first: each written by its reader */
	struct rte_ring *ring[];                /* from * workers + to; NULL where from == to */
};

struct steer *
steer_create(unsigned workers, unsigned ring_size, const uint8_t key[STEER_KEY_BYTES])
{
	static unsigned serial;
	struct steer *s = calloc(1, sizeof(*s) + workers * workers * sizeof(s->ring[0]));
	char name[RTE_RING_NAMESIZE];

	if (s == NULL)
		return NULL;
	s->workers = workers;
	memcpy(&s->key, key, sizeof(s->key));
	serial++;
	for (unsigned i = 0; i < workers * workers; i++) {
		unsigned to = i % workers;

		if (i / workers == to)
			continue;
		snprintf(name, sizeof(name), "steer%u_%u_%u", serial, i / workers, to);
		s->ring[i] = rte_ring_create(name, ring_size, eal_worker_node(to),
			RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
		if (s->ring[i] == NULL) {
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
		if (s->ring[i] == NULL)
			continue;
		do {
			n = rte_ring_sc_dequeue_burst(s->ring[i], (void **)pkts,
				RTE_DIM(pkts), NULL);
			rte_pktmbuf_free_bulk(pkts, n);
		} while (n > 0);
		rte_ring_free(s->ring[i]);
	}
	free(s);
}

unsigned
steer_owner(const struct steer *s, const struct steer_tuple *tuple)
{
	size_t length = tuple->family == 4 ? 4 : 16;
	int order = memcmp(tuple->src, tuple->dst, length);
	bool swap = order > 0 || (order == 0 && tuple->sport > tuple->dport);
	uint64_t words[5] = { 0 };
	uint64_t hash;

	if (s->workers == 1)
		return 0;
	/* The lower end first: both directions read the same. */
	memcpy(&words[swap ? 2 : 0], tuple->src, length);
	memcpy(&words[swap ? 0 : 2], tuple->dst, length);
	words[4] = (uint64_t)(swap ? tuple->dport : tuple->sport) << 32
		| (uint64_t)(swap ? tuple->sport : tuple->dport) << 16
		| (uint64_t)tuple->proto << 8 | tuple->family;
	hash = hash_bytes(&s->key, words, sizeof(words));
	return (unsigned)((hash >> 32) * s->workers >> 32);
}

unsigned
steer_frame(const struct steer *s, const struct rte_mbuf *m)
{
	struct steer_tuple tuple = { 0 };

	if (s->workers == 1)
		return 0;
	if (!steer_parse(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &tuple))
		return 0;
	return steer_owner(s, &tuple);
}

unsigned
steer_send(struct steer *s, unsigned from, unsigned to, struct rte_mbuf **pkts, unsigned n)
{
	struct rte_ring *ring = s->ring[from * s->workers + to];
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
		unsigned from = (s->turn[to] + i) % s->workers;

		if (from != to)
			got += rte_ring_sc_dequeue_burst(s->ring[from * s->workers + to],
				(void **)(pkts + got), n - got, NULL);
	}
	s->turn[to] = (s->turn[to] + 1) % s->workers;
	return got;
}

unsigned
steer_held(const struct steer *s, unsigned to)
{
	unsigned held = 0;

	for (unsigned from = 0; from < s->workers; from++) {
		if (from != to)
			held += rte_ring_count(s->ring[from * s->workers + to]);
	}
	return held;
}
