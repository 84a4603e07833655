/* SPDX-License-Identifier: BSD-3-Clause */
/* How much of a resource each holder has, and which one has most: all in constant time.
 *
 * A holder is an interface id.  Holders with the same count are chained, so the highest count is
 * one step away after each change by one. */
#ifndef SLOWPATH_FRAGMENTS_SHARE_H
#define SLOWPATH_FRAGMENTS_SHARE_H

#include <stdint.h>

#include "packet/ledger.h"

#define SHARE_MAX  4096u /* the highest count */
#define SHARE_NONE 0xffffu

struct share_holder {
	uint16_t count, before, behind;
};

struct share {
	uint16_t most;
	uint16_t head[SHARE_MAX + 1]; /* holders by their count, or SHARE_NONE; those with
				       * count 0 are not listed */
	struct share_holder holder[LEDGER_IFACES];
};

void share_init(struct share *s);
void share_add(struct share *s, uint16_t holder);
void share_sub(struct share *s, uint16_t holder);

/* Returns a holder with the highest count; SHARE_NONE: nobody holds anything. */
uint16_t share_most(const struct share *s);

#endif
