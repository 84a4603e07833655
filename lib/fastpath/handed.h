/* SPDX-License-Identifier: BSD-3-Clause */
/* What the receiving worker has found out about a packet, carried to the worker that owns it: that
 * it is a sound plain one of the port's untagged interface, in the mbuf's port field, and the hash
 * of its key, in the mbuf's hash field.  Workers share the secrets of their flow tables
 * (fastpath_share_secrets), so the hash leads the owner to its own record, and nothing is parsed
 * twice.  The key is read again from the frame, whose line the owner needs anyway.
 *
 * Threads: the one that has the mbuf. */
#ifndef FASTPATH_HANDED_H
#define FASTPATH_HANDED_H

#include <string.h>

#include <rte_mbuf.h>

#include "packet/burst.h"

/* In rte_mbuf.port, beside FRAGMENT_MARK; port indexes are small. */
#define HANDED_PLAIN4 0x1000u
#define HANDED_PLAIN6 0x2000u
#define HANDED_MARKS  (HANDED_PLAIN4 | HANDED_PLAIN6)

/* Writes the port, and what is known, of a slot that is handed over. */
static inline void
handed_write(const struct burst *b, unsigned slot)
{
	struct rte_mbuf *m = b->m[slot];
	unsigned mark = b->class[slot] == SLOT_PLAIN4 ? HANDED_PLAIN4
		: b->class[slot] == SLOT_PLAIN6       ? HANDED_PLAIN6
						      : 0;

	if (b->l3[slot] != 14 || b->iface[slot] != b->ingress->untagged)
		mark = 0;
	m->port = (uint16_t)(b->port | mark | (b->output[slot].iface & SOUGHT_MARKS));
	memcpy(&m->hash, &b->hash[slot], sizeof(b->hash[slot]));
}

/* Returns the hash that came with a packet. */
static inline uint64_t
handed_hash(const struct rte_mbuf *m)
{
	uint64_t hash;

	memcpy(&hash, &m->hash, sizeof(hash));
	return hash;
}

#endif
