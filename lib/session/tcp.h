/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP seen from the middle: is a segment one that its connection allows, and what does it change?
 *
 * Flags and sequence space as in van Rooij, "Real stateful TCP packet filtering in IP Filter" (2000), window
 * scaling (RFC 7323).  The blind attacks of RFC 5961 change nothing: an RST in the window that is not exact and the
 * initiator's SYN pass, so that the other end can challenge them, an ACK out of range is dropped.
 *
 * A session with SESSION_LOOSE may begin in mid-stream: until the other end has acknowledged, it is half-open, and
 * windows are taken for as wide as they can be.
 *
 * An endpoint that has lost its state begins a new connection between the same ports (tcp_open.c): its SYN is an offer until
 * the other end has acknowledged exactly that one.
 *
 * Threads: the worker that owns the session. */
#ifndef SESSION_TCP_H
#define SESSION_TCP_H

#include <netinet/in.h>
#include <rte_tcp.h>

#include "session/session.h"
#include "packet/reason.h"

#define TCP_SCALE_NONE 0xff
#define TCP_SCALE_MAX 14        /* RFC 7323 2.3 */
#define TCP_SLACK 66035u        /* MAXACKWINDOW: the largest unscaled window and a segment */

enum tcp_state {
	TCP_NONE,
	TCP_SYN_SENT,           /* SYN by the forward side */
	TCP_SYN_BOTH,           /* simultaneous open: SYN by both */
	TCP_SYN_RECEIVED,       /* SYN and ACK by the reply side */
	TCP_ESTABLISHED,
	TCP_FIN_FORWARD,        /* FIN by the forward side */
	TCP_FIN_REPLY,
	TCP_CLOSING,            /* FIN by both */
	TCP_LAST_ACK,           /* both FINs, one acknowledged */
	TCP_TIME_WAIT,          /* both acknowledged */
	TCP_RESET,
	TCP_STATES,
};

/* A segment as far as tracking reads it; numbers in host order. */
struct tcp_segment {
	uint32_t seq, ack;
	uint32_t bytes;         /* payload, padding excluded */
	uint16_t window;
	uint8_t flags;
	uint8_t scale;          /* window scale option of a SYN, TCP_SCALE_NONE without */
};

/* Reads the segment at tcp; ip_bytes and l4's place say how long it is.  Options are walked with bounds. */
void tcp_read(struct tcp_segment *seg, const uint8_t *tcp, uint32_t l4_bytes);

struct tcp_verdict {
	enum reason reason;     /* REASON_NONE: it may pass */
	bool idle;              /* it passes, but must not keep its session alive: anybody could have sent it */
};

/* Judges a segment: may it pass?  When dropped or idle it has changed neither the state nor what either side has sent and
 * allows.  Sets the session's state; its class is the caller's (tcp_class).  offer: the session's own. */
struct tcp_verdict tcp_track(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg);

/* Would the segment begin a connection anew on one that is over (RFC 9293 3.6.1, RFC 6191)?  Then it belongs to a
 * new session. */
bool tcp_begins_anew(const struct session *s, bool reply, uint8_t flags, uint32_t seq);

/* Could that side have sent a segment with this sequence number lately?  For what ICMP errors quote (RFC 5927 4.1). */
bool tcp_has_sent(const struct session *s, const struct tcp_offer *offer, bool reply, uint32_t seq);

/* A SYN alone: it asks for a connection. */
static inline bool
tcp_opens(uint8_t flags)
{
	return (flags & (RTE_TCP_FIN_FLAG | RTE_TCP_SYN_FLAG | RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG))
		== RTE_TCP_SYN_FLAG;
}

/* Returns whether a segment asks for a connection where there is one already.  Rules judge it like the first packet of a
 * session. */
static inline bool
tcp_asks_anew(const struct session *s, uint8_t flags)
{
	return tcp_opens(flags) && s->state > TCP_SYN_SENT;
}

/* Has nobody but the forward side been heard of, in that state of a session? */
static inline bool
tcp_is_new(const struct session *s, enum tcp_state state)
{
	return state <= TCP_SYN_SENT || ((s->flags & SESSION_LOOSE) && state == TCP_SYN_BOTH);
}

enum session_class tcp_class(enum tcp_state state);
const char *tcp_state_name(enum tcp_state state);

#endif
