/* SPDX-License-Identifier: BSD-3-Clause */
/* The meters of a generation, and those that it shares with the one before. */
#include "config/meters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limiter.h"
#include "base/meter.h"

struct shared_meter {
	unsigned generations;       /* that have it */
	_Alignas(64) uint64_t used; /* bytes of a quota; all workers: read and write */
	struct {
		_Alignas(64) struct meter meter;
		struct limiter *limiter;
		struct asked_counts asked;
	} worker[];
};

static void
free_meter(struct shared_meter *shared, unsigned workers)
{
	for (unsigned w = 0; shared != NULL && w < workers; w++)
		limiter_destroy(shared->worker[w].limiter);
	free(shared);
}

/* Makes a meter, full, of each worker, which has a part of the rate: of so many.  NULL without
 * memory. */
static struct shared_meter *
make_meter(const struct meter_spec *spec, unsigned workers, unsigned parts)
{
	size_t bytes = sizeof(struct shared_meter)
		+ workers * sizeof(((struct shared_meter *)0)->worker[0]);
	struct shared_meter *shared = aligned_alloc(64, bytes);

	if (shared == NULL)
		return NULL;
	memset(shared, 0, bytes);
	shared->generations = 1;
	for (unsigned w = 0; w < workers; w++) {
		if (spec->quota != 0 || spec->most_sessions != 0)
			continue;
		if (spec->keys == 0) {
			meter_spec_init(spec, parts, 0, &shared->worker[w].meter);
			continue;
		}
		shared->worker[w].limiter = meter_spec_limiter(spec, parts);
		if (shared->worker[w].limiter == NULL) {
			free_meter(shared, workers);
			return NULL;
		}
	}
	return shared;
}

/* Gives the workers of a generation their part of a meter. */
static void
hand_out(struct generation *gen, unsigned i, struct shared_meter *shared)
{
	gen->shared_meters[i] = shared;
	for (unsigned w = 0; w < gen->n_workers; w++) {
		gen->worker[w].meters[i] = &shared->worker[w].meter;
		gen->worker[w].limiters[i] = shared->worker[w].limiter;
		gen->worker[w].asked[i] = &shared->worker[w].asked;
		gen->worker[w].used[i] = &shared->used;
	}
}

int
meters_make(struct generation *gen, struct arena *arena)
{
	gen->shared_meters = arena_alloc(
		arena, (gen->n_meters + 1) * sizeof(gen->shared_meters[0]));
	if (gen->shared_meters == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < gen->n_meters; i++) {
		struct shared_meter *shared = make_meter(
			&gen->meters[i], gen->n_workers, gen->n_sharing);

		if (shared == NULL)
			return -ENOMEM;
		hand_out(gen, i, shared);
	}
	return 0;
}

static void
give_meter(struct shared_meter *shared, unsigned workers)
{
	if (shared != NULL && --shared->generations == 0)
		free_meter(shared, workers);
}

void
meters_share(const struct generation *old, unsigned of_old, struct generation *gen, unsigned of_gen)
{
	struct shared_meter *shared = old->shared_meters[of_old];

	if (old->n_sharing != gen->n_sharing && gen->meters[of_gen].rate != 0)
		return; /* a worker's part of the rate is another one */
	shared->generations++;
	give_meter(gen->shared_meters[of_gen], gen->n_workers);
	hand_out(gen, of_gen, shared);
}

void
meters_discard(struct generation *gen)
{
	for (unsigned i = 0; gen->shared_meters != NULL && i < gen->n_meters; i++)
		give_meter(gen->shared_meters[i], gen->n_workers);
}
