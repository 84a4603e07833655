/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves neighbours from state to state, by messages and by time (RFC 4861 7.3; ARP does the same).
 *
 *   LOST --packet--> ASKING --answer--> KNOWN --use after 30 s--> PROBING --answer--> KNOWN
 *                    3 asks: FAILED, a moment later LOST          3 asks: LOST
 *
 * Bounds (RFC 6583): share.c limits the number of neighbours that never answered, limit.c the
 * questions a second; each timer call does a bounded amount of work. */

#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

#define EXPIRE_MAX  256 /* timers that expire in one call */
#define SWEEP_SLOTS 16
#define SWEEP_NS    (10 * NS_PER_MS)
/* A neighbour that never answered and was not asked for this time is removed. */
#define UNASKED_NS NS_PER_S

static void
hear_answer(struct host *h, uint16_t slot, const uint8_t mac[6])
{
	struct neighbour *n = &h->neighbours[slot];

	/* Of an unsolicited message only a confirmation is believed. */
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

/* Learns the VLAN tag that a neighbour sends, which it is sent, too; its MAC need not be new. */
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

/* Handles a neighbour that has not answered.  It is not asked again for a moment, or every packet
 * would ask. */
static void
fail(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	n->dead = n->watched;
	if (n->state == NEIGHBOUR_PROBING && !n->watched) {
		neighbour_become(h, slot, NEIGHBOUR_LOST, 0);
		return;
	}
	held_drop(h, slot, REASON_neighbour_unresolved);
	neighbour_become(h, slot, NEIGHBOUR_FAILED, FAILED_NS);
}

static void
expire_asked(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	if (n->asks >= ASKS) {
		fail(h, slot);
		return;
	}
	neighbour_become(h, slot, (enum neighbour_state)n->state, ASK_NS);
	neighbour_ask_once(h, n);
}

static void
expire_failed(struct host *h, uint16_t slot)
{
	if (watch_goes_on(h, slot))
		neighbour_ask(h, slot);
	else if (h->neighbours[slot].handed)
		neighbour_become(h, slot, NEIGHBOUR_LOST, 0);
	else
		neighbour_free(h, slot);
}

/* Handles an expired timer of a watched neighbour. */
static void
expire_watched(struct host *h, uint16_t slot)
{
	if (h->neighbours[slot].state == NEIGHBOUR_FAILED)
		expire_failed(h, slot);
	else
		expire_asked(h, slot);
}

/* Handles an expired timer, unless following the current generation has changed it. */
static void
expire(struct host *h, uint16_t slot, void (*what)(struct host *h, uint16_t slot))
{
	uint64_t deadline_ns = h->neighbours[slot].deadline_ns;

	if (neighbour_follow(h, slot) && neighbour_has_timer(&h->neighbours[slot])
		&& h->neighbours[slot].deadline_ns == deadline_ns)
		what(h, slot);
}

void
neighbours_expire(struct host *h)
{
	static void (*const what[TIMER_COUNT])(struct host * h, uint16_t slot) = {
		[TIMER_ASKED] = expire_asked,
		[TIMER_FAILED] = expire_failed,
		[TIMER_WATCHED] = expire_watched,
	};
	unsigned done = 0;

	for (unsigned t = 0; t < TIMER_COUNT && done < EXPIRE_MAX;) {
		uint16_t slot = h->timers[t].head;

		if (slot == NONE || h->neighbours[slot].deadline_ns > h->now_ns) {
			t++;
			continue;
		}
		expire(h, slot, what[t]);
		done++;
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
		neighbour_become(h, slot, NEIGHBOUR_LOST, 0);
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
