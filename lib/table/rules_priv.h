/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of table/rules.h.
 *
 * Bit r of a row is set if rule r matches as far as one field of a key is concerned.  Each field
 * that some rule uses has a table from its value to a row; a key's rows are and-ed, and the first
 * bit left is the first rule that matches.
 *
 * rules_rows.c    the rows, equal ones kept once
 * rules_side.c    an address -> its row
 * rules_field.c   any other field's value -> its row
 * rules_macs.c    the MACs that rules name, as numbers
 * rules_ranges.c  a list of ranges, some negated, as runs
 * rules.c         the table: creation and look-up
 * rules_plain.c   the reference, rule by rule */
#ifndef TABLE_RULES_PRIV_H
#define TABLE_RULES_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/prefixes.h"
#include "table/rules.h"

/* Parts of the transport header that a packet has, and that a rule needs. */
enum {
	PART_PORTS = 1,
	PART_ICMP = 2,
	PART_TCP = 4,
};

uint8_t key_parts(const struct rule_key *key);
uint8_t match_parts(const struct rule_match *m);

enum side { SRC, DST, SIDES };

static inline const struct rule_addresses *
match_side(const struct rule_match *m, enum side side)
{
	return side == SRC ? &m->src : &m->dst;
}

/* Rows of n_words words of 64 rules.  Long rows begin with summary words: bit w of the summary is
 * set if word w is not 0. */
struct rows {
	uint64_t *words;
	unsigned n_rules;
	unsigned n_words;
	unsigned n_summary; /* 0: rows are short */
	unsigned stride;    /* words from one row to the next */
	uint32_t n;
	uint32_t max;
	uint32_t *slots;  /* a hash table of all rows, row + 1 */
	uint32_t n_slots; /* a power of two */
};

/* The largest memory of one table's rows. */
#define ROWS_MAX_BYTES ((size_t)1 << 30)

int rows_init(struct rows *rows, unsigned n_rules);
void rows_fini(struct rows *rows);

/* Finds or adds the row with these n_words words.  Returns 0, -ENOMEM, or -E2BIG above
 * ROWS_MAX_BYTES. */
int rows_put(struct rows *rows, const uint64_t bits[], uint32_t *row);

/* Frees what only rows_put needs. */
void rows_settle(struct rows *rows);

size_t rows_bytes(const struct rows *rows);

static inline const uint64_t *
rows_at(const struct rows *rows, uint32_t row)
{
	return rows->words + (size_t)row * rows->stride;
}

static inline void
bit_set(uint64_t bits[], unsigned bit)
{
	bits[bit / 64] |= 1ull << bit % 64;
}

/* Builds the table from an address to the row of the rules whose list on that side matches it.
 * *table is NULL when no rule has one.  Returns 0 or a negative errno. */
int side_build(struct prefixes **table, struct rows *rows, const struct rule_match match[],
	unsigned n, enum side side);

/* Sorted, disjoint ranges without negation. */
struct runs {
	struct rule_range *range;
	unsigned n;
};

/* Computes the 16-bit values that a list matches.  Returns 0 or -ENOMEM. */
int runs_build(struct runs *runs, const struct rule_ranges *list);
void runs_fini(struct runs *runs);

/* The fields other than addresses.  Those before FIELD_RANGES are lists of ranges. */
enum field {
	FIELD_PROTO,
	FIELD_SPORT,
	FIELD_DPORT,
	FIELD_ICMP,
	FIELD_IFACE,
	FIELD_VLAN,
	FIELD_DSCP,
	FIELD_OUT,
	FIELD_LENGTH,
	FIELD_RANGES,
	FIELD_TCP = FIELD_RANGES,
	FIELD_TRAITS, /* parts, fragment, state and translation: key_traits */
	FIELD_MAC,    /* its number in struct macs */
	FIELD_TESTS,
	FIELDS,
};

/* The MACs that rules name, sorted; each is known by its place from 1 on, all others by 0. */
struct macs {
	uint8_t (*mac)[6];
	unsigned n;
};

/* Collects them.  Returns 0, -ENOMEM, or -E2BIG when there are more than 16 bits number. */
int macs_build(struct macs *macs, const struct rule_match match[], unsigned n);
uint16_t macs_find(const struct macs *macs, const uint8_t mac[6]);
bool macs_hold(const struct rule_macs *list, const uint8_t mac[6]); /* NULL: one of no list */

/* From 16 bits to a row: the upper byte gives the row, or where to look with the lower one. */
#define FIELD_ROW 0x80000000u

struct field_table {
	uint32_t upper[256]; /* FIELD_ROW | row, or a place in lower */
	uint32_t (*lower)[256];
	unsigned n_lower;
};

static inline uint32_t
field_row(const struct field_table *t, uint16_t value)
{
	uint32_t entry = t->upper[value >> 8];

	return (entry & FIELD_ROW) != 0 ? entry & ~FIELD_ROW : t->lower[entry][value & 0xff];
}

/* What a table is built from. */
struct field_input {
	const struct rule_match *match;
	unsigned n;
	const struct macs *macs;
};

/* Builds the table of a field; *table is NULL when no rule uses it.  Returns 0 or a negative
 * errno. */
int field_build(struct field_table **table, struct rows *rows, const struct field_input *input,
	enum field field);
void field_discard(struct field_table *t);

/* Returns the value of a field in a key. */
uint16_t field_of(const struct rule_key *key, const struct macs *macs, enum field field);

#endif
