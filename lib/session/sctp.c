/* SPDX-License-Identifier: BSD-3-Clause */
/* The packets that an association allows, and its states (RFC 9260 4, 5, 8.4, 8.5, 9). */

#include "session/sctp.h"

#include <rte_byteorder.h>

#define HAS(p, type) ((p)->chunks >> (type)&1)

static const struct sctp_verdict passes = { REASON_NONE, false };
static const struct sctp_verdict passes_idle = { REASON_NONE, true };

static struct sctp_verdict
refused(enum reason r)
{
	return (struct sctp_verdict){ r, true };
}

const char *
sctp_state_name(enum sctp_state state)
{
	static const char *const names[SCTP_STATES] = { "none", "cookie-wait", "cookie-echoed",
		"established", "shutdown-sent", "shutdown-ack-sent", "closed", "aborted" };

	return state < SCTP_STATES ? names[state] : "?";
}

enum session_class
sctp_class(const struct session *s)
{
	if (s->state >= SCTP_CLOSED)
		return SESSION_CLOSED;
	/* The tags of an association that was picked up are not proved by a handshake. */
	if (s->state >= SCTP_ESTABLISHED && !(s->flags & SESSION_LOOSE))
		return SESSION_ESTABLISHED;
	return s->state >= SCTP_COOKIE_ECHOED ? SESSION_REPLIED : SESSION_UNREPLIED_OTHER;
}

/* Returns the offer of that side's INIT which the test holds for, or NULL: the first or the
 * latest. */
typedef bool offer_test(const struct sctp_offer *o, uint32_t tag);

static struct sctp_offer *
find_offer(
	struct session *s, struct sctp_offer *latest, bool by_reply, offer_test *test, uint32_t tag)
{
	struct sctp_offer *both[] = { &s->sctp.first, latest };

	for (unsigned i = 0; i < 2; i++)
		if (both[i]->init != 0 && both[i]->by_reply == by_reply && test(both[i], tag))
			return both[i];
	return NULL;
}

static bool
is_init_of(const struct sctp_offer *o, uint32_t tag)
{
	return o->init == tag;
}

static bool
is_ack_of(const struct sctp_offer *o, uint32_t tag)
{
	return tag != 0 && (o->ack[0] == tag || o->ack[1] == tag);
}

static bool
is_echoed(const struct sctp_offer *o, uint32_t tag)
{
	return o->echoed && o->init == tag;
}

static struct sctp_verdict
track_init(struct session *s, struct sctp_offer *latest, bool reply, const struct sctp_packet *p)
{
	bool fresh = s->state <= SCTP_COOKIE_WAIT || s->state >= SCTP_CLOSED;

	if (p->tag != 0)
		return refused(REASON_sctp_bad_tag);
	if (find_offer(s, latest, reply, is_init_of, p->init_tag) == NULL)
		*(s->sctp.first.init == 0 ? &s->sctp.first : latest) = (struct sctp_offer){
			.init = p->init_tag, .by_reply = reply
		};
	if (s->state == SCTP_NONE)
		s->state = SCTP_COOKIE_WAIT;
	return fresh && !reply ? passes : passes_idle;
}

static struct sctp_verdict
track_init_ack(
	struct session *s, struct sctp_offer *latest, bool reply, const struct sctp_packet *p)
{
	struct sctp_offer *o = find_offer(s, latest, !reply, is_init_of, p->tag);

	if (o == NULL)
		return refused(REASON_sctp_bad_tag);
	if (!o->echoed && !is_ack_of(o, p->init_tag))
		o->ack[o->ack[0] != 0] = p->init_tag;
	if (s->state == SCTP_COOKIE_WAIT)
		s->state = SCTP_COOKIE_ECHOED;
	return s->state == SCTP_COOKIE_ECHOED ? passes : passes_idle;
}

/* Notes that the cookie of an INIT ACK goes back; which of the acknowledgements counts is clear
 * now. */
static void
take_echo(struct session *s, struct sctp_offer *latest, bool reply, uint32_t tag)
{
	struct sctp_offer *o = find_offer(s, latest, reply, is_ack_of, tag);

	if (o == NULL)
		return;
	o->ack[0] = tag;
	o->ack[1] = 0;
	o->echoed = true;
}

/* Makes the offer that is acknowledged the association. */
static void
take_cookie_ack(struct session *s, struct sctp_offer *latest, bool reply, uint32_t tag)
{
	const struct sctp_offer *o = find_offer(s, latest, !reply, is_echoed, tag);

	if (o == NULL)
		return;
	s->sctp.tag[reply] = o->init;
	s->sctp.tag[!reply] = o->ack[0];
	s->sctp.first = *latest = (struct sctp_offer){ 0 };
	s->flags &= (uint8_t)~SESSION_LOOSE;
	s->state = SCTP_ESTABLISHED;
}

/* Returns true if the tag is that of the association in this direction, or of a handshake whose
 * cookie is on its way. */
static bool
knows_tag(struct session *s, struct sctp_offer *latest, bool reply, uint32_t tag)
{
	return tag != 0
		&& (s->sctp.tag[reply] == tag
			|| find_offer(s, latest, reply, is_ack_of, tag) != NULL
			|| find_offer(s, latest, !reply, is_echoed, tag) != NULL);
}

/* An association that is picked up in mid-stream: its tags are those that its packets have. */
static bool
learn_tag(struct session *s, bool reply, uint32_t tag)
{
	if (!(s->flags & SESSION_LOOSE) || s->sctp.first.init != 0 || s->sctp.tag[reply] != 0
		|| tag == 0)
		return false;
	s->sctp.tag[reply] = tag;
	if (s->state == SCTP_NONE)
		s->state = SCTP_COOKIE_WAIT;
	if (reply)
		s->state = SCTP_ESTABLISHED;
	return true;
}

