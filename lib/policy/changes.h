/* SPDX-License-Identifier: BSD-3-Clause */
/* What a generation decides otherwise than the one before it, where few rules of access lists have
 * changed and nothing else: the matches of these rules, old and new ones.
 *
 * In a list of which the first rule that matches decides, a packet that meets none of the rules
 * that have come, gone or moved is decided as before.  The matches are widened: what they ask
 * beside addresses, protocol and ports is taken as given, and an address or port may stand at
 * either end, as it comes or as it leaves.  So a flow too many is judged again, never one too few.
 *
 * Threads: control fills; any number of workers ask. */
#ifndef POLICY_CHANGES_H
#define POLICY_CHANGES_H

#include <stdbool.h>

#include "packet/key.h"
#include "table/rules.h"

#define CHANGES_MAX      16u /* matches */
#define CHANGES_LIST_MAX 4u  /* values of a list; a longer one is taken as any */

struct changed_prefix {
	union address bits, mask; /* a trimmed address; ones for its length */
	uint8_t family;
};

/* n: values of a list; 0: any. */
struct changed_match {
	struct changed_prefix src[CHANGES_LIST_MAX], dst[CHANGES_LIST_MAX];
	struct rule_range proto[CHANGES_LIST_MAX];
	struct rule_range sport[CHANGES_LIST_MAX], dport[CHANGES_LIST_MAX]; /* host order */
	uint8_t n_src, n_dst, n_proto, n_sport, n_dport;
};

struct changes {
	struct changed_match match[CHANGES_MAX];
	unsigned n; /* 0: rules have changed that no packet meets */
};

/* Adds a match.  Returns false if there is no room, or if every packet may meet it. */
bool changes_add(struct changes *c, const struct rule_match *m);

/* Where packets of a flow go from and to: as they come, and as they leave or would leave. */
struct flow_ends {
	uint8_t family, proto;
	uint8_t kind; /* enum key_kind */
	union {
		rte_be32_t ip4[4];
		union address ip6[4];
	} address;
	rte_be16_t port[4];
};

/* Returns true if packets of the flow may meet one of the matches. */
bool changes_touch(const struct changes *c, const struct flow_ends *flow);

#endif
