/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields of a key other than addresses: the values of a field are divided where a rule's list
 * begins or ends, and each piece has a row. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "table/rules_priv.h"

#define VALUES 65536u

/* Traits: parts in bits 0..2, fragment in bit 3, the number of the state's bit in 4..6, that of the
 * translation's in 7..8. */
#define TRAIT_FRAGMENT    8u
#define TRAIT_STATE_SHIFT 4u
#define TRAIT_NAT_SHIFT   7u
#define TRAITS            512u

static uint16_t
key_traits(const struct rule_key *key)
{
	unsigned state = key->state != 0 ? key->state : RULE_STATE_UNTRACKED;
	unsigned nat = key->nat != 0 ? key->nat : RULE_NAT_NONE;

	return (uint16_t)(key_parts(key) | (key->fragment ? TRAIT_FRAGMENT : 0)
		| (unsigned)__builtin_ctz(state) << TRAIT_STATE_SHIFT
		| (unsigned)__builtin_ctz(nat) << TRAIT_NAT_SHIFT);
}

static bool
traits_hold(const struct rule_match *m, unsigned traits)
{
	unsigned state = 1u << (traits >> TRAIT_STATE_SHIFT & 7);
	unsigned nat = 1u << (traits >> TRAIT_NAT_SHIFT);
	bool fragment = (traits & TRAIT_FRAGMENT) != 0;

	if ((match_parts(m) & ~traits) != 0)
		return false;
	if (m->fragment != RULE_FRAGMENT_ANY && fragment != (m->fragment == RULE_FRAGMENT_YES))
		return false;
	return (m->state == 0 || (m->state & state) != 0) && (m->nat == 0 || (m->nat & nat) != 0);
}

uint16_t
field_of(const struct rule_key *key, const struct macs *macs, enum field field)
{
	switch (field) {
	case FIELD_PROTO:
		return key->tuple.proto;
	case FIELD_SPORT:
		return rte_be_to_cpu_16(key->tuple.sport);
	case FIELD_DPORT:
		return rte_be_to_cpu_16(key->tuple.dport);
	case FIELD_ICMP:
		return (uint16_t)(key->icmp_type << 8 | key->icmp_code);
	case FIELD_IFACE:
		return key->iface;
	case FIELD_VLAN:
		return key->vlan;
	case FIELD_DSCP:
		return key->dscp;
	case FIELD_OUT:
		return key->out;
	case FIELD_LENGTH:
		return key->length;
	case FIELD_TCP:
		return key->tcp_flags;
	case FIELD_MAC:
		return macs_find(macs, key->mac);
	case FIELD_TESTS:
		return key->tests;
	default:
		return key_traits(key);
	}
}

static const struct rule_ranges *
ranges_of(const struct rule_match *m, enum field field)
{
	const struct rule_ranges *lists[FIELD_RANGES] = {
		[FIELD_PROTO] = &m->proto,
		[FIELD_SPORT] = &m->sport,
		[FIELD_DPORT] = &m->dport,
		[FIELD_ICMP] = &m->icmp,
		[FIELD_IFACE] = &m->iface,
		[FIELD_VLAN] = &m->vlan,
		[FIELD_DSCP] = &m->dscp,
		[FIELD_OUT] = &m->out,
		[FIELD_LENGTH] = &m->length,
	};

	return lists[field];
}

static bool
looks_at(const struct rule_match *m, enum field field)
{
	if (field < FIELD_RANGES)
		return ranges_of(m, field)->n > 0;
	if (field == FIELD_TCP)
		return m->tcp_mask != 0;
	if (field == FIELD_MAC)
		return m->mac.n > 0;
	if (field == FIELD_TESTS)
		return m->tests_mask != 0;
	return match_parts(m) != 0 || m->state != 0 || m->nat != 0
		|| m->fragment != RULE_FRAGMENT_ANY;
}

/* A field's values in pieces; the rules treat all values of a piece alike. */
struct pieces {
	unsigned n;
	uint32_t piece[VALUES + 1]; /* first: whether a piece begins here; then: the piece's
				     * number */
	uint64_t *bits;             /* by piece, the rows under construction */
	uint32_t *row;              /* by piece */
	uint32_t value_row[VALUES];
};

static int
cut(struct pieces *p, const struct field_input *input, enum field field)
{
	p->piece[0] = 1;
	for (unsigned i = 0; i < input->n; i++) {
		struct runs runs;

		if (runs_build(&runs, ranges_of(&input->match[i], field)) < 0)
			return -ENOMEM;
		for (unsigned k = 0; k < runs.n; k++) {
			p->piece[runs.range[k].first] = 1;
			p->piece[runs.range[k].last + 1u] = 1;
		}
		runs_fini(&runs);
	}
	for (unsigned value = 0; value <= VALUES; value++) {
		p->n += p->piece[value] && value < VALUES;
		p->piece[value] = p->n - 1;
	}
	return 0;
}

