/* SPDX-License-Identifier: BSD-3-Clause */
/* What others ask of stage bridge. */
#ifndef STAGE_BRIDGE_H
#define STAGE_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

struct pipeline;

/* Returns true if no stage bridge of a pipeline, or of those that its gotos lead to, names another
 * bridge. */
bool bridge_leads(const struct pipeline *p, uint8_t number);

#endif
