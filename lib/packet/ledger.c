/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of ledgers. */

#include <rte_common.h>

#include "base/counter.h"
#include "packet/ledger.h"

void
ledger_add(struct ledger_sum *sum, const struct ledger *l)
{
	uint64_t n_ifaces = RTE_MAX(counter_get(&l->n_ifaces), 1u);

	for (unsigned p = 0; p < LEDGER_PORTS; p++) {
		sum->rx += counter_get(&l->port[p].rx);
		sum->tx += counter_get(&l->port[p].tx);
	}
	for (unsigned i = 0; i < BORN_COUNT; i++)
		sum->born += counter_get(&l->born[i]);
	for (unsigned i = 0; i < CONSUMED_COUNT; i++)
		sum->consumed += counter_get(&l->consumed[i]);
	for (unsigned i = 0; i < HELD_COUNT; i++)
		sum->held += counter_get(&l->held[i]);
	for (unsigned i = 0; i < n_ifaces; i++) {
		for (unsigned r = 1; r < REASON_COUNT; r++) {
			uint64_t n = counter_get(&l->iface[i].drops[r]);

			sum->drops[r] += n;
			sum->dropped += n;
		}
	}
	sum->imbalance = (int64_t)(sum->rx + sum->born)
		- (int64_t)(sum->tx + sum->dropped + sum->consumed) - sum->held;
}
