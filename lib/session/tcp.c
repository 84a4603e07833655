/* SPDX-License-Identifier: BSD-3-Clause */
/* Tracking of TCP: which segments a connection allows, and its states. */

#include "session/tcp_priv.h"
#include "packet/parse.h"

/* Returns the state that follows from the FINs so far. */
static enum tcp_state
closing_state(const struct session *s)
{
	const uint8_t a = s->side[0].flags, b = s->side[1].flags;

	if ((a & SIDE_FIN) && (b & SIDE_FIN)) {
		unsigned acked = ((a & SIDE_FIN_ACKED) != 0) + ((b & SIDE_FIN_ACKED) != 0);

		return acked == 2 ? TCP_TIME_WAIT : acked == 1 ? TCP_LAST_ACK : TCP_CLOSING;
	}
	return (a & SIDE_FIN) ? TCP_FIN_FORWARD : (b & SIDE_FIN) ? TCP_FIN_REPLY : TCP_ESTABLISHED;
}

/* Returns true if a reset is exactly where its receiver expects the next byte: at the end of what
 * was sent, or of what was acknowledged last. */
static bool
reset_exact(const struct session *s, bool reply, const struct tcp_segment *seg)
{
	return seg->seq == s->side[reply].end || seg->seq == s->acked[reply];
}

/* Returns true if a reset is in the window of its receiver: not before what was acknowledged last,
 * not beyond what it allows. */
static bool
reset_in_window(const struct session *s, bool reply, const struct tcp_segment *seg)
{
	return !before(seg->seq, s->acked[reply]) && !before(s->side[reply].max_end, seg->seq);
}

/* Returns true if a reset refuses the SYN of the forward side.  An unacknowledged SYN of the reply
 * side may have been forged, so its numbers do not count. */
static bool
refuses_syn(const struct session *s, bool reply, const struct tcp_segment *seg)
{
	return s->state == TCP_SYN_BOTH && !(s->flags & SESSION_LOOSE) && reply
		&& (seg->flags & ACK) && !(s->side[1].flags & SIDE_SYN_ACKED)
		&& acks_syn(s, false, seg->ack);
}

/* Tracks an RST. An exact one closes, and so does any that fits a closing connection.  Another one
 * inside the window passes and changes nothing: its receiver challenges it (RFC 5961 3.2).  An RST
 * with an acknowledgement must not acknowledge what was never sent. */
static struct tcp_verdict
track_reset(
	struct session *s, const struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	bool over = ((side->flags | other->flags) & SIDE_FIN) || s->state == TCP_RESET;
	bool closes = reset_exact(s, reply, seg) || (over && sequence_right(side, other, seg));

	if (refuses_offer(s, offer, reply, seg))
		return TCP_IDLE;
	if (!closes && answers_challenge(s, offer, reply, seg))
		return TCP_IDLE;
	if (!refuses_syn(s, reply, seg)) {
		if (!closes && !reset_in_window(s, reply, seg))
			return tcp_drop(REASON_tcp_out_of_window);
		if ((seg->flags & ACK) && seg->ack != 0 && !ack_right(s, reply, seg))
			return tcp_drop(REASON_tcp_out_of_window);
		if (!closes)
			return TCP_IDLE;
	}
	s->state = TCP_RESET;
	return tcp_drop(REASON_NONE);
}

static void
move_on(struct session *s)
{
	const uint8_t both = s->side[0].flags & s->side[1].flags;

	if (s->state == TCP_RESET)
		return; /* late segments of a connection that was reset */
	if (both & SIDE_SYN_ACKED)
		s->state = (uint16_t)closing_state(s) & 15;
}

bool
tcp_begins_anew(const struct session *s, bool reply, uint8_t flags, uint32_t seq)
{
	if (!tcp_opens(flags))
		return false;
	return s->state == TCP_RESET
		|| (s->state == TCP_TIME_WAIT && before(s->side[reply].end, seq));
}

bool
tcp_has_sent(const struct session *s, const struct tcp_offer *offer, bool reply, uint32_t seq)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	uint32_t window = window_bytes(other, side);

	if ((side->flags & SIDE_OFFER) && seq == offer->seq)
		return true;
	return (side->flags & SIDE_SEEN) && !before(side->end, seq)
		&& !before(seq, side->end - (window > TCP_SLACK ? window : TCP_SLACK));
}

/* Tracks a segment without SYN and RST of a connection in which both sides have been heard of. */
static struct tcp_verdict
track_flow(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply];
	bool second = !reply && !ack_right(s, reply, seg) && takes_second_answer(s, offer, seg);

	if (!(seg->flags & ACK) || (!second && !ack_right(s, reply, seg))
		|| !sequence_right(side, &s->side[!reply], seg))
		return challenges_offer(s, offer, reply, seg) ? TCP_IDLE
							      : tcp_drop(REASON_tcp_out_of_window);
	/* It belongs to the old connection, so its side has not lost that one. */
	side->flags &= (uint8_t)~SIDE_OFFER;
	advance_sides(s, reply, seg);
	move_on(s);
	return tcp_drop(REASON_NONE);
}

static struct tcp_verdict
track(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	if (tcp_flags_bad(seg->flags))
		return tcp_drop(REASON_tcp_bad_flags);
	if (s->state == TCP_NONE)
		return track_first(s, offer, seg);
	if (s->state == TCP_SYN_SENT)
		return reply ? track_answer(s, offer, seg) : track_asking(s, offer, seg);
	if (seg->flags & RST)
		return track_reset(s, offer, reply, seg);
	if (seg->flags & SYN)
		return track_syn(s, offer, reply, seg);
	return track_flow(s, offer, reply, seg);
}

void
tcp_settle(struct session *s)
{
	struct tcp_side *a = &s->side[0], *b = &s->side[1];
	bool usual = s->state == TCP_ESTABLISHED && (a->flags & b->flags & SIDE_SYN_ACKED)
		&& !((a->flags | b->flags) & (SIDE_FIN | SIDE_SYN_WINDOW | SIDE_OFFER));

	a->flags = (uint8_t)((a->flags & ~SIDE_USUAL) | (usual ? SIDE_USUAL : 0));
	if (usual && (a->scale == TCP_SCALE_NONE || b->scale == TCP_SCALE_NONE))
		a->scale = b->scale = 0;
}

struct tcp_verdict
tcp_track(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	struct tcp_verdict verdict = track(s, offer, reply, seg);

	tcp_settle(s);
	return verdict;
}
