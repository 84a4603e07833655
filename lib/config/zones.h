/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the zones of a generation (policy/zone.h) from section zones. */
#ifndef CONFIG_ZONES_H
#define CONFIG_ZONES_H

#include <stdbool.h>

#include "base/arena.h"
#include "config/config.h"
#include "policy/generation.h"

/* Fills gen->zones, when gen has its interfaces.  before: the running generation, or NULL. Returns
 * false without memory. */
bool zones_fill(struct generation *gen, const struct config *cfg, const struct generation *before,
	struct arena *arena);

#endif
