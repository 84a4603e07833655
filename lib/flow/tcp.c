/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP seen from the middle: windows, flags, states. */

#include "flow/tcp.h"

#include "flow/tcp_usual.h"
#include "packet/parse.h"

enum session_class
tcp_class(enum tcp_state state)
{
	switch (state) {
	case TCP_NONE:
	case TCP_SYN_SENT:
	case TCP_SYN_BOTH:
	case TCP_SYN_RECEIVED:
		return SESSION_HALF_OPEN;
	case TCP_ESTABLISHED:
	case TCP_FIN_FORWARD:           /* a half close may send for hours */
	case TCP_FIN_REPLY:
		return SESSION_ESTABLISHED;
	default:
		return SESSION_CLOSED;
	}
}

static uint32_t
segment_end(const struct tcp_segment *seg)
{
	return seg->seq + seg->bytes + ((seg->flags & SYN) != 0) + ((seg->flags & FIN) != 0);
}

/* Shift of a side's window: both must have offered one. */
static unsigned
shift_of(const struct tcp_side *side, const struct tcp_side *other)
{
	return side->scale != TCP_SCALE_NONE && other->scale != TCP_SCALE_NONE ? side->scale : 0;
}

/* The largest window that a side has announced.  That of a SYN is not scaled (RFC 7323 2.2). */
static uint32_t
window_bytes(const struct tcp_side *side, const struct tcp_side *other)
{
	unsigned shift = (side->flags & SIDE_SYN_WINDOW) ? 0 : shift_of(side, other);
	uint32_t bytes = (uint32_t)side->window << shift;

	return bytes != 0 ? bytes : 1;          /* a window probe is one byte beyond */
}

/* The first segment that a side sends: its numbers begin here. */
static void
begin_side(struct tcp_side *side, const struct tcp_side *other, const struct tcp_segment *seg)
{
	side->end = segment_end(seg);
	side->window = seg->window;
	side->scale = seg->scale;
	side->max_end = side->end + ((other->flags & SIDE_SEEN) ? window_bytes(other, side) : 1);
	side->flags = SIDE_SEEN | SIDE_SYN_WINDOW;
}

/* Until the reply side has spoken, its numbers hold what the forward side's SYN says: where its data
 * began (end), and the acknowledgement of a challenge (max_end). */
static void
begin_session(struct session *s, const struct tcp_segment *seg)
{
	memset(s->side, 0, sizeof(s->side));
	memset(s->acked, 0, sizeof(s->acked));
	begin_side(&s->side[0], &s->side[1], seg);
	/* What the other end will allow is not known yet, and data may stand behind a SYN (RFC 7413). */
	s->side[0].max_end = s->side[0].end + TCP_SLACK;
	s->side[1].end = seg->seq + 1;
	s->state = TCP_SYN_SENT;
}

/* A connection that began before anybody looked, seen by a segment of the forward side: what was agreed on is not
 * known.  The other end's word is what opens it. */
static void
begin_loose(struct session *s, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[0], *other = &s->side[1];

	memset(s->side, 0, sizeof(s->side));
	memset(s->acked, 0, sizeof(s->acked));
	side->scale = other->scale = TCP_SCALE_MAX;
	side->window = seg->window;
	side->flags = SIDE_SEEN;
	side->end = segment_end(seg);
	side->max_end = side->end + (TCP_SLACK << TCP_SCALE_MAX);
	if (seg->flags & FIN)
		side->flags |= SIDE_FIN;
	other->window = UINT16_MAX;
	other->flags = SIDE_SEEN | SIDE_SYN_ACKED;
	other->end = seg->ack;
	other->max_end = seg->ack + ((uint32_t)seg->window << TCP_SCALE_MAX) + 1;
	s->acked[1] = (uint16_t)seg->ack;
	s->state = TCP_SYN_BOTH;
}

/* Is the acknowledgement one for what the other side has sent?  At most a window back, nothing that was never
 * sent (RFC 5961 5). */
static bool
ack_right(const struct tcp_side *side, const struct tcp_side *other, const struct tcp_segment *seg)
{
	uint32_t back = TCP_SLACK << shift_of(side, other);

	return !before(other->end, seg->ack) && !before(seg->ack, other->end - back);
}

