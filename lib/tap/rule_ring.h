/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker tells of rules that are logged: an entry for each line, at a bounded rate for each
 * rule; and the sessions whose end is told, too.
 *
 * Rules have numbers by name over generations (struct rule_log's id), so their rates and the
 * sessions that they have begun outlive a generation.
 *
 * Threads: the owning worker; control takes entries and reads counts.  Memory:
 * rule_ring_create. */
#ifndef TAP_RULE_RING_H
#define TAP_RULE_RING_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "packet/key.h"
#include "tap/ring.h"

enum {
	RULE_RING_ENTRIES = 4096,
	RULE_RING_SESSIONS = 65536, /* under way whose end is to be told */
};

enum rule_event {
	RULE_PACKET, /* a packet without a session */
	RULE_BEGIN,  /* of a session */
	RULE_END,
};

struct rule_entry {
	uint64_t time_ns;    /* the worker's clock */
	uint64_t packets[2]; /* RULE_END: forward, reply */
	uint64_t bytes[2];
	uint64_t lasted_ns;
	uint16_t rule;      /* its number */
	uint16_t in, out;   /* interfaces, by id; 0: none */
	uint8_t event;      /* enum rule_event */
	uint8_t verdict;    /* enum rule_verdict */
	uint8_t why;        /* RULE_END: enum session_end */
	struct tuple tuple; /* as the first packet came in */
};

struct rule_ring;

/* Returns NULL without memory.  rules: numbers are below; sessions: indexes are up to it. */
struct rule_ring *rule_ring_create(uint32_t rules, uint32_t sessions, int numa_node);
void rule_ring_destroy(struct rule_ring *r); /* NULL is fine */

/* Makes room for sessions whose end is told.  Control, before the generation that asks for it is
 * published.  Returns 0 or -ENOMEM. */
int rule_ring_keep_sessions(struct rule_ring *r);

/* Tells the entry, unless the rule has told more than a second's worth of lines, interval_ns apart,
 * in the last second: then it is counted. */
void rule_ring_tell(struct rule_ring *r, const struct rule_entry *e, uint32_t interval_ns);

/* Keeps the entry of a session that has begun, to tell its end. */
void rule_ring_begin(struct rule_ring *r, uint32_t session, const struct rule_entry *e);

/* Returns true if the end of any session is to be told. */
bool rule_ring_keeps(const struct rule_ring *r);

/* Adds packets of a session, if its end is to be told. */
void rule_ring_count(
	struct rule_ring *r, uint32_t session, bool reply, uint64_t packets, uint64_t bytes);

/* Tells the end of a session, if it is to be told.  It needs no line of its rule's rate. */
void rule_ring_end(struct rule_ring *r, uint32_t session, uint8_t why, uint64_t now_ns);

/* --- control --- */

struct ring *rule_ring_entries(struct rule_ring *r);

/* Returns the number of a rule's lines that were too many so far. */
uint64_t rule_ring_over(const struct rule_ring *r, unsigned rule);

/* Returns the number of sessions whose end cannot be told: there was no room. */
uint64_t rule_ring_untold(const struct rule_ring *r);

#endif
