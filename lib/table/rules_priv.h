/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of table/rules.h share: a rule, spread out into entries of an rte_acl trie.
 *
 * rules_ranges.c    a list of ranges -> runs
 * rules_addresses.c a list of addresses -> choices
 * rules_expand.c    a rule -> entries, one for each combination
 * rules_trie.c      entries -> an rte_acl trie
 * rules.c           the table of both families; keys -> results */
#ifndef TABLE_RULES_PRIV_H
#define TABLE_RULES_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_acl.h>

#include "table/classes.h"
#include "table/rules.h"

/* Parts of the transport header that a packet has, and that a rule needs. */
enum {
	PART_PORTS = 1,
	PART_ICMP = 2,
	PART_TCP = 4,
	PART_FRAGMENT = 8,      /* of an entry and a packed key: the packet is a fragment */
};

uint8_t key_parts(const struct rule_key *key);
uint8_t match_parts(const struct rule_match *m);

/* All fields an entry can have; a trie has those that some entry looks at. */
enum entry_field {
	FIELD_PROTO,
	FIELD_SRC,              /* four words; IPv4 has the first */
	FIELD_DST = FIELD_SRC + 4,
	FIELD_SPORT = FIELD_DST + 4,    /* for ICMP: type << 8 | code */
	FIELD_DPORT,
	FIELD_PARTS,
	FIELD_STATE,
	FIELD_TCP,
	FIELD_DSCP,
	FIELD_IFACE,
	FIELD_VLAN,
	FIELD_SRC_CLASS,
	FIELD_DST_CLASS,
	FIELD_COUNT,
};

/* What rte_acl is asked about: a rule_key in network order, each field at its place. */
struct packed_key {
	uint8_t proto;
	uint8_t unused[3];
	union address src;
	union address dst;
	rte_be16_t sport;
	rte_be16_t dport;
	uint8_t parts;
	uint8_t state;
	uint8_t tcp_flags;
	uint8_t dscp;
	rte_be16_t iface;
	rte_be16_t vlan;
	rte_be32_t src_class;
	rte_be32_t dst_class;
};

/* One combination of a rule's values. */
struct entry {
	uint32_t rule;
	struct rte_acl_field field[FIELD_COUNT];
};

struct entries {
	struct entry *entry;
	unsigned n;
	unsigned max;
};

/* Sorted, disjoint ranges without negation. */
struct runs {
	struct rule_range *range;
	unsigned n;
};

/* The values from 0 to most that a list holds for.  0 or -ENOMEM. */
int runs_build(struct runs *runs, const struct rule_ranges *list, uint16_t most);
void runs_fini(struct runs *runs);

/* The sets whose bits a table's classes have: those that rules name, and ones made of long
 * address lists, which the plan owns. */
struct class_plan {
	const struct set *set[CLASSES_MAX];
	struct set *own[CLASSES_MAX];
	unsigned n;
	unsigned n_own;
};

/* The bit of a set, added when it is new; 0 when there are no bits left. */
uint32_t class_plan_bit(struct class_plan *plan, const struct set *set);
void class_plan_fini(struct class_plan *plan);

/* Addresses that lie in the prefix and whose class, under mask, is value. */
struct choice {
	struct prefix prefix;
	uint32_t mask;
	uint32_t value;
};

struct choices {
	struct choice *choice;
	unsigned n;
	unsigned max;
};

#define CHOICES_MAX 4096u

/* The addresses of a family that a list holds for, as a list of choices.  All named sets are in the
 * plan already.  0, -ENOMEM, or -E2BIG when there are more than CHOICES_MAX. */
int choices_build(struct choices *out, const struct rule_addresses *list, unsigned family,
	struct class_plan *plan);

/* Makes the plain prefixes of a list to sets of the plan, one for those negated and one for the
 * others, so that choices_by_class finds them.  0, -ENOMEM, or -ENOSPC without a bit left. */
struct list_classes {
	uint32_t plain;         /* bits, 0: no such prefixes */
	uint32_t negated;
};
int list_classes_make(struct list_classes *made, const struct rule_addresses *list,
	struct class_plan *plan);

/* As choices_build, by classes alone. */
int choices_by_class(struct choices *out, const struct rule_addresses *list,
	const struct list_classes *made, struct class_plan *plan);
void choices_fini(struct choices *choices);

/* Adds the entries of match, rule number rule, for families 4 and 6.  0 or a negative errno with a
 * sentence in err. */
struct expansion {
	struct class_plan plan;
	struct entries ip4;
	struct entries ip6;
};
int expansion_add(struct expansion *x, const struct rule_match *match, uint32_t rule,
	struct err *err);
void expansion_fini(struct expansion *x);

/* One family's entries, compiled. */
struct trie_of_rules {
	struct rte_acl_ctx *acl;        /* NULL: no entries */
	bool src_class;                 /* it looks at the class of the source */
	bool dst_class;
};

/* Entries to a trie that gives the first rule's number + 1, 0 without one.  0 or a negative errno; then
 * t still wants trie_of_rules_fini. */
int trie_of_rules_build(struct trie_of_rules *t, const struct entries *entries);
void trie_of_rules_fini(struct trie_of_rules *t);

#endif
