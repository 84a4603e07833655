/* SPDX-License-Identifier: BSD-3-Clause */
/* Sources of sessions: how many sessions each source holds, and how fast it begins them.
 *
 * A source is in the table while it holds a session, or while its rate still counts against it.
 * When the table is nearly full, a source is removed with its last session, whatever it owes; a
 * table for as many sources as there are sessions is therefore never full.  Only sessions that
 * begin are charged: denied packets cost their claimed source nothing.  The hash is keyed, because
 * outsiders choose addresses.  An address is known in its space (packet/key.h).
 *
 * Threads: the owning worker.  Memory: sources_create. */
#ifndef SESSION_SOURCE_H
#define SESSION_SOURCE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hash.h"
#include "packet/key.h"

/* The limits of one source; 0 is no limit. */
struct source_limit {
	uint32_t sessions;   /* held at the same time */
	uint32_t per_second; /* begun a second; as many at once */
};

struct session_source {
	union address address;
	uint64_t due_ns; /* the time when its rate has been paid for */
	uint32_t next;   /* in its chain, or of the vacant sources */
	uint32_t sessions : 24;
	uint32_t domain : 6;
	uint32_t kind : 2; /* 0: vacant, 1: IPv4, 2: IPv6 */
};
static_assert(sizeof(struct session_source) == 32, "two to a line");

struct sources {
	struct hash_key secret;
	struct session_source *source; /* [1..capacity] */
	uint32_t *chain;               /* heads */
	uint32_t capacity, mask;
	uint32_t used, high, vacant;
	uint32_t hand; /* where to look next for sources without sessions */
	int numa_node;
};

/* Creates the table; memory is allocated when the first source is taken.  NULL without memory. */
struct sources *sources_create(uint32_t capacity, int numa_node);
void sources_destroy(struct sources *t); /* NULL is fine */
size_t sources_bytes(const struct sources *t);

/* Returns true if the source may begin one more session.  Charges and remembers nothing. */
bool sources_may(const struct sources *t, const union address *a, unsigned space,
	const struct source_limit *limit, uint64_t now_ns);

/* Returns true if a source, as sources_take has returned it, has that address. 0 is none. */
bool sources_is(const struct sources *t, uint32_t source, const union address *a, unsigned space);

/* Counts one more session of a source.  Returns the source, 1 and up, to be given back when the
 * session ends; 0 when its limit does not allow it. */
uint32_t sources_take(struct sources *t, const union address *a, unsigned space,
	const struct source_limit *limit, uint64_t now_ns);

/* Returns the cost of a session in time of the rate. */
static inline uint32_t
source_cost_ns(const struct source_limit *limit)
{
	return limit->per_second != 0 ? (uint32_t)(NS_PER_SECOND / limit->per_second) : 0;
}

/* Refunds a charge for the rate: the session's first packet did not leave. 0 is fine. */
void sources_refund(struct sources *t, uint32_t source, uint32_t cost_ns);

/* Counts the end of a session. 0 is fine. */
void sources_give(struct sources *t, uint32_t source);

/* Returns the number of sessions that a source holds. */
uint32_t sources_held(const struct sources *t, const union address *a, unsigned space);

#endif
