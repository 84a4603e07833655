/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT's addresses in the subnets of our links: Weir answers for them only after probes that nobody
 * answers (RFC 5227).
 *
 *   NEW --it is examined--> PROBING --3 probes, no answer--> OURS --announced twice
 *                                 | another station has it     another station claims it:
 *                                 v                            announced again
 *                              TAKEN, probed again after half a minute
 *
 * Every worker keeps the same claims by the same clock, since a question may come by any queue.
 * Only worker 0 sends, and a worker that hears of a conflict tells the others.
 *
 * The time to adopt a generation must not grow with the number of addresses.  Therefore a claim is
 * found by the place of its address, which generations keep, and holds as long as the link that it
 * was begun on is the same; whether it does is seen where it is used.  Each call of claims_due
 * examines a bounded part of the addresses, and of the claims whose addresses may be gone. */

#include <string.h>

#include "host/host_priv.h"

#define PROBES         3              /* PROBE_NUM */
#define PROBE_NS       NS_PER_S       /* PROBE_MIN */
#define QUIET_NS       (2 * NS_PER_S) /* ANNOUNCE_WAIT: after the last probe */
#define ANNOUNCE_TIMES 2
#define ANNOUNCE_NS    (2 * NS_PER_S)  /* ANNOUNCE_INTERVAL */
#define DEFEND_NS      (10 * NS_PER_S) /* DEFEND_INTERVAL */
#define AGAIN_NS       (30 * NS_PER_S)
#define LOOK_MAX       256u /* addresses, and claims, examined in one call */
#define SAY_MAX        16   /* messages in one call */

static bool
link_is_same(const struct link *l, const struct interface *i)
{
	return memcmp(l->mac, i->mac, 6) == 0 && l->port == i->port && l->vlan == i->vlan
		&& l->inner_vlan == i->inner_vlan;
}

void
claims_configure(struct host *h)
{
	for (unsigned n = 0; n < LEDGER_IFACES; n++) {
		const struct interface *i = host_interface(h, (uint16_t)n);
		struct link *l = &h->links[n];

		if (i == NULL) {
			l->number = 0;
			continue;
		}
		if (l->number != 0 && link_is_same(l, i))
			continue;
		*l = (struct link){ ++h->link_number, i->port, i->vlan, i->inner_vlan, { 0 } };
		memcpy(l->mac, i->mac, 6);
	}
	h->claim_left = PUBLIC_PLACES; /* from where the last ones were, or reloads in a row
					* would never come to an end */
}

static bool
is_valid(const struct host *h, const struct claim *c, const struct public_address *p)
{
	return c->address == p->address && c->link == h->links[p->link].number;
}

/* Returns the address if it has a claim: it is one of NAT's on a link, and has been examined since
 * the link last changed.  Otherwise NULL. */
static const struct public_address *
claimed(const struct host *h, rte_be32_t address)
{
	const struct public_address *p = generation_public(h->gen, address);

	return p != NULL && p->link != 0 && is_valid(h, &h->claims[p->place], p) ? p : NULL;
}

bool
claim_is_ours(const struct host *h, rte_be32_t address)
{
	const struct public_address *p;

	if (h->setup.quiet) /* nobody can be asked */
		return true;
	p = claimed(h, address);
	return p != NULL && h->claims[p->place].state == CLAIM_OURS;
}

bool
host_answers_for(
	const struct host *h, const struct interface *i, const union address *a, unsigned family)
{
	const struct public_address *p;

	if (interface_owns(i, a, family))
		return true;
	p = family == 4 ? generation_public(h->gen, a->v4) : NULL;
	return p != NULL && p->domain == i->domain && interface_on_link(i, a, 4)
		&& claim_is_ours(h, a->v4);
}

bool
host_is_contested(const struct host *h, rte_be32_t address)
{
	const struct public_address *p = h->n_contested != 0 ? claimed(h, address) : NULL;

	return p != NULL && h->claims[p->place].contested;
}

static void
contest(struct host *h, struct claim *c, bool contested)
{
	h->n_contested += (unsigned)contested - (unsigned)c->contested;
	c->contested = contested;
}

static void
begin_probing(struct host *h, struct claim *c)
{
	c->state = CLAIM_PROBING;
	c->left = PROBES;
	c->due_ns = h->now_ns;
}

static void
claim_end(struct host *h, struct claim *c)
{
	contest(h, c, false);
	c->address = 0;
}

static void
claim_begin(struct host *h, struct claim *c, const struct public_address *p)
{
	claim_end(h, c);
	c->address = p->address;
	c->link = h->links[p->link].number;
	begin_probing(h, c);
}

