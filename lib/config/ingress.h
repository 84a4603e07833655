/* SPDX-License-Identifier: BSD-3-Clause */
/* Computes what parse must know of each port from the interfaces of a generation.
 *
 * Threads: the control thread. */
#ifndef CONFIG_INGRESS_H
#define CONFIG_INGRESS_H

#include "base/arena.h"
#include "policy/generation.h"

/* Fills gen->ingress; mac[] by port index.  Memory is arena's.  Returns 0 or -ENOMEM. */
int ingress_fill(struct generation *gen, struct arena *arena, const uint8_t (*mac)[6]);

#endif
