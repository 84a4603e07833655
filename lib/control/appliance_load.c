/* SPDX-License-Identifier: BSD-3-Clause */
/* Follows the load of the workers: a generation is built anew when flows shall begin at others. */

#include <stdio.h>

#include "base/log.h"
#include "control/appliance_priv.h"

#define RETRY_NS NS_PER_S /* after a generation that could not be built */

static void
tell(const struct appliance *a, uint64_t workers)
{
	char text[EAL_WORKERS_MAX * 4] = "";
	size_t n = 0;

	for (unsigned i = 0; i < a->n_workers; i++)
		if (workers >> i & 1)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " %u", i);
	if (!a->gathering.at_all)
		log_info("flows begin at the workers that receive:%s", text);
	else if (workers != 0)
		log_info("flows begin at workers%s: the others are full", text);
	else
		log_info("flows begin at all workers: those that receive are busy or full");
}

void
appliance_follow_load(struct appliance *a, uint64_t now_ns)
{
	uint64_t may = gather_may(a, a->cfg, a->gen), wanted = may;
	struct gather_load load[EAL_WORKERS_MAX];
	struct err *err;
	bool failed;

	for (unsigned i = 0; may != 0 && i < a->n_workers; i++)
		gather_measure(workers_at(a->workers, i), a->gen, &load[i]);
	if (may != 0)
		wanted = gather_look(&a->gathering, load, a->n_workers, may, now_ns);
	if (may != 0 && wanted != a->gathers)
		tell(a, wanted);
	a->gathers = wanted;
	if (a->gen->gathered == wanted || now_ns < a->gather_retry_ns)
		return;
	a->gather_retry_ns = now_ns + RETRY_NS;
	err = err_create();
	if (err == NULL)
		return;
	failed = appliance_renew(a, err) < 0;
	if (failed && !a->gather_failed)
		log_warning("flows begin where they did: %s", err_first(err));
	a->gather_failed = failed;
	err_destroy(err);
}