/* Does one step for one address; returns true if a message was due. */
static bool
step(struct host *h, struct claim *c, const struct interface *i)
{
	union address a = address_v4(c->address);
	bool sends = h->setup.worker == 0;

	switch (c->state) {
	case CLAIM_TAKEN:
		begin_probing(h, c);
		return false;
	case CLAIM_PROBING:
		if (c->left == 0) {
			c->state = CLAIM_OURS;
			contest(h, c, false);
			c->left = ANNOUNCE_TIMES;
			return false;
		}
		if (sends)
			arp_probe(h, i, &a);
		c->due_ns = h->now_ns + (--c->left != 0 ? PROBE_NS : QUIET_NS);
		return true;
	default: /* CLAIM_OURS */
		if (sends)
			arp_announce(h, i, &a);
		c->left--;
		c->due_ns = h->now_ns + ANNOUNCE_NS;
		return true;
	}
}

static bool
is_due(const struct host *h, const struct claim *c)
{
	return c->due_ns <= h->now_ns && (c->state != CLAIM_OURS || c->left != 0);
}

/* Examines one address; returns true if a message was due. */
static bool
examine(struct host *h, const struct public_address *p)
{
	struct claim *c = &h->claims[p->place];

	if (p->link == 0) /* no station asks for it */
		return false;
	if (!is_valid(h, c, p)) {
		claim_begin(h, c, p);
		return false;
	}
	return is_due(h, c) && step(h, c, host_interface(h, p->link));
}

/* Ends claims whose addresses the generation does not have; a bounded part of them. */
static void
claims_prune(struct host *h)
{
	for (unsigned k = 0; k < LOOK_MAX && h->claim_left != 0; k++, h->claim_left--) {
		struct claim *c = &h->claims[h->claim_kept++ % PUBLIC_PLACES];
		const struct public_address *p = c->address != 0
			? generation_public(h->gen, c->address)
			: NULL;

		if (p == NULL || &h->claims[p->place] != c)
			claim_end(h, c);
	}
}

void
claims_due(struct host *h)
{
	unsigned n = h->gen != NULL && !h->setup.quiet ? h->gen->n_public : 0, said = 0;

	for (unsigned k = 0; k < RTE_MIN(n, LOOK_MAX) && said < SAY_MAX; k++) {
		unsigned at = h->claim_next < n ? h->claim_next : 0;

		h->claim_next = at + 1;
		said += examine(h, &h->gen->public[at]);
	}
	claims_prune(h);
}

/* Notes a conflict for control: the latest ones, each once. */
static void
note_conflict(struct host *h, uint16_t iface, const struct claim *c, const uint8_t mac[6])
{
	uint32_t n = atomic_load_explicit(&h->n_conflicts, memory_order_relaxed);
	struct host_conflict *note = &h->conflicts[n % HOST_CONFLICTS];

	note->address = c->address;
	note->iface = iface;
	memcpy(note->mac, mac, 6);
	/* Pairs with the acquire load in host_conflict_next. */
	atomic_store_explicit(&h->n_conflicts, n + 1, memory_order_release);
}

bool
claim_contradict(struct host *h, uint16_t iface, rte_be32_t address, const uint8_t mac[6])
{
	const struct public_address *p = h->setup.quiet ? NULL : claimed(h, address);
	struct claim *c;

	if (p == NULL || p->link != iface)
		return false;
	c = &h->claims[p->place];
	if (c->state == CLAIM_OURS) {
		if (c->left == 0 && h->now_ns - c->due_ns >= DEFEND_NS)
			c->left = 1;
		return false;
	}
	if (c->state != CLAIM_PROBING)
		return false;
	c->state = CLAIM_TAKEN;
	contest(h, c, true);
	c->due_ns = h->now_ns + AGAIN_NS;
	note_conflict(h, iface, c, mac);
	return true;
}

bool
host_conflict_next(struct host *h, uint32_t *seen, struct host_conflict *out)
{
	/* Pairs with the release store in note_conflict. */
	uint32_t n = atomic_load_explicit(&h->n_conflicts, memory_order_acquire);

	if (n == *seen)
		return false;
	if (n - *seen > HOST_CONFLICTS / 2) /* earlier ones may be overwritten meanwhile */
		*seen = n - HOST_CONFLICTS / 2;
	*out = h->conflicts[(*seen)++ % HOST_CONFLICTS];
	return true;
}

uint32_t
host_conflicts(const struct host *h)
{
	return atomic_load_explicit(&h->n_conflicts, memory_order_relaxed);
}
