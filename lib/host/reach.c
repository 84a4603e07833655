/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of a neighbour: asked, known, in doubt, lost (RFC 4861 7.3; ARP does the same).
 *
 *   LOST --packet--> ASKING --answer--> KNOWN --use after 30 s--> PROBING --answer--> KNOWN
 *                    3 asks: FAILED, a moment later LOST          3 asks: LOST
 *
 * Bounds (RFC 6583): share.c says how many neighbours that never answered there may be, limit.c
 * how many are asked in a second; each timer call does a bounded amount of work. */

#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

#define EXPIRE_MAX 256          /* timers that go off in one call */
#define SWEEP_SLOTS 16
#define SWEEP_NS (10 * NS_PER_MS)
#define UNASKED_NS NS_PER_S     /* a stranger that nobody asked for longer is let go */

static struct timers *
timers_of(struct host *h, const struct neighbour *n)
{
	return n->state == NEIGHBOUR_FAILED ? &h->failed : &h->asked;
}

static bool
has_timer(const struct neighbour *n)
{
	return n->state == NEIGHBOUR_ASKING || n->state == NEIGHBOUR_PROBING
		|| n->state == NEIGHBOUR_FAILED;
}

static void
timer_start(struct host *h, uint16_t slot, uint64_t span_ns)
{
	struct neighbour *n = &h->neighbours[slot];
	struct timers *t = timers_of(h, n);

	n->deadline_ns = h->now_ns + span_ns;
	n->prev = t->tail;
	n->next = NONE;
	if (t->tail != NONE)
		h->neighbours[t->tail].next = slot;
	else
		t->head = slot;
	t->tail = slot;
}

static void
timer_stop(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];
	struct timers *t = timers_of(h, n);

	if (n->prev != NONE)
		h->neighbours[n->prev].next = n->next;
	else
		t->head = n->next;
	if (n->next != NONE)
		h->neighbours[n->next].prev = n->prev;
	else
		t->tail = n->prev;
	n->prev = n->next = NONE;
}

/* Every change of state goes by here. */
static void
become(struct host *h, uint16_t slot, enum neighbour_state state, uint64_t span_ns)
{
	struct neighbour *n = &h->neighbours[slot];
	bool was_lost = n->state == NEIGHBOUR_LOST;

	if (has_timer(n))
		timer_stop(h, slot);
	n->state = (uint8_t)state;
	if (has_timer(n))
		timer_start(h, slot, span_ns);
	if (was_lost || state == NEIGHBOUR_KNOWN)
		share_renew(h, slot);
	neighbour_nexthop(h, slot)->state =
		neighbour_resolved(n) ? NEXTHOP_READY : NEXTHOP_UNRESOLVED;
}

static void
ask_once(struct host *h, struct neighbour *n)
{
	const struct interface *i = host_interface(h, n->iface);
	const uint8_t *to = n->state == NEIGHBOUR_PROBING ? n->mac : NULL;

	n->asks++;
	h->tpid = n->tpid;
	if (n->family == 4)
		arp_ask(h, i, &n->address, to);
	else
		nd_ask(h, i, &n->address, to);
	h->tpid = 0;
}

void
neighbour_ask(struct host *h, uint16_t slot)
{
	h->neighbours[slot].asks = 0;
	become(h, slot, NEIGHBOUR_ASKING, ASK_NS);
	ask_once(h, &h->neighbours[slot]);
}

void
neighbour_use(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	n->used_ns = h->now_ns;
	if (n->state != NEIGHBOUR_KNOWN || n->is_static || h->now_ns < n->fresh_ns)
		return;
	if (h->setup.trusting)
		return;
	n->asks = 0;
	become(h, slot, NEIGHBOUR_PROBING, ASK_NS);
	ask_once(h, n);
}

void
neighbour_know(struct host *h, uint16_t slot, const uint8_t mac[6], bool fresh)
{
	struct neighbour *n = &h->neighbours[slot];
	const struct interface *i = host_interface(h, n->iface);
	struct nexthop *nh = neighbour_nexthop(h, slot);

	memcpy(n->mac, mac, 6);
	n->answered = true;
	n->fresh_ns = fresh ? h->now_ns + REACHABLE_NS : 0;
	nh->l2_bytes = (uint8_t)ether_write(nh->l2, i, mac,
		n->family == 4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6, n->tpid);
	nexthop_follow(h, slot, i);
	become(h, slot, NEIGHBOUR_KNOWN, 0);
	held_release(h, slot);
}

void
neighbour_lose(struct host *h, uint16_t slot)
{
	held_drop(h, slot, REASON_neighbour_unresolved);
	become(h, slot, NEIGHBOUR_LOST, 0);
}

void
neighbour_doubt(struct host *h, uint16_t slot)
{
	if (h->neighbours[slot].state == NEIGHBOUR_KNOWN)
		h->neighbours[slot].fresh_ns = 0;
}

