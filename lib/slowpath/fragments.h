/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments judged by their first one: virtual reassembly.
 *
 * Where a pipeline looks at ports, a later fragment takes the ports of its datagram's first and is
 * judged as the flow that this belongs to; one that comes before its first is held within bounds.
 * Nothing is put together.  Fragments that overlap kill their datagram (RFC 5722, for IPv4 too);
 * exact duplicates pass.
 *
 * Bounds: datagrams 4096, of one source 64; fragments of a datagram 45; held in all 512; 30 s.  When there are as many
 * datagrams, the oldest makes room: a flood of first fragments does not shut others out.
 *
 * Threads: the owning worker. */
#ifndef SLOWPATH_FRAGMENTS_H
#define SLOWPATH_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/reason.h"
#include "packet/view.h"

#define FRAGMENT_DATAGRAMS 4096u
#define FRAGMENT_PER_SOURCE 64u
#define FRAGMENT_PIECES 45u
#define FRAGMENT_HELD 512u
#define FRAGMENT_TIMEOUT_NS 30000000000ull

struct fragments;
struct ledger;
struct rte_mbuf;

struct fragments *fragments_create(struct ledger *ledger);      /* NULL: no memory */
void fragments_destroy(struct fragments *f);    /* NULL is fine; fragments_stop first */

enum fragments_verdict {
	FRAGMENT_GO,            /* the ports of *v are known now: judge it as its flow */
	FRAGMENT_TAKEN,         /* held */
	FRAGMENT_DROP,          /* for the reason given */
};

/* What to do with the fragment in m, whose view is v.  FRAGMENT_GO sets the ports and kind of
 * v->tuple. */
enum fragments_verdict fragments_take(struct fragments *f, struct view *v, struct rte_mbuf *m,
	uint64_t now_ns, enum reason *why);

/* After FRAGMENT_GO for a first fragment: the next in order of arrival that was held for it, or
 * NULL.  It is the caller's again. */
struct rte_mbuf *fragments_next(struct fragments *f, const struct view *first);

/* Datagrams whose time is over: what is held of them is dropped as frag_timeout. */
void fragments_age(struct fragments *f, uint64_t now_ns);

/* *id becomes the number that all fragments of v's datagram leave by: it stays, if this is the first of them.  A datagram
 * whose fragments met on another worker is known here from now on; false: of its source there are too many. */
bool fragments_identify(struct fragments *f, const struct view *v, uint64_t now_ns, rte_be16_t *id);

/* Datagrams that something is known of. */
uint32_t fragments_live(const struct fragments *f);

/* Lets go of everything, counted as stopped. */
void fragments_stop(struct fragments *f);

#endif
