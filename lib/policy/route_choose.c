/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of a route's next hops a flow takes. */

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "policy/eval.h"
#include "policy/routes.h"
#include "session/session.h"

/* Mixes two words so that each bit of the result depends on all of them (splitmix64's finalizer,
 * Steele, Lea and Flood 2014). */
static uint32_t
mix(uint32_t a, uint32_t b)
{
	uint64_t x = ((uint64_t)a << 32 | b) + 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((x ^ x >> 31) >> 32);
}

void
route_hop_identify(struct route_hop *hop)
{
	uint32_t identity = hop->egress != NULL ? hop->egress->id : 0;

	for (unsigned i = 0; !hop->on_link && i < 2; i++) {
		identity = mix(identity, (uint32_t)hop->gateway.words[i]);
		identity = mix(identity, (uint32_t)(hop->gateway.words[i] >> 32));
	}
	hop->identity = identity;
}

/* Returns the score of a hop for a flow: a hop of weight w has the highest one for a share of flows
 * proportional to w. */
static float
score(const struct route_hop *hop, uint32_t flow_hash)
{
	float uniform = ((float)(mix(flow_hash, hop->identity) >> 8) + 0.5f) * 0x1p-24f;

	return (float)hop->weight / -logf(uniform);
}

bool
route_hop_is_dead(const struct route *r, const struct route_hop *hop, const struct eval *ev)
{
	return ev->health != NULL
		&& ev->health->is_dead(ev->health->arg, hop->egress, r->prefix.family,
			hop->on_link ? NULL : &hop->gateway);
}

/* Returns how well a hop serves the packet, apart from its score. */
static unsigned
rank(const struct route *r, const struct route_hop *hop, const struct eval *ev)
{
	if (route_hop_is_dead(r, hop, ev))
		return 0;
	return route_keeps_session(ev, hop->egress->id) ? 2 : 1;
}

/* Returns the hop of the best rank, and of those the one with the highest score. */
static const struct route_hop *
choose_best(const struct route *r, const struct eval *ev, uint32_t hash)
{
	const struct route_hop *best = &r->hop[0];
	unsigned best_rank = rank(r, best, ev);
	float best_score = score(best, hash);

	for (unsigned i = 1; i < r->n_hops; i++) {
		unsigned this_rank = rank(r, &r->hop[i], ev);
		float this_score = score(&r->hop[i], hash);

		if (this_rank < best_rank || (this_rank == best_rank && this_score <= best_score))
			continue;
		best = &r->hop[i];
		best_rank = this_rank;
		best_score = this_score;
	}
	return best;
}

uint32_t
route_hash_of(const struct route_table *t, const struct eval *ev)
{
	const struct tuple *p = &ev->tuple;
	struct {
		union address low, high;
		uint16_t port[2];
		uint32_t proto;
	} both;
	bool swap;

	if (t->hash == ROUTE_HASH_TUPLE)
		return ev->flow_hash;
	memset(&both, 0, sizeof(both));
	swap = memcmp(&p->src, &p->dst, sizeof(p->src)) > 0;
	if (t->hash == ROUTE_HASH_SYMMETRIC) {
		swap |= address_equal(&p->src, &p->dst) && p->sport > p->dport;
		both.proto = p->proto;
		both.port[swap] = p->sport;
		both.port[!swap] = p->dport;
	}
	both.low = swap ? p->dst : p->src;
	both.high = swap ? p->src : p->dst;
	return (uint32_t)hash_bytes(&t->secret, &both, sizeof(both));
}

const struct route_hop *
route_choose(const struct route *r, const struct eval *ev, uint32_t hash, bool *is_away)
{
	const struct route_hop *first = &r->hop[0], *best;
	float highest;

	*is_away = false;
	if (r->n_hops == 1)
		return first;
	highest = score(first, hash);
	for (unsigned i = 1; i < r->n_hops; i++) {
		float this_score = score(&r->hop[i], hash);

		if (this_score > highest) {
			first = &r->hop[i];
			highest = this_score;
		}
	}
	if (rank(r, first, ev) == 2)
		return first;
	best = choose_best(r, ev, hash);
	*is_away = best != first;
	return best;
}

/* Returns true if packets to the address can come in by an interface: it stands in a subnet of this
 * one, or in none, and so is routed to us from anywhere. */
static bool
is_reachable(const struct generation *gen, const union address *a, unsigned family, uint16_t egress)
{
	bool elsewhere = false;

	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		const struct interface *iface = gen->iface[i];

		if (iface == NULL || iface->domain != generation_domain(gen, egress))
			continue;
		for (unsigned k = 0; k < iface->n_addresses; k++) {
			const struct interface_address *own = &iface->addresses[k];
			const struct prefix subnet = { own->address, own->family, own->bits, 0 };

			if (own->family != family || own->bits == (family == 4 ? 32 : 128)
				|| !prefix_covers(&subnet, a))
				continue;
			if (i == egress)
				return true;
			elsewhere = true;
		}
	}
	return !elsewhere;
}

bool
route_keeps_session(const struct eval *ev, uint16_t egress)
{
	const struct session *s = ev->session;
	struct tuple answer;
	uint16_t before;

	if (s == NULL || ev->reply || !(s->flags & SESSION_LINKED) || !(s->flags & SESSION_SNAT))
		return true;
	before = session_iface(ev->sessions, s, true);
	if (before == egress)
		return true;
	session_tuple(ev->sessions, s, true, &answer);
	return zones_same(&ev->gen->zones, before, egress)
		&& generation_domain(ev->gen, before) == generation_domain(ev->gen, egress)
		&& is_reachable(ev->gen, &answer.dst, answer.family, egress);
}
