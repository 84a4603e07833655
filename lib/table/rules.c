/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of rules: creation and look-up. */

#include "table/rules.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "table/rules_priv.h"

#define CHUNK 64u /* keys classified together */

struct rules {
	struct rows rows;
	struct prefixes *side[SIDES];      /* address -> row; NULL: no rule uses it */
	struct field_table *field[FIELDS]; /* likewise */
	struct macs macs;
	uint32_t all; /* the row of all rules */
};

static int
put_all(struct rules *r, unsigned n)
{
	uint64_t *bits = calloc(r->rows.n_words + 1, sizeof(*bits));
	int rc;

	if (bits == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++)
		bit_set(bits, i);
	rc = rows_put(&r->rows, bits, &r->all);
	free(bits);
	return rc;
}

static int
build(struct rules *r, const struct rule_match match[], unsigned n)
{
	const struct field_input input = { match, n, &r->macs };
	int rc = rows_init(&r->rows, n);

	if (rc == 0)
		rc = put_all(r, n);
	if (rc == 0)
		rc = macs_build(&r->macs, match, n);
	for (unsigned field = 0; field < FIELDS && rc == 0; field++)
		rc = field_build(&r->field[field], &r->rows, &input, field);
	for (unsigned side = 0; side < SIDES && rc == 0; side++)
		rc = side_build(&r->side[side], &r->rows, match, n, side);
	rows_settle(&r->rows);
	return rc;
}

struct rules *
rules_build(const struct rule_match match[], unsigned n, struct loc loc, struct err *err)
{
	struct rules *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	if (r != NULL)
		rc = build(r, match, n);
	if (rc == 0)
		return r;
	rules_discard(r);
	if (rc == -E2BIG)
		err_add(err, E2BIG, loc,
			"%u rules with so many different addresses and ports take more "
			"than %zu MiB; put addresses of the same rules into sets",
			n, ROWS_MAX_BYTES >> 20);
	else
		err_add(err, -rc, loc, "out of memory for %u rules", n);
	return NULL;
}

void
rules_discard(struct rules *r)
{
	if (r == NULL)
		return;
	for (unsigned field = 0; field < FIELDS; field++)
		field_discard(r->field[field]);
	for (unsigned side = 0; side < SIDES; side++)
		prefixes_discard(r->side[side]);
	rows_fini(&r->rows);
	free(r->macs.mac);
	free(r);
}

/* The rows of a chunk of keys that have been found so far. */
struct chunk {
	const uint64_t *row[SIDES + FIELDS][CHUNK];
	unsigned n_rows; /* of each key */
};

static void
add_side(struct chunk *c, const struct rules *r, const struct rule_key *const key[], unsigned n,
	enum side side)
{
	rte_be32_t ip4[CHUNK];
	union address ip6[CHUNK];
	uint32_t row4[CHUNK], row6[CHUNK];
	uint8_t at4[CHUNK], at6[CHUNK];
	unsigned n4 = 0, n6 = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct tuple *t = &key[i]->tuple;
		const union address *a = side == SRC ? &t->src : &t->dst;

		if (t->family == 4) {
			at4[n4] = (uint8_t)i;
			ip4[n4++] = a->v4;
		} else {
			at6[n6] = (uint8_t)i;
			ip6[n6++] = *a;
		}
	}
	prefixes_lookup4(r->side[side], ip4, row4, n4);
	prefixes_lookup6(r->side[side], ip6, row6, n6);
	for (unsigned i = 0; i < n4; i++)
		c->row[c->n_rows][at4[i]] = rows_at(&r->rows, row4[i]);
	for (unsigned i = 0; i < n6; i++)
		c->row[c->n_rows][at6[i]] = rows_at(&r->rows, row6[i]);
	c->n_rows++;
}

/* Returns true if the field cannot be read in this key; it then matches every rule. */
static bool
is_blind(const struct rule_key *key, enum field field)
{
	return key->tuple.kind == KEY_BLIND
		&& (field == FIELD_SPORT || field == FIELD_DPORT || field == FIELD_ICMP
			|| field == FIELD_TCP);
}

