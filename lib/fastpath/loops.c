/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops over a burst, compiled once for each instruction set (see meson.build).
 *
 *   parse:    quick test, key, hash, prefetch of the bucket
 *   look up:  signatures, prefetch of the record
 *   execute:  verify, count, rewrite
 *
 * Because of the prefetches between the loops, 256k flows cost little more than 1k: without them a
 * packet costs 40 % more there (docs/performance/fastpath.md). */

#include <rte_prefetch.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"
#include "fastpath/out_of_order.h"
#include "fastpath/quick4.h"
#include "fastpath/quick6.h"
#include "fastpath/quick_handed.h"

#define SESSIONS_IN_CACHE 8192 /* so many sessions, of 64 bytes, need no prefetch */

#define FILL 32 /* slots at once; BURST_MAX is a multiple */

/* Sets what is true of every slot that the quick test accepts. */
static inline void
assume_plain4(struct burst *b)
{
	uint16_t iface = b->ingress->untagged;

	for (unsigned at = 0; at < b->n; at += FILL) {
		memset(b->class + at, SLOT_PLAIN4, FILL);
		for (unsigned i = 0; i < FILL; i++)
			b->l3[at + i] = 14;
		for (unsigned i = 0; i < FILL; i++)
			b->iface[at + i] = iface;
	}
}

/* Sets the frame pointers and prefetches the frames: a NIC delivers them cold. */
static inline void
find_frames(struct burst *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		b->frame[i] = rte_pktmbuf_mtod(b->m[i], uint8_t *);
		rte_prefetch0(b->frame[i]);
	}
}

/* Parses a burst; six: IPv6 is tried first; turn: see struct quick. */
static __rte_always_inline void
parse_untagged(struct fastpath *fp, struct burst *b, bool six, unsigned turn)
{
	const struct quick q4 = quick_of(&quick_head4, b->ingress, fp->dp.flow4, turn);
	const struct quick q6 = quick_of(&quick_head6, b->ingress, fp->dp.flow6, turn);
	unsigned n = b->n, protos = 0;
	uint64_t bytes = 0;

	assume_plain4(b);
	b->all_plain4 = !six;
	for (unsigned i = 0; i < n; i++) {
		const struct rte_mbuf *m = b->m[i];
		unsigned here = m->nb_segs == 1 ? m->data_len : 0;

		bytes += m->pkt_len;
		if (six && take_plain6(b, i, here, &q6, &protos))
			continue;
		if (likely(take_plain4(b, i, here, &q4, &protos)))
			continue;
		b->all_plain4 = false;
		if (six || !take_plain6(b, i, here, &q6, &protos))
			fastpath_parse_full(fp, b, i);
	}
	b->bytes = bytes;
	b->may_have_tcp = protos & (IPPROTO_TCP & ~IPPROTO_UDP);
}

/* Parses a burst.  Packets of one burst are likely to be alike. */
static void
parse(struct fastpath *fp, struct burst *b)
{
	if (b->known != 0)
		find_handed_frames(b);
	else
		find_frames(b);
	if (unlikely(b->ingress->untagged == IFACE_NONE)) {
		fastpath_parse_tagged(fp, b);
	} else if (b->known != 0) {
		assume_plain4(b);
		take_handed(fp, b, b->known == HANDED_PLAIN6);
	} else if (unlikely(fp->backlogged) && syn_gate_turn(&fp->dp, b) != SYN_TURNS) {
		parse_untagged(fp, b, false, syn_gate_turn(&fp->dp, b));
		syn_gate_drop_deferred(&fp->dp, b, fp->watched || fp->dp.observer != NULL);
	} else if (b->m[0]->data_len >= 14 && b->frame[0][12] == 0x86) {
		parse_untagged(fp, b, true, SYN_TURNS);
	} else {
		parse_untagged(fp, b, false, SYN_TURNS);
	}
}

/* Looks all slots up; all4: every slot is SLOT_PLAIN4. */
static __rte_always_inline void
look_up(const struct datapath *dp, struct burst *b, bool all4)
{
	const struct flow_table t4 = *dp->flow4, t6 = *dp->flow6; /* in registers */

	for (unsigned i = 0; i < b->n; i++) {
		if (all4 || b->class[i] == SLOT_PLAIN4) {
			b->flow[i] = flow_candidate(&t4, b->hash[i]);
			rte_prefetch0(flow4_at(&t4, b->flow[i]));
		} else if (b->class[i] == SLOT_PLAIN6) {
			b->flow[i] = flow_candidate(&t6, b->hash[i]);
			rte_prefetch0(flow6_at(&t6, b->flow[i]));
			rte_prefetch0(&flow6_at(&t6, b->flow[i])->to); /* the second line */
		} else {
			b->flow[i] = 0;
		}
	}
}

/* Prefetches the sessions of all slots, once their records are there. */
static inline void
find_sessions(const struct datapath *dp, const struct burst *b, bool all4)
{
	const struct session *session = dp->sessions->session;

	for (unsigned i = 0; i < b->n; i++) {
		const struct flow *f = all4 || b->class[i] != SLOT_PLAIN6
			? &flow4_at(dp->flow4, b->flow[i])->flow
			: &flow6_at(dp->flow6, b->flow[i])->flow;

		rte_prefetch0(&session[f->session]);
	}
}

/* Returns true if the first n slots, at least one, all leave by the same port and interface. */
static inline bool
same_output(const struct burst *b, unsigned n)
{
	uint32_t first = b->output[0].word, differ = 0;

	for (unsigned i = 0; i < n; i++)
		differ |= b->output[i].word ^ first;
	return differ == 0;
}

/* Executes all slots; all4: every slot is SLOT_PLAIN4, without a tag. */
static __rte_always_inline unsigned
execute_all(struct datapath *dp, struct burst *b, bool all4)
{
	const struct hit_tables t = hit_tables(dp, b);
	unsigned i, n = b->n;
	uint64_t output_bytes = 0;
	bool refusing = unlikely(sessions_flooded(dp->sessions, 0)) && syn_gate_close(dp, b);

	look_up(dp, b, all4);
	if (b->may_have_tcp && dp->sessions->used > SESSIONS_IN_CACHE)
		find_sessions(dp, b, all4);
	b->output_bytes = 0;
	for (i = 0; i < n; i++) {
		enum hit hit = HIT_UNUSUAL;

		if (all4)
			hit = hit_execute(b, i, &t, HIT_IP4_UNTAGGED, &output_bytes);
		else if (b->class[i] == SLOT_PLAIN4)
			hit = hit_execute(b, i, &t, HIT_IP4, &output_bytes);
		else if (b->class[i] == SLOT_PLAIN6)
			hit = hit_execute(b, i, &t, HIT_IP6, &output_bytes);
		if (unlikely(hit != HIT_DONE) && !hit_continue(dp, b, i, hit))
			break;
	}
	b->n_executed = (uint16_t)i;
	b->output_bytes += output_bytes;
	b->same_output = same_output(b, i);
	counter_add(&dp->ledger->lookups_hit, i);
	if (unlikely(i < n) && dp->observer == NULL)
		return execute_out_of_order(dp, b, i, refusing);
	return i;
}

static unsigned
execute(struct fastpath *fp, struct burst *b)
{
	return b->all_plain4 ? execute_all(&fp->dp, b, true) : execute_all(&fp->dp, b, false);
}

const struct fastpath_variant FASTPATH_VARIANT = {
	.name = FASTPATH_VARIANT_NAME,
	.parse = parse,
	.execute = execute,
};
