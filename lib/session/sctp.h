/* SPDX-License-Identifier: BSD-3-Clause */
/* Tracking of SCTP in the middle (RFC 9260): whether an association allows a packet, and what the
 * packet changes.
 *
 * What proves that a packet is of the association is its verification tag: 32 bits that the other
 * end has chosen.  A handshake is an offer until the cookie of the answered INIT has come back and
 * is acknowledged; then the tags of both directions are known.  An endpoint that has lost its state
 * begins anew by another offer beside the association (RFC 9260 5.2), and so does INIT from both
 * sides (5.2.1).  The first offer and the latest are remembered, so forged INITs replace at most
 * the latest.
 *
 * A session is two addresses and two ports: packets of other addresses of a multi-homed endpoint
 * are not of it.
 *
 * Threads: the worker that owns the session. */
#ifndef SESSION_SCTP_H
#define SESSION_SCTP_H

#include "packet/reason.h"
#include "session/session.h"

enum sctp_state {
	SCTP_NONE,
	SCTP_COOKIE_WAIT,   /* INIT by the forward side */
	SCTP_COOKIE_ECHOED, /* INIT ACK, and the cookie is on its way */
	SCTP_ESTABLISHED,
	SCTP_SHUTDOWN_SENT,     /* SHUTDOWN by either side */
	SCTP_SHUTDOWN_ACK_SENT, /* and its acknowledgement */
	SCTP_CLOSED,
	SCTP_ABORTED,
	SCTP_STATES,
};

/* Types of chunks that tracking uses. */
enum sctp_chunk {
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN = 7,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_COOKIE_ECHO = 10,
	SCTP_COOKIE_ACK = 11,
	SCTP_SHUTDOWN_COMPLETE = 14,
};

/* What tracking reads of a packet; tags as they stand in it. */
struct sctp_packet {
	uint32_t tag;
	uint32_t init_tag; /* of INIT and INIT ACK */
	uint32_t chunks;   /* 1 << type, of types below 32 */
	uint8_t n_chunks;  /* 2: two or more */
	bool reflected;    /* ABORT or SHUTDOWN COMPLETE with the T bit: the tag is the other
			    * direction's */
	bool bad;          /* lengths or order that cannot be */
};

/* Reads the packet, of which bytes are there, all of it unless cut; bytes is at least 12. */
void sctp_read(struct sctp_packet *p, const uint8_t *sctp, uint32_t bytes, bool cut);

struct sctp_verdict {
	enum reason reason; /* REASON_NONE: it may pass */
	bool idle;          /* it passes, but must not keep its session alive: anybody could have
			     * sent it */
};

/* Judges a packet, and sets the session's state; the caller sets its class (sctp_class).  latest:
 * the session's own (session_offer). */
struct sctp_verdict sctp_track(
	struct session *s, struct sctp_offer *latest, bool reply, const struct sctp_packet *p);

/* Returns true if that side could have sent a packet with this tag recently.  For packets that ICMP
 * errors quote (RFC 9260 10.1). */
bool sctp_has_sent(
	const struct session *s, const struct sctp_offer *latest, bool reply, uint32_t tag);

/* Returns true for an INIT where an association is; rules judge it like the first packet of a
 * session. */
static inline bool
sctp_asks_anew(const struct session *s, uint8_t chunk)
{
	return chunk == SCTP_INIT && s->state > SCTP_COOKIE_WAIT;
}

/* Returns true if, in that state of a session, only the forward side has been heard of. */
static inline bool
sctp_is_new(enum sctp_state state)
{
	return state <= SCTP_COOKIE_WAIT;
}

enum session_class sctp_class(const struct session *s);
const char *sctp_state_name(enum sctp_state state);

#endif