static void
add_field(struct chunk *c, const struct rules *r, const struct rule_key *const key[], unsigned n,
	enum field field)
{
	const struct field_table *t = r->field[field];

	for (unsigned i = 0; i < n; i++)
		c->row[c->n_rows][i] = rows_at(&r->rows,
			is_blind(key[i], field) ? r->all
						: field_row(t, field_of(key[i], &r->macs, field)));
	c->n_rows++;
}

/* Returns word w of the conjunction of all of a key's rows. */
static inline uint64_t
and_word(const struct chunk *c, unsigned key, unsigned w)
{
	uint64_t bits = c->row[0][key][w];

	for (unsigned i = 1; i < c->n_rows; i++)
		bits &= c->row[i][key][w];
	return bits;
}

/* Returns the first rule that matches a key. */
static uint32_t
first_bit(const struct chunk *c, const struct rows *rows, unsigned key)
{
	for (unsigned w = 0; rows->n_summary == 0 && w < rows->n_words; w++) {
		uint64_t bits = and_word(c, key, w);

		if (bits != 0)
			return w * 64 + (unsigned)__builtin_ctzll(bits);
	}
	for (unsigned s = 0; s < rows->n_summary; s++) {
		for (uint64_t words = and_word(c, key, s); words != 0; words &= words - 1) {
			unsigned w = s * 64 + (unsigned)__builtin_ctzll(words);
			uint64_t bits = and_word(c, key, rows->n_summary + w);

			if (bits != 0)
				return w * 64 + (unsigned)__builtin_ctzll(bits);
		}
	}
	return RULES_NONE;
}

/* Returns the first rule from one on that matches a key. */
static uint32_t
first_bit_from(const struct chunk *c, const struct rows *rows, unsigned key, uint32_t from)
{
	for (unsigned w = from / 64; w < rows->n_words; w++) {
		uint64_t bits = and_word(c, key, rows->n_summary + w);

		if (w == from / 64)
			bits &= ~0ull << from % 64;
		if (bits != 0)
			return w * 64 + (unsigned)__builtin_ctzll(bits);
	}
	return RULES_NONE;
}

/* from: NULL, or by key the first rule that counts. */
static void
classify_chunk(const struct rules *r, const struct rule_key *const key[], const uint32_t *from,
	uint32_t result[], unsigned n)
{
	struct chunk c;

	c.n_rows = 0;
	for (unsigned side = 0; side < SIDES; side++)
		if (r->side[side] != NULL)
			add_side(&c, r, key, n, side);
	for (unsigned field = 0; field < FIELDS; field++)
		if (r->field[field] != NULL)
			add_field(&c, r, key, n, field);
	for (unsigned i = 0; i < n; i++) {
		uint32_t first = from != NULL ? from[i] : 0;

		if (c.n_rows == 0)
			result[i] = first < r->rows.n_rules ? first : RULES_NONE;
		else if (first == 0)
			result[i] = first_bit(&c, &r->rows, i);
		else
			result[i] = first_bit_from(&c, &r->rows, i, first);
	}
}

void
rules_classify(
	const struct rules *r, const struct rule_key *const key[], uint32_t result[], unsigned n)
{
	for (unsigned i = 0; i < n; i += CHUNK)
		classify_chunk(r, &key[i], NULL, &result[i], RTE_MIN(n - i, CHUNK));
}

void
rules_classify_from(const struct rules *r, const struct rule_key *const key[],
	const uint32_t from[], uint32_t result[], unsigned n)
{
	for (unsigned i = 0; i < n; i += CHUNK)
		classify_chunk(r, &key[i], &from[i], &result[i], RTE_MIN(n - i, CHUNK));
}

size_t
rules_bytes(const struct rules *r)
{
	size_t bytes = sizeof(*r) + rows_bytes(&r->rows) + r->macs.n * sizeof(*r->macs.mac);

	for (unsigned side = 0; side < SIDES; side++)
		if (r->side[side] != NULL)
			bytes += prefixes_bytes(r->side[side]);
	for (unsigned field = 0; field < FIELDS; field++)
		if (r->field[field] != NULL)
			bytes += sizeof(*r->field[field])
				+ r->field[field]->n_lower * sizeof(*r->field[field]->lower);
	return bytes;
}
