/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by walk.c and verdict.c. */
#ifndef ANALYSIS_WALK_PRIV_H
#define ANALYSIS_WALK_PRIV_H

#include "analysis/walk.h"

/* Fills a verdict except for its route. */
void verdict_from(const struct generation *gen, const struct program *p, struct verdict *out);

#endif
