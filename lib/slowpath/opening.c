/* SPDX-License-Identifier: BSD-3-Clause */
/* First SYNs while too many connections are half-open: refused before anything is judged, because a flood of them
 * must not cost more than what is known. */

#include <netinet/in.h>

#include "slowpath/slowpath_priv.h"
#include "stage/pipeline.h"
#include "stage/stage.h"

#define TCP_OPENS 0x17          /* FIN, SYN, RST, ACK */
#define TCP_SYN 0x02
#define PREFETCH_AHEAD 16u      /* slots; without, a line of memory is waited for at each of them */

static bool
tracks_everything(const struct slowpath *s, uint16_t iface)
{
	const struct interface *in = s->gen->iface[iface];
	const struct step *first = in != NULL && in->pipeline != NULL ? in->pipeline->step : NULL;

	return first != NULL && (first->traits & TRAIT_TRACKS) && first->condition == NULL;
}

/* Of a slot that is plain. */
static inline bool
is_syn(const struct burst *b, unsigned slot)
{
	bool ip4 = b->class[slot] == SLOT_PLAIN4;
	uint8_t proto = ip4 ? b->key4[slot].proto : b->key6[slot].proto;
	const uint8_t *tcp = rte_pktmbuf_mtod_offset(b->m[slot], const uint8_t *,
		b->l3[slot] + (ip4 ? 20u : 40u));

	return proto == IPPROTO_TCP && (tcp[13] & TCP_OPENS) == TCP_SYN;
}

static inline void
prefetch(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	if (slot < b->n)
		opening_prefetch(&s->sessions->openings, (uint32_t)(b->hash[slot] >> 32));
}

static inline bool
lacks_flow(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	return flow_table_lacks(b->class[slot] == SLOT_PLAIN4 ? s->flow4 : s->flow6, b->hash[slot]);
}

unsigned
refuse_openings(struct slowpath *s, struct burst *b, unsigned from)
{
	unsigned i;

	/* Plain packets are untagged. */
	if (!sessions_flooded(s->sessions, 0) || b->ingress->untagged == IFACE_NONE
	    || !tracks_everything(s, b->ingress->untagged))
		return from;
	for (i = from; i < from + PREFETCH_AHEAD; i++)
		prefetch(s, b, i);
	for (i = from; i < b->n; i++) {
		prefetch(s, b, i + PREFETCH_AHEAD);
		if (b->class[i] > SLOT_PLAIN6 || !is_syn(b, i) || !lacks_flow(s, b, i)
		    || session_may_open(s->sessions, (uint32_t)(b->hash[i] >> 32), s->now_ns))
			break;
		slot_drop(s, b, i, REASON_session_unproven);
		observe(s, b, i, NULL);
	}
	s->ledger->lookups_miss += i - from;
	return i;
}
