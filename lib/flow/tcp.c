/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP seen from the middle: windows, flags, states. */

#include "flow/tcp.h"

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10

#define SIDE_SEEN 1             /* has sent a segment */
#define SIDE_FIN 2              /* has sent FIN, which ends at `end` */
#define SIDE_FIN_ACKED 4

static const char *const state_names[] = {
	"none", "syn-sent", "syn-both", "syn-received", "established", "fin-forward", "fin-reply",
	"closing", "last-ack", "time-wait", "reset",
};

const char *
tcp_state_name(enum tcp_state state)
{
	return state < TCP_STATES ? state_names[state] : "?";
}

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
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The window scale option, at most 14 (RFC 7323 2.3). */
static uint8_t
read_scale(const uint8_t *tcp, uint32_t header)
{
	for (uint32_t i = 20; i < header && tcp[i] != 0;) {
		if (tcp[i] == 1) {
			i++;
			continue;
		}
		if (i + 1 >= header || tcp[i + 1] < 2 || i + tcp[i + 1] > header)
			break;
		if (tcp[i] == 3 && tcp[i + 1] == 3)
			return tcp[i + 2] > 14 ? 14 : tcp[i + 2];
		i += tcp[i + 1];
	}
	return TCP_SCALE_NONE;
}

void
tcp_read(struct tcp_segment *seg, const uint8_t *tcp, uint32_t l4_bytes)
{
	uint32_t header = (uint32_t)(tcp[12] >> 4) * 4;

	seg->seq = be32(tcp + 4);
	seg->ack = be32(tcp + 8);
	seg->window = (uint16_t)(tcp[14] << 8 | tcp[15]);
	seg->flags = tcp[13] & 0x3f;
	seg->bytes = l4_bytes > header ? l4_bytes - header : 0;
	seg->scale = (seg->flags & SYN) ? read_scale(tcp, header) : TCP_SCALE_NONE;
}

/* a < b in sequence space. */
static bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
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

static uint32_t
window_bytes(const struct tcp_side *side, const struct tcp_side *other)
{
	uint32_t bytes = (uint32_t)side->window << shift_of(side, other);

	return bytes != 0 ? bytes : 1;          /* a window probe is one byte beyond */
}

/* The first segment that a side sends: its numbers begin here. */
static void
begin_side(struct tcp_side *side, const struct tcp_side *other, const struct tcp_segment *seg)
{
	side->end = segment_end(seg);
	side->window = seg->window;
	side->scale = (seg->flags & SYN) ? seg->scale : TCP_SCALE_NONE;
	side->max_end = side->end + ((other->flags & SIDE_SEEN) ? window_bytes(other, side) : 1);
	side->flags = SIDE_SEEN | ((seg->flags & FIN) ? SIDE_FIN : 0);
}

static void
begin_session(struct session *s, const struct tcp_segment *seg)
{
	memset(s->side, 0, sizeof(s->side));
	begin_side(&s->side[0], &s->side[1], seg);
	/* Data behind a SYN (RFC 7413) and what the other end will allow is not known yet. */
	s->side[0].max_end = s->side[0].end + TCP_SLACK;
	s->state = TCP_SYN_SENT;
}

/* Is the acknowledgement one for what the other side has sent?  At most a window back, nothing that was never
 * sent (RFC 5961 5). */
