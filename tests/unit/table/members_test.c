/* SPDX-License-Identifier: BSD-3-Clause */
/* Members of a dynamic set, against a plain list that is searched from its begin. */
#include "table/members.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND 1000000000ull
#define SIZE   32u
#define ROUNDS 100000u

static struct member
member_of(uint32_t number, uint16_t owner, uint64_t since_ns)
{
	struct member m = {
		.family = number % 2 != 0 ? 4 : 6, .owner = owner, .since_ns = since_ns
	};

	memcpy(m.address.bytes, &number, sizeof(number));
	return m;
}

/* The reference: members in the order in which they were added last. */
struct plain {
	struct member m[SIZE];
	unsigned n;
};

static unsigned
plain_find(const struct plain *p, const struct member *m)
{
	unsigned i = 0;

	while (i < p->n
		&& (p->m[i].family != m->family || !address_equal(&p->m[i].address, &m->address)))
		i++;
	return i;
}

static void
plain_remove(struct plain *p, unsigned i)
{
	memmove(&p->m[i], &p->m[i + 1], (--p->n - i) * sizeof(p->m[0]));
}

/* Removes the oldest member of the owner with most; of several the first owner. */
static void
plain_make_room(struct plain *p)
{
	unsigned count[8] = { 0 }, most = 0, i = 0;

	for (unsigned k = 0; k < p->n; k++)
		count[p->m[k].owner]++;
	for (unsigned k = 1; k < 8; k++)
		most = count[k] > count[most] ? k : most;
	while (p->m[i].owner != most)
		i++;
	plain_remove(p, i);
}

static void
plain_add(struct plain *p, const struct member *m)
{
	unsigned i = plain_find(p, m);

	if (i < p->n)
		plain_remove(p, i);
	else if (p->n == SIZE)
		plain_make_room(p);
	p->m[p->n++] = *m;
}

static void
random_changes_agree_with_a_plain_list(void **state)
{
	struct members *m = members_create(SIZE, -1);
	struct plain plain = { .n = 0 };
	uint64_t now_ns = 100 * SECOND;

	(void)state;
	srand(7);
	members_set_timeout(m, 50 * SECOND);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint16_t owner = (uint16_t)(rand() % 4);
		struct member one = member_of((uint32_t)rand() % 64, owner, now_ns);
		unsigned at;

		now_ns += (uint64_t)(rand() % 3) * SECOND;
		one.since_ns = now_ns;
		for (at = 0; at < plain.n;)
			if (now_ns - plain.m[at].since_ns >= 50 * SECOND)
				plain_remove(&plain, at);
			else
				at++;
		while (members_expire(m, now_ns, 4, NULL, NULL) != 0)
			;
		for (unsigned k = 0; k < 64; k++) /* every owner's turn comes */
			members_expire(m, now_ns, 4, NULL, NULL);
		if (rand() % 500 == 0) { /* the number is used again, for another set */
			members_belong(m, (uint64_t)rand());
			assert_false(members_has(m, one.family, &one.address, now_ns));
			plain.n = 0;
			while (members_count(m) != 0)
				members_expire(m, now_ns, 4, NULL, NULL);
			continue;
		}
		if (rand() % 8 == 0) {
			at = plain_find(&plain, &one);
			assert_int_equal(members_delete(m, one.family, &one.address), at < plain.n);
			if (at < plain.n)
				plain_remove(&plain, at);
		} else {
			at = plain_find(&plain, &one);
			assert_int_equal(members_add(m, &one, now_ns, NULL, NULL), at == plain.n);
			plain_add(&plain, &one);
		}
		one = member_of((uint32_t)rand() % 64, 0, 0);
		assert_int_equal(members_has(m, one.family, &one.address, now_ns),
			plain_find(&plain, &one) < plain.n);
		assert_int_equal(members_count(m), plain.n);
	}
	members_destroy(m);
}

/* What a restart has kept may be older than the clock. */
static void
members_older_than_the_clock_have_their_time(void **state)
{
	struct members *m = members_create(SIZE, -1);
	struct member old = member_of(1, 0, SECOND - 30 * SECOND);

	(void)state;
	members_set_timeout(m, 60 * SECOND);
	assert_true(members_add(m, &old, SECOND, NULL, NULL));
	assert_true(members_has(m, 4, &old.address, 30 * SECOND));
	assert_false(members_has(m, 4, &old.address, 31 * SECOND));
	members_set_timeout(m, 0);
	assert_true(members_has(m, 4, &old.address, 1000000 * SECOND));
	members_destroy(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes_agree_with_a_plain_list),
		cmocka_unit_test(members_older_than_the_clock_have_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
