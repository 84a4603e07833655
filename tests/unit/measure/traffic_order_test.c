/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic for measuring: flows that are different, orders that repeat. */
#include "unit/measure/traffic_fixture.h"

#include "measure/traffic_peer.h"
#include "packet/checksum.h"
#include "packet/martian.h"
#include "packet/notation.h"
#include "packet/parse.h"

enum { MANY = 20000 };

static int
compare_tuples(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tuple));
}

/* How many of the tuples are different ones. */
static unsigned
different(struct tuple *tuples, unsigned n)
{
	unsigned count = n != 0;

	qsort(tuples, n, sizeof(*tuples), compare_tuples);
	for (unsigned i = 1; i < n; i++)
		count += memcmp(&tuples[i - 1], &tuples[i], sizeof(*tuples)) != 0;
	return count;
}

static void
every_flow_of_the_space_is_a_different_one(void **state)
{
	struct traffic_setup s = plain();
	struct traffic *t = given(&s);
	struct tuple *all = calloc(10240, sizeof(*all));

	assert_int_equal(traffic_space(&s.aim), 10240);
	for (unsigned i = 0; i < 10240; i++)
		traffic_tuple(t, i, &all[i]);
	assert_int_equal(different(all, 10240), 10240);
	free(all);
	traffic_destroy(t);
}

static void
a_round_sends_every_flow_once_and_not_in_order(void **state)
{
	struct traffic_setup s = plain();
	struct traffic *t;
	uint8_t seen[777] = { 0 };
	unsigned in_order = 0;

	s.flows = 777;
	t = given(&s);
	for (unsigned i = 0; i < 777; i++) {
		uint64_t flow = traffic_next(t);

		assert_true(flow < 777);
		in_order += flow == i;
		seen[flow]++;
	}
	for (unsigned i = 0; i < 777; i++)
		assert_int_equal(seen[i], 1);
	assert_true(in_order < 20);
	traffic_destroy(t);
}

static void
the_same_seed_gives_the_same_traffic(void **state)
{
	for (unsigned order = TRAFFIC_ROUND; order <= TRAFFIC_ZIPF; order++) {
		struct traffic_setup s = plain();
		struct traffic *a, *b, *c;
		unsigned same = 0;

		s.order = (enum traffic_order)order;
		s.zipf = 1.0;
		s.new_percent = 3;
		a = given(&s);
		b = given(&s);
		s.seed = 2;
		c = given(&s);
		for (unsigned i = 0; i < MANY; i++) {
			uint64_t flow = traffic_next(a);

			assert_int_equal(flow, traffic_next(b));
			same += flow == traffic_next(c);
		}
		assert_true(same < MANY / 5);
		traffic_destroy(a);
		traffic_destroy(b);
		traffic_destroy(c);
	}
}

static void
new_flows_are_the_share_asked_for_and_come_once(void **state)
{
	struct traffic_setup s = plain();
	struct traffic *t;
	uint64_t newest = 999;
	unsigned fresh = 0;

	s.flows = 1000;
	s.new_percent = 10;
	t = given(&s);
	for (unsigned i = 0; i < MANY; i++) {
		uint64_t flow = traffic_next(t);

		if (flow < 1000)
			continue;
		assert_int_equal(flow, newest + 1);
		newest = flow;
		fresh++;
	}
	assert_in_range(fresh, MANY / 10 - 1, MANY / 10 + 1);
	traffic_destroy(t);
}

static void
spoofed_sources_never_repeat_and_are_no_martians(void **state)
{
	struct traffic_setup both[] = { plain(), plain6() };
	struct tuple *all = calloc(MANY, sizeof(*all));

	for (unsigned k = 0; k < 2; k++) {
		struct traffic *t;

		both[k].flows = 1;
		both[k].spoofed = true;
		t = given(&both[k]);
		for (unsigned i = 0; i < MANY; i++) {
			traffic_tuple(t, 1 + i, &all[i]);
			assert_false(martian_source(&all[i]));
			assert_false(address_link_local(&all[i].src, all[i].family));
		}
		for (unsigned i = 0; i < MANY; i++)
			all[i].sport = 0;
		assert_int_equal(different(all, MANY), MANY);
		traffic_destroy(t);
	}
	free(all);
}

/* Of 1,000 ranks with exponent 1 the first has 1 / H(1000) = 0.1336, the first ten 0.3913. */
static void
zipf_gives_each_rank_its_share(void **state)
{
	struct traffic_setup s = plain();
	unsigned count[1000] = { 0 }, best = 0, first_ten = 0, draws = 200000;
	struct traffic *t;

	s.flows = 1000;
	s.order = TRAFFIC_ZIPF;
	s.zipf = 1.0;
	t = given(&s);
	for (unsigned i = 0; i < draws; i++)
		count[traffic_next(t)]++;
	for (unsigned rank = 0; rank < 10; rank++) {
		unsigned most = 0;

		for (unsigned i = 1; i < 1000; i++)
			most = count[i] > count[most] ? i : most;
		best = rank == 0 ? count[most] : best;
		first_ten += count[most];
		count[most] = 0;
	}
	assert_in_range(best, draws * 0.130, draws * 0.138);
	assert_in_range(first_ten, draws * 0.385, draws * 0.399);
	traffic_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flow_of_the_space_is_a_different_one),
		cmocka_unit_test(a_round_sends_every_flow_once_and_not_in_order),
		cmocka_unit_test(the_same_seed_gives_the_same_traffic),
		cmocka_unit_test(new_flows_are_the_share_asked_for_and_come_once),
		cmocka_unit_test(spoofed_sources_never_repeat_and_are_no_martians),
		cmocka_unit_test(zipf_gives_each_rank_its_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
