/* SPDX-License-Identifier: BSD-3-Clause */
/* Ordered rules, the first that matches wins: the table of access lists and `if:`.
 *
 * A rule is a conjunction: every field that it has must match.  A field is a list of values, each
 * possibly negated, and matches when one of the plain values matches (or there is none) and none of
 * the negated ones does.  So [10.0.0.0/8, !10.1.0.0/16] is the first without the second, and an
 * empty list matches everything.
 *
 * Rules on ports match only protocols that have ports (TCP, UDP, SCTP, DCCP, UDP-Lite), rules on
 * icmp only ICMP over IPv4 and ICMPv6 over IPv6, rules on TCP flags only TCP; none of the three
 * matches a key of kind KEY_FRAGMENT. A key of kind KEY_BLIND has a transport header that cannot be
 * read: a rule on a part of the header matches it whatever the rule asks for, and the caller must
 * drop the packet (rule_asks_transport).  A prefix matches its own family alone.
 *
 * A table of n rules takes a bit for each rule and different value, and a look-up examines n bits
 * once for each field that some rule uses (README.md: how; docs/performance/tables.md: comparison
 * with rte_acl). rules_match_plain gives the same result rule by rule.
 *
 * Threads: one builds and discards; any number classify.  Memory: rules_build/_discard, ordinary
 * memory. */
#ifndef TABLE_RULES_H
#define TABLE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "packet/key.h"
#include "table/prefix.h"
#include "table/set.h"

#define RULES_NONE     UINT32_MAX /* no rule matches */
#define RULE_TESTS_MAX 12u        /* bits of tests in use */
#define RULE_OUT_NONE  UINT16_MAX /* no interface has this id */

/* Connection states, one bit each: a key has one of them, a rule any number.  The numbers are those
 * of enum conn_state (policy/eval.h). */
enum rule_state {
	RULE_STATE_UNTRACKED = 1,
	RULE_STATE_NEW = 2,
	RULE_STATE_ESTABLISHED = 4,
	RULE_STATE_RELATED = 8,
	RULE_STATE_INVALID = 16,
	RULE_STATE_ALL = 31,
};

/* How the session of a packet is translated, one bit each; 0 in a key is NONE. */
enum rule_nat {
	RULE_NAT_NONE = 1,
	RULE_NAT_DST = 2,  /* its destination alone */
	RULE_NAT_SRC = 4,  /* its source alone */
	RULE_NAT_BOTH = 8, /* both */
	RULE_NAT_ALL = 15,
};

enum rule_fragment {
	RULE_FRAGMENT_ANY,
	RULE_FRAGMENT_YES,
	RULE_FRAGMENT_NO,
};

/* first <= last; one value is a range of one. */
struct rule_range {
	uint16_t first;
	uint16_t last;
	bool negated;
};

struct rule_ranges {
	const struct rule_range *range;
	unsigned n;
};

/* A set, or a prefix (its value is ignored). */
struct rule_address {
	const struct set *set; /* sealed; NULL: prefix */
	struct prefix prefix;
	bool negated;
};

struct rule_addresses {
	const struct rule_address *address;
	unsigned n;
};

struct rule_mac {
	uint8_t bytes[6];
	bool negated;
};

struct rule_macs {
	const struct rule_mac *mac;
	unsigned n;
};

/* All zero matches everything. */
struct rule_match {
	struct loc loc; /* where the rule stands, for errors */
	struct rule_addresses src;
	struct rule_addresses dst;
	struct rule_ranges proto;
	struct rule_ranges sport; /* host order */
	struct rule_ranges dport;
	struct rule_ranges icmp;   /* type << 8 | code */
	struct rule_ranges iface;  /* ids of ingress interfaces */
	struct rule_ranges out;    /* ids of egress interfaces */
	struct rule_ranges length; /* bytes of the IP packet */
	struct rule_macs mac;      /* of the sender */
	struct rule_ranges vlan;   /* ids, 0: untagged */
	struct rule_ranges dscp;
	uint8_t state;     /* enum rule_state bits; 0: any */
	uint8_t tcp_flags; /* flags of tcp_mask that must be set; the others of it
			    * must not */
	uint8_t tcp_mask;
	uint8_t fragment; /* enum rule_fragment */
	uint8_t nat;      /* enum rule_nat bits; 0: any */
	uint16_t tests;   /* answers of tests_mask that the key must have */
	uint16_t tests_mask;
	uint64_t tests_hash; /* of what these tests ask, for comparisons of matches */

	/* What the caller asks once the match is found; the table does not look at it. */
	uint8_t n_conditions; /* 0: the match holds for all packets that meet it */
	bool seldom;          /* as a rule they do not hold */
	uint32_t condition;
};

/* A packet in the form that rules look at. */
struct rule_key {
	struct tuple tuple;
	uint16_t iface;
	uint16_t out;    /* RULE_OUT_NONE while the packet is not routed */
	uint16_t length; /* longer packets: 65535 */
	uint16_t vlan;   /* the outer tag's id, 0 without */
	uint8_t mac[6];
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t tcp_flags;
	uint8_t state; /* one enum rule_state bit; 0 is taken as UNTRACKED */
	uint8_t dscp;
	uint8_t nat;    /* one enum rule_nat bit */
	uint16_t tests; /* answers to what rules ask for beside the packet, one bit each */
	bool fragment;
};

struct rules;

/* Builds a table of n rules; a result is a rule's index in match[].  The rules and their sets are
 * needed only during the call.  Returns NULL with an error at loc when memory is short or the table
 * would take more than 1 GiB (20,000 rules of as many addresses take 100 MiB). */
struct rules *rules_build(
	const struct rule_match match[], unsigned n, struct loc loc, struct err *err);
void rules_discard(struct rules *r); /* NULL is fine */

/* Sets result[i] to the first rule that matches *key[i], whose family is 4 or 6, or to
 * RULES_NONE. */
void rules_classify(
	const struct rules *r, const struct rule_key *const key[], uint32_t result[], unsigned n);

/* The same, but of key i only the rules from from[i] on count. */
void rules_classify_from(const struct rules *r, const struct rule_key *const key[],
	const uint32_t from[], uint32_t result[], unsigned n);

/* Returns the memory that a table takes, in bytes. */
size_t rules_bytes(const struct rules *r);

/* Returns the same result as rules_classify from the rules as written, one after the other: the
 * reference that rules_classify is tested against. `weir check` finds witnesses with it. */
uint32_t rules_match_plain(const struct rule_match match[], unsigned n, const struct rule_key *key);

/* Returns true if the rule depends on ports, TCP flags or an ICMP type. */
bool rule_asks_transport(const struct rule_match *match);

/* Returns true if this one rule matches. */
bool rule_matches(const struct rule_match *match, const struct rule_key *key);

#endif
