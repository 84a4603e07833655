/* SPDX-License-Identifier: BSD-3-Clause */
/* First SYNs while too many connections are half-open: refused before anything is judged, because a
 * flood of them must not cost more than what is known. */
#ifndef SLOWPATH_SYN_GATE_H
#define SLOWPATH_SYN_GATE_H

#include <netinet/in.h>

#include <rte_mbuf.h>

#include "session/session.h"
#include "slowpath/slowpath.h"

#define TCP_OPENS 0x17 /* FIN, SYN, RST, ACK */
#define TCP_SYN   0x02

/* While sessions_flooded and packets come faster than the worker takes them, one connection in
 * SYN_TURNS has its turn, by its keyed hash: SYNs of all others are dropped before anything is
 * looked up for them, and what is known has their time.  A turn is longer than a client takes to
 * repeat its SYN (RFC 6298: a second).  A connection that is opening is not told from a new one:
 * its SYN waits for its turn, too. */
#define SYN_TURNS 16u

/* Returns whose turn it is, or SYN_TURNS: nobody waits. */
unsigned syn_gate_turn(const struct datapath *dp, const struct burst *b);

/* Drops the packet of a slot, whose hash is set, if it is a SYN of a connection that waits for its
 * turn.  l4: a whole header. */
static inline bool
syn_gate_defers(struct burst *b, unsigned slot, uint8_t proto, const uint8_t *l4, unsigned turn)
{
	if (proto != IPPROTO_TCP || (l4[13] & TCP_OPENS) != TCP_SYN || b->hash[slot] >> 60 == turn)
		return false;
	b->class[slot] = SLOT_BAD;
	b->reason[slot] = REASON_session_unproven;
	b->all_plain4 = false;
	return true;
}

/* Drops the packets that syn_gate_defers has chosen: frees and counts them all but one, which
 * becomes the last slot, so that the recorder tells of it.  watched: all stay where they are. */
void syn_gate_drop_deferred(struct datapath *dp, struct burst *b, bool watched);

/* Returns true if this worker refuses first SYNs of the burst, while sessions_flooded.  Prefetches
 * what syn_gate_refuse will read; otherwise each slot would wait for a line. */
bool syn_gate_close(const struct datapath *dp, const struct burst *b);

/* Returns true if the key's bucket shows that a plain slot has no record. */
static inline bool
slot_lacks_flow(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	return flow_table_lacks(
		b->class[slot] == SLOT_PLAIN4 ? dp->flow4 : dp->flow6, b->hash[slot]);
}

/* Drops the packet of a plain slot without a flow if it is a first SYN that may not begin a
 * session. */
static inline bool
syn_gate_refuse(struct datapath *dp, struct burst *b, unsigned slot)
{
	bool ip4 = b->class[slot] == SLOT_PLAIN4;
	uint8_t proto = ip4 ? b->key4[slot].proto : b->key6[slot].proto;
	const uint8_t *tcp = rte_pktmbuf_mtod_offset(
		b->m[slot], const uint8_t *, b->l3[slot] + (ip4 ? 20u : 40u));

	if (proto != IPPROTO_TCP || (tcp[13] & TCP_OPENS) != TCP_SYN
		|| session_may_open(dp->sessions, b->hash[slot], dp->now_ns))
		return false;
	b->output[slot].port = OUT_DROP;
	b->reason[slot] = REASON_session_unproven;
	return true;
}

#endif
