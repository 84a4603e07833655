/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow table against a plain list, at its limits, and under keys that collide elsewhere. */

#include "flow/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"

static struct key4
key_of(uint32_t n)
{
	struct key4 k = {
		.proto = 17,
		.iface = 1,
		.src = rte_cpu_to_be_32(0x0a000000 + n),
		.dst = rte_cpu_to_be_32(0xc6336401),
		.sport = rte_cpu_to_be_16(1000),
		.dport = rte_cpu_to_be_16(53),
	};
	return k;
}

static uint32_t
insert(struct flow_table *t, uint32_t n)
{
	struct key4 k = key_of(n);

	return flow_table_insert(t, &k, flow_hash4(&k, &t->secret), 0);
}

static uint32_t
find(struct flow_table *t, uint32_t n)
{
	struct key4 k = key_of(n);

	return flow_table_find(t, &k, flow_hash4(&k, &t->secret));
}

static struct flow_table *
given_table(uint32_t capacity)
{
	struct flow_table *t = flow_table_create(capacity, sizeof(struct flow4), 0);

	assert_non_null(t);
	return t;
}

static void
what_is_inserted_is_found_and_nothing_else(void **state)
{
	struct flow_table *t = given_table(1000);
	uint32_t index[1000];

	for (uint32_t n = 0; n < 1000; n++) {
		index[n] = insert(t, n);
		assert_int_not_equal(index[n], 0);
	}
	for (uint32_t n = 0; n < 1000; n++)
		assert_int_equal(find(t, n), index[n]);
	for (uint32_t n = 1000; n < 3000; n++)
		assert_int_equal(find(t, n), 0);
	flow_table_destroy(t);
}

static void
every_record_promised_is_there_for_sequential_keys(void **state)
{
	struct flow_table *t = given_table(1032192);

	for (uint32_t n = 0; n < 1032192; n++)
		assert_int_not_equal(insert(t, n), 0);
	assert_int_equal(insert(t, 1032192), 0);
	assert_int_equal(t->used, 1032192);
	assert_int_equal(t->refused, 1);
	assert_true(flow_table_longest_probe(t) <= 2);
	flow_table_destroy(t);
}

static void
every_record_promised_is_there_for_random_keys(void **state)
{
	struct flow_table *t = given_table(1032192);

	for (uint32_t n = 0; n < 1032192; n++) {
		struct key4 k = { .proto = 6, .src = n }; /* distinct, the rest random */

		random_bytes(&k.dst, 8);
		assert_int_not_equal(flow_table_insert(t, &k, flow_hash4(&k, &t->secret), 0), 0);
	}
	flow_table_destroy(t);
}

static void
a_flow_costs_100_bytes_at_most(void **state)
{
	struct flow_table *t = given_table(262144 * 2);

	assert_true(flow_table_bytes(t) / t->capacity <= 100);
	flow_table_destroy(t);
}

/* Inserts, finds and removes at random beside an array of flags. */
static void
it_agrees_with_a_plain_list_whatever_is_done(void **state)
{
	enum { KEYS = 4096, CAPACITY = 2048, STEPS = 400000 };
	struct flow_table *t = given_table(CAPACITY);
	uint32_t *index = calloc(KEYS, sizeof(*index));
	uint32_t used = 0;

	srand(7);
	for (unsigned step = 0; step < STEPS; step++) {
		uint32_t n = (uint32_t)rand() % KEYS;

		assert_int_equal(find(t, n), index[n]);
		if (index[n] != 0 && rand() % 2 == 0) {
			flow_table_remove(t, index[n]);
			index[n] = 0;
			used--;
		} else if (index[n] == 0) {
			index[n] = insert(t, n);
			assert_true((index[n] != 0) == (used < CAPACITY));
			used += index[n] != 0;
		}
		if (step % 64 == 0)
			flow_table_reclaim(t);
		assert_int_equal(t->used, used);
	}
	for (uint32_t n = 0; n < KEYS; n++) {
		if (index[n] != 0)
			flow_table_remove(t, index[n]);
	}
	flow_table_reclaim(t);
	assert_int_equal(t->used, 0);
	for (uint32_t i = 0; i <= t->mask; i++)
		assert_int_equal(t->bucket[i].overflow, 0);
	assert_int_equal(t->n_vacant, t->fresh);
	free(index);
	flow_table_destroy(t);
}

