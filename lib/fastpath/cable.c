/* SPDX-License-Identifier: BSD-3-Clause */
/* A port whose frames all leave by one other port, whatever they hold (a pipeline of one stage
 * forward): nothing is parsed, looked up or remembered. */

#include <rte_mbuf.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"

#define ETHERNET_BYTES 14

bool
fastpath_pass_cable(struct fastpath *fp, struct burst *b)
{
	uint16_t out = b->ingress->cable;
	uint64_t bytes = 0;
	bool runt = false;

	if (fp->gather[out].queue == NULL || fp->dp.observer != NULL || fp->watched)
		return false;
	for (unsigned i = 0; i < b->n; i++) {
		bytes += b->m[i]->pkt_len;
		runt |= b->m[i]->data_len < ETHERNET_BYTES;
	}
	if (runt)
		return false;
	b->bytes = b->output_bytes = bytes;
	b->output[0] = (union output){ .port = out }; /* no egress interface */
	b->same_output = true;
	b->n_executed = b->n;
	counter_add(&fp->ledger.lookups_hit, b->n); /* counted as hits */
	return true;
}
