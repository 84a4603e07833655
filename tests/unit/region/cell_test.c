/* SPDX-License-Identifier: BSD-3-Clause */
/* Cells hold the packets that their matches take, by the reference of table/rules.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "packet/parse.h"
#include "region/cell.h"
#include "support/random_rules.h"

#define RULES 300
#define KEYS  200000

static void
to_point(const struct rule_key *key, unsigned family, struct point *p)
{
	p->at[DIM_SRC] = value_of_address(&key->tuple.src, family);
	p->at[DIM_DST] = value_of_address(&key->tuple.dst, family);
	p->at[DIM_PROTO] = key->tuple.proto;
	p->at[DIM_SPORT] = rte_be_to_cpu_16(key->tuple.sport);
	p->at[DIM_DPORT] = rte_be_to_cpu_16(key->tuple.dport);
	p->at[DIM_ICMP] = (unsigned)key->icmp_type << 8 | key->icmp_code;
	p->at[DIM_FLAGS] = key->tcp_flags;
	p->at[DIM_DSCP] = key->dscp;
	p->at[DIM_FRAGMENT] = key->fragment;
}

/* A match without what cells do not look at. */
static struct rule_match
bare(const struct rule_match *m)
{
	struct rule_match out = *m;

	out.iface.n = out.vlan.n = out.out.n = out.length.n = out.mac.n = 0;
	out.tests_mask = 0;
	out.state = out.nat = 0;
	return out;
}

static void
holds_what_the_match_takes(unsigned family)
{
	struct random_rules x = { .negate = 6, .r = { .fixed_bits = 12, .values = 100 } };
	struct scratch s;
	struct cell *cell;
	bool *full;
	unsigned met = 0;

	x.r.seed[0] = (unsigned short)family;
	random_rules_build(&x, RULES, 3);
	assert_true(scratch_init(&s, 256 << 20));
	cell = calloc(RULES, sizeof(*cell));
	full = calloc(RULES, sizeof(*full));
	for (unsigned i = 0; i < RULES; i++) {
		struct rule_match m = bare(&x.match[i]);

		full[i] = cell_from_match(&s, &m, family, &cell[i]);
	}
	for (unsigned i = 0; i < KEYS; i++) {
		unsigned of = random_below(&x.r, RULES);
		struct rule_match m = bare(&x.match[of]);
		struct rule_key key;
		struct point p;
		bool expected;

		random_key(&x, family, &key);
		key.tuple.kind = KEY_PLAIN;
		to_point(&key, family, &p);
		if (!cell_holds(cell_all(family), &p))
			continue; /* not in the universe */
		expected = rule_matches(&m, &key);
		if (full[of])
			assert_int_equal(cell_holds(&cell[of], &p), expected);
		else
			assert_false(expected);
		met += expected;
	}
	assert_true(met > 200);
	free(full);
	free(cell);
	scratch_fini(&s);
	random_rules_discard(&x);
}

static void
cells_hold_what_matches_take(void **state)
{
	(void)state;
	holds_what_the_match_takes(4);
	holds_what_the_match_takes(6);
}

static void
a_packet_that_is_picked_is_in_the_cell(void **state)
{
	struct random_rules x = { .negate = 6, .r = { .fixed_bits = 12, .values = 100 } };
	struct scratch s;
	unsigned found = 0;

	(void)state;
	x.r.seed[0] = 99;
	random_rules_build(&x, RULES, 3);
	assert_true(scratch_init(&s, 256 << 20));
	for (unsigned i = 0; i < RULES; i++) {
		struct rule_match m = bare(&x.match[i]);
		unsigned family = i % 2 ? 4 : 6;
		struct cell c;
		struct point p;

		if (!cell_from_match(&s, &m, family, &c))
			continue;
		cell_pick(&c, family, &p);
		assert_true(cell_holds(&c, &p));
		found++;
	}
	assert_true(found > RULES / 10);
	scratch_fini(&s);
	random_rules_discard(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_hold_what_matches_take),
		cmocka_unit_test(a_packet_that_is_picked_is_in_the_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
