/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the TCP tracker's files: windows (tcp_window.c), and how connections open
 * (tcp_open.c). */
#ifndef SESSION_TCP_PRIV_H
#define SESSION_TCP_PRIV_H

#include "session/tcp.h"
#include "session/tcp_usual.h"

/* The verdict for a segment that leaves the session and its timer unchanged. */
#define TCP_IDLE ((struct tcp_verdict){ .idle = true })

static inline struct tcp_verdict
tcp_drop(enum reason r)
{
	return (struct tcp_verdict){ .reason = r };
}

static inline uint32_t
segment_end(const struct tcp_segment *seg)
{
	return seg->seq + seg->bytes + ((seg->flags & SYN) != 0) + ((seg->flags & FIN) != 0);
}

/* Returns true if ack acknowledges the SYN of a side of which nothing was acknowledged yet, with
 * none, some or all of the data behind it (RFC 7413). */
static inline bool
acks_syn(const struct session *s, bool of_reply, uint32_t ack)
{
	uint32_t end = s->side[of_reply].end;

	return end - ack <= end - s->acked[of_reply];
}

/* Returns the largest window that a side has announced.  That of a SYN is not scaled (RFC 7323
 * 2.2). */
uint32_t window_bytes(const struct tcp_side *side, const struct tcp_side *other);

/* Return true if the acknowledgement fits what the other side has sent, and if the sequence number
 * fits the window. */
bool ack_right(const struct session *s, bool reply, const struct tcp_segment *seg);
bool sequence_right(
	const struct tcp_side *side, const struct tcp_side *other, const struct tcp_segment *seg);

/* Take over the acknowledgement; advance both sides' numbers. */
void advance_ack(struct session *s, bool reply, const struct tcp_segment *seg);
void advance_sides(struct session *s, bool reply, const struct tcp_segment *seg);

/* Begins a session by its first segment. */
struct tcp_verdict track_first(
	struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg);

/* Tracks a segment of the forward side while its SYN is unanswered. */
struct tcp_verdict track_asking(
	struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg);
struct tcp_verdict track_answer(
	struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg);

/* Tracks a segment with SYN in an existing connection. */
struct tcp_verdict track_syn(
	struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg);

/* Returns true if the forward side acknowledges the second SYN/ACK that was offered; the session
 * then has its numbers. */
bool takes_second_answer(
	struct session *s, const struct tcp_offer *offer, const struct tcp_segment *seg);

/* Returns true if a segment that does not fit the connection challenges the SYN that the other side
 * has offered, or is the reset that answers such a challenge.  Both pass. */
bool challenges_offer(
	struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg);
bool answers_challenge(const struct session *s, const struct tcp_offer *offer, bool reply,
	const struct tcp_segment *seg);

/* Returns true if a reset refuses the SYN that the other side has offered; the offer is then
 * forgotten. */
bool refuses_offer(struct session *s, const struct tcp_offer *offer, bool reply,
	const struct tcp_segment *seg);

#endif
