/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of ledgers. */

#include "packet/ledger.h"

void
ledger_add(struct ledger_sum *sum, const struct ledger *l)
{
	for (unsigned p = 0; p < LEDGER_PORTS; p++) {
		sum->rx += l->port[p].rx;
		sum->tx += l->port[p].tx;
	}
	for (unsigned i = 0; i < BORN_COUNT; i++)
		sum->born += l->born[i];
	for (unsigned i = 0; i < CONSUMED_COUNT; i++)
		sum->consumed += l->consumed[i];
	for (unsigned i = 0; i < HELD_COUNT; i++)
		sum->held += l->held[i];
	for (unsigned i = 0; i < LEDGER_IFACES; i++) {
		for (unsigned r = 1; r < REASON_COUNT; r++) {
			sum->drops[r] += l->iface[i].drops[r];
			sum->dropped += l->iface[i].drops[r];
		}
	}
	sum->imbalance = (int64_t)(sum->rx + sum->born)
		- (int64_t)(sum->tx + sum->dropped + sum->consumed) - sum->held;
}
