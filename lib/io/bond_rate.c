/* SPDX-License-Identifier: BSD-3-Clause */
/* LACP's frames as they pass a member: the bit LACP_Timeout in LACPDUs; what the guard refuses. */

#include "io/bond_rate.h"

#include <rte_eth_bond_8023ad.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "base/monotonic.h"

/* Returns the LACPDU of a frame, or NULL: it is another one. */
static inline struct lacpdu *
lacpdu_of(struct rte_mbuf *m)
{
	struct lacpdu_header *h = rte_pktmbuf_mtod(m, struct lacpdu_header *);

	if (likely(m->data_len < sizeof(h->eth_hdr) + 2
		    || h->eth_hdr.ether_type != RTE_BE16(RTE_ETHER_TYPE_SLOW)))
		return NULL;
	return m->data_len >= offsetof(struct lacpdu_header, lacpdu.tlv_type_collector_info)
			&& h->lacpdu.subtype == SLOW_SUBTYPE_LACP
		? &h->lacpdu
		: NULL;
}

static uint16_t
on_sent(uint16_t port, uint16_t queue, struct rte_mbuf *m[], uint16_t n, void *arg)
{
	for (uint16_t i = 0; i < n; i++) {
		struct lacpdu *pdu = lacpdu_of(m[i]);

		if (unlikely(pdu != NULL))
			pdu->actor.state |= STATE_LACP_SHORT_TIMEOUT;
	}
	return n;
}

static inline bool
is_slow(struct rte_mbuf *m)
{
	return m->data_len >= sizeof(struct rte_ether_hdr)
		&& rte_pktmbuf_mtod(m, struct rte_ether_hdr *)->ether_type
		== RTE_BE16(RTE_ETHER_TYPE_SLOW);
}

/* Returns true if the driver may have the frame. */
static bool
receive_slow(struct bond_member *member, struct rte_mbuf *m)
{
	struct lacpdu *pdu = lacpdu_of(m);

	if (lacp_guard_judge(&member->guard, m, monotonic_ns()) != LACP_TAKEN) {
		rte_pktmbuf_free(m);
		return false;
	}
	if (pdu != NULL && member->fast)
		pdu->partner.state &= (uint8_t)~STATE_LACP_SHORT_TIMEOUT;
	return true;
}

static uint16_t
on_received(
	uint16_t port, uint16_t queue, struct rte_mbuf *m[], uint16_t n, uint16_t most, void *arg)
{
	uint16_t kept = 0;

	for (uint16_t i = 0; i < n; i++)
		if (likely(!is_slow(m[i])) || receive_slow(arg, m[i]))
			m[kept++] = m[i];
	return kept;
}

void
bond_rate_begin(struct bond_member *member, const struct port *bond)
{
	uint16_t id = member->device.id;

	lacp_guard_init(&member->guard, &bond->mac, bond->bond->fast);
	member->fast = bond->bond->fast;
	for (uint16_t q = 0; q < bond->rx_queues && q < PORT_QUEUES_MAX; q++)
		member->rx_rate[q] = (void *)(uintptr_t)rte_eth_add_rx_callback(
			id, q, on_received, member);
	for (uint16_t q = 0; member->fast && q < bond->tx_queues && q < PORT_QUEUES_MAX; q++)
		member->tx_rate[q] = (void *)(uintptr_t)rte_eth_add_tx_callback(
			id, q, on_sent, NULL);
}

void
bond_rate_end(struct bond_member *member)
{
	for (uint16_t q = 0; q < PORT_QUEUES_MAX; q++) {
		if (member->rx_rate[q] != NULL
			&& rte_eth_remove_rx_callback(member->device.id, q, member->rx_rate[q])
				== 0)
			rte_free(member->rx_rate[q]);
		if (member->tx_rate[q] != NULL
			&& rte_eth_remove_tx_callback(member->device.id, q, member->tx_rate[q])
				== 0)
			rte_free(member->tx_rate[q]);
		member->rx_rate[q] = member->tx_rate[q] = NULL;
	}
}

void
bond_rate_sent(struct rte_mbuf *m)
{
	on_sent(0, 0, &m, 1, NULL);
}

bool
bond_rate_received(struct bond_member *member, struct rte_mbuf *m)
{
	return on_received(0, 0, &m, 1, 1, member) == 1;
}
