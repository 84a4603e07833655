/* SPDX-License-Identifier: BSD-3-Clause */
/* Pipelines that are one wire, which the data path serves without parsing. */
#ifndef STAGE_FORWARD_H
#define STAGE_FORWARD_H

#include "policy/pipeline.h"

/* Returns the port by which frames leave if the pipeline is one stage forward for every packet, or
 * PORT_NONE. */
uint16_t forward_cable_port(const struct pipeline *p);

#endif
