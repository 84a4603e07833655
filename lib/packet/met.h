/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fragment carries between workers once its ports are known: they stand in the mbuf's hash field,
 * and a mark in its port field says so.
 *
 * Threads: whoever has the mbuf. */
#ifndef PACKET_MET_H
#define PACKET_MET_H

#include <string.h>

#include <rte_mbuf.h>

#include "packet/view.h"

#define MET_MARK 0x4000u        /* in rte_mbuf.port; ports have small indexes */

struct met_ports {
	rte_be16_t sport, dport;
	uint8_t proto;
	uint8_t unused[3];
};
static_assert(sizeof(struct met_ports) == sizeof(((struct rte_mbuf *)0)->hash), "they fit");

/* v: of the datagram's first fragment. */
static inline void
met_write(struct rte_mbuf *m, const struct view *v)
{
	const struct met_ports p = { v->tuple.sport, v->tuple.dport, v->tuple.proto, { 0 } };

	memcpy(&m->hash, &p, sizeof(p));
	m->port |= MET_MARK;
}

/* Gives the fragment's view its ports, if the mbuf has them, and takes the mark away. */
static inline bool
met_read(struct rte_mbuf *m, struct view *v)
{
	struct met_ports p;

	if ((m->port & MET_MARK) == 0)
		return false;
	m->port &= (uint16_t)~MET_MARK;
	memcpy(&p, &m->hash, sizeof(p));
	v->proto = p.proto;
	v->tuple.proto = p.proto;
	v->tuple.sport = p.sport;
	v->tuple.dport = p.dport;
	v->tuple.kind = KEY_PLAIN;
	return true;
}

#endif
