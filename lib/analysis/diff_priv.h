/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files behind diff.h. */
#ifndef ANALYSIS_DIFF_PRIV_H
#define ANALYSIS_DIFF_PRIV_H

#include "analysis/diff.h"
#include "analysis/explore.h"

/* Writes a cell as "tcp from 192.0.2.0/28 to 10.0.0.80:22". */
void describe_cell(const struct cell *c, unsigned family, char *out, size_t bytes);

/* Writes two verdicts in words that show how they differ. */
void describe_verdict(
	const struct verdict *v, const struct verdict *other, char *out, size_t bytes);

/* Writes a packet in packet notation. */
void describe_point(const struct interface *in, unsigned family, const struct point *p, char *out,
	size_t bytes);

/* Writes a line for each rule of an access list, or stage of a pipeline, that logs.  config: NULL
 * is fine.  Returns false without memory. */
bool logged_print(const struct cfg_table *table, const void *config, FILE *out);

/* Adds each line of settings that differs. */
void settings_compare(struct diff *d, const struct config *old, const struct config *new);

#endif
