/* SPDX-License-Identifier: BSD-3-Clause */
/* The rules of virtual reassembly. */

#include "slowpath/fragments/fragments.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "packet/ledger.h"
#include "slowpath/fragments/fragments_priv.h"

#define FOLLOW_DATAGRAMS 256u /* entries that are asked about in one call */
/* That go their way, or are dropped, in one call: and one datagram more. */
#define FOLLOW_PACKETS 64u
#define AGE_BUDGET     512u /* entries that expire in one call */

struct fragments *
fragments_create(struct ledger *ledger)
{
	struct fragments *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->ledger = ledger;
	random_secret(&f->secret, sizeof(f->secret));
	share_init(&f->datagrams);
	share_init(&f->packets);
	for (uint16_t i = FRAGMENT_DATAGRAMS; i > 0; i--) {
		f->datagram[i].next = f->vacant;
		f->vacant = i;
	}
	for (uint16_t i = FRAGMENT_HELD; i > 0; i--) {
		f->held[i].next = f->free;
		f->free = i;
	}
	return f;
}

void
fragments_destroy(struct fragments *f)
{
	free(f);
}

uint32_t
fragments_live(const struct fragments *f)
{
	return f->live;
}

/* A datagram of the interface that holds most packets gives way to a newer one. */
static bool
make_room(struct fragments *f, uint16_t newest)
{
	uint16_t iface = share_most(&f->packets);
	uint16_t i = iface != SHARE_NONE ? datagram_candidate(f, LIST_HOLDING, &f->holding[iface])
					 : 0;

	if (i == 0 || i == newest)
		return false;
	datagram_forget(f, i, REASON_frag_limit);
	return f->free != 0;
}

/* Holds a packet. Returns false if there is no room, and no other datagram has to make any. */
static bool
hold(struct fragments *f, uint16_t i, const struct fragment_arrival *a)
{
	if (f->free == 0 && !make_room(f, i))
		return false;
	hold_add(f, i, a);
	return true;
}

static uint32_t
ticket_of(const struct fragments *f, uint16_t i)
{
	return (uint32_t)f->datagram[i].serial << 16 | i;
}

/* Sets a datagram's ports from its first fragment, for the time when that has left. */
static void
name(struct fragments *f, struct datagram *d, const struct view *first)
{
	datagram_named(f, (uint16_t)(d - f->datagram));
	d->state = DATAGRAM_ASKED;
	d->pass = (struct fragment_pass){
		.sport = first->tuple.sport,
		.dport = first->tuple.dport,
		.proto = first->proto,
		.ticket = ticket_of(f, (uint16_t)(d - f->datagram)),
	};
	if (proto_has_ident(first->proto))
		d->pass.ident = first->ident;
}

static enum fragment_fate
drop(enum reason why, enum reason *out)
{
	*out = why;
	return FRAGMENT_DROP;
}

/* Discards a datagram whose fragments contradict each other (RFC 5722, applied to IPv4, too). */
static enum fragment_fate
kill_datagram(struct fragments *f, uint16_t i, enum reason *why)
{
	hold_drop(f, i, REASON_frag_overlap);
	datagram_refuse(f, i, DATAGRAM_DEAD, REASON_frag_overlap);
	return drop(REASON_frag_overlap, why);
}

/* Takes a fragment of a denied datagram, which ends with its last byte, too. */
static enum fragment_fate
take_denied(struct fragments *f, uint16_t i, const struct fragment_arrival *a, enum reason *why)
{
	struct datagram *d = &f->datagram[i];
	enum reason denied = (enum reason)d->why;

	piece_add(f, d, a);
	if (pieces_are_whole(d))
		datagram_end(f, i);
	return drop(denied, why);
}

static enum fragment_fate
take_known(struct fragments *f, uint16_t i, struct fragment_pass *pass)
{
	struct datagram *d = &f->datagram[i];

	*pass = d->pass;
	pass->ticket = 0;
	if (pieces_are_whole(d))
		datagram_end(f, i);
	return FRAGMENT_GO;
}

static enum fragment_fate
take_waiting(struct fragments *f, uint16_t i, const struct fragment_arrival *a,
	struct fragment_pass *pass, enum reason *why)
{
	struct datagram *d = &f->datagram[i];

	if (d->state == DATAGRAM_WAITS && a->view->first) {
		name(f, d, a->view);
		*pass = d->pass;
		return FRAGMENT_GO;
	}
	if (!hold(f, i, a))
		return drop(REASON_frag_limit, why);
	return FRAGMENT_TAKEN;
}

static enum fragment_fate
take_judged(struct fragments *f, uint16_t i, const struct fragment_arrival *a,
	struct fragment_pass *pass, enum reason *why)
{
	struct datagram *d = &f->datagram[i];

	if (d->state == DATAGRAM_DEAD)
		return drop(REASON_frag_overlap, why);
	if (d->state == DATAGRAM_DENIED)
		return take_denied(f, i, a, why);
	switch (piece_add(f, d, a)) {
	case PIECE_CONTRADICTS:
		return kill_datagram(f, i, why);
	case PIECE_TOO_MANY:
		return drop(REASON_frag_limit, why);
	default:
		break;
	}
	return d->state == DATAGRAM_KNOWN ? take_known(f, i, pass)
					  : take_waiting(f, i, a, pass, why);
}

/* Takes a fragment where the first one's ports only choose the next hop: nothing is dropped, and
 * the latest first fragment counts. */
