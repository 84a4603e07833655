/* SPDX-License-Identifier: BSD-3-Clause */
/* An ordered list of matches, compiled, and its look-up for a vector of packets.
 *
 * Threads: control builds and discards; any number of workers look up. */
#ifndef POLICY_MATCHER_H
#define POLICY_MATCHER_H

#include "policy/eval.h"
#include "policy/match.h"

#define MATCHER_NONE UINT32_MAX

struct matcher;

/* Compiles the list, whose memory has to outlive the matcher.  NULL after an error at loc. */
struct matcher *matcher_build(struct build *b, const struct match_list *list, struct loc loc);
void matcher_discard(struct matcher *m); /* NULL is fine */

/* found[i] becomes the written match that ev[i] meets first, or MATCHER_NONE.  Notes in ev[i] what
 * it had to look at beyond the flow's key.  A packet without a readable transport header that meets
 * a match which asks for it is dropped: ev[i]->done. */
void matcher_find(const struct matcher *m, struct eval *const ev[], uint32_t found[], unsigned n);

/* The same, of the written matches from from[i] on; NULL: of all. */
void matcher_find_from(const struct matcher *m, struct eval *const ev[], const uint32_t from[],
	uint32_t found[], unsigned n);

/* How the conversation is translated, as one of enum rule_nat: by the stages that the packet has
 * passed, and of a reply by those that its first packet passed. */
uint8_t matcher_translation(const struct eval *ev);

/* Returns the answers to what a list asks for beside the packet, one bit each (rule_key.tests). */
uint16_t matcher_answers(const struct match_list *list, const struct generation *gen);

/* Returns true if the answer depends on more than the packet: times, dynamic sets, limits, routes.
 */
bool matcher_varies(const struct matcher *m);

/* What was compiled, for checks: the matches and which written one each stands for. */
const struct match_list *matcher_list(const struct matcher *m);

#endif
