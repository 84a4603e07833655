/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of diff.h share. */
#ifndef ANALYSIS_DIFF_PRIV_H
#define ANALYSIS_DIFF_PRIV_H

#include "analysis/diff.h"
#include "analysis/explore.h"

/* "tcp from 192.0.2.0/28 to 10.0.0.80:22". */
void describe_cell(const struct cell *c, unsigned family, char *out, size_t bytes);

/* What becomes of packets, in words that say how two verdicts differ. */
void describe_verdict(
	const struct verdict *v, const struct verdict *other, char *out, size_t bytes);

/* The packet in notation. */
void describe_point(const struct interface *in, unsigned family, const struct point *p, char *out,
	size_t bytes);

/* Adds each line of settings that differs. */
void settings_compare(struct diff *d, const struct config *old, const struct config *new);

#endif