static void
a_removed_record_keeps_its_bytes_until_reclaimed(void **state)
{
	struct flow_table *t = given_table(16);
	uint32_t first = insert(t, 1), second;
	struct key4 k = key_of(1);

	flow_table_remove(t, first);
	second = insert(t, 2);
	assert_int_not_equal(second, first);
	assert_memory_equal(&flow4_at(t, first)->key, &k, sizeof(k));
	flow_table_reclaim(t);
	assert_int_equal(insert(t, 3), first);
	flow_table_destroy(t);
}

/* All in one bucket, none of them twice in a row. */
static void
flows_that_come_round_and_round_are_admitted(void **state)
{
	struct flow_table *t = flow_table_create(64, sizeof(struct flow4), 0);
	unsigned admitted = 0;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		for (uint64_t sig = 1; sig <= 8; sig++) {
			if ((admitted >> sig & 1) == 0 && flow_table_admit(t, sig << 32 | 7))
				admitted |= 1u << sig;
		}
	}
	assert_int_equal(admitted, 0x1fe);
	flow_table_destroy(t);
}

static void
a_flow_is_admitted_on_its_second_packet(void **state)
{
	struct flow_table *t = given_table(16);
	struct key4 k = key_of(1);
	uint64_t hash = flow_hash4(&k, &t->secret);

	assert_false(flow_table_admit(t, hash));
	assert_true(flow_table_admit(t, hash));
	assert_false(flow_table_admit(t, hash));
	flow_table_destroy(t);
}

static void
eviction_takes_the_oldest_of_the_bucket_and_never_a_session(void **state)
{
	struct flow_table *t = given_table(4); /* one bucket */
	uint32_t session = insert(t, 1), old = insert(t, 2), fresh = insert(t, 3);
	struct key4 k = key_of(4);

	flow_at(t, session)->flags |= FLOW_SESSION;
	flow_at(t, old)->seen = 10;
	flow_at(t, fresh)->seen = 90;
	assert_int_equal(flow_table_evict(t, flow_hash4(&k, &t->secret), 100), old);
	assert_int_equal(find(t, 2), 0);
	assert_int_equal(flow_table_evict(t, flow_hash4(&k, &t->secret), 100), fresh);
	assert_int_equal(flow_table_evict(t, flow_hash4(&k, &t->secret), 100), 0);
	assert_int_equal(find(t, 1), session);
	flow_table_destroy(t);
}

/* Whatever the capacity, all that is promised can be inserted, each with a record of its own that
 * neighbours of its direction surround. */
static void
directions_stand_in_runs(void **state)
{
	for (uint32_t capacity = 1000; capacity < 1000 + 2 * FLOW_RUN; capacity++) {
		struct flow_table *t = given_table(capacity);
		uint8_t *taken = calloc(t->records, 1);

		for (uint32_t n = 0; n < capacity; n++) {
			uint32_t index = insert(t, n);

			assert_in_range(index, 1, t->records - 1);
			assert_int_equal((index - 1) / FLOW_RUN % 2, n % 2);
			assert_int_equal(taken[index], 0);
			assert_true(index <= t->high);
			taken[index] = 1;
		}
		assert_in_range(t->high, capacity, capacity + FLOW_RUN);
		for (uint32_t n = 0; n < 100; n++)
			flow_table_remove(t, find(t, n));
		flow_table_reclaim(t);
		for (uint32_t n = 0; n < 100; n++)
			assert_int_equal((insert(t, capacity + n) - 1) / FLOW_RUN % 2, n % 2);
		free(taken);
		flow_table_destroy(t);
	}
}

