/* SPDX-License-Identifier: BSD-3-Clause */
/* The meters of a generation, and those that it shares with the one before. */
#include "config/meters.h"

#include <errno.h>
#include <stdlib.h>

#include "base/meter.h"

struct shared_meter {
	unsigned generations; /* that have it */
	struct {
		_Alignas(64) struct meter meter;
	} worker[];
};

int
meters_make(struct generation *gen, struct arena *arena)
{
	gen->shared_meters = arena_alloc(
		arena, (gen->n_meters + 1) * sizeof(gen->shared_meters[0]));
	if (gen->shared_meters == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < gen->n_meters; i++) {
		struct shared_meter *shared = aligned_alloc(
			64, sizeof(*shared) + gen->n_workers * sizeof(shared->worker[0]));

		if (shared == NULL)
			return -ENOMEM;
		shared->generations = 1;
		gen->shared_meters[i] = shared;
		for (unsigned w = 0; w < gen->n_workers; w++) {
			meter_spec_init(
				&gen->meters[i], gen->n_workers, 0, &shared->worker[w].meter);
			gen->worker[w].meters[i] = &shared->worker[w].meter;
		}
	}
	return 0;
}

static void
give_meter(struct shared_meter *shared)
{
	if (shared != NULL && --shared->generations == 0)
		free(shared);
}

void
meters_share(const struct generation *old, unsigned of_old, struct generation *gen, unsigned of_gen)
{
	struct shared_meter *shared = old->shared_meters[of_old];

	shared->generations++;
	give_meter(gen->shared_meters[of_gen]);
	gen->shared_meters[of_gen] = shared;
	for (unsigned w = 0; w < gen->n_workers; w++)
		gen->worker[w].meters[of_gen] = &shared->worker[w].meter;
}

void
meters_discard(struct generation *gen)
{
	for (unsigned i = 0; gen->shared_meters != NULL && i < gen->n_meters; i++)
		give_meter(gen->shared_meters[i]);
}
