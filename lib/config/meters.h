/* SPDX-License-Identifier: BSD-3-Clause */
/* Meters of the workers: one for each configuration line that asks for one, shared by the
 * generations in which that line says the same.
 *
 * Threads: the control thread. */
#ifndef CONFIG_METERS_H
#define CONFIG_METERS_H

#include "base/arena.h"
#include "policy/generation.h"

/* Makes gen's meters, full, with a cache line for each worker.  Returns 0 or -ENOMEM. */
int meters_make(struct generation *gen, struct arena *arena);

/* Makes a meter of old the meter of_gen of gen. */
void meters_share(
	const struct generation *old, unsigned of_old, struct generation *gen, unsigned of_gen);

/* Releases gen's meters; each is freed with its last generation. */
void meters_discard(struct generation *gen);

#endif
