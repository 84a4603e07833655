/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT's addresses in the subnets of our links: Weir answers for them only after probes that nobody
 * answers (RFC 5227).
 *
 *   NEW --its link is found--> PROBING --3 probes, no answer--> OURS --announced twice
 *                                 | another station has it     another station claims it:
 *                                 v                            announced again
 *                              TAKEN, probed again after half a minute
 *
 * Every worker keeps the same list by the same clock, since a question may come by any queue.  Only
 * worker 0 sends, and a worker that hears of a conflict tells the others.  Each call examines a
 * bounded part of the list. */

#include <stdlib.h>
#include <string.h>

#include "host/host_priv.h"

#define PROBES         3              /* PROBE_NUM */
#define PROBE_NS       NS_PER_S       /* PROBE_MIN */
#define QUIET_NS       (2 * NS_PER_S) /* ANNOUNCE_WAIT: after the last probe */
#define ANNOUNCE_TIMES 2
#define ANNOUNCE_NS    (2 * NS_PER_S)  /* ANNOUNCE_INTERVAL */
#define DEFEND_NS      (10 * NS_PER_S) /* DEFEND_INTERVAL */
#define AGAIN_NS       (30 * NS_PER_S)
#define LOOK_MAX       256 /* entries examined in one call */
#define SAY_MAX        16  /* messages in one call */

/* Returns true if the interface is unchanged, so that the link knows us. */
static bool
is_same(const struct generation *old, const struct generation *now, uint16_t iface)
{
	const struct interface *was, *is;

	if (old == NULL || iface >= old->n_ifaces || iface >= now->n_ifaces)
		return false;
	was = old->iface[iface];
	is = now->iface[iface];
	return was != NULL && is != NULL && memcmp(was->mac, is->mac, 6) == 0
		&& was->port == is->port && was->vlan == is->vlan
		&& was->inner_vlan == is->inner_vlan;
}

/* Merges the lists, which are both in the order of the addresses: the state of those that stay is
 * kept. */
void
claims_configure(struct host *h, const struct generation *old)
{
	struct claim *was = h->claims, *now = h->claims == h->claim ? h->claim + CLAIMS : h->claim;
	unsigned n_was = h->n_claims, n = RTE_MIN(h->gen->n_public, CLAIMS), k = 0;

	h->n_contested = 0;
	for (unsigned i = 0; i < n; i++) {
		now[i] = (struct claim){ .address = h->gen->public[i] };
		while (k < n_was && was[k].address < now[i].address)
			k++;
		if (k < n_was && was[k].address == now[i].address
			&& is_same(old, h->gen, was[k].iface))
			now[i] = was[k];
		h->n_contested += now[i].contested;
	}
	h->claims = now;
	h->n_claims = n;
	h->claim_next = 0;
}

static int
compare(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static struct claim *
claim_find(const struct host *h, rte_be32_t address)
{
	struct claim key = { .address = address };

	if (h->n_claims == 0)
		return NULL;
	return bsearch(&key, h->claims, h->n_claims, sizeof(key), compare);
}

bool
claim_is_ours(const struct host *h, rte_be32_t address)
{
	const struct claim *c;

	if (h->setup.quiet) /* nobody can be asked */
		return true;
	c = claim_find(h, address);
	return c != NULL && c->state == CLAIM_OURS;
}

bool
host_answers_for(
	const struct host *h, const struct interface *i, const union address *a, unsigned family)
{
	if (interface_owns(i, a, family))
		return true;
	return family == 4 && generation_public(h->gen, a->v4) && interface_on_link(i, a, 4)
		&& claim_is_ours(h, a->v4);
}

bool
host_is_contested(const struct host *h, rte_be32_t address)
{
	const struct claim *c = h->n_contested != 0 ? claim_find(h, address) : NULL;

	return c != NULL && c->contested;
}

static void
contest(struct host *h, struct claim *c, bool contested)
{
	h->n_contested += (unsigned)contested - (unsigned)c->contested;
	c->contested = contested;
}

/* Returns the link whose subnet has the address, unless it is our own anyway. */
static const struct interface *
link_of(const struct host *h, const union address *a)
{
	for (unsigned n = 0; n < h->gen->n_ifaces; n++) {
		const struct interface *i = h->gen->iface[n];

		if (i != NULL && interface_on_link(i, a, 4) && !interface_owns(i, a, 4))
			return i;
	}
	return NULL;
}

static void
begin_probing(struct host *h, struct claim *c, uint64_t after_ns)
{
	c->state = CLAIM_PROBING;
	c->left = PROBES;
	c->due_ns = h->now_ns + after_ns;
}

/* Does one step for one address; returns true if a message was due. */
static bool
step(struct host *h, struct claim *c)
{
	union address a = { .v4 = c->address };
	const struct interface *i = host_interface(h, c->iface);
	bool sends = h->setup.worker == 0;

	switch (c->state) {
	case CLAIM_NEW:
		i = link_of(h, &a);
		c->iface = i != NULL ? i->id : 0;
		c->state = CLAIM_ELSEWHERE;
		if (i != NULL)
			begin_probing(h, c, 0);
		return false;
	case CLAIM_TAKEN:
		begin_probing(h, c, 0);
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
	return c->due_ns <= h->now_ns && c->state != CLAIM_ELSEWHERE
		&& (c->state != CLAIM_OURS || c->left != 0);
}

void
claims_due(struct host *h)
{
	unsigned said = 0;

	for (unsigned k = 0; k < RTE_MIN(h->n_claims, LOOK_MAX) && said < SAY_MAX; k++) {
		struct claim *c = &h->claims[h->claim_next];

		h->claim_next = h->claim_next + 1 < h->n_claims ? h->claim_next + 1 : 0;
		if (is_due(h, c))
			said += step(h, c);
	}
}

/* Notes a conflict for control: the latest ones, each once. */
static void
note_conflict(struct host *h, const struct claim *c, const uint8_t mac[6])
{
	uint32_t n = atomic_load_explicit(&h->n_conflicts, memory_order_relaxed);
	struct host_conflict *note = &h->conflicts[n % HOST_CONFLICTS];

	note->address = c->address;
	note->iface = c->iface;
	memcpy(note->mac, mac, 6);
	/* Pairs with the acquire load in host_conflict_next. */
	atomic_store_explicit(&h->n_conflicts, n + 1, memory_order_release);
}

bool
claim_contradict(struct host *h, uint16_t iface, rte_be32_t address, const uint8_t mac[6])
{
	struct claim *c = claim_find(h, address);

	if (c == NULL || c->iface != iface || h->setup.quiet)
		return false;
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
	note_conflict(h, c, mac);
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
