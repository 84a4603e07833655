/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of the import of nftables. */
#ifndef MIGRATE_NFT_PRIV_H
#define MIGRATE_NFT_PRIV_H

#include <jansson.h>

#include "migrate/import.h"
#include "migrate/words.h"

#define VALUES_MAX WORD_ITEMS_MAX

/* The ruleset that is read, and what has been written so far. */
struct nft {
	const struct import_options *o;
	struct arena arena;
	json_t *list;               /* the objects of "nftables" */
	json_t *names;              /* interfaces that rules name: an object as a set */
	json_t *addresses, *routes; /* of `ip -j`, or NULL */
	struct words_own own;       /* addresses of the machine */
	json_t *sets;               /* sets of addresses that rules use: name -> array of texts */
	json_t *pool_of;            /* pools that are written: addresses -> number */
	json_t *lists;              /* access lists that are written: key -> name */
	json_t *set_names;          /* of sets in Weir: key -> name */
	json_t *heights;            /* of chains: how many wait for each other below */
	struct nft_target *targets; /* of forwards that are written */
	FILE *maps, *forwards, *sources, *pools, *acls,
		*mss;       /* parts of the configuration, in memory */
	json_t *checks;     /* stages rpf that stand before a base chain: key -> text */
	bool local;         /* the list that is written is of hook input */
	bool forwards6;     /* there may be forwards of IPv6 */
	bool translated[2]; /* a rule of dnat, of snat is written */
	bool at_begin;      /* of a base chain: no line of its list is written yet */
	unsigned n_forwards, n_pools;
	unsigned n_rules, n_missing;
	bool tracks[2]; /* rules ask for the state of connections of IPv4, of IPv6 */
};

/* A rule, and where it stands. */
struct nft_place {
	const char *family, *table, *chain;
	json_t *rule;
};

/* Texts of values, for one condition. */
struct values {
	const char *item[VALUES_MAX];
	unsigned n;
	json_t *texts; /* that get the values instead, however many they are, or NULL */
	bool of_set;   /* elements of a named set, which may name no other */
	bool too_many; /* more than there is room for */
};

/* A base chain, and the stage that it becomes. */
struct base {
	struct nft_place at;
	json_t *chain;
	int place; /* its order among all stages */
	long prio;
	unsigned order; /* in the ruleset */
	enum { BASE_LIST, BASE_DNAT, BASE_SNAT } kind;
	bool local; /* only packets for ourselves */
};

enum {
	PLACE_INGRESS,
	PLACE_RAW,
	PLACE_TRACK,
	PLACE_MANGLE,
	PLACE_DNAT,
	PLACE_PREROUTING,
	PLACE_INPUT,
	PLACE_ROUTE,
	PLACE_FORWARD,
	PLACE_SNAT
};

/* Parts of the file, as texts. */
struct nft_parts {
	char *maps, *forwards, *sources, *pools, *acls, *mss;
};

/* nft_file.c */
void nft_write_file(
	struct nft *x, const struct base *bases, unsigned n, const struct nft_parts *parts);

/* nft_match.c: adds the condition of a match statement to words. */
void nft_match(struct nft *x, const struct nft_place *at, json_t *match, struct words *w);

/* nft_flags.c: the same of flags of TCP, with the mask of those that it looks at, or NULL. */
void nft_match_flags(struct words *w, json_t *mask_of, json_t *right, const char *op);

/* nft_match.c: adds the condition that an expression has a value, or one of a set. */
void nft_equals(struct nft *x, const struct nft_place *at, json_t *left, json_t *right,
	bool negated, struct words *w);

/* nft_maps.c: adds the conditions that an element of a map or a set has: of one field, or of
 * several; those of "*" are that no other element is meant. */
void nft_key(struct nft *x, const struct nft_place *at, json_t *left, json_t *elements, size_t i,
	struct words *w);

/* nft_values.c: reads values as texts.  False after words_cannot. */
enum nft_kind { NFT_ADDRESS, NFT_PORT, NFT_PROTO, NFT_INTERFACE, NFT_PLAIN };
bool nft_values(struct nft *x, const struct nft_place *at, json_t *right, enum nft_kind kind,
	struct words *w, struct values *out);
json_t *nft_elements(struct nft *x, const struct nft_place *at, json_t *set); /* or NULL */