static void
flows_without_sessions_make_room(void **state)
{
	struct flow_table *t = given_table(16);

	for (unsigned n = 1; n <= 16; n++)
		flow_at(t, insert(t, n))->flags |= n == 9 || n == 2 ? 0 : FLOW_SESSION;
	assert_false(flow_table_make_room(t, 2, 4));
	assert_false(flow_table_make_room(t, 2, 5)); /* goes on behind the fourth */
	assert_int_equal(t->used, 15);
	assert_int_equal(find(t, 9), 0);
	assert_true(flow_table_make_room(t, 2, FLOW_RUN)); /* the second one's run is the next */
	assert_int_equal(find(t, 2), 0);
	assert_true(flow_table_make_room(t, 2, 0));
	assert_int_equal(t->used, 14);
	flow_table_destroy(t);
}

static void
two_tables_have_different_secrets(void **state)
{
	struct flow_table *a = given_table(16), *b = given_table(16);
	struct key4 k = key_of(1);

	assert_true(flow_hash4(&k, &a->secret) != flow_hash4(&k, &b->secret));
	flow_table_destroy(a);
	flow_table_destroy(b);
}

/* Keys whose CRC32 is the same whatever the seed: here they spread like any others. */
static void
keys_that_collide_for_a_linear_hash_spread(void **state)
{
	struct flow_table *t = given_table(1 << 16);
	unsigned most = 0;
	uint16_t *load = calloc(t->mask + 1, sizeof(*load));

	for (uint32_t n = 0; n < 1 << 16; n++) {
		/* Multiples of CRC32C's polynomial (33 bits) over the source and the destination.
		 */
		uint64_t multiple = 0;
		struct key4 k = key_of(0);

		for (unsigned bit = 0; bit < 16; bit++)
			multiple ^= (n >> bit & 1) ? 0x105ec76f1ull << bit : 0;
		k.src ^= (uint32_t)multiple;
		k.dst ^= (uint32_t)(multiple >> 32);
		unsigned at = (uint32_t)flow_hash4(&k, &t->secret) & t->mask;

		if (++load[at] > most)
			most = load[at];
	}
	assert_true(most <= 20); /* mean 4; one bucket in 10^8 would have more */
	free(load);
	flow_table_destroy(t);
}

static void
without_memory_there_is_no_table_and_no_leak(void **state)
{
	for (unsigned n = 1; n <= 3; n++) {
		memory_fault_at = n;
		assert_null(flow_table_create(1000, sizeof(struct flow4), 0));
	}
	memory_fault_at = 0;
}

static void
ip6_keys_are_found_too(void **state)
{
	struct flow_table *t = flow_table_create(1000, sizeof(struct flow6), 0);
	struct key6 k = { .proto = 17, .iface = 2 };
	uint32_t index[1000];

	for (uint32_t n = 0; n < 1000; n++) {
		memcpy(k.src + 12, &n, 4);
		index[n] = flow_table_insert(t, &k, flow_hash6(&k, &t->secret), 0);
		assert_int_not_equal(index[n], 0);
	}
	for (uint32_t n = 0; n < 1000; n++) {
		memcpy(k.src + 12, &n, 4);
		assert_int_equal(flow_table_find(t, &k, flow_hash6(&k, &t->secret)), index[n]);
	}
	k.dport = 1; /* the last bytes count */
	assert_int_equal(flow_table_find(t, &k, flow_hash6(&k, &t->secret)), 0);
	flow_table_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_inserted_is_found_and_nothing_else),
		cmocka_unit_test(every_record_promised_is_there_for_sequential_keys),
		cmocka_unit_test(every_record_promised_is_there_for_random_keys),
		cmocka_unit_test(a_flow_costs_100_bytes_at_most),
		cmocka_unit_test(it_agrees_with_a_plain_list_whatever_is_done),
		cmocka_unit_test(a_removed_record_keeps_its_bytes_until_reclaimed),
		cmocka_unit_test(a_flow_is_admitted_on_its_second_packet),
		cmocka_unit_test(flows_that_come_round_and_round_are_admitted),
		cmocka_unit_test(eviction_takes_the_oldest_of_the_bucket_and_never_a_session),
		cmocka_unit_test(directions_stand_in_runs),
		cmocka_unit_test(flows_without_sessions_make_room),
		cmocka_unit_test(two_tables_have_different_secrets),
		cmocka_unit_test(keys_that_collide_for_a_linear_hash_spread),
		cmocka_unit_test(without_memory_there_is_no_table_and_no_leak),
		cmocka_unit_test(ip6_keys_are_found_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
