/* SPDX-License-Identifier: BSD-3-Clause */
/* How connections open: SYNs, their answers, pick-up in mid-stream, and a new connection in the
 * place of one that its ends have lost.
 *
 * A SYN with new numbers in a connection passes and is remembered as an offer (by RFC 9293 3.10.7.4
 * the other end challenges it, or answers it if it has lost its state).  The offer changes nothing.
 * A SYN/ACK that acknowledges exactly the offered SYN shows that the other end has taken it: the
 * session begins anew with both segments' numbers.  A segment of the old connection from the side
 * that made the offer withdraws it. */

#include "session/tcp_priv.h"

#define DATA_UNIT  16u /* of struct tcp_offer */
#define DATA_MAX   0xfffu
#define SCALE_NONE 15

/* Sets a side's numbers from its first segment. */
static void
begin_side(struct session *s, bool reply, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[reply];
	const struct tcp_side *other = &s->side[!reply];

	side->end = segment_end(seg);
	side->window = seg->window;
	side->scale = seg->scale;
	side->max_end = side->end + ((other->flags & SIDE_SEEN) ? window_bytes(other, side) : 1);
	side->flags = SIDE_SEEN | SIDE_SYN_WINDOW;
	s->acked[reply] = seg->seq + 1;
}

/* Begins a session of which only one side's SYN is known. */
static void
begin_session(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	memset(s->side, 0, sizeof(s->side));
	memset(s->acked, 0, sizeof(s->acked));
	begin_side(s, reply, seg);
	/* The other end's window is not known yet, and data may stand behind a SYN (RFC 7413). */
	s->side[reply].max_end = s->side[reply].end + TCP_SLACK;
	s->flags &= (uint8_t)~SESSION_LOOSE;
	s->state = TCP_SYN_SENT;
	if (!reply)
		offer->isn = seg->seq;
}

/* Begins a session for a connection that is older than Weir, from a segment of the forward side:
 * its options are not known.  The other end's segment opens it. */
static void
begin_loose(struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[0], *other = &s->side[1];

	memset(s->side, 0, sizeof(s->side));
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
	s->acked[0] = seg->seq;
	s->acked[1] = seg->ack;
	s->state = TCP_SYN_BOTH;
	offer->isn = seg->seq;
}

struct tcp_verdict
track_first(struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg)
{
	if (tcp_opens(seg->flags)) {
		begin_session(s, offer, false, seg);
		return tcp_drop(REASON_NONE);
	}
	if (!(s->flags & SESSION_LOOSE) || (seg->flags & (SYN | RST | ACK)) != ACK)
		return tcp_drop(REASON_tcp_no_session);
	begin_loose(s, offer, seg);
	return tcp_drop(REASON_NONE);
}

/* --- offers --- */

static void
make_offer(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	uint32_t units = (seg->bytes + DATA_UNIT - 1) / DATA_UNIT;

	offer->seq = seg->seq;
	offer->window = seg->window;
	offer->scale = (seg->scale == TCP_SCALE_NONE ? SCALE_NONE : seg->scale) & 15;
	offer->data = (units < DATA_MAX ? units : DATA_MAX) & DATA_MAX;
	s->side[!reply].flags &= (uint8_t) ~(SIDE_OFFER | SIDE_CHALLENGE);
	s->side[reply].flags |= SIDE_OFFER;
}

/* Returns the segment that made an offer, as far as it was remembered. */
static struct tcp_segment
offered(const struct tcp_offer *offer)
{
	return (struct tcp_segment){
		.seq = offer->seq,
		.bytes = offer->data * DATA_UNIT,
		.window = offer->window,
		.flags = SYN,
		.scale = offer->scale == SCALE_NONE ? TCP_SCALE_NONE : (uint8_t)offer->scale,
	};
}

/* Returns true if an acknowledgement acknowledges exactly what a side has offered. */
static bool
acks_offer(const struct session *s, const struct tcp_offer *offer, bool of_reply,
	const struct tcp_segment *seg)
{
	return (s->side[of_reply].flags & SIDE_OFFER) && (seg->flags & ACK)
		&& seg->ack - (offer->seq + 1) <= offer->data * DATA_UNIT;
}

/* Takes over what the answer to a side's SYN allows that side to send. */
static void
settle_syn(struct session *s, bool reply, const struct tcp_segment *answer)
{
	s->side[!reply].max_end = s->side[!reply].end;
	advance_ack(s, reply, answer);
}

