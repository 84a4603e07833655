/* SPDX-License-Identifier: BSD-3-Clause */
/* At which workers the flows of a generation begin. */

#include "control/appliance_priv.h"

#include "worker/spread.h"

uint64_t
gather_may(const struct appliance *a, const struct config *cfg, const struct generation *gen)
{
	int node[EAL_WORKERS_MAX];
	const struct spread spread = { a->n_workers, node, 0 };

	if (!a->options.adaptive || cfg->system.spread != SPREAD_ADAPTIVE)
		return 0;
	for (unsigned i = 0; i < a->n_workers; i++)
		node[i] = eal_worker_node(i);
	return gather_candidates(&a->ports, gen, &spread);
}

void
gather_generation(struct appliance *a, const struct config *cfg, struct generation *gen)
{
	uint64_t may = gather_may(a, cfg, gen);

	generation_gather(gen, may == 0 || !a->gathering.at_all ? may : a->gathers);
	gen->polled_by = a->gathering.at_all ? 0 : may;
}
