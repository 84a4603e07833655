/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows of TCP seen in the middle (van Rooij 2000; RFC 7323): which numbers fit, and how windows
 * move. */

#include "session/tcp_priv.h"
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
	case TCP_FIN_FORWARD: /* a half close may send for hours */
	case TCP_FIN_REPLY:
		return SESSION_ESTABLISHED;
	default:
		return SESSION_CLOSED;
	}
}

/* Returns the shift of a side's window: both sides must have offered one. */
static unsigned
shift_of(const struct tcp_side *side, const struct tcp_side *other)
{
	return side->scale != TCP_SCALE_NONE && other->scale != TCP_SCALE_NONE ? side->scale : 0;
}

uint32_t
window_bytes(const struct tcp_side *side, const struct tcp_side *other)
{
	unsigned shift = (side->flags & SIDE_SYN_WINDOW) ? 0 : shift_of(side, other);
	uint32_t bytes = (uint32_t)side->window << shift;

	return bytes != 0 ? bytes : 1; /* a window probe is one byte beyond */
}

/* Accepts acknowledgements at most a window back, and of nothing that was never sent (RFC 5961 5).
 * The SYN of a side must be acknowledged exactly before anything else is: a guessed ACK must not
 * complete a handshake, nor make a session that is never evicted.  Of a connection that was picked
 * up in mid-stream more may have been sent than was seen. */
bool
ack_right(const struct session *s, bool reply, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	uint32_t back = TCP_SLACK << shift_of(side, other);
	bool loose = s->flags & SESSION_LOOSE;

	if (!(other->flags & SIDE_SYN_ACKED) && !loose)
		return acks_syn(s, !reply, seg->ack);
	if (before(other->end, seg->ack) && !(loose && !before(other->max_end, seg->ack)))
		return false;
	return !before(seg->ack, other->end - back);
}

/* Returns true if a part of the segment is inside the window (RFC 9293 3.10.7.4), its data at most
 * one window back. */
bool
sequence_right(
	const struct tcp_side *side, const struct tcp_side *other, const struct tcp_segment *seg)
{
	uint32_t end = segment_end(seg), window = window_bytes(other, side);
	uint32_t oldest = side->end - (window > TCP_SLACK ? window : TCP_SLACK);

	if (before(side->max_end, end) && !before(seg->seq, side->max_end))
		return false;
	return !before(end, oldest);
}

/* Takes a window after the SYN's: scaled from here on. */
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

void
advance_ack(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	unsigned shift = (seg->flags & SYN) ? 0 : shift_of(side, other);
	uint32_t limit = seg->ack + ((uint32_t)seg->window << shift);
	bool unseen = before(other->end, seg->ack); /* sent before the connection was picked up */

	if (seg->window == 0)
		limit++;
	if (before(other->max_end, limit))
		other->max_end = limit;
	if (unseen && (other->flags & SIDE_SYN_ACKED))
		return; /* only the other end's first segment is believed */
	if (unseen)
		other->end = seg->ack;
	other->flags |= SIDE_SYN_ACKED;
	if ((other->flags & SIDE_FIN) && seg->ack == other->end)
		other->flags |= SIDE_FIN_ACKED;
	s->acked[!reply] = seg->ack;
}

/* Advances both sides' numbers.  A FIN counts at the end of what its side has sent, not before
 * it. */
void
advance_sides(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	uint32_t end = segment_end(seg);

	advance_window(side, other, seg);
	if (before(side->end, end)) {
		side->end = end;
		if (seg->flags & FIN)
			side->flags |= SIDE_FIN;
	}
	if (seg->flags & ACK)
		advance_ack(s, reply, seg);
}