/* nft_rule.c: a rule of a filter chain, as lines of an access list. */
void nft_filter_rule(struct nft *x, const struct nft_place *at, FILE *out);

/* nft_nat.c: the rules of a base chain that translates. */
void nft_translate_chain(struct nft *x, const struct nft_place *at, bool source);

/* nft_names.c: the name of a chain's list, which is written; the address that stands for an
 * interface's own when it is not known; notes what cannot be expressed. */
const char *nft_list_name(struct nft *x, const struct nft_place *at, const char *chain);
const char *nft_set_name(struct nft *x, const struct nft_place *at, const char *set);
const char *nft_text(json_t *object, const char *key);  /* "": it has none */
const char *nft_clean(struct nft *x, const char *name); /* as Weir takes it */
const char *nft_stand_in(struct nft *x, const char *name);
void nft_missing(struct nft *x, const struct nft_place *at, const char *why);
bool nft_is_rule_of(json_t *object, const struct nft_place *at);

/* nft_answers.c: notes a forward, of its words, to an address and a port, or 0.  Writes to out the
 * words of answers of its servers that a rule of words is for; returns how many. */
#define NFT_ANSWERS_MAX 16u
void nft_note_target(struct nft *x, const struct words *w, const char *address, int port);
unsigned nft_answers(struct nft *x, const struct words *w, struct words *out, unsigned room);

/* Where words exclude such a server as source, takes all packets of forwarded sessions out of them,
 * and writes those to the servers to to_servers; false: they exclude none. */
bool nft_but_answers(struct nft *x, struct words *w, struct words *to_servers);

/* nft_chains.c: finds how many chains lead to each other, for nft_may_call: false, if a list that
 * calls that of the chain had more of them below it than Weir takes, as those of a circle have. */
void nft_find_heights(struct nft *x);
bool nft_may_call(struct nft *x, const struct nft_place *at, const char *chain);

unsigned nft_family(const char *family);                    /* 4, 6, or 0 for both */
void nft_tracks(struct nft *x, const struct nft_place *at); /* connections of its family */

/* The statements of a rule: its conditions, and the first one that is none, with what it holds. */
struct nft_statements {
	struct words words;
	json_t *several;     /* a condition on several fields at once, or NULL */
	const char *verdict; /* NULL: none */
	json_t *what;
	const char *add; /* dynamic set that gets the source, or NULL */
	bool log;
	const char *prefix;   /* of the log, or NULL */
	bool each[WORDS + 1]; /* a line for each value of the word */
};

/* nft_limit.c: returns true if a statement of that key was a limit, a quota, a number of
 * connections, or one on a dynamic set; it is noted, or words_cannot says why not. */
bool nft_limit(struct nft *x, const struct nft_place *at, const char *key, json_t *what,
	struct nft_statements *out);

/* The same of a match of hours and days. */
bool nft_time(json_t *match, struct words *w);

/* nft_dynamic.c: notes that a set is filled by rules or by hand; returns its name in Weir. */
const char *nft_dynamic_set(struct nft *x, const struct nft_place *at, const char *name);

/* Returns how many rules of the table fill a set, "@NAME". */
unsigned nft_rules_that_fill(struct nft *x, const struct nft_place *at, const char *set);

/* Returns true if a set of the rule's table has a timeout, or a rule fills it. */
bool nft_is_dynamic(struct nft *x, const struct nft_place *at, const char *name);

/* nft_sets.c: expresses a condition on several fields at once by a named set as one of endpoints or
 * pairs; false: it has no such form, and nothing was noted. */
bool nft_tuple_set(struct nft *x, const struct nft_place *at, json_t *match, struct words *w);

json_t *nft_find_set(struct nft *x, const struct nft_place *at, const char *name); /* or NULL */

/* nft_stage.c: rules that become stages of their own, if they stand at the begin of a base chain:
 * the MSS option, reverse path checks.  Returns true if the rule was one; it is written, or
 * words_cannot says why not. */
bool nft_stage_rule(struct nft *x, const struct nft_place *at, struct nft_statements *rule);

/* Returns the stage that stands before the list of a base chain, or NULL. */
const char *nft_check_before(struct nft *x, const struct nft_place *at);
void nft_statements(struct nft *x, const struct nft_place *at, struct nft_statements *out);

#endif
