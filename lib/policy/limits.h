/* SPDX-License-Identifier: BSD-3-Clause */
/* The words `limit` and `quota` of rules and `if:`: a rate, a number of sessions, a volume.
 *
 *	limit: 10/min                                  the line matches ten times a minute
 *	limit: {per: source, rate: 10/s, burst: 20}    each source has its own rate
 *	limit: {per: source, sessions: 20}             each source has 20 sessions by this line
 *	limit: {per: source, rate: 10/s, over: true}   the line matches what exceeds the rate
 *	limit: {rate: 10/s, over: true, dropped: true} packets that are dropped later count, too
 *	quota: 10G                                     the line matches until 10 GiB have passed
 *	quota: {bytes: 10G, over: true}                from then on
 *
 * Threads: control. */
#ifndef POLICY_LIMITS_H
#define POLICY_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/generation.h"
#include "schema/field.h"

struct build;

struct limit_match_cfg {
	struct cfg_head head;
	struct cfg_rate rate; /* value 0: none */
	uint32_t sessions;    /* 0: none */
	enum meter_per per;
	uint64_t burst; /* 0: what the rate allows in its period */
	uint32_t size;
	bool over;
	bool dropped; /* of a rate: packets that do not leave take from it, too */
};

struct quota_cfg {
	struct cfg_head head;
	uint64_t bytes;
	bool over;
};

extern const struct cfg_table limit_match_table;
extern const struct cfg_table quota_table;
extern const struct cfg_word limit_per[]; /* enum meter_per */

/* The line whose limits are built: what it is called over generations. */
struct limit_line {
	const char *owner, *name; /* "acls.from-outside"; its own name, or NULL */
	struct loc loc;
	uint64_t of; /* hash of these, or of its text where it has no name */
};

/* Fills a line. says: a hash of its text. */
struct limit_line limit_line_of(const char *owner, const char *name, struct loc loc, uint64_t says);

/* Returns the burst of a rate: as it is written, or what the rate allows in its period. */
uint64_t limit_burst(const struct cfg_rate *rate, uint64_t written);

/* Checks what is written under limit, with head.  Returns 0, or -EINVAL after an error. */
int limit_check(struct build *b, const struct limit_match_cfg *cfg);

/* Return the number of a meter that a line asks, 0 and up, or negative after an error. */
int build_limit_rate(
	struct build *b, const struct limit_match_cfg *cfg, const struct limit_line *line);
int build_limit_sessions(
	struct build *b, const struct limit_match_cfg *cfg, const struct limit_line *line);
int build_quota(struct build *b, const struct quota_cfg *cfg, const struct limit_line *line);

#endif
