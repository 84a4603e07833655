/* SPDX-License-Identifier: BSD-3-Clause */
/* Rulesets of other firewalls, written as a configuration of Weir.
 *
 * What a rule means is kept, or the rule is left out and listed with the reason: nothing is
 * approximated.  Chains become access lists, jumps calls, translation stages dnat and snat, and all
 * interfaces share one pipeline in the order of the hooks.
 *
 * Threads: a command of its own. */
#ifndef MIGRATE_IMPORT_H
#define MIGRATE_IMPORT_H

#include <stdio.h>

struct import_options {
	const char
		*ruleset; /* file with the output of `nft -j list ruleset`; "-": standard input */
	const char *addresses; /* file with that of `ip -j address`, or NULL */
	const char *routes[2]; /* files with that of `ip -j route` and `ip -6 -j route`, or NULL */
	const char *lost;      /* file with lines of rules that came no further, or NULL */
	FILE *out;             /* the configuration */
	FILE *notes;           /* what could not be expressed, a line each, and a count */
};

/* Returns 0 when every rule is expressed, 1 when some are not or the input is wrong, after saying
 * so. */
int import_nftables(const struct import_options *o);

#endif
