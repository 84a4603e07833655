/* SPDX-License-Identifier: BSD-3-Clause */
/* The usual segment of a tracked connection, for the fast path: an acknowledgement, with or without
 * data, while the connection is established.  session/tcp.h handles all others. */
#ifndef SESSION_TCP_USUAL_H
#define SESSION_TCP_USUAL_H

#include <rte_byteorder.h>
#include <rte_tcp.h>

#include "packet/load.h"
#include "session/tcp.h"

#define FIN RTE_TCP_FIN_FLAG
#define SYN RTE_TCP_SYN_FLAG
#define RST RTE_TCP_RST_FLAG
#define ACK RTE_TCP_ACK_FLAG

enum side_flag {
	SIDE_SEEN = 1, /* has sent a segment */
	SIDE_FIN = 2,  /* has sent FIN, which ends at `end` */
	SIDE_FIN_ACKED = 4,
	SIDE_SYN_ACKED = 8,
	SIDE_SYN_WINDOW = 16, /* `window` is a SYN's: not scaled */
	SIDE_USUAL = 32,      /* of the forward side: tcp_settle found that of both */
	SIDE_CHALLENGE = 64,  /* has answered a SYN by an ACK for another number */
	SIDE_OFFER = 128,     /* has sent another SYN or SYN/ACK: struct tcp_offer */
};

static inline uint32_t
be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return rte_be_to_cpu_32(v);
}

/* Returns true if a < b in sequence space. */
static inline bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* Data that begin so far from the newest are left to tcp_track: with a window between them numbers
 * could be 2^31 apart, where before() turns round. */
#define TCP_FAR (1u << 30)

/* Tracks a segment that carries ACK and no SYN, FIN or RST, of a session with SIDE_USUAL (see
 * tcp_settle), whose data begin at most TCP_SLACK back and whose window is not closed.  reply: 0
 * or 1; tcp: a header whose length is sound.  Returns true if it may pass, and moves the session on
 * as tcp_track would.  Returns false without side effects if tcp_track has to decide. */
static inline bool
tcp_track_usual(struct session *s, unsigned reply, const uint8_t *tcp, uint32_t l4_bytes)
{
	struct tcp_side *side = s->side + reply, *other = s->side + 1 - reply;
	uint32_t seq = be32(tcp + 4), ack = be32(tcp + 8), window = read_be16(tcp + 14);
	uint32_t end = seq + l4_bytes - (tcp[12] >> 2 & 0x3c);
	uint32_t limit, most = other->max_end;

	if (!(s->side[0].flags & SIDE_USUAL) || (tcp[13] & (FIN | SYN | RST | ACK)) != ACK)
		return false;
	if (other->end - ack > TCP_SLACK << side->scale || before(side->max_end, end)
		|| seq - side->end + TCP_SLACK >= TCP_FAR || window == 0)
		return false;
	limit = ack + (window << side->scale);
	if (unlikely(window > side->window))
		side->window = (uint16_t)window;
	side->end = before(side->end, end) ? end : side->end;
	other->max_end = before(most, limit) ? limit : most;
	s->acked[1 - reply] = ack;
	return true;
}

#endif
