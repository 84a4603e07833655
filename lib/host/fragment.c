/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments IPv4 packets that are larger than the MTU of the next link (RFC 791).  By copy: the
 * pools have no indirect buffers, and devices may require that all mbufs of a queue are from one
 * pool. */

#include <string.h>

#include <rte_ether.h>
#include <rte_ip_frag.h>

#include "base/counter.h"
#include "packet/checksum.h"
#include "host/host_priv.h"

#define FRAGMENTS_MAX 128 /* 64 KiB at an MTU of 576 */

static void
send_one(struct host *h, const struct nexthop *nh, struct rte_mbuf *m)
{
	uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);

	checksum_ip4_set(ip, (ip[0] & 15u) * 4);
	memcpy(rte_pktmbuf_prepend(m, nh->l2_bytes), nh->l2, nh->l2_bytes);
	m->ol_flags = 0;
	counter_add(&h->setup.ledger->born[BORN_fragment], 1);
	h->setup.send(h->setup.arg, m, nh->output.port, nh->output.iface);
}

/* Strips m to the IP packet; returns false if m does not hold it. */
static bool
bare(struct rte_mbuf *m, uint16_t l3)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, l3);
	unsigned bytes;

	if (m->data_len < l3 + IP4_BYTES)
		return false;
	bytes = (unsigned)ip[2] << 8 | ip[3];
	if (l3 + bytes > m->pkt_len || rte_pktmbuf_trim(m, (uint16_t)(m->pkt_len - l3 - bytes)) < 0)
		return false;
	return rte_pktmbuf_adj(m, l3) != NULL;
}

enum reason
fragments_send(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3)
{
	const struct nexthop *nh = neighbour_nexthop(h, slot);
	unsigned room = rte_pktmbuf_data_room_size(h->setup.pool) - RTE_PKTMBUF_HEADROOM;
	struct rte_mbuf *out[FRAGMENTS_MAX];
	int n;

	if (!bare(m, l3))
		return REASON_multi_segment;
	n = rte_ipv4_fragment_copy_nonseg_packet(
		m, out, FRAGMENTS_MAX, (uint16_t)RTE_MIN(room, nh->mtu), h->setup.pool);
	if (n < 0)
		return n == -ENOTSUP ? REASON_mtu_exceeded : REASON_no_mbuf;
	for (int i = 0; i < n; i++)
		send_one(h, nh, out[i]);
	counter_add(&h->setup.ledger->consumed[CONSUMED_fragmenter], 1);
	rte_pktmbuf_free(m);
	return REASON_NONE;
}