/* Ends the association, or the handshake that is refused: the peer's tag, or with the T bit its own
 * (RFC 9260 8.5.1). */
static struct sctp_verdict
track_abort(struct session *s, struct sctp_offer *latest, bool reply, const struct sctp_packet *p)
{
	bool whole = s->sctp.tag[reply ^ p->reflected] == p->tag && p->tag != 0;
	bool offer = p->reflected ? find_offer(s, latest, !reply, is_ack_of, p->tag) != NULL
				  : knows_tag(s, latest, reply, p->tag)
			|| find_offer(s, latest, !reply, is_init_of, p->tag) != NULL;

	if (p->tag == 0 || (!whole && !offer))
		return refused(REASON_sctp_bad_tag);
	if (!whole && s->state >= SCTP_ESTABLISHED)
		return passes_idle; /* a second handshake is refused, the association stays */
	if (s->state < SCTP_CLOSED)
		s->state = SCTP_ABORTED;
	s->sctp.first = *latest = (struct sctp_offer){ 0 };
	return passes;
}

static struct sctp_verdict
track_complete(struct session *s, bool reply, const struct sctp_packet *p)
{
	if (p->tag == 0 || s->sctp.tag[reply ^ p->reflected] != p->tag)
		return refused(REASON_sctp_bad_tag);
	if (s->state != SCTP_SHUTDOWN_ACK_SENT)
		return passes_idle; /* its receiver ignores it, too */
	s->state = SCTP_CLOSED;
	s->sctp.first = (struct sctp_offer){ 0 };
	return passes;
}

static void
shut_down(struct session *s, bool reply, const struct sctp_packet *p)
{
	if (s->sctp.tag[reply] != p->tag)
		return;
	if (HAS(p, SCTP_SHUTDOWN) && s->state == SCTP_ESTABLISHED)
		s->state = SCTP_SHUTDOWN_SENT;
	if (HAS(p, SCTP_SHUTDOWN_ACK) && s->state >= SCTP_ESTABLISHED && s->state < SCTP_CLOSED)
		s->state = SCTP_SHUTDOWN_ACK_SENT;
}

struct sctp_verdict
sctp_track(struct session *s, struct sctp_offer *latest, bool reply, const struct sctp_packet *p)
{
	if (p->bad)
		return refused(REASON_sctp_bad_chunk);
	if (HAS(p, SCTP_INIT))
		return track_init(s, latest, reply, p);
	if (HAS(p, SCTP_INIT_ACK))
		return track_init_ack(s, latest, reply, p);
	if (HAS(p, SCTP_ABORT))
		return track_abort(s, latest, reply, p);
	if (HAS(p, SCTP_SHUTDOWN_COMPLETE))
		return track_complete(s, reply, p);
	if (HAS(p, SCTP_COOKIE_ECHO))
		take_echo(s, latest, reply, p->tag);
	if (HAS(p, SCTP_COOKIE_ACK))
		take_cookie_ack(s, latest, reply, p->tag);
	if (!knows_tag(s, latest, reply, p->tag) && !learn_tag(s, reply, p->tag))
		return refused(REASON_sctp_bad_tag);
	shut_down(s, reply, p);
	return passes;
}

bool
sctp_has_sent(const struct session *s, const struct sctp_offer *latest, bool reply, uint32_t tag)
{
	const struct sctp_offer *both[] = { &s->sctp.first, latest };

	if (tag != 0 && s->sctp.tag[reply] == tag)
		return true;
	for (unsigned i = 0; i < 2; i++) {
		const struct sctp_offer *o = both[i];

		if (o->init == 0)
			continue;
		if (o->by_reply == reply ? tag == 0 || is_ack_of(o, tag) : tag == o->init)
			return true;
	}
	return false;
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads one chunk that has its header. */
static void
read_chunk(struct sctp_packet *p, const uint8_t *chunk, uint32_t length)
{
	uint8_t type = chunk[0];
	bool first = p->n_chunks == 0;

	p->n_chunks = first ? 1 : 2;
	if (type >= 32)
		return;
	p->chunks |= 1u << type;
	if (type == SCTP_INIT || type == SCTP_INIT_ACK) {
		p->bad |= length < 20;
		p->init_tag = length < 20 ? 0 : be32(chunk + 4);
		p->bad |= p->init_tag == 0; /* RFC 9260 3.3.2 */
	}
	if (type == SCTP_COOKIE_ECHO || type == SCTP_COOKIE_ACK)
		p->bad |= !first;
	if (type == SCTP_ABORT || type == SCTP_SHUTDOWN_COMPLETE)
		p->reflected = chunk[1] & 1;
}

void
sctp_read(struct sctp_packet *p, const uint8_t *sctp, uint32_t bytes, bool cut)
{
	static const uint32_t alone = 1u << SCTP_INIT | 1u << SCTP_INIT_ACK
		| 1u << SCTP_SHUTDOWN_COMPLETE;
	uint32_t at = 12;

	*p = (struct sctp_packet){ .tag = be32(sctp + 4) };
	while (at + 4 <= bytes) {
		uint32_t length = (uint32_t)sctp[at + 2] << 8 | sctp[at + 3];
		uint32_t left = bytes - at;

		if (length < 4 || (length > left && !cut)) {
			p->bad = true;
			return;
		}
		read_chunk(p, sctp + at, length < left ? length : left);
		at += (length + 3) & ~3u;
	}
	p->bad |= p->n_chunks == 0 || (p->n_chunks > 1 && (p->chunks & alone) != 0);
}