/* Handles a SYN/ACK that answers the other side's offer: both sides begin anew. */
static void
take_over(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	struct tcp_segment syn = offered(offer);

	begin_session(s, offer, !reply, &syn);
	begin_side(s, reply, seg);
	/* With a SYN of the reply side it continues like a simultaneous open. */
	s->state = reply ? TCP_SYN_RECEIVED : TCP_SYN_BOTH;
	if (!reply)
		offer->isn = seg->seq;
	settle_syn(s, reply, seg);
}

bool
takes_second_answer(struct session *s, const struct tcp_offer *offer, const struct tcp_segment *seg)
{
	struct tcp_segment syn = offered(offer);

	if (s->state != TCP_SYN_RECEIVED || !acks_offer(s, offer, true, seg))
		return false;
	begin_side(s, true, &syn);
	return true;
}

bool
refuses_offer(
	struct session *s, const struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	if (!acks_offer(s, offer, !reply, seg))
		return false;
	s->side[!reply].flags &= (uint8_t)~SIDE_OFFER;
	return true;
}

static void
note_challenge(
	struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	offer->challenge = seg->ack;
	s->side[reply].flags |= SIDE_CHALLENGE;
}

/* The other end may be in a connection that was never seen here: one that an earlier SYN began,
 * whose answer was lost before Weir. */
bool
challenges_offer(
	struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	/* A second SYN/ACK is an offer, too: it is acknowledged or not. */
	if (!(s->side[!reply].flags & SIDE_OFFER) || (s->state == TCP_SYN_RECEIVED && !reply))
		return false;
	if ((seg->flags & (SYN | FIN | RST | ACK)) != ACK || seg->bytes != 0)
		return false;
	note_challenge(s, offer, reply, seg);
	return true;
}

bool
answers_challenge(const struct session *s, const struct tcp_offer *offer, bool reply,
	const struct tcp_segment *seg)
{
	return (s->side[!reply].flags & SIDE_CHALLENGE) && seg->seq == offer->challenge
		&& (s->state == TCP_SYN_SENT || (s->side[reply].flags & SIDE_OFFER));
}

/* --- before the reply side has answered --- */

/* Remembers a SYN/ACK that acknowledges none of the SYNs that are known: other ones may have been
 * forged behind the one that it answers. */
static void
note_answer(struct session *s, const struct tcp_segment *seg)
{
	s->acked[1] = seg->flags & SYN ? seg->seq + 1 : 0;
}

/* Returns true if the forward side acknowledges such a SYN/ACK with the number that this one
 * acknowledged: only its receiver knows both. */
static bool
confirms_answer(
	const struct session *s, const struct tcp_offer *offer, const struct tcp_segment *seg)
{
	return (seg->flags & (SYN | RST | ACK)) == ACK && s->acked[1] != 0
		&& seg->ack == s->acked[1] && seg->seq == offer->challenge;
}

/* Handles the forward side while the reply side has not answered: the same SYN again, another one,
 * or a reset. */
struct tcp_verdict
track_asking(struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[0];
	uint32_t end = side->end;

	if (seg->flags & RST) {
		/* The answer to a challenge leaves the SYN valid (RFC 5961 4.2). */
		if (answers_challenge(s, offer, false, seg))
			return TCP_IDLE;
		if (seg->seq != end && seg->seq != s->acked[0])
			return tcp_drop(REASON_tcp_out_of_window);
		s->state = TCP_RESET;
		return tcp_drop(REASON_NONE);
	}
	if (confirms_answer(s, offer, seg)) {
		/* The options of its SYN are not known. */
		s->flags |= SESSION_LOOSE;
		begin_loose(s, offer, seg);
		return tcp_drop(REASON_NONE);
	}
	if ((seg->flags & (SYN | ACK)) != SYN)
		return tcp_drop(REASON_tcp_no_session);
	if (seg->seq != offer->isn) {
		make_offer(s, offer, false, seg);
		return TCP_IDLE;
	}
	/* Data of the first one may be acknowledged although the second has none. */
	if (before(side->end, segment_end(seg)))
		side->end = segment_end(seg);
	side->window = seg->window;
	side->scale = seg->scale;
	side->max_end = side->end + TCP_SLACK;
	return tcp_drop(REASON_NONE);
}

