/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends IP packets to a resolved neighbour, in fragments where the link requires it. */

#include <string.h>

#include "host/host_priv.h"

/* Returns the length of the IP packet in an mbuf, from its header; 0 if the header is not there. */
static unsigned
ip_bytes(const struct rte_mbuf *m, uint16_t l3)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, l3);

	if (m->data_len < l3 + IP4_BYTES)
		return 0;
	if (ip[0] >> 4 == 4)
		return (unsigned)ip[2] << 8 | ip[3];
	return IP6_BYTES + ((unsigned)ip[4] << 8 | ip[5]);
}

enum reason
ip_send(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3)
{
	const struct nexthop *nh = neighbour_nexthop(h, slot);
	unsigned bytes = ip_bytes(m, l3);

	if (bytes == 0 || l3 + bytes > m->pkt_len)
		return REASON_multi_segment;
	if (bytes > nh->mtu && h->neighbours[slot].family == 4)
		return fragments_send(h, slot, m, l3);
	if (m->pkt_len > l3 + bytes && rte_pktmbuf_trim(m, (uint16_t)(m->pkt_len - l3 - bytes)) < 0)
		return REASON_multi_segment;
	rte_pktmbuf_adj(m, l3);
	if (rte_pktmbuf_prepend(m, nh->l2_bytes) == NULL)
		return REASON_no_mbuf;
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), nh->l2, nh->l2_bytes);
	h->setup.send(h->setup.arg, m, nh->output.port, nh->output.iface);
	return REASON_NONE;
}
