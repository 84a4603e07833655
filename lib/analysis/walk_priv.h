/* SPDX-License-Identifier: BSD-3-Clause */
/* What walk.c and verdict.c share. */
#ifndef ANALYSIS_WALK_PRIV_H
#define ANALYSIS_WALK_PRIV_H

#include "analysis/walk.h"

/* Fills a verdict but for its route. */
void verdict_from(const struct generation *gen, const struct program *p, struct verdict *out);

#endif