/* Is the segment inside the window, data at most one window back? */
static bool
sequence_right(const struct tcp_side *side, const struct tcp_side *other,
	const struct tcp_segment *seg)
{
	uint32_t end = segment_end(seg), window = window_bytes(other, side);
	uint32_t oldest = side->end - (window > TCP_SLACK ? window : TCP_SLACK);

	return !before(side->max_end, end) && !before(seg->seq, oldest);
}

/* A window after the SYN's: scaled from here on. */
static void
advance_window(struct tcp_side *side, const struct tcp_side *other, const struct tcp_segment *seg)
{
	if ((side->flags & SIDE_SYN_WINDOW) && !(seg->flags & SYN)) {
		side->window = (uint16_t)(side->window >> shift_of(side, other));
		side->flags &= (uint8_t)~SIDE_SYN_WINDOW;
	}
	if (seg->window > side->window)
		side->window = seg->window;
}

/* What the acknowledgement allows and settles. */
static void
advance_ack(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	unsigned shift = (seg->flags & SYN) ? 0 : shift_of(side, other);
	uint32_t limit = seg->ack + ((uint32_t)seg->window << shift);

	if (seg->window == 0)
		limit++;
	if (before(other->max_end, limit))
		other->max_end = limit;
	other->flags |= SIDE_SYN_ACKED;
	if ((other->flags & SIDE_FIN) && seg->ack == other->end)
		other->flags |= SIDE_FIN_ACKED;
	s->acked[!reply] = (uint16_t)seg->ack;
}

/* Moves both sides' numbers on.  A FIN counts at the end of what its side has sent, not before it. */
static void
advance(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	uint32_t end = segment_end(seg);

	advance_window(side, other, seg);
	if (seg->bytes != 0)
		side->flags |= SIDE_DATA;
	if (before(side->end, end)) {
		side->end = end;
		if (seg->flags & FIN)
			side->flags |= SIDE_FIN;
	}
	if (seg->flags & ACK)
		advance_ack(s, reply, seg);
}

/* The state that the FINs so far amount to. */
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

/* Does a reset stand exactly where its receiver expects the next byte: at the end of what was sent, or of what was
 * acknowledged last?  Of the latter 16 bits are known, so it counts within 64 k of the end. */
static bool
reset_exact(const struct session *s, bool reply, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[reply];

	return seg->seq == side->end
		|| (side->end - seg->seq < 0x10000 && (side->flags & SIDE_SYN_ACKED)
			&& (uint16_t)seg->seq == s->acked[reply]);
}

/* RST: an exact one closes; another one inside the window changes nothing (RFC 5961 3.2), but for a connection
 * that is closing anyway.  An RST with an acknowledgement must not acknowledge what was never sent. */
static enum reason
track_reset(struct session *s, bool reply, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	bool over = ((side->flags | other->flags) & SIDE_FIN) || s->state == TCP_RESET;
	bool right = reset_exact(s, reply, seg) || (over && sequence_right(side, other, seg));

	if (!right || ((seg->flags & ACK) && seg->ack != 0 && !ack_right(side, other, seg)))
		return REASON_tcp_out_of_window;
	s->state = TCP_RESET;
	return REASON_NONE;
}

/* The forward side while nobody has answered: its SYN again, perhaps with new numbers, or a reset. */
static enum reason
track_asking(struct session *s, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[0], *other = &s->side[1];

	if (seg->flags & RST) {
		/* What a challenge was answered with leaves the SYN standing (RFC 5961 4.2). */
		if ((other->flags & SIDE_CHALLENGE) && seg->seq == other->max_end)
			return REASON_NONE;
		if (seg->seq != side->end)
			return REASON_tcp_out_of_window;
		s->state = TCP_RESET;
		return REASON_NONE;
	}
	if ((seg->flags & (SYN | ACK)) == SYN) {
		begin_session(s, seg);
		return REASON_NONE;
	}
	return REASON_tcp_no_session;
}

/* Does an answer acknowledge the SYN, with or without the data behind it? */
static bool
acks_syn(const struct session *s, const struct tcp_segment *seg)
{
	return !before(seg->ack, s->side[1].end) && !before(s->side[0].end, seg->ack);
}

