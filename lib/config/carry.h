/* SPDX-License-Identifier: BSD-3-Clause */
/* What lines of the configuration have counted and metered, over a reload: a line that says the same as before goes
 * on, wherever it stands now.
 *
 * Threads: the control thread. */
#ifndef CONFIG_CARRY_H
#define CONFIG_CARRY_H

#include "policy/generation.h"

/* Before new is published, old being the running one: where the places of old, and of those before it that flows may
 * still count for, stand in new; and the meters of places that say the same become new's.  uncounted is the first
 * generation that a flow of any worker may still count for (fastpath_uncounted).  0 or -ENOMEM. */
int carry_places(const struct generation *old, struct generation *new, uint64_t uncounted);

/* When no worker uses old any more: its hits are new's. */
void carry_hits(const struct generation *old, struct generation *new);

void carry_discard(struct generation *gen);

#endif
