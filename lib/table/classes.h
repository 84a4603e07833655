/* SPDX-License-Identifier: BSD-3-Clause */
/* Address classes: which of up to 32 sets contain an address, as a mask, in one look-up.
 *
 * A prefix of one set inside a wider one of another gives both bits.
 *
 * Threads: one builds and discards; any number look up.  Memory: classes_build/_discard. */
#ifndef TABLE_CLASSES_H
#define TABLE_CLASSES_H

#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

#include "packet/key.h"
#include "table/set.h"

#define CLASSES_MAX 32u

struct classes;

/* Bit i of a mask stands for sets[i]; all are sealed, and needed only during the call.  n is at
 * most CLASSES_MAX.  NULL when memory is short. */
struct classes *classes_build(const struct set *const sets[], unsigned n);
void classes_discard(struct classes *c);        /* NULL is fine */

void classes_lookup4(const struct classes *c, const rte_be32_t address[], uint32_t mask[],
	unsigned n);
void classes_lookup6(const struct classes *c, const union address address[], uint32_t mask[],
	unsigned n);

/* The memory they take, in bytes. */
size_t classes_bytes(const struct classes *c);

#endif
