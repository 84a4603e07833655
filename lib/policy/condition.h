/* SPDX-License-Identifier: BSD-3-Clause */
/* Conditions of a match that are asked once all its other words have matched: rates, numbers of
 * sessions, volumes, the way back to the source.
 *
 * A condition takes nothing while it is asked.  What it would take is noted in the evaluation, and
 * taken when the packet has left (slowpath/takes.c), so a packet that is dropped costs nothing.
 *
 * Threads: control builds; any number of workers ask. */
#ifndef POLICY_CONDITION_H
#define POLICY_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/eval.h"
#include "policy/limits.h"

struct match_cfg;
struct match_list;
struct rule_match;

enum condition_kind {
	CONDITION_RPF,  /* number: enum rpf_found bits that match */
	CONDITION_RATE, /* number: of the generation's meters; the others, too */
	CONDITION_SESSIONS,
	CONDITION_QUOTA,
};

struct match_condition {
	uint8_t kind;
	bool over;    /* holds when the limit is exceeded */
	bool dropped; /* packets that are dropped later count, too */
	uint32_t number;
	const struct rpf_source *rpf;
};

#define CONDITIONS_MAX 4u /* of one match: one of each kind */

/* Returns true if the match has such words.  head: as in match_add. */
bool condition_is_written(const struct cfg_head *head, const struct match_cfg *m);

/* Adds the conditions of a written match to the list, and marks *match with them.  Returns 0, or
 * negative after errors. */
int conditions_add(struct build *b, struct match_list *list, const struct cfg_head *head,
	const struct match_cfg *m, struct rule_match *match);

/* Returns true if the conditions of a match hold.  Otherwise the packet goes on with the next
 * match, or ev->done says that it is judged again by itself (ev->deferred). */
bool conditions_hold(
	const struct match_list *list, const struct rule_match *match, struct eval *ev);

/* Asks a meter of a line that is no match; notes what it takes.  Returns true if the packet keeps
 * to it. */
bool condition_keeps(uint32_t meter, struct eval *ev);

/* The rule that has asked last decides the packet: what it takes stays taken, whatever becomes of
 * the packet. */
void conditions_stay(struct eval *ev);

#endif
