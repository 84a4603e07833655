/* SPDX-License-Identifier: BSD-3-Clause */
/* The usual segment of a tracked connection, for the fast path: an acknowledgement, with or without
 * data, while the connection is established.  session/tcp.h handles all others. */
#ifndef SESSION_TCP_USUAL_H
#define SESSION_TCP_USUAL_H

#include <rte_byteorder.h>
#include <rte_tcp.h>

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

/* Tracks a segment of an established connection that carries ACK and no SYN, FIN or RST, while
 * neither side has sent FIN or offered anything, and both windows are known.  Returns true if it
 * may pass, and moves the session on as tcp_track would.  Returns false without side effects if
 * tcp_track has to decide.  tcp: a header whose length is sound. */
static inline bool
tcp_track_usual(struct session *s, bool reply, const uint8_t *tcp, uint32_t l4_bytes)
{
	struct tcp_side side = s->side[reply], other = s->side[!reply];
	uint32_t seq = be32(tcp + 4), ack = be32(tcp + 8);
	uint32_t window = be32(tcp + 12) & 0xffff;
	uint32_t bytes = l4_bytes - (tcp[12] >> 2 & 0x3c), end = seq + bytes;
	bool scaled = (side.scale | other.scale) != TCP_SCALE_NONE;
	unsigned shift = scaled ? side.scale : 0, other_shift = scaled ? other.scale : 0;
	uint32_t back = (uint32_t)other.window << other_shift;
	uint32_t limit = ack + (window << shift) + (window == 0);

	if (s->state != TCP_ESTABLISHED || (tcp[13] & (FIN | SYN | RST | ACK)) != ACK
		|| ((side.flags | other.flags) & (SIDE_FIN | SIDE_SYN_WINDOW | SIDE_OFFER)))
		return false;
	back = back > TCP_SLACK ? back : TCP_SLACK;
	if (other.end - ack > TCP_SLACK << shift || before(side.max_end, end)
		|| before(seq, side.end - back))
		return false;
	s->side[reply].window = (uint16_t)(window > side.window ? window : side.window);
	s->side[reply].end = before(side.end, end) ? end : side.end;
	s->side[!reply].max_end = before(other.max_end, limit) ? limit : other.max_end;
	s->side[!reply].flags = other.flags | SIDE_SYN_ACKED;
	s->acked[!reply] = ack;
	return true;
}

#endif
