/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fragment is judged by, carried from the worker where its datagram's fragments meet to the
 * one that owns the flow: in the mbuf's hash and offload fields, with a mark in its port field.
 *
 * Threads: the one that has the mbuf. */
#ifndef SLOWPATH_FRAGMENTS_MARK_H
#define SLOWPATH_FRAGMENTS_MARK_H

#include <assert.h>
#include <string.h>

#include <rte_mbuf.h>

#include "packet/burst.h"
#include "packet/view.h"

/* In rte_mbuf.port, and in the number of the receiving worker; both are small. */
#define FRAGMENT_MARK 0x4000u

enum fragment_flag {
	FRAGMENT_IDENTIFIED = 1, /* IPv4: it leaves with the identification id */
	FRAGMENT_PORTLESS = 2,   /* its first one is unknown: judged alone */
};

struct fragment_pass {
	union {
		struct {
			rte_be16_t sport, dport; /* of the first fragment */
		};
		rte_be32_t ident; /* of the first fragment, if its protocol has one */
	};
	rte_be16_t id;
	uint8_t proto;
	uint8_t flags;   /* enum fragment_flag */
	uint32_t ticket; /* 0, or: its fate decides about the datagram's other
			  * fragments */
	uint16_t worker; /* where the datagram's fragments meet */
	uint16_t sought; /* SOUGHT_... and the owner, if its session is looked for; else 0 */
};
static_assert(sizeof(struct fragment_pass) == 16, "as large as the two fields");

/* Sets the first one's ports in the packet's view. */
static inline void
fragment_pass_apply(const struct fragment_pass *p, struct view *v)
{
	if (p->flags & FRAGMENT_PORTLESS)
		return;
	v->proto = p->proto;
	v->tuple.proto = p->proto;
	v->tuple.kind = KEY_PLAIN;
	if (proto_has_ident(p->proto)) {
		v->ident = p->ident;
		return;
	}
	v->tuple.sport = p->sport;
	v->tuple.dport = p->dport;
}

/* Writes the mark; the caller sets FRAGMENT_MARK in the mbuf's port. */
static inline void
fragment_mark_write(struct rte_mbuf *m, const struct fragment_pass *p)
{
	memcpy(&m->hash, p, 8);
	memcpy(&m->tx_offload, (const char *)p + 8, 8);
}

static inline void
fragment_mark_peek(const struct rte_mbuf *m, struct fragment_pass *p)
{
	memcpy(p, &m->hash, 8);
	memcpy((char *)p + 8, &m->tx_offload, 8);
}

/* Reads and clears the mark. */
static inline void
fragment_mark_read(struct rte_mbuf *m, struct fragment_pass *p)
{
	fragment_mark_peek(m, p);
	m->tx_offload = 0;
	m->port &= (uint16_t)~FRAGMENT_MARK;
}

#endif
