/* SPDX-License-Identifier: BSD-3-Clause */
/* With answer=: datagrams of UDP that the port sends come back, with their ends swapped, by the
 * receive queue that a NIC would choose for them; all other frames go nowhere. */

#include "answers.h"
#include "interrupts.h"

#include <stddef.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include <rte_ip.h>
#include <rte_ring.h>
#include <rte_udp.h>

enum {
	WAITING = 4096, /* answers of a queue */
};

static void
swap(void *a, void *b, size_t bytes)
{
	uint8_t kept[16];

	memcpy(kept, a, bytes);
	memcpy(a, b, bytes);
	memcpy(b, kept, bytes);
}

/* Returns the addresses of a whole datagram of UDP, and how long both are; NULL: it is none. */
static uint8_t *
addresses_of(const struct rte_mbuf *m, unsigned *bytes)
{
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	struct rte_ether_hdr *ether = (struct rte_ether_hdr *)frame;
	struct rte_ipv4_hdr *ip4 = (struct rte_ipv4_hdr *)(ether + 1);
	struct rte_ipv6_hdr *ip6 = (struct rte_ipv6_hdr *)(ether + 1);
	const uint16_t fragment = RTE_BE16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK);

	if (m->nb_segs != 1 || rte_mbuf_refcnt_read(m) != 1 || !RTE_MBUF_DIRECT(m))
		return NULL;
	if (ether->ether_type == RTE_BE16(RTE_ETHER_TYPE_IPV4)
		&& m->data_len >= sizeof(*ether) + sizeof(*ip4) + sizeof(struct rte_udp_hdr)
		&& ip4->version_ihl == RTE_IPV4_VHL_DEF && ip4->next_proto_id == IPPROTO_UDP
		&& (ip4->fragment_offset & fragment) == 0) {
		*bytes = 8;
		return (uint8_t *)&ip4->src_addr;
	}
	if (ether->ether_type == RTE_BE16(RTE_ETHER_TYPE_IPV6)
		&& m->data_len >= sizeof(*ether) + sizeof(*ip6) + sizeof(struct rte_udp_hdr)
		&& ip6->proto == IPPROTO_UDP) {
		*bytes = 32;
		return (uint8_t *)ip6 + offsetof(struct rte_ipv6_hdr, src_addr);
	}
	return NULL;
}

/* Makes the answer of a datagram.  The sums stay right.  Returns false if there is none. */
static bool
answer(const struct device *d, struct rte_mbuf *m)
{
	struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	unsigned bytes = 0;
	uint8_t *at = addresses_of(m, &bytes);
	uint64_t ports = bytes == 8 ? RTE_ETH_RSS_NONFRAG_IPV4_UDP : RTE_ETH_RSS_NONFRAG_IPV6_UDP;
	unsigned hashed;

	if (at == NULL)
		return false;
	hashed = (d->rss.types & ports) != 0 ? bytes + 4 : bytes;
	if ((d->rss.types & RTE_ETH_RSS_L3_SRC_ONLY) != 0)
		hashed = bytes / 2;
	swap(&ether->src_addr, &ether->dst_addr, sizeof(ether->src_addr));
	swap(at, at + bytes / 2, bytes / 2);
	swap(at + bytes, at + bytes + 2, 2);
	m->hash.rss = rss_hash(&d->rss, at, hashed);
	m->packet_type = 0;
	m->ol_flags = d->options.hash ? RTE_MBUF_F_RX_RSS_HASH : 0;
	return true;
}

static struct rx_queue *
queue_for(struct device *d, const struct rte_mbuf *m)
{
	return &d->rx[d->reta[m->hash.rss % RETA_SIZE] % d->answering];
}

/* Puts an answer into its queue.  Returns false if that is full. */
static bool
give_back(struct device *d, struct rte_mbuf *m)
{
	struct rx_queue *q = queue_for(d, m);

	if (rte_ring_mp_enqueue(q->answers, m) < 0)
		return false;
	if (d->options.interrupts)
		interrupts_raise(q);
	return true;
}

uint16_t
answers_transmit(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	struct tx_queue *q = queue;
	struct device *d = q->device;

	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = mbufs[i];

		q->counters.packets++;
		q->counters.bytes += m->pkt_len;
		if (!answer(d, m) || !give_back(d, m))
			rte_pktmbuf_free(m);
	}
	return n;
}

uint16_t
answers_receive(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	struct rx_queue *q = queue;

	n = (uint16_t)rte_ring_sc_dequeue_burst(q->answers, (void **)mbufs, n, NULL);
	for (unsigned i = 0; i < n; i++) {
		mbufs[i]->port = (uint16_t)(q->rearm >> 48);
		q->counters.bytes += mbufs[i]->pkt_len;
	}
	q->counters.packets += n;
	return n;
}

int
answers_begin(struct device *device, unsigned queues)
{
	size_t bytes = RTE_ALIGN_CEIL(
		(size_t)rte_ring_get_memsize(WAITING), (size_t)RTE_CACHE_LINE_SIZE);

	device->answering = queues;
	for (unsigned q = 0; q < queues; q++) {
		struct rte_ring *ring = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);

		if (ring == NULL)
			return -ENOMEM;
		rte_ring_init(ring, "answers", WAITING, RING_F_SC_DEQ);
		device->rx[q].answers = ring;
	}
	return 0;
}

void
answers_end(struct device *device)
{
	for (unsigned q = 0; q < REPLAY_QUEUES_MAX; q++) {
		struct rte_ring *ring = device->rx[q].answers;
		void *m;

		while (ring != NULL && rte_ring_sc_dequeue(ring, &m) == 0)
			rte_pktmbuf_free(m);
		free(ring);
		device->rx[q].answers = NULL;
	}
}