/* The reply side's first word. */
static enum reason
track_answer(struct session *s, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[1];
	bool right = (seg->flags & ACK) && acks_syn(s, seg);

	if (seg->flags & RST) {
		if (!right)
			return REASON_tcp_out_of_window;
		s->state = TCP_RESET;
		return REASON_NONE;
	}
	if ((seg->flags & SYN) && (right || !(seg->flags & ACK))) {
		begin_side(side, &s->side[0], seg);
		s->state = right ? TCP_SYN_RECEIVED : TCP_SYN_BOTH;
		if (right)
			advance_ack(s, true, seg);
		return REASON_NONE;
	}
	/* An old connection's challenge: the forward side will reset that one and ask again. */
	if ((seg->flags & ACK) && !(seg->flags & FIN) && seg->bytes == 0) {
		side->max_end = seg->ack;
		side->flags |= SIDE_CHALLENGE;
		return REASON_NONE;
	}
	return REASON_tcp_no_session;
}

/* A SYN where a connection is: what was sent before comes again, or an initiator that has forgotten its connection
 * asks for a challenge.  Neither changes anything. */
static enum reason
track_syn(struct session *s, bool reply, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	bool asks = !reply && !(seg->flags & ACK);

	if (asks)
		return REASON_NONE;
	if (before(side->end, segment_end(seg)) || !sequence_right(side, other, seg))
		return REASON_tcp_out_of_window;
	if ((seg->flags & ACK) && !ack_right(side, other, seg))
		return REASON_tcp_out_of_window;
	/* The second half of a simultaneous open. */
	if (s->state == TCP_SYN_BOTH && (seg->flags & ACK)) {
		advance_ack(s, reply, seg);
		if (side->flags & other->flags & SIDE_SYN_ACKED)
			s->state = TCP_ESTABLISHED;
	}
	return REASON_NONE;
}

/* A spoofed SYN's answer cannot be acknowledged by a guess: until the forward side has, its ACK must be exact, but
 * for the data that the reply side may have sent behind its SYN (RFC 7413). */
static bool
ack_opens(const struct session *s, bool reply, const struct tcp_segment *seg)
{
	return s->state != TCP_SYN_RECEIVED || reply || (s->side[1].flags & SIDE_DATA)
		|| seg->ack == s->side[1].end;
}

static void
move_on(struct session *s, bool reply)
{
	const uint8_t both = s->side[0].flags & s->side[1].flags;

	if (s->state == TCP_RESET)
		return;                 /* late segments of a connection that was reset */
	if (s->state == TCP_SYN_RECEIVED ? !reply : (both & SIDE_SYN_ACKED) != 0)
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
tcp_has_sent(const struct session *s, bool reply, uint32_t seq)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	uint32_t window = window_bytes(other, side);

	return (side->flags & SIDE_SEEN) && !before(side->end, seq)
		&& !before(seq, side->end - (window > TCP_SLACK ? window : TCP_SLACK));
}

/* The first segment of a session. */
static enum reason
track_first(struct session *s, const struct tcp_segment *seg)
{
	if (tcp_opens(seg->flags)) {
		begin_session(s, seg);
		return REASON_NONE;
	}
	if (!(s->flags & SESSION_LOOSE) || (seg->flags & (SYN | RST | ACK)) != ACK)
		return REASON_tcp_no_session;
	begin_loose(s, seg);
	return REASON_NONE;
}

enum reason
tcp_track(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];

	if (tcp_flags_bad(seg->flags))
		return REASON_tcp_bad_flags;
	if (s->state == TCP_NONE)
		return track_first(s, seg);
	if (s->state == TCP_SYN_SENT)
		return reply ? track_answer(s, seg) : track_asking(s, seg);
	if (seg->flags & RST)
		return track_reset(s, reply, seg);
	if (seg->flags & SYN)
		return track_syn(s, reply, seg);
	if (!(seg->flags & ACK) || !ack_right(side, other, seg) || !ack_opens(s, reply, seg)
	    || !sequence_right(side, other, seg))
		return REASON_tcp_out_of_window;
	advance(s, reply, seg);
	move_on(s, reply);
	return REASON_NONE;
}
