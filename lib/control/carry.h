/* SPDX-License-Identifier: BSD-3-Clause */
/* Hits over a reload: a line that says the same as before goes on counting, wherever it stands now.
 *
 * Threads: the control thread. */
#ifndef CONTROL_CARRY_H
#define CONTROL_CARRY_H

#include "stage/generation.h"

/* Before new is published: where the places of old stand in it.  0 or -ENOMEM. */
int carry_places(const struct generation *old, struct generation *new);

/* When no worker uses old any more: its hits are new's. */
void carry_hits(const struct generation *old, struct generation *new);

void carry_discard(struct generation *gen);

#endif
