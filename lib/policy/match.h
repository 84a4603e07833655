/* SPDX-License-Identifier: BSD-3-Clause */
/* The words by which rules and `if:` match packets, and their conversion to matches of
 * table/rules.h.
 *
 *	in out src dst pair proto sport dport icmp flags state nat dscp vlan mac length fragment
 *time rpf limit quota
 *
 * Threads: control. */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/field.h"
#include "policy/limits.h"
#include "policy/times.h"
#include "table/rules.h"

struct build;
struct match_condition;

struct match_cfg {
	struct cfg_head head;
	CFG_LIST_OF(struct cfg_match_name) in;
	CFG_LIST_OF(struct cfg_match_name) out;
	CFG_LIST_OF(struct cfg_match_address) src;
	CFG_LIST_OF(struct cfg_match_address) dst;
	CFG_LIST_OF(struct cfg_match_address) pair;
	CFG_LIST_OF(struct cfg_range) proto;
	CFG_LIST_OF(struct cfg_range) sport;
	CFG_LIST_OF(struct cfg_range) dport;
	CFG_LIST_OF(const char *) icmp;  /* "echo-request", "3", "3/1" */
	CFG_LIST_OF(const char *) flags; /* "S", "S/SA" */
	uint32_t state;                  /* enum rule_state bits, 0: any */
	uint32_t nat;                    /* enum rule_nat bits, 0: any */
	CFG_LIST_OF(struct cfg_range) dscp;
	CFG_LIST_OF(struct cfg_range) vlan;
	CFG_LIST_OF(struct cfg_match_mac) mac;
	CFG_LIST_OF(struct cfg_range) length;
	enum rule_fragment fragment;
	CFG_LIST_OF(struct time_cfg) time;
	uint32_t rpf; /* enum rpf_found bits, 0: any */
	struct limit_match_cfg limit;
	struct quota_cfg quota;
};

/* The rows of struct match_cfg, for a table that has it as member (rules) ... */
#define MATCH_ROWS(type, member) \
	{ "in", CFG_MATCH_NAME | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.in), \
		"Ingress interfaces or zones.", .refers = "interfaces", .refers_too = "zones", \
		.kind = "interface or zone" }, \
		{ "out", CFG_MATCH_NAME | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.out), \
			"Egress interfaces or zones; behind a stage route only.", \
			.refers = "interfaces", .refers_too = "zones", \
			.kind = "interface or zone" }, \
		{ "src", CFG_MATCH_ADDRESS | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.src), \
			"Source addresses: prefixes, local for our own, or $name for a set; of a set of " \
			"endpoints address and port.", \
			.refers = "sets", .kind = "set" }, \
		{ "dst", CFG_MATCH_ADDRESS | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.dst), \
			"Destination addresses: prefixes, local for our own, or $name for a set; of a " \
			"set of endpoints address and port.", \
			.refers = "sets", .kind = "set" }, \
		{ "pair", CFG_MATCH_ADDRESS | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.pair), \
			"Source and destination together: $name of a set of pairs.", \
			.refers = "sets", .kind = "set" }, \
		{ "proto", CFG_MATCH_PROTOCOL | CFG_LIST, CFG_OPTIONAL, \
			offsetof(type, member.proto), "Protocols, by name or number." }, \
		{ "sport", CFG_MATCH_PORT | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.sport), \
			"Source ports or services; without proto, of every protocol that has ports." }, \
		{ "dport", CFG_MATCH_PORT | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.dport), \
			"Destination ports or services; without proto, of every protocol that has ports." }, \
		{ "icmp", CFG_TEXT | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.icmp), \
			"ICMP and ICMPv6 types: a name such as echo-request, or type or type/code." }, \
		{ "flags", CFG_TEXT | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.flags), \
			"TCP flags, of FSRPAUEC: S: SYN is set; S/SA: of SYN and ACK, only SYN; 0/SA: none." }, \
		{ "state", CFG_MATCH_FLAGS, CFG_OPTIONAL, offsetof(type, member.state), \
			"State that stage track has found for the packet.", \
			.words = match_states }, \
		{ "nat", CFG_MATCH_FLAGS, CFG_OPTIONAL, offsetof(type, member.nat), \
			"How the session is translated: by what stands before here, or of a reply.", \
			.words = match_nats }, \
		{ "dscp", CFG_MATCH_DSCP | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.dscp), \
			"DSCP, by name or number." }, \
		{ "vlan", CFG_MATCH_VLAN | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.vlan), \
			"VLANs, by the outer tag." }, \
		{ "mac", CFG_MATCH_MAC | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.mac), \
			"MACs of the sending station." }, \
		{ "length", CFG_MATCH_NUMBER | CFG_LIST, CFG_OPTIONAL, \
			offsetof(type, member.length), "Bytes of the IP packet, header included.", \
			.max = 65535 }, \
		{ "fragment", CFG_ENUM, CFG_OPTIONAL, offsetof(type, member.fragment), \
			"Whether the packet is a fragment.", .words = match_fragments }, \
		{ "time", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(type, member.time), \
			"Times of the week, in the host's time zone.", .table = &time_table, \
			.kind = "time" }, \
		{ "rpf", CFG_MATCH_FLAGS, CFG_OPTIONAL, offsetof(type, member.rpf), \
			"Reverse path: strict, the route to the source (table main) leads back by the " \
			"ingress interface; loose, there is a route; none, there is no route.", \
			.words = match_rpfs }, \
		{ "limit", CFG_STRUCT, CFG_OPTIONAL, offsetof(type, member.limit), \
			"A rate or a number of sessions that the packet keeps to, or exceeds; asked " \
			"of each packet that all other words match.", \
			.table = &limit_match_table, .presence = true }, \
	{ \
		"quota", CFG_STRUCT, CFG_OPTIONAL, offsetof(type, member.quota), \
			"Bytes that may pass by the line, asked likewise.", .table = &quota_table, \
									    .presence = true \
	}

