/* SPDX-License-Identifier: BSD-3-Clause */
/* The generations of an appliance: its first one, those that reloads bring, and those that a worker may still use. */

#include "control/appliance_priv.h"

#include <errno.h>

#include "control/carry.h"

int
finish_generation(struct appliance *a, struct generation *gen, struct err *err)
{
	struct rte_ether_addr mac[PORT_MAX];

	for (unsigned i = 0; i < a->ports.count; i++)
		mac[i] = a->ports.at[i].mac;
	return generation_finish(gen, mac, err);
}

struct generation *
begin_generation(struct appliance *a, const struct config *cfg, struct err *err)
{
	struct generation_setup setup = {
		.cfg = cfg, .started = a->started, .names = &a->names, .running = a->gen, .workers = a->n_workers,
	};
	unsigned before = err_count(err);
	struct generation *gen = generation_begin(&setup, err);

	if (err_count(err) == before)
		return gen;
	generation_discard(gen);
	return NULL;
}

void
appliance_let_go(struct appliance *a)
{
	unsigned kept = 0, who;
	uint64_t oldest = workers_oldest(a->workers, &who);

	for (unsigned i = 0; i < a->n_retired; i++) {
		struct generation *next = i + 1 < a->n_retired ? a->retired[i + 1] : a->gen;

		if (a->retired[i]->number < oldest) {
			carry_hits(a->retired[i], next);
			generation_discard(a->retired[i]);
		} else {
			a->retired[kept++] = a->retired[i];
		}
	}
	a->n_retired = kept;
}

/* Only so many configurations wait for a worker that stands still. */
static int
check_retired(struct appliance *a, struct err *err)
{
	unsigned who = 0;
	uint64_t oldest = workers_oldest(a->workers, &who);

	appliance_let_go(a);
	if (a->n_retired < APPLIANCE_RETIRED)
		return 0;
	return err_set(err, EBUSY, "worker %u stands still with generation %llu, and %u later ones "
		"wait for it already", who, (unsigned long long)oldest, a->n_retired);
}

int
appliance_reload(struct appliance *a, struct config *cfg, struct err *err)
{
	struct nat_log_file *log;
	struct generation *gen;

	if (check_retired(a, err) < 0)
		return -EBUSY;
	if (config_check_reload(a->started, cfg, err) < 0)
		return -EINVAL;
	gen = begin_generation(a, cfg, err);
	if (gen == NULL)
		return -EINVAL;
	if (finish_generation(a, gen, err) < 0) {
		generation_discard(gen);
		return -ENOMEM;
	}
	if (carry_places(a->gen, gen) < 0) {
		generation_discard(gen);
		return err_set(err, ENOMEM, "out of memory");
	}
	if (log_open(a, cfg, &log, err) < 0) {
		generation_discard(gen);
		return -EINVAL;
	}
	a->retired[a->n_retired++] = a->gen;
	a->gen = gen;
	workers_publish(a->workers, gen);
	generation_names_commit(&a->names);
	appliance_let_go(a);
	if (a->cfg != a->started)
		config_free(a->cfg);
	a->cfg = cfg;
	log_take(a, log);
	return 0;
}
