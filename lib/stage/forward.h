/* SPDX-License-Identifier: BSD-3-Clause */
/* Pipelines that are one wire, which the data path serves without parsing. */
#ifndef STAGE_FORWARD_H
#define STAGE_FORWARD_H

#include "policy/pipeline.h"

/* Returns true if the pipeline is one stage forward for every packet, and writes the port by which
 * frames leave. */
bool forward_is_cable(const struct pipeline *p, uint16_t *port);

#endif
