/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments judged by their first one. */

#include "slowpath/fragments.h"

#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "base/hash.h"
#include "base/random.h"
#include "packet/ledger.h"

#define CHAINS 1024u            /* heads of hash chains */
#define SOURCES 1024u           /* counters by hashed source */

enum datagram_state { DATAGRAM_WAITS, DATAGRAM_KNOWN, DATAGRAM_DEAD };

/* What names a datagram (RFC 791, RFC 8200 4.5), and the door it came by. */
struct datagram_key {
	union address src, dst;
	uint32_t id;
	uint16_t iface;
	uint8_t proto;          /* IPv4; 0 for IPv6 */
	uint8_t family;
};

struct piece {
	uint16_t from, to;      /* bytes of the payload, to exclusive */
};

struct datagram {
	struct datagram_key key;
	uint64_t expires_ns;
	uint16_t next;          /* in its chain, 0: the last */
	uint16_t older, newer;  /* 0: there is none */
	uint16_t source;        /* its source's counter */
	uint8_t state;          /* enum datagram_state */
	uint8_t n_pieces;
	bool identified;
	rte_be16_t id;          /* that it leaves by */
	uint8_t proto;          /* of the transport header */
	rte_be16_t sport, dport;
	uint16_t first, last;   /* of what is held, in order of arrival; 0: nothing */
	struct piece piece[FRAGMENT_PIECES];
};

struct held {
	struct rte_mbuf *m;
	uint16_t next;          /* of its datagram, or of the free; 0: the last */
	uint16_t iface;
};

struct fragments {
	struct ledger *ledger;
	struct hash_key secret;
	uint16_t chain[CHAINS];
	uint16_t source[SOURCES];
	uint16_t vacant;                /* chained by next */
	uint16_t oldest, newest;        /* datagrams; all have the same time */
	uint16_t free;                  /* of held, chained by next */
	uint32_t live;                  /* datagrams */
	struct held held[FRAGMENT_HELD + 1];
	struct datagram datagram[FRAGMENT_DATAGRAMS + 1];
};