static void
hear_answer(struct host *h, uint16_t slot, const uint8_t mac[6])
{
	struct neighbour *n = &h->neighbours[slot];

	/* Of what nobody asked, only a confirmation is believed. */
	if (n->state == NEIGHBOUR_LOST
	    || (n->state == NEIGHBOUR_KNOWN && memcmp(n->mac, mac, 6) != 0))
		return;
	neighbour_know(h, slot, mac, true);
}

static void
hear_claim(struct host *h, uint16_t slot, const uint8_t mac[6])
{
	struct neighbour *n = &h->neighbours[slot];

	if (neighbour_resolved(n) && memcmp(n->mac, mac, 6) == 0)
		return;
	neighbour_know(h, slot, mac, false);
}

/* The tag that a neighbour sends is the one it is sent; its MAC may not be new. */
static void
hear_tag(struct host *h, uint16_t slot, const struct host_fact *fact)
{
	struct neighbour *n = &h->neighbours[slot];
	struct nexthop *nh = neighbour_nexthop(h, slot);

	if (n->tpid == fact->tpid)
		return;
	n->tpid = fact->tpid;
	if (neighbour_resolved(n))
		nh->l2_bytes = (uint8_t)ether_write(nh->l2, host_interface(h, n->iface), n->mac,
			n->family == 4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6, n->tpid);
}

void
neighbour_hear(struct host *h, const struct host_fact *fact)
{
	uint16_t slot;

	if (host_interface(h, fact->iface) == NULL || !mac_is_unicast(fact->mac))
		return;
	if (fact->heard == HEARD_CONFLICT) {
		claim_contradict(h, fact->iface, fact->address.v4, fact->mac);
		return;
	}
	slot = neighbour_current(h, fact->iface, fact->family, &fact->address);
	if (slot == NONE && fact->heard == HEARD_REQUEST)
		slot = neighbour_make(h, fact->iface, fact->family, &fact->address, true);
	if (slot == NONE)
		return;
	hear_tag(h, slot, fact);
	if (h->neighbours[slot].is_static)
		return;
	if (fact->heard == HEARD_ANSWER)
		hear_answer(h, slot, fact->mac);
	else
		hear_claim(h, slot, fact->mac);
}

/* Nobody answered.  Not asked again for a moment, or every packet would ask. */
static void
fail(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	if (n->state == NEIGHBOUR_PROBING) {
		become(h, slot, NEIGHBOUR_LOST, 0);
		return;
	}
	held_drop(h, slot, REASON_neighbour_unresolved);
	become(h, slot, NEIGHBOUR_FAILED, FAILED_NS);
}

static void
expire_asked(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	if (n->asks >= ASKS) {
		fail(h, slot);
		return;
	}
	become(h, slot, (enum neighbour_state)n->state, ASK_NS);
	ask_once(h, n);
}

static void
expire_failed(struct host *h, uint16_t slot)
{
	if (h->neighbours[slot].handed)
		become(h, slot, NEIGHBOUR_LOST, 0);
	else
		neighbour_free(h, slot);
}

/* Its timer may be over once it follows the generation in use. */
static void
expire(struct host *h, uint16_t slot, void (*what)(struct host *h, uint16_t slot))
{
	uint64_t deadline_ns = h->neighbours[slot].deadline_ns;

	if (neighbour_follow(h, slot) && has_timer(&h->neighbours[slot])
	    && h->neighbours[slot].deadline_ns == deadline_ns)
		what(h, slot);
}

void
neighbours_expire(struct host *h)
{
	for (unsigned i = 0; i < EXPIRE_MAX; i++) {
		uint16_t asked = h->asked.head, failed = h->failed.head;

		if (asked != NONE && h->neighbours[asked].deadline_ns <= h->now_ns)
			expire(h, asked, expire_asked);
		else if (failed != NONE && h->neighbours[failed].deadline_ns <= h->now_ns)
			expire(h, failed, expire_failed);
		else
			return;
	}
}

static void
sweep_one(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	if (n->is_static || n->n_held != 0
	    || h->now_ns - n->used_ns < (n->answered ? UNUSED_NS : UNASKED_NS))
		return;
	if (n->state == NEIGHBOUR_KNOWN)
		become(h, slot, NEIGHBOUR_LOST, 0);
	if (n->state == NEIGHBOUR_LOST && !n->handed)
		neighbour_free(h, slot);
}

void
neighbours_sweep(struct host *h)
{
	if (h->now_ns < h->sweep_ns)
		return;
	h->sweep_ns = h->now_ns + SWEEP_NS;
	for (unsigned i = 0; i < SWEEP_SLOTS; i++) {
		h->sweep = (uint16_t)((h->sweep + 1u) % h->n_neighbours);
		sweep_one(h, h->sweep);
	}
}