static enum fragment_fate
take_spread(struct fragments *f, uint16_t i, const struct fragment_arrival *a,
	struct fragment_pass *pass)
{
	struct datagram *d = &f->datagram[i];

	piece_add(f, d, a);
	if (a->view->first && d->state != DATAGRAM_ASKED) {
		name(f, d, a->view);
		d->pass.ticket = 0;
		d->state = DATAGRAM_KNOWN;
		hold_release(f, i, &d->pass);
	}
	if (d->state == DATAGRAM_KNOWN)
		return take_known(f, i, pass);
	if (d->state <= DATAGRAM_ASKED && hold(f, i, a))
		return FRAGMENT_TAKEN;
	*pass = (struct fragment_pass){ .flags = FRAGMENT_PORTLESS };
	return FRAGMENT_GO;
}

static unsigned
held_by(const struct fragments *f, const struct datagram *d)
{
	unsigned n = 0;

	for (uint16_t k = d->first; k != 0; k = f->held[k].next)
		n++;
	return n;
}

/* A datagram follows the newest generation: what it holds may have to go.  Returns whether the
 * entry is still there. */
static bool
follow_one(struct fragments *f, uint16_t i)
{
	static const struct fragment_pass portless = { .flags = FRAGMENT_PORTLESS };
	struct datagram *d = &f->datagram[i];
	const struct datagram_key *k = &d->key;
	const struct fragment_place place = {
		.port = k->port,
		.vlan = { k->vlan[0], k->vlan[1] },
		.dst = &k->dst,
		.family = k->family,
	};
	enum fragments_use now = FRAGMENTS_JUDGED;
	enum reason why;

	d->turn = f->turn;
	if (d->first == 0)
		return true;
	why = f->ask(f->ask_arg, &place, &now);
	if (why != REASON_NONE)
		hold_drop(f, i, why);
	else if (now == FRAGMENTS_ALONE)
		hold_release(f, i, &portless);
	else
		return true;
	datagram_end(f, i);
	return false;
}

enum fragment_fate
fragments_take(struct fragments *f, const struct fragment_arrival *a, struct fragment_pass *pass,
	enum reason *why)
{
	struct datagram_key key;
	uint16_t i;

	f->now_ns = a->now_ns;
	datagram_key_of(&key, a);
	i = datagram_find(f, &key);
	if (i != 0 && f->datagram[i].turn != f->turn && !follow_one(f, i))
		i = 0;
	/* A denied first fragment has set no ports. */
	if (i != 0 && f->datagram[i].state == DATAGRAM_DENIED && a->view->first) {
		datagram_end(f, i);
		i = 0;
	}
	if (i == 0)
		i = datagram_make(f, &key, a);
	return a->use == FRAGMENTS_SPREAD ? take_spread(f, i, a, pass)
					  : take_judged(f, i, a, pass, why);
}

/* Denies a datagram: its first fragment was dropped, and so are the others. */
static void
deny(struct fragments *f, uint16_t i, enum reason why)
{
	hold_drop(f, i, why);
	if (pieces_are_whole(&f->datagram[i]))
		datagram_end(f, i);
	else
		datagram_refuse(f, i, DATAGRAM_DENIED, why);
}

void
fragments_decide(struct fragments *f, const struct fragment_pass *pass, enum reason why)
{
	uint16_t i = (uint16_t)pass->ticket;
	struct datagram *d;

	if (i == 0 || i > FRAGMENT_DATAGRAMS)
		return;
	d = &f->datagram[i];
	if (d->serial != pass->ticket >> 16 || d->key.family == 0 || d->state != DATAGRAM_ASKED)
		return;
	if (why != REASON_NONE) {
		deny(f, i, why);
		return;
	}
	d->state = DATAGRAM_KNOWN;
	d->pass.id = pass->id;
	d->pass.flags = pass->flags;
	d->pass.ticket = 0;
	hold_release(f, i, &d->pass);
	if (pieces_are_whole(d))
		datagram_end(f, i);
}

static bool
is_over(const struct fragments *f, uint16_t i, uint64_t now_ns)
{
	return i != 0 && now_ns >= f->datagram[i].expires_ns;
}

void
fragments_age(struct fragments *f, uint64_t now_ns)
{
	unsigned left = AGE_BUDGET;

	f->now_ns = now_ns;
	for (unsigned age = 0; age < AGES; age++)
		while (is_over(f, f->age[age].oldest, now_ns) && left-- > 0)
			datagram_forget(f, f->age[age].oldest, REASON_frag_timeout);
}

void
fragments_follow(struct fragments *f)
{
	unsigned packets = 0;

	for (unsigned n = 0; n < FOLLOW_DATAGRAMS && packets < FOLLOW_PACKETS && f->following != 0;
		n++) {
		uint16_t i = f->following;
		struct datagram *d = &f->datagram[i];

		f->following = i < FRAGMENT_DATAGRAMS ? (uint16_t)(i + 1) : 0;
		if (d->key.family == 0 || d->turn == f->turn)
			continue;
		packets += held_by(f, d);
		follow_one(f, i);
	}
}

void
fragments_adopt(struct fragments *f, fragments_ask ask, void *arg)
{
	f->ask = ask;
	f->ask_arg = arg;
	f->turn++;
	f->following = f->live != 0 ? 1 : 0;
	fragments_follow(f);
}

void
fragments_stop(struct fragments *f)
{
	for (unsigned age = 0; age < AGES; age++)
		while (f->age[age].oldest != 0)
			datagram_forget(f, f->age[age].oldest, REASON_stopped);
	released_drop(f, REASON_stopped);
}