static bool
ack_right(const struct tcp_side *side, const struct tcp_side *other, const struct tcp_segment *seg)
{
	uint32_t back = TCP_SLACK << shift_of(side, other);

	if (!(seg->flags & ACK))
		return true;
	if (seg->ack == 0 && (seg->flags & RST))        /* stacks that set no ACK in a reset */
		return true;
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

/* Moves both sides' numbers on. */
static void
advance(struct tcp_side *side, struct tcp_side *other, const struct tcp_segment *seg)
{
	uint32_t end = segment_end(seg), limit;

	if (seg->window > side->window)
		side->window = seg->window;
	if (before(side->end, end))
		side->end = end;
	if (seg->flags & FIN)
		side->flags |= SIDE_FIN;
	if (!(seg->flags & ACK))
		return;
	limit = seg->ack + ((uint32_t)seg->window << ((seg->flags & SYN) ? 0 : shift_of(side, other)));
	if (limit == seg->ack)
		limit++;
	if (before(other->max_end, limit))
		other->max_end = limit;
	if ((other->flags & SIDE_FIN) && seg->ack == other->end)
		other->flags |= SIDE_FIN_ACKED;
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

/* RST: exact closes; anything else inside the window changes nothing (RFC 5961 3.2), but for a connection that is
 * closing anyway. */
static enum reason
track_reset(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	bool exact = (side->flags & SIDE_SEEN) ? seg->seq == side->end
		: (seg->flags & ACK) && seg->ack == other->end;
	bool closing = (side->flags | other->flags) & SIDE_FIN;

	if (!exact && closing && (side->flags & SIDE_SEEN))
		exact = sequence_right(side, other, seg);
	if (!exact || !ack_right(side, other, seg))
		return REASON_tcp_out_of_window;
	s->state = TCP_RESET;
	return REASON_NONE;
}

/* Before both ends have spoken. */
static enum reason
track_opening(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	uint8_t syn_ack = seg->flags & (SYN | ACK);

	if (!reply && syn_ack == SYN && !(side->flags & SIDE_FIN)) {
		if (s->state == TCP_SYN_SENT)
			begin_session(s, seg);  /* a retransmission, perhaps with a new ISN */
		return seg->seq + 1 + seg->bytes == side->end ? REASON_NONE : REASON_tcp_out_of_window;
	}
	if (reply && syn_ack == (SYN | ACK) && ack_right(side, other, seg)) {
		begin_side(side, other, seg);
		advance(side, other, seg);
		s->state = TCP_SYN_RECEIVED;
		return REASON_NONE;
	}
	if (reply && syn_ack == SYN) {
		begin_side(side, other, seg);
		s->state = TCP_SYN_BOTH;
		return REASON_NONE;
	}
	/* The answer to a SYN on an old connection of the server's: the client will reset it (RFC 5961 4). */
	if (reply && syn_ack == ACK && !(side->flags & SIDE_SEEN))
		return REASON_NONE;
	return REASON_tcp_no_session;
}

static enum reason
track_syn_both(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];

	if ((seg->flags & (SYN | ACK)) == SYN)
		return segment_end(seg) == side->end ? REASON_NONE : REASON_tcp_out_of_window;
	if (!(seg->flags & ACK) || !ack_right(side, other, seg))
		return REASON_tcp_out_of_window;
	if (segment_end(seg) != side->end && !sequence_right(side, other, seg))
		return REASON_tcp_out_of_window;
	advance(side, other, seg);
	if (other->max_end != other->end + 1 && side->max_end != side->end + 1)
		s->state = TCP_ESTABLISHED;
	return REASON_NONE;
}

/* SYN where a connection is: a new one on the endpoints of one that is over, else it changes nothing. */
static enum reason
track_syn(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply];

	if ((s->state == TCP_TIME_WAIT || s->state == TCP_RESET) && !reply && !(seg->flags & ACK)
	    && (s->state == TCP_RESET || before(side->end, seg->seq))) {
		begin_session(s, seg);
		return REASON_NONE;
	}
	/* Retransmitted SYN or SYN and ACK of this very connection. */
	if (s->state == TCP_SYN_RECEIVED && segment_end(seg) == side->end)
		return REASON_NONE;
	return REASON_tcp_out_of_window;
}

enum reason
tcp_track(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];

	if (s->state == TCP_NONE) {
		if ((seg->flags & (SYN | ACK | RST | FIN)) != SYN)
			return REASON_tcp_no_session;
		begin_session(s, seg);
		return REASON_NONE;
	}
	if (seg->flags & RST)
		return track_reset(s, reply, seg);
	if (s->state == TCP_SYN_SENT)
		return track_opening(s, reply, seg);
	if (s->state == TCP_SYN_BOTH)
		return track_syn_both(s, reply, seg);
	if (seg->flags & SYN)
		return track_syn(s, reply, seg);
	if (!(seg->flags & ACK) || !ack_right(side, other, seg) || !sequence_right(side, other, seg))
		return REASON_tcp_out_of_window;
	if (s->state == TCP_RESET)
		return REASON_NONE;             /* late segments of a connection that was reset */
	advance(side, other, seg);
	if (s->state != TCP_SYN_RECEIVED || !reply || (side->flags & SIDE_FIN))
		s->state = closing_state(s);
	return REASON_NONE;
}