/* Handles the reply side's first segment. */
struct tcp_verdict
track_answer(struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg)
{
	bool right = (seg->flags & ACK) && acks_syn(s, false, seg->ack);

	if (seg->flags & RST) {
		if (!right)
			return refuses_offer(s, offer, true, seg)
				? TCP_IDLE
				: tcp_drop(REASON_tcp_out_of_window);
		s->state = TCP_RESET;
		return tcp_drop(REASON_NONE);
	}
	if ((seg->flags & SYN) && !right && acks_offer(s, offer, false, seg)) {
		take_over(s, offer, true, seg);
		return tcp_drop(REASON_NONE);
	}
	if ((seg->flags & SYN) && (right || !(seg->flags & ACK))) {
		begin_side(s, true, seg);
		s->state = right ? TCP_SYN_RECEIVED : TCP_SYN_BOTH;
		if (right)
			settle_syn(s, true, seg);
		return tcp_drop(REASON_NONE);
	}
	/* The other end is in an old connection, and challenges or repeats what was not
	 * acknowledged there: the forward side will reset that one and ask again (RFC 9293
	 * 3.5.1). */
	if (seg->flags & ACK) {
		note_challenge(s, offer, true, seg);
		note_answer(s, seg);
		return TCP_IDLE;
	}
	return tcp_drop(REASON_tcp_no_session);
}

/* --- SYNs where a connection is --- */

/* Handles a SYN alone.  From the forward side it passes: again, or as an offer.  The reply side may
 * ask only after the end of the connection. */
static struct tcp_verdict
track_asking_again(
	struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];

	if (!reply) {
		if (seg->seq != offer->isn || tcp_class(s->state) != SESSION_HALF_OPEN)
			make_offer(s, offer, false, seg);
		return TCP_IDLE;
	}
	if (s->state == TCP_TIME_WAIT || s->state == TCP_RESET) {
		make_offer(s, offer, true, seg);
		return TCP_IDLE;
	}
	if (before(side->end, segment_end(seg)) || !sequence_right(side, other, seg))
		return tcp_drop(REASON_tcp_out_of_window);
	return TCP_IDLE;
}

/* Handles a SYN/ACK of the reply side that acknowledges the SYN, before the forward side has
 * acknowledged any: the same one again, perhaps with more data behind it; or another one, as of a
 * server that keeps no state or of two servers behind one address.  The forward side decides which
 * of them counts. */
static struct tcp_verdict
track_answer_again(struct session *s, struct tcp_offer *offer, const struct tcp_segment *seg)
{
	struct tcp_side *side = &s->side[1];

	if (seg->seq + 1 != s->acked[1]) {
		make_offer(s, offer, true, seg);
		return TCP_IDLE;
	}
	if (before(side->end, segment_end(seg)))
		side->end = segment_end(seg);
	return TCP_IDLE;
}

/* Handles SYN/ACKs of a simultaneous open (RFC 9293 3.5, figure 8).  The SYN of the reply side may
 * have been forged: a SYN/ACK with other numbers replaces it. */
static struct tcp_verdict
track_both(struct session *s, bool reply, const struct tcp_segment *seg)
{
	const uint8_t settled = s->side[0].flags & s->side[1].flags & SIDE_SYN_ACKED;

	if (seg->seq + 1 != s->acked[reply] && reply && !(s->side[1].flags & SIDE_SYN_ACKED)) {
		begin_side(s, true, seg);
		s->state = TCP_SYN_RECEIVED;
	}
	if (s->side[!reply].flags & SIDE_SYN_ACKED)
		advance_ack(s, reply, seg);
	else
		settle_syn(s, reply, seg);
	if (!settled && (s->side[0].flags & s->side[1].flags & SIDE_SYN_ACKED))
		s->state = TCP_ESTABLISHED;
	return tcp_drop(REASON_NONE);
}

struct tcp_verdict
track_syn(struct session *s, struct tcp_offer *offer, bool reply, const struct tcp_segment *seg)
{
	const struct tcp_side *side = &s->side[reply], *other = &s->side[!reply];
	bool fits;

	if (!(seg->flags & ACK))
		return track_asking_again(s, offer, reply, seg);
	/* Old segments may arrive again, late: the SYN of this connection, and its answer. */
	fits = !before(side->end, segment_end(seg)) && sequence_right(side, other, seg)
		&& ack_right(s, reply, seg);
	if (acks_offer(s, offer, !reply, seg) && !(fits && offer->seq == offer->isn)) {
		take_over(s, offer, reply, seg);
		return tcp_drop(REASON_NONE);
	}
	if (s->state == TCP_SYN_RECEIVED && reply && seg->ack == s->acked[0])
		return track_answer_again(s, offer, seg);
	if (s->state == TCP_SYN_BOTH && !(s->flags & SESSION_LOOSE) && acks_syn(s, !reply, seg->ack)
		&& (reply || seg->seq + 1 == s->acked[0]))
		return track_both(s, reply, seg);
	return fits ? TCP_IDLE : tcp_drop(REASON_tcp_out_of_window);
}
