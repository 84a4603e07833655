/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's send callback: packets that Weir makes while it works on a slot leave directly before
 * the slot's packet. */

#include <rte_mbuf.h>

#include "slowpath/slowpath.h"

void
slowpath_send(void *datapath, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	struct datapath *dp = datapath;

	if (dp->slow->n_born == BORN_MAX) {
		ledger_drop(dp->ledger, iface, REASON_tx_full);
		rte_pktmbuf_free(m);
		return;
	}
	dp->slow->born[dp->slow->n_born++] = (struct born){
		.m = m, .slot = dp->slow->slot, .port = port, .iface = iface
	};
}
