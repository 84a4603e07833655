/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive packet steering. */

#include "worker/rps.h"

#include <string.h>

#include <netinet/in.h>

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_prefetch.h>

#include "io/steer.h"
#include "nat/slice.h"
#include "packet/burst.h"
#include "policy/generation.h"
#include "policy/owners.h"
#include "policy/pipeline.h"
#include "worker/handover.h"
#include "worker/worker.h"

/* Where the fields of an untagged IPv4 packet without options are. */
enum {
	AT_HEAD = 12,  /* EtherType, version and length of the header, service */
	AT_PROTO = 20, /* fragment, time to live, protocol */
	AT_SRC = 26,
	AT_DST = 30,
	AT_SPORT = 34,
	AT_DPORT = 36,
	PLAIN_BYTES = 38,
};

void
rps_choose(const struct worker *w, const struct port *port, struct rps *out)
{
	const struct worker_common *c = w->common;
	const struct generation *gen = w->generation;
	const struct ingress *in = &gen->ingress[port->index];
	const struct interface *iface = in->untagged != IFACE_NONE ? gen->iface[in->untagged]
								   : NULL;

	*out = (struct rps){ .on = false };
	if (c->count == 1 || c->in_order || w->search.arg != NULL || iface == NULL
		|| iface->pipeline == NULL || gen->has_helpers || in->cable != PORT_NONE
		|| (port->steered && port->rx_queues == c->count))
		return;
	out->owner = RPS_HASHED;
	if (gen->n_sharing == 1)
		out->owner = gen->share_owner[0];
	out->on = out->owner != w->index;
	out->outline = owners_outline(gen->owners);
	out->by_source = out->outline.by_host && (iface->pipeline->traits & TRAIT_TRANSLATES) != 0;
}

static inline uint32_t
word_at(const uint8_t *frame, unsigned at)
{
	uint32_t word;

	memcpy(&word, frame + at, sizeof(word));
	return word;
}

static inline uint16_t
port_at(const uint8_t *frame, unsigned at)
{
	rte_be16_t port;

	memcpy(&port, frame + at, sizeof(port));
	return port;
}

/* Returns true for a whole packet of UDP or TCP without options. */
static inline bool
is_plain(const struct rte_mbuf *m, const uint8_t *frame)
{
	uint32_t proto;

	if (m->data_len < PLAIN_BYTES
		|| (word_at(frame, AT_HEAD) & rte_cpu_to_be_32(0xffffff00u))
			!= rte_cpu_to_be_32(RTE_ETHER_TYPE_IPV4 << 16 | RTE_IPV4_VHL_DEF << 8))
		return false;
	proto = word_at(frame, AT_PROTO) & rte_cpu_to_be_32(0xbfff00ffu); /* fragment, protocol */
	return proto == rte_cpu_to_be_32(IPPROTO_UDP) || proto == rte_cpu_to_be_32(IPPROTO_TCP);
}

static unsigned
owner_by_both_ends(const struct worker *w, const uint8_t *frame)
{
	struct tuple t = { .family = 4, .proto = frame[AT_PROTO + 3] };

	t.src.v4 = word_at(frame, AT_SRC);
	t.dst.v4 = word_at(frame, AT_DST);
	t.sport = port_at(frame, AT_SPORT);
	t.dport = port_at(frame, AT_DPORT);
	return steer_owner(w->common->steer, &t);
}

/* Returns the likely owner of a frame, or the worker itself. */
static inline unsigned
guess(const struct worker *w, const struct rps *rps, const struct rte_mbuf *m)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct owners_outline *o = &rps->outline;
	uint32_t dst;

	if (unlikely(!is_plain(m, frame)))
		return w->index;
	dst = rte_be_to_cpu_32(word_at(frame, AT_DST));
	if (dst >= o->first && dst <= o->last) {
		uint16_t port = rte_be_to_cpu_16(port_at(frame, AT_DPORT));

		if (port >= o->low && port <= o->high)
			return slice_worker(port, w->common->count);
	}
	if (rps->owner != RPS_HASHED)
		return rps->owner;
	if (likely(rps->by_source))
		return w->generation->share_owner[steer_owner_of_inside(
			w->common->steer, word_at(frame, AT_SRC))];
	return w->generation->share_owner[owner_by_both_ends(w, frame)];
}

/* Frames of other workers, and the owner of each. */
struct others {
	uint16_t port; /* that they came by */
	unsigned n;
	struct rte_mbuf *m[BURST_MAX];
	uint8_t owner[BURST_MAX];
};

/* Gives a worker its frames.  Those that find no room are appended to m, which has n; returns how
 * many it has then. */
static unsigned
give_to(struct worker *w, unsigned to, const struct others *o, struct rte_mbuf **m, unsigned n)
{
	struct rte_mbuf *share[BURST_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < o->n; i++) {
		share[count] = o->m[i];
		count += o->owner[i] == to;
	}
	for (unsigned i = 0; i < count; i++)
		share[i]->port = o->port | RPS_MARK;
	for (unsigned i = handover_offer(w, to, share, count); i < count; i++) {
		share[i]->port = o->port;
		m[n++] = share[i];
	}
	return n;
}

unsigned
rps_give(struct worker *w, const struct source *source, struct rte_mbuf **m, unsigned n)
{
	struct others o;
	uint64_t owners = 0;
	unsigned kept = 0;

	o.port = source->port;
	o.n = 0;
	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (unsigned i = 0; i < n; i++) { /* without a branch that depends on the owner */
		struct rte_mbuf *one = m[i];
		unsigned owner = guess(w, &source->rps, one);

		owners |= 1ull << owner;
		m[kept] = o.m[o.n] = one;
		o.owner[o.n] = (uint8_t)owner;
		o.n += owner != w->index;
		kept += owner == w->index;
	}
	owners &= ~(1ull << w->index);
	for (; owners != 0; owners &= owners - 1)
		kept = give_to(w, (unsigned)__builtin_ctzll(owners), &o, m, kept);
	return kept;
}