static int
fill(struct pieces *p, const struct rows *rows, const struct field_input *input, enum field field)
{
	for (unsigned i = 0; i < input->n; i++) {
		struct runs runs;

		if (runs_build(&runs, ranges_of(&input->match[i], field)) < 0)
			return -ENOMEM;
		for (unsigned k = 0; k < runs.n; k++)
			for (uint32_t piece = p->piece[runs.range[k].first];
				piece <= p->piece[runs.range[k].last]; piece++)
				bit_set(p->bits + (size_t)piece * rows->n_words, i);
		runs_fini(&runs);
	}
	return 0;
}

/* Assigns a row to every value of a field of ranges. */
static int
place_ranges(struct pieces *p, struct rows *rows, const struct field_input *input, enum field field)
{
	int rc = cut(p, input, field);

	if (rc < 0)
		return rc;
	if ((size_t)p->n * rows->n_words * sizeof(*p->bits) > ROWS_MAX_BYTES)
		return -E2BIG;
	p->bits = calloc((size_t)p->n * rows->n_words, sizeof(*p->bits));
	p->row = calloc(p->n, sizeof(*p->row));
	if (p->bits == NULL || p->row == NULL)
		return -ENOMEM;
	rc = fill(p, rows, input, field);
	for (unsigned i = 0; i < p->n && rc == 0; i++)
		rc = rows_put(rows, p->bits + (size_t)i * rows->n_words, &p->row[i]);
	for (unsigned value = 0; value < VALUES && rc == 0; value++)
		p->value_row[value] = p->row[p->piece[value]];
	return rc;
}

static bool
value_holds(const struct rule_match *m, const struct macs *macs, enum field field, unsigned value)
{
	if (field == FIELD_TCP)
		return ((value ^ m->tcp_flags) & m->tcp_mask) == 0;
	if (field == FIELD_MAC)
		return macs_hold(&m->mac, value > 0 ? macs->mac[value - 1] : NULL);
	if (field == FIELD_TESTS)
		return ((value ^ m->tests) & m->tests_mask) == 0;
	return traits_hold(m, value);
}

/* Returns the number of values that keys have whose tests the rules ask for. */
static unsigned
tests_values(const struct field_input *input)
{
	unsigned asked = 1;

	for (unsigned i = 0; i < input->n; i++)
		asked |= input->match[i].tests_mask;
	return 1u << (32 - (unsigned)__builtin_clz(asked));
}

/* Assigns rows to a field of few values that is no list of ranges; values above stay row 0. */
static int
place_values(struct pieces *p, struct rows *rows, const struct field_input *input, enum field field)
{
	unsigned n_values = field == FIELD_TCP ? UINT8_MAX + 1
		: field == FIELD_MAC           ? input->macs->n + 1
		: field == FIELD_TESTS         ? tests_values(input)
					       : TRAITS;
	int rc = 0;

	p->bits = calloc(rows->n_words, sizeof(*p->bits));
	if (p->bits == NULL)
		return -ENOMEM;
	for (unsigned value = 0; value < n_values && rc == 0; value++) {
		memset(p->bits, 0, rows->n_words * sizeof(*p->bits));
		for (unsigned i = 0; i < input->n; i++)
			if (value_holds(&input->match[i], input->macs, field, value))
				bit_set(p->bits, i);
		rc = rows_put(rows, p->bits, &p->value_row[value]);
	}
	/* Answers that no rule asks for make no difference. */
	for (unsigned value = n_values; field == FIELD_TESTS && value < VALUES; value++)
		p->value_row[value] = p->value_row[value & (n_values - 1)];
	return rc;
}

/* Writes the table: lower bytes are used only where they make a difference. */
static int
write_table(struct field_table *t, const struct pieces *p)
{
	t->lower = malloc(256 * sizeof(*t->lower));
	if (t->lower == NULL)
		return -ENOMEM;
	for (unsigned upper = 0; upper < 256; upper++) {
		const uint32_t *row = &p->value_row[upper * 256];
		bool same = true;

		for (unsigned i = 1; i < 256; i++)
			same = same && row[i] == row[0];
		t->upper[upper] = same ? FIELD_ROW | row[0] : t->n_lower;
		if (!same)
			memcpy(t->lower[t->n_lower++], row, sizeof(*t->lower));
	}
	if (t->n_lower < 256) {
		void *smaller = realloc(t->lower, (t->n_lower + 1) * sizeof(*t->lower));

		t->lower = smaller != NULL ? smaller : t->lower;
	}
	return 0;
}

int
field_build(struct field_table **table, struct rows *rows, const struct field_input *input,
	enum field field)
{
	struct pieces *p;
	unsigned i;
	int rc = -ENOMEM;

	*table = NULL;
	for (i = 0; i < input->n && !looks_at(&input->match[i], field); i++)
		;
	if (i == input->n)
		return 0;
	p = calloc(1, sizeof(*p));
	*table = calloc(1, sizeof(**table));
	if (p != NULL && *table != NULL)
		rc = field < FIELD_RANGES ? place_ranges(p, rows, input, field)
					  : place_values(p, rows, input, field);
	if (rc == 0)
		rc = write_table(*table, p);
	if (p != NULL) {
		free(p->bits);
		free(p->row);
	}
	free(p);
	return rc;
}

void
field_discard(struct field_table *t)
{
	if (t == NULL)
		return;
	free(t->lower);
	free(t);
}
