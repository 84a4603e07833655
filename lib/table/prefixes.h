/* SPDX-License-Identifier: BSD-3-Clause */
/* Longest prefix match: from an address, IPv4 or IPv6, to a 31-bit value.
 *
 * A table is built whole from a list and never changed: to add a route, build another table (4,000
 * prefixes take milliseconds, a million well under a second) and discard the old one when no worker
 * reads it any more.  A table of three routes takes a few KiB, one of a million prefixes some tens
 * of MiB, all of it ordinary memory, not the EAL's.
 *
 * The structure is a multibit trie with compressed nodes (Asai and Ohara, "Poptrie", SIGCOMM 2015);
 * docs/performance/tables.md compares it with DPDK's libraries.
 *
 * Threads: one builds and discards; any number look up.  Memory: prefixes_build/_discard. */
#ifndef TABLE_PREFIXES_H
#define TABLE_PREFIXES_H

#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

#include "packet/key.h"
#include "table/prefix.h"

/* The result of a look-up when no prefix covers the address. The values of a table are below it. */
#define PREFIXES_NONE 0x7fffffffu

struct prefixes;

/* Builds a table from n entries of both families in any order; of two entries with the same prefix
 * the later one counts.  NULL when memory is short. */
struct prefixes *prefixes_build(const struct prefix entries[], size_t n);
void prefixes_discard(struct prefixes *p); /* NULL is fine */

/* Looks n addresses up: value[i] for address[i]. */
void prefixes_lookup4(
	const struct prefixes *p, const rte_be32_t address[], uint32_t value[], unsigned n);
void prefixes_lookup6(
	const struct prefixes *p, const union address address[], uint32_t value[], unsigned n);

/* Looks one address of family 4 or 6 up. */
uint32_t prefixes_find(const struct prefixes *p, unsigned family, const union address *a);

/* Returns the memory that a table takes, in bytes. */
size_t prefixes_bytes(const struct prefixes *p);

#endif
