/* SPDX-License-Identifier: BSD-3-Clause */
/* Entries of datagrams: found by a keyed hash, counted for their interface and source, ended when
 * complete, by timeout, or to make room.
 *
 * When the table is full, denied datagrams, which count for no source, make room first.  Then the
 * interface that has most makes room, and of its oldest ones the one whose source has most. */

#include <string.h>

#include "slowpath/fragments/fragments_priv.h"

#define CANDIDATES 8u /* number of an interface's oldest ones that are compared */

static const uint64_t lifetime_ns[AGES] = {
	[AGE_JUDGED] = FRAGMENT_TIMEOUT_NS,
	[AGE_SPREAD] = FRAGMENT_SPREAD_NS,
	[AGE_DENIED] = FRAGMENT_DENIED_NS,
	[AGE_DEAD] = FRAGMENT_TIMEOUT_NS,
};

void
datagram_key_of(struct datagram_key *k, const struct fragment_arrival *a)
{
	const struct view *v = a->view;

	memset(k, 0, sizeof(*k));
	k->src = v->tuple.src;
	k->dst = v->tuple.dst;
	k->id = v->frag_id;
	k->port = a->port;
	memcpy(k->vlan, v->vlan, sizeof(k->vlan));
	k->proto = v->family == 4 ? v->proto : 0;
	k->family = v->family;
}

static uint16_t *
chain_of(struct fragments *f, const struct datagram_key *k)
{
	return &f->chain[hash_bytes(&f->secret, k, sizeof(*k)) % FRAGMENT_CHAINS];
}

uint16_t
datagram_find(const struct fragments *f, const struct datagram_key *k)
{
	uint16_t i = f->chain[hash_bytes(&f->secret, k, sizeof(*k)) % FRAGMENT_CHAINS];

	while (i != 0 && memcmp(&f->datagram[i].key, k, sizeof(*k)) != 0)
		i = f->datagram[i].next;
	return i;
}

static void
set_age(struct fragments *f, uint16_t i, enum datagram_age age)
{
	struct datagram *d = &f->datagram[i];

	d->age = (uint8_t)age;
	d->expires_ns = f->now_ns + lifetime_ns[age];
	list_add(f, LIST_AGE, &f->age[age], i);
	f->n_age[age]++;
}

static void
leave_age(struct fragments *f, uint16_t i)
{
	unsigned age = f->datagram[i].age;

	list_remove(f, LIST_AGE, &f->age[age], i);
	f->n_age[age]--;
}

static bool
is_counted(const struct datagram *d)
{
	return d->age == AGE_JUDGED || d->age == AGE_SPREAD;
}

static void
count(struct fragments *f, uint16_t i)
{
	const struct datagram *d = &f->datagram[i];

	list_add(f, LIST_IFACE, &f->iface[d->iface], i);
	f->n_source[d->source]++;
	share_add(&f->datagrams, d->iface);
}

void
datagram_named(struct fragments *f, uint16_t i)
{
	struct datagram *d = &f->datagram[i];

	if (!d->waiting)
		return;
	list_remove(f, LIST_WAITING, &f->waiting[d->source], i);
	f->n_waiting[d->source]--;
	d->waiting = false;
}

static void
count_no_more(struct fragments *f, uint16_t i)
{
	const struct datagram *d = &f->datagram[i];

	datagram_named(f, i);
	list_remove(f, LIST_IFACE, &f->iface[d->iface], i);
	f->n_source[d->source]--;
	share_sub(&f->datagrams, d->iface);
}

void
datagram_end(struct fragments *f, uint16_t i)
{
	struct datagram *d = &f->datagram[i];
	uint16_t *link = chain_of(f, &d->key);

	while (*link != i)
		link = &f->datagram[*link].next;
	*link = d->next;
	if (is_counted(d))
		count_no_more(f, i);
	leave_age(f, i);
	f->live--;
	memset(&d->key, 0, sizeof(d->key));
	d->next = f->vacant;
	f->vacant = i;
}

void
datagram_forget(struct fragments *f, uint16_t i, enum reason why)
{
	static const struct fragment_pass portless = { .flags = FRAGMENT_PORTLESS };

	if (f->datagram[i].age == AGE_SPREAD && why != REASON_stopped)
		hold_release(f, i, &portless);
	else
		hold_drop(f, i, why);
	datagram_end(f, i);
}

void
datagram_refuse(struct fragments *f, uint16_t i, enum datagram_state state, enum reason why)
{
	enum datagram_age age = state == DATAGRAM_DENIED ? AGE_DENIED : AGE_DEAD;
	struct datagram *d = &f->datagram[i];

	if (f->n_age[age] == FRAGMENT_REFUSED && f->age[age].oldest != i)
		datagram_end(f, f->age[age].oldest);
	if (is_counted(d))
		count_no_more(f, i);
	leave_age(f, i);
	d->state = (uint8_t)state;
	d->why = (uint8_t)why;
	set_age(f, i, age);
}

uint16_t
datagram_candidate(const struct fragments *f, enum datagram_list l, const struct queue *q)
{
	uint16_t i = q->oldest, best = i;

	for (unsigned n = 0; n < CANDIDATES && i != 0; n++) {
		if (f->n_source[f->datagram[i].source] > f->n_source[f->datagram[best].source])
			best = i;
		i = f->links[l][i].newer;
	}
	return best;
}

static void
make_room(struct fragments *f)
{
	if (f->age[AGE_DENIED].oldest != 0)
		datagram_end(f, f->age[AGE_DENIED].oldest);
	else if (f->age[AGE_DEAD].oldest != 0)
		datagram_end(f, f->age[AGE_DEAD].oldest);
	else
		datagram_forget(f,
			datagram_candidate(f, LIST_IFACE, &f->iface[share_most(&f->datagrams)]),
			REASON_frag_limit);
}

static uint16_t
source_of(const struct fragments *f, const struct datagram_key *k, uint16_t iface)
{
	struct {
		union address src;
		uint64_t iface;
	} of = { k->src, iface };

	return (uint16_t)(hash_bytes(&f->secret, &of, sizeof(of)) % FRAGMENT_SOURCES);
}

uint16_t
datagram_make(struct fragments *f, const struct datagram_key *k, const struct fragment_arrival *a)
{
	uint16_t iface = a->view->iface, source = source_of(f, k, iface), *chain;
	struct datagram *d;
	uint16_t i;

	if (!a->view->first && f->n_waiting[source] == FRAGMENT_PER_SOURCE)
		datagram_forget(f, f->waiting[source].oldest, REASON_frag_limit);
	if (f->vacant == 0)
		make_room(f);
	i = f->vacant;
	d = &f->datagram[i];
	f->vacant = d->next;
	chain = chain_of(f, k);
	d->key = *k;
	d->next = *chain;
	*chain = i;
	d->serial++;
	d->turn = f->turn;
	d->iface = iface;
	d->source = source;
	d->first = d->last = d->bytes = d->end = 0;
	d->state = DATAGRAM_WAITS;
	d->n_pieces = 0;
	set_age(f, i, a->use == FRAGMENTS_SPREAD ? AGE_SPREAD : AGE_JUDGED);
	count(f, i);
	d->waiting = !a->view->first;
	if (d->waiting) {
		list_add(f, LIST_WAITING, &f->waiting[source], i);
		f->n_waiting[source]++;
	}
	f->live++;
	return i;
}
