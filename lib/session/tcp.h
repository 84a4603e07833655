/* SPDX-License-Identifier: BSD-3-Clause */
/* Tracking of TCP in the middle: whether a connection allows a segment, and what the segment
 * changes.
 *
 * Flags and sequence space as in van Rooij, "Real stateful TCP packet filtering in IP Filter"
 * (2000), window scaling (RFC 7323).  The blind attacks of RFC 5961 change nothing: an RST in the
 * window that is not exact, and the initiator's SYN, pass, so that the other end can challenge
 * them; an ACK out of range is dropped.
 *
 * A session with SESSION_LOOSE may begin in mid-stream: until the other end has acknowledged, it is
 * half-open, and windows are assumed to be as wide as possible.
 *
 * An endpoint that has lost its state begins a new connection between the same ports (tcp_open.c):
 * its SYN is an offer until the other end has acknowledged exactly that SYN.
 *
 * Threads: the worker that owns the session. */
#ifndef SESSION_TCP_H
#define SESSION_TCP_H

#include <netinet/in.h>
#include <rte_tcp.h>

#include "session/session.h"
#include "packet/reason.h"

#define TCP_SCALE_NONE 0xff
#define TCP_SCALE_MAX  14     /* RFC 7323 2.3 */
#define TCP_SLACK      66035u /* MAXACKWINDOW: the largest unscaled window and a segment */

enum tcp_state {
	TCP_NONE,
	TCP_SYN_SENT,     /* SYN by the forward side */
	TCP_SYN_BOTH,     /* simultaneous open: SYN by both */
	TCP_SYN_RECEIVED, /* SYN and ACK by the reply side */
	TCP_ESTABLISHED,
	TCP_FIN_FORWARD, /* FIN by the forward side */
	TCP_FIN_REPLY,
	TCP_CLOSING,   /* FIN by both */
	TCP_LAST_ACK,  /* both FINs, one acknowledged */
	TCP_TIME_WAIT, /* both acknowledged */
	TCP_RESET,
	TCP_STATES,
};

/* The fields of a segment that tracking uses; numbers in host order. */
struct tcp_segment {
	uint32_t seq, ack;
	uint32_t bytes; /* payload, padding excluded */
	uint16_t window;
	uint8_t flags;
	uint8_t scale; /* window scale option of a SYN, TCP_SCALE_NONE without */
};

/* Reads the segment at tcp; l4_bytes is its length with the header.  Options are read within
 * bounds. */
void tcp_read(struct tcp_segment *seg, const uint8_t *tcp, uint32_t l4_bytes);

struct tcp_verdict {
	enum reason reason; /* REASON_NONE: it may pass */
	bool idle;          /* it passes, but must not keep its session alive: anybody could
			     * have sent it */
};

/* Judges a segment.  A dropped or idle one has changed neither the state nor what either side has
 * sent and allows.  Sets the session's state; the caller sets its class (tcp_class). offer: the
 * session's own. */
struct tcp_verdict tcp_track(
	struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg);

/* Sets SIDE_USUAL of a session that is as tcp_track_usual wants it: established, no FIN, no offer,
 * both windows known, scales that count.  tcp_track does it; for who writes a session otherwise. */
void tcp_settle(struct session *s);

/* Returns true if the segment would begin a new connection on a finished one (RFC 9293 3.6.1, RFC
 * 6191).  It then belongs to a new session. */
bool tcp_begins_anew(const struct session *s, bool reply, uint8_t flags, uint32_t seq);

/* Returns true if that side could have sent a segment with this sequence number recently.  For
 * numbers that ICMP errors quote (RFC 5927 4.1). */
bool tcp_has_sent(const struct session *s, const struct tcp_offer *offer, bool reply, uint32_t seq);

/* Returns true for a SYN alone, which asks for a connection. */
static inline bool
tcp_opens(uint8_t flags)
{
	return (flags & (RTE_TCP_FIN_FLAG | RTE_TCP_SYN_FLAG | RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG))
		== RTE_TCP_SYN_FLAG;
}

/* Returns true if a segment asks for a connection where one exists.  Rules judge it like the first
 * packet of a session. */
static inline bool
tcp_asks_anew(const struct session *s, uint8_t flags)
{
	return tcp_opens(flags) && s->state > TCP_SYN_SENT;
}

/* Returns true if, in that state of a session, only the forward side has been heard of. */
static inline bool
tcp_is_new(const struct session *s, enum tcp_state state)
{
	return state <= TCP_SYN_SENT || ((s->flags & SESSION_LOOSE) && state == TCP_SYN_BOTH);
}

enum session_class tcp_class(enum tcp_state state);
const char *tcp_state_name(enum tcp_state state);

#endif
