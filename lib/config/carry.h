/* SPDX-License-Identifier: BSD-3-Clause */
/* Carries counts and meters of configuration lines over a reload: a line that says the same as
 * before continues, wherever it stands now.
 *
 * Threads: the control thread. */
#ifndef CONFIG_CARRY_H
#define CONFIG_CARRY_H

#include "policy/generation.h"

/* Before new is published, with old running: finds the rule counters of old's edition, and of those
 * earlier ones for which flows may have counts, in new, which has its edition already; and makes
 * the meters of lines that say the same new's.  uncounted is the first edition for which a flow of
 * any worker may have counts (fastpath_uncounted).  Returns 0 or -ENOMEM. */
int carry_counters(const struct generation *old, struct generation *new, uint64_t uncounted);

/* Adds old's counts to new's, when no worker uses old any more. */
void carry_hits(const struct generation *old, struct generation *new);

void carry_discard(struct generation *gen);

#endif
