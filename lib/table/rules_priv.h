/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of table/rules.h share: how rules become an rte_acl trie, step by step.
 *
 * rules_plan.c    which addresses are looked up as classes, which as labels
 * rules_labels.c  a number for each address, so that a prefix is a range of numbers
 * rules_ranges.c  a list of ranges, some negated, as runs
 * rules_expand.c  a rule as entries, one for each combination of its runs
 * rules_trie.c    all entries as a trie
 * rules.c         the table: built, and asked */
#ifndef TABLE_RULES_PRIV_H
#define TABLE_RULES_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_acl.h>

#include "table/classes.h"
#include "table/prefixes.h"
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

enum side { SRC, DST, SIDES };

static inline const struct rule_addresses *
match_side(const struct rule_match *m, enum side side)
{
	return side == SRC ? &m->src : &m->dst;
}

/* How one side of a rule is looked up: bits of classes that stand for some of its list. */
struct side_plan {
	uint32_t plain;         /* one of these, or one of the labels */
	uint32_t negated;       /* and none of these */
	bool all_in_classes;    /* the list's prefixes too, not only its sets */
};

/* A set of more prefixes than this is looked up as a class, a smaller one as its prefixes. */
#define SMALL_SET 16u

struct plan {
	struct side_plan (*side)[SIDES];        /* by rule */
	const struct set *set[CLASSES_MAX];     /* by bit */
	struct set *own[CLASSES_MAX];           /* those that the plan has made */
	unsigned n;
	unsigned n_own;
};

/* Plans all rules.  0 or a negative errno with a sentence in err. */
int plan_build(struct plan *plan, const struct rule_match match[], unsigned n, struct err *err);
void plan_fini(struct plan *plan);

/* Calls one for each prefix of a list that is not looked up as a class; stops at an error. */
int plan_each_prefix(const struct side_plan *plan, const struct rule_addresses *list,
	int (*one)(void *arg, const struct prefix *p, bool negated), void *arg);

/* The prefixes that all rules have on one side, in the order of prefix_compare: the place of the
 * longest that covers an address is the address's label.  What a prefix covers then has the labels
 * from its own to that of the last one inside it. */
struct labels {
	struct prefixes *table;         /* NULL: no rule has a prefix on this side */
	struct prefix *prefix;          /* by label; value: the last label inside */
	unsigned n;
};

#define LABELS_MAX 65536u

/* 0, -ENOMEM, or -E2BIG when there are more than LABELS_MAX. */
int labels_build(struct labels *l, const struct plan *plan, const struct rule_match match[],
	unsigned n, enum side side);
void labels_fini(struct labels *l);

/* The labels of a prefix that some rule has. */
struct rule_range labels_of(const struct labels *l, const struct prefix *p);

/* Sorted, disjoint ranges without negation. */
struct runs {
	struct rule_range *range;
	unsigned n;
};

/* The values from 0 to most that a list holds for.  0 or -ENOMEM. */
int runs_build(struct runs *runs, const struct rule_ranges *list, uint16_t most);
void runs_fini(struct runs *runs);

/* The fields of an entry; a trie has those that some entry looks at. */
enum entry_field {
	FIELD_PROTO,
	FIELD_SRC,              /* labels */
	FIELD_DST,
	FIELD_SPORT,            /* for ICMP: type << 8 | code */
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

/* Adds the entries of rule number rule, match.  0 or a negative errno with a sentence in err. */
struct expansion {
	const struct plan *plan;
	const struct labels *labels;    /* by side */
	struct entries entries;
};
int expansion_add(struct expansion *x, const struct rule_match *match, uint32_t rule,
	struct err *err);
void expansion_fini(struct expansion *x);

/* What rte_acl is asked about: a rule_key in network order, each field at its place. */
struct packed_key {
	uint8_t proto;
	uint8_t unused[3];
	rte_be16_t label[SIDES];
	rte_be16_t sport;
	rte_be16_t dport;
	uint8_t parts;
	uint8_t state;
	uint8_t tcp_flags;
	uint8_t dscp;
	rte_be16_t iface;
	rte_be16_t vlan;
	rte_be32_t class[SIDES];
};

/* All entries, compiled: gives the first rule's number + 1, 0 without one. */
struct rules_trie {
	struct rte_acl_ctx *acl;        /* NULL: no entries */
	bool looks_at[FIELD_COUNT];
};

/* 0 or a negative errno; then t still wants rules_trie_fini. */
int rules_trie_build(struct rules_trie *t, const struct entries *entries);
void rules_trie_fini(struct rules_trie *t);

#endif