extern const struct cfg_word match_states[];
extern const struct cfg_word match_nats[];
extern const struct cfg_word match_fragments[];
extern const struct cfg_word match_rpfs[];

/* ... and as a table of their own (if:). */
extern const struct cfg_table match_table;

/* What a match asks for that changes without a packet: the answer is a bit of rule_key.tests. */
enum match_test_kind {
	TEST_TIME, /* number: of the generation's times */
	TEST_SRC,  /* the source is in a dynamic set; number: its */
	TEST_DST,
};

struct match_test {
	uint8_t kind; /* enum match_test_kind */
	uint32_t number;
	uint64_t hash; /* of what it asks for, for comparisons with other configurations */
};

#define MATCH_TESTS_MAX RULE_TESTS_MAX

/* Compiled matches as they are collected, in order; one written match can become several. */
struct match_list {
	struct rule_match *match;
	uint32_t *written; /* by match: the written one that it comes from, 0 and up */
	unsigned n, room;
	bool quiet; /* no warnings about matches that no packet meets: they have been
		     * reported */
	bool ports; /* one of them depends on ports or ICMP */
	bool state; /* one of them depends on a state other than untracked, or on translation */
	bool out;   /* one of them depends on the egress interface */
	struct match_test test[MATCH_TESTS_MAX]; /* by bit */
	unsigned n_tests;
	struct match_condition *condition; /* of all matches; they are asked last */
	unsigned n_conditions, conditions_room;
	struct limit_line line; /* given, where a match may have limits */
};

/* Adds m as the written match of that number; if no packet can match it, adds a warning instead.
 * head is that of the decoded struct that m's members belong to: m's own, or the rule's.  Memory is
 * b's.  Returns 0, or negative after errors. */
int match_add(struct build *b, struct match_list *list, const struct cfg_head *head,
	const struct match_cfg *m, uint32_t written);

/* Returns true if m has no condition and matches every packet.  A list without values is a
 * condition: nothing matches it.  head: as in match_add. */
bool match_is_any(const struct cfg_head *head, const struct match_cfg *m);

/* Returns why no packet can match m, and the member of m that says so in *field; NULL when one can,
 * as far as each member by itself and the families of the addresses tell.  head: as in match_add.
 */
const char *match_never(struct build *b, const struct cfg_head *head, const struct match_cfg *m,
	const void **field);

/* Returns the set that an address match names, or that of our own addresses; NULL: it is a prefix,
 * or the set is not known. */
const struct set *match_set(struct build *b, const struct cfg_match_address *item);

/* Returns true if a list of ranges matches a value. */
bool match_range_admits(const struct cfg_range *items, unsigned count, uint32_t value);

/* Returns the traits of a stage that looks at the list. */
unsigned match_traits(const struct match_list *list);

/* Restricts a match to destination ports from low to high, and to protocols that are translated by
 * port.  Returns 1, 0 when nothing is left, or -ENOMEM. */
int match_dport_within(struct build *b, struct rule_match *m, uint16_t low, uint16_t high);

#endif
