/* SPDX-License-Identifier: BSD-3-Clause */
/* Which frames of LACP a member of a bond gives to DPDK's driver. */

#include "io/lacp_guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_eth_bond_8023ad.h>
#include <rte_mbuf.h>

#include "base/clock.h"

#define PERIOD_NS (NS_PER_S / LACP_RATE)

enum { PARTNER, OTHERS };

static uint64_t
mac_bits(const struct rte_ether_addr *mac)
{
	uint64_t bits = 0;

	memcpy(&bits, mac->addr_bytes, RTE_ETHER_ADDR_LEN);
	return bits;
}

void
lacp_guard_init(struct lacp_guard *g, const struct rte_ether_addr *own, bool fast)
{
	memset(g, 0, sizeof(*g));
	g->own = mac_bits(own);
	g->stays_ns = (fast ? LACP_STAYS_MS : LACP_STAYS_SLOW_MS) * NS_PER_MS;
}

void
lacp_guard_forget(struct lacp_guard *g)
{
	atomic_store_explicit(&g->partner, 0, memory_order_relaxed);
}

/* Takes from a rate: a frame may come when all before it are paid for, or LACP_BURST at once. */
static bool
within(atomic_uint_fast64_t *due_ns, uint64_t now_ns)
{
	uint64_t due = atomic_load_explicit(due_ns, memory_order_relaxed);

	if (due < now_ns)
		due = now_ns;
	if (due - now_ns > (LACP_BURST - 1) * PERIOD_NS)
		return false;
	atomic_store_explicit(due_ns, due + PERIOD_NS, memory_order_relaxed);
	return true;
}

static enum lacp_refusal
judge_sender(struct lacp_guard *g, const struct lacpdu *pdu, uint64_t now_ns)
{
	uint64_t sender = mac_bits(&pdu->actor.port_params.system);
	uint64_t to = mac_bits(&pdu->partner.port_params.system);
	uint64_t partner = atomic_load_explicit(&g->partner, memory_order_relaxed);
	uint64_t heard = atomic_load_explicit(&g->heard_ns, memory_order_relaxed);
	bool is_partner = sender == partner && (to == g->own || to == 0);

	if (sender == g->own)
		return LACP_LOOP;
	if (!is_partner && partner != 0 && now_ns - heard < g->stays_ns)
		return LACP_STRANGER;
	if (!within(&g->due_ns[is_partner ? PARTNER : OTHERS], now_ns))
		return LACP_TOO_MANY;
	atomic_store_explicit(&g->partner, sender, memory_order_relaxed);
	atomic_store_explicit(&g->heard_ns, now_ns, memory_order_relaxed);
	return LACP_TAKEN;
}

/* IEEE 802.1AX lets a receiver validate lengths, not versions and types.  How often markers are
 * answered the driver limits. */
static enum lacp_refusal
judge(struct lacp_guard *g, const struct rte_mbuf *m, uint64_t now_ns)
{
	static const struct rte_ether_addr slow = { { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x02 } };
	const struct lacpdu_header *h = rte_pktmbuf_mtod(m, const struct lacpdu_header *);
	const struct lacpdu *pdu = &h->lacpdu;
	const unsigned length = sizeof(struct lacpdu_actor_partner_params);

	if (m->data_len < sizeof(h->eth_hdr)
		|| h->eth_hdr.ether_type != RTE_BE16(RTE_ETHER_TYPE_SLOW))
		return LACP_TAKEN;
	if (m->data_len == sizeof(h->eth_hdr))
		return LACP_SHORT;
	if (pdu->subtype != SLOW_SUBTYPE_LACP && pdu->subtype != SLOW_SUBTYPE_MARKER)
		return LACP_TAKEN;
	if (m->data_len < sizeof(*h))
		return LACP_SHORT;
	if (!rte_is_same_ether_addr(&h->eth_hdr.dst_addr, &slow)
		|| !rte_is_valid_assigned_ether_addr(&h->eth_hdr.src_addr))
		return LACP_WRONG;
	if (pdu->subtype == SLOW_SUBTYPE_MARKER)
		return LACP_TAKEN;
	if (pdu->actor.info_length != length || pdu->partner.info_length != length
		|| !rte_is_valid_assigned_ether_addr(&pdu->actor.port_params.system))
		return LACP_WRONG;
	return judge_sender(g, pdu, now_ns);
}

enum lacp_refusal
lacp_guard_judge(struct lacp_guard *g, const struct rte_mbuf *m, uint64_t now_ns)
{
	enum lacp_refusal why = judge(g, m, now_ns);

	if (why != LACP_TAKEN)
		atomic_fetch_add_explicit(&g->refused[why], 1, memory_order_relaxed);
	return why;
}

uint64_t
lacp_guard_refused(const struct lacp_guard *g)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < LACP_REFUSALS; i++)
		n += atomic_load_explicit(&g->refused[i], memory_order_relaxed);
	return n;
}

void
lacp_guard_text(const struct lacp_guard *g, char *text, unsigned size)
{
	static const char *const words[LACP_REFUSALS] = {
		[LACP_SHORT] = "too short",
		[LACP_WRONG] = "not of LACP's form",
		[LACP_LOOP] = "our own",
		[LACP_STRANGER] = "of other stations than the partner",
		[LACP_TOO_MANY] = "beyond the rate",
	};
	unsigned at = 0;

	text[0] = '\0';
	for (unsigned i = LACP_SHORT; i < LACP_REFUSALS && at < size; i++) {
		uint64_t n = atomic_load_explicit(&g->refused[i], memory_order_relaxed);

		if (n != 0)
			at += (unsigned)snprintf(text + at, size - at, "%s%" PRIu64 " %s",
				at != 0 ? ", " : "", n, words[i]);
	}
}