struct fragments *
fragments_create(struct ledger *ledger)
{
	struct fragments *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->ledger = ledger;
	random_bytes(&f->secret, sizeof(f->secret));
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

uint32_t
fragments_live(const struct fragments *f)
{
	return f->live;
}

void
fragments_destroy(struct fragments *f)
{
	free(f);
}

static void
key_of(struct datagram_key *k, const struct view *v)
{
	memset(k, 0, sizeof(*k));
	k->src = v->tuple.src;
	k->dst = v->tuple.dst;
	k->id = v->frag_id;
	k->iface = v->iface;
	k->proto = v->family == 4 ? v->proto : 0;
	k->family = v->family;
}

static uint16_t
find(const struct fragments *f, const struct datagram_key *k, uint32_t chain)
{
	uint16_t i = f->chain[chain];

	while (i != 0 && memcmp(&f->datagram[i].key, k, sizeof(*k)) != 0)
		i = f->datagram[i].next;
	return i;
}

static uint32_t
chain_of(const struct fragments *f, const struct datagram_key *k)
{
	return (uint32_t)(hash_bytes(&f->secret, k, sizeof(*k)) % CHAINS);
}

/* The first of what is held of a datagram; NULL without. */
static struct rte_mbuf *
let_go(struct fragments *f, struct datagram *d, uint16_t *iface)
{
	uint16_t i = d->first;
	struct held *h = &f->held[i];

	if (i == 0)
		return NULL;
	d->first = h->next;
	h->next = f->free;
	f->free = i;
	f->ledger->held[HELD_fragment]--;
	*iface = h->iface;
	return h->m;
}

static void
drop_held(struct fragments *f, uint16_t datagram, enum reason why)
{
	struct rte_mbuf *m;
	uint16_t iface;

	while ((m = let_go(f, &f->datagram[datagram], &iface)) != NULL) {
		ledger_drop(f->ledger, iface, why);
		rte_pktmbuf_free(m);
	}
}

static void
forget(struct fragments *f, uint16_t datagram, enum reason why)
{
	struct datagram *d = &f->datagram[datagram];
	uint16_t *link = &f->chain[chain_of(f, &d->key)];

	if (d->state == DATAGRAM_WAITS)
		drop_held(f, datagram, why);
	while (*link != datagram)
		link = &f->datagram[*link].next;
	*link = d->next;
	*(d->older != 0 ? &f->datagram[d->older].newer : &f->oldest) = d->newer;
	*(d->newer != 0 ? &f->datagram[d->newer].older : &f->newest) = d->older;
	f->source[d->source]--;
	f->live--;
	memset(&d->key, 0, sizeof(d->key));
	d->next = f->vacant;
	f->vacant = datagram;
}

/* The oldest makes room: a flood washes through, and who sends all fragments of a datagram together gets through it. */
static uint16_t
make(struct fragments *f, const struct datagram_key *k, uint64_t now_ns)
{
	uint32_t source = (uint32_t)(hash_bytes(&f->secret, &k->src, sizeof(k->src)) % SOURCES);
	uint32_t chain = chain_of(f, k);
	struct datagram *d;
	uint16_t i;

	if (f->source[source] >= FRAGMENT_PER_SOURCE)
		return 0;
	if (f->vacant == 0)
		forget(f, f->oldest, REASON_frag_limit);
	i = f->vacant;
	d = &f->datagram[i];
	f->vacant = d->next;
	memset(d, 0, sizeof(*d));
	d->key = *k;
	d->older = f->newest;
	*(f->newest != 0 ? &f->datagram[f->newest].newer : &f->oldest) = i;
	f->newest = i;
	d->source = (uint16_t)source;
	d->expires_ns = now_ns + FRAGMENT_TIMEOUT_NS;
	d->next = f->chain[chain];
	f->chain[chain] = i;
	f->source[source]++;
	f->live++;
	return i;
}

static struct piece
piece_of(const struct view *v)
{
	return (struct piece){ v->frag_offset, (uint16_t)(v->frag_offset + v->frag_bytes) };
}

/* REASON_NONE, and the piece is remembered; an exact duplicate is fine. */
static enum reason
add_piece(struct datagram *d, struct piece p)
{
	for (unsigned i = 0; i < d->n_pieces; i++) {
		if (d->piece[i].from == p.from && d->piece[i].to == p.to)
			return REASON_NONE;
		if (p.from < d->piece[i].to && d->piece[i].from < p.to)
			return REASON_frag_overlap;
	}
	if (d->n_pieces == FRAGMENT_PIECES)
		return REASON_frag_limit;
	d->piece[d->n_pieces++] = p;
	return REASON_NONE;
}

static enum reason
hold(struct fragments *f, struct datagram *d, const struct view *v, struct rte_mbuf *m)
{
	uint16_t i = f->free;

	if (i == 0)
		return REASON_frag_limit;
	f->free = f->held[i].next;
	f->held[i] = (struct held){ .m = m, .iface = v->iface };
	if (d->first == 0)
		d->first = i;
	else
		f->held[d->last].next = i;
	d->last = i;
	f->ledger->held[HELD_fragment]++;
	return REASON_NONE;
}

static void
know(struct datagram *d, const struct view *v)
{
	if (d->state == DATAGRAM_KNOWN)
		return;
	d->state = DATAGRAM_KNOWN;
	d->proto = v->proto;
	d->sport = v->tuple.sport;
	d->dport = v->tuple.dport;
}

static enum reason
kill_datagram(struct fragments *f, uint16_t datagram, enum reason why)
{
	if (f->datagram[datagram].state == DATAGRAM_WAITS)
		drop_held(f, datagram, why);
	f->datagram[datagram].state = DATAGRAM_DEAD;
	return why;
}

enum fragments_verdict
fragments_take(struct fragments *f, struct view *v, struct rte_mbuf *m, uint64_t now_ns,
	enum reason *why)
{
	struct datagram_key key;
	struct datagram *d;
	uint16_t i;

	key_of(&key, v);
	i = find(f, &key, chain_of(f, &key));
	if (i == 0)
		i = make(f, &key, now_ns);
	d = &f->datagram[i];
	*why = i == 0 ? REASON_frag_limit : d->state == DATAGRAM_DEAD ? REASON_frag_overlap
		: add_piece(d, piece_of(v));
	if (*why == REASON_frag_overlap)
		kill_datagram(f, i, *why);
	if (*why != REASON_NONE)
		return FRAGMENT_DROP;
	if (v->first)
		know(d, v);
	if (d->state == DATAGRAM_WAITS) {
		*why = hold(f, d, v, m);
		return *why == REASON_NONE ? FRAGMENT_TAKEN : FRAGMENT_DROP;
	}
	v->proto = d->proto;
	v->tuple.proto = d->proto;
	v->tuple.sport = d->sport;
	v->tuple.dport = d->dport;
	v->tuple.kind = KEY_PLAIN;
	return FRAGMENT_GO;
}

struct rte_mbuf *
fragments_next(struct fragments *f, const struct view *first)
{
	struct datagram_key key;
	uint16_t datagram, iface;

	key_of(&key, first);
	datagram = find(f, &key, chain_of(f, &key));
	return datagram != 0 ? let_go(f, &f->datagram[datagram], &iface) : NULL;
}

bool
fragments_identify(struct fragments *f, const struct view *v, uint64_t now_ns, rte_be16_t *id)
{
	struct datagram_key key;
	struct datagram *d;
	uint16_t i;

	key_of(&key, v);
	i = find(f, &key, chain_of(f, &key));
	if (i == 0) {
		i = make(f, &key, now_ns);
		if (i == 0)
			return false;
		know(&f->datagram[i], v);
	}
	d = &f->datagram[i];
	if (!d->identified)
		d->id = *id;
	d->identified = true;
	*id = d->id;
	return true;
}

void
fragments_age(struct fragments *f, uint64_t now_ns)
{
	while (f->oldest != 0 && now_ns >= f->datagram[f->oldest].expires_ns)
		forget(f, f->oldest, REASON_frag_timeout);
}

void
fragments_stop(struct fragments *f)
{
	while (f->oldest != 0)
		forget(f, f->oldest, REASON_stopped);
}
