/* SPDX-License-Identifier: BSD-3-Clause */
/* Virtual reassembly: every fragment of a datagram is judged as the flow that its first fragment
 * belongs to.
 *
 * Nothing is put together.  A later fragment waits until the first one has left; then it takes the
 * first one's ports.  The datagram's entry ends with its last byte.  README.md has the rules and
 * the limits.
 *
 * Threads: the owning worker. */
#ifndef SLOWPATH_FRAGMENTS_FRAGMENTS_H
#define SLOWPATH_FRAGMENTS_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/reason.h"
#include "packet/view.h"
#include "slowpath/fragments/mark.h"

#define FRAGMENT_DATAGRAMS 4096u /* entries of a worker */
/* Datagrams of a source on an interface without their first fragment. */
#define FRAGMENT_PER_SOURCE 64u
/* Denied datagrams that are remembered, and discarded ones. */
#define FRAGMENT_REFUSED    1024u
#define FRAGMENT_PIECES     64u   /* fragments of a datagram */
#define FRAGMENT_HELD       2048u /* packets of a worker */
#define FRAGMENT_TIMEOUT_NS 30000000000ull
#define FRAGMENT_DENIED_NS  2000000000ull /* a denied datagram is remembered for this time */
/* FRAGMENTS_SPREAD: a fragment waits for this time. */
#define FRAGMENT_SPREAD_NS 500000000ull

struct fragments;
struct ledger;
struct rte_mbuf;

/* What the fragments of an interface need their first one for. */
enum fragments_use {
	FRAGMENTS_ALONE,  /* nothing: each is judged alone */
	FRAGMENTS_SPREAD, /* the choice of a next hop: a fragment without its first one is
			   * sent in any case */
	FRAGMENTS_JUDGED, /* ports or a session: a fragment without its first one is
			   * dropped */
};

struct fragments *fragments_create(struct ledger *ledger); /* NULL: no memory */
void fragments_destroy(struct fragments *f);               /* NULL is fine; fragments_stop first */

/* A fragment that arrives by a port. */
struct fragment_arrival {
	const struct view *view;
	struct rte_mbuf *m;
	uint16_t port;          /* its index */
	enum fragments_use use; /* not FRAGMENTS_ALONE */
	uint64_t now_ns;
};

enum fragment_fate {
	FRAGMENT_GO,    /* judge it with *pass */
	FRAGMENT_TAKEN, /* held: the table owns m */
	FRAGMENT_DROP,  /* for the reason given */
};

/* Decides about a fragment.  FRAGMENT_GO with a pass->ticket: it is a first one, and
 * fragments_decide must be called with what became of it. */
enum fragment_fate fragments_take(struct fragments *f, const struct fragment_arrival *a,
	struct fragment_pass *pass, enum reason *why);

/* Tells that the first fragment has left (REASON_NONE), or was dropped for a reason.  pass: as
 * fragments_take gave it; the others leave with its identification.  A ticket whose datagram is
 * gone is ignored. */
void fragments_decide(struct fragments *f, const struct fragment_pass *pass, enum reason why);

/* The next packet that is held no longer, in order of arrival, or NULL: it is the caller's, who
 * judges it as *pass says.  To be asked after every call that may release packets: decide, take,
 * age, adopt, follow. */
struct rte_mbuf *fragments_next(struct fragments *f, struct fragment_pass *pass, uint16_t *port);

/* Ends expired entries, some hundred in a call: their packets are dropped as frag_timeout, or
 * released (FRAGMENTS_SPREAD). */
void fragments_age(struct fragments *f, uint64_t now_ns);

/* A held packet's place in a new generation. */
struct fragment_place {
	uint16_t port, vlan[2];
	const union address *dst;
	uint8_t family;
};

/* Returns REASON_NONE and the use there, or why nothing is at that place. */
typedef enum reason (*fragments_ask)(
	void *arg, const struct fragment_place *p, enum fragments_use *use);

/* A new generation: packets held for an interface that it does not have are dropped for ask's
 * reason, those that it needs no first fragment for are released.  Datagrams are asked about in
 * parts, and when a fragment of theirs arrives; ask and arg are the table's until the next call. */
void fragments_adopt(struct fragments *f, fragments_ask ask, void *arg);

/* Often: the next part of what follows a new generation. */
void fragments_follow(struct fragments *f);

/* Returns the number of entries in use. */
uint32_t fragments_live(const struct fragments *f);

/* Drops everything, counted as stopped. */
void fragments_stop(struct fragments *f);

#endif
