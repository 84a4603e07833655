/* SPDX-License-Identifier: BSD-3-Clause */
/* What nat_foresee says is what nat_take does next, and saying it changes nothing. */

#include "nat/counts.h"
#include "nat_pool_fixture.h"

enum { HOSTS = 40, STEPS = 8000, LIVE = 800 };

static const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP, IPPROTO_GRE };

static uint64_t
next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void
assert_same(
	enum reason r, enum reason s, const struct nat_endpoint *a, const struct nat_endpoint *b)
{
	assert_int_equal(r, s);
	if (r != REASON_NONE)
		return;
	assert_int_equal(a->address, b->address);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->why, b->why);
}

static enum reason
foreseen(const struct tuple *t, struct nat_endpoint *out)
{
	struct nat_request r = { 0 };

	nat_prepare(n, 0, t, &r);
	r.inside = t;
	return nat_foresee(n, &r, out);
}

static enum reason
take_one(struct session *s, const struct tuple *t, struct nat_endpoint *out)
{
	struct nat_request r = { 0 };

	nat_prepare(n, 0, t, &r);
	r.inside = t;
	return nat_take(n, &r, s, out);
}

/* Random hosts, ports and protocols: sessions begin and end, mappings rest. */
static void
compare(struct nat_pool_spec *spec, unsigned *refused, unsigned *drawn, unsigned *mapped)
{
	uint64_t x = 88172645463325252ull;

	*refused = *drawn = *mapped = 0;
	use(spec);
	for (unsigned i = 0; i < STEPS; i++) {
		struct session *s = &sessions[next_random(&x) % LIVE];
		struct tuple t = from(INSIDE + (uint32_t)(next_random(&x) % HOSTS),
			(uint16_t)(3990 + next_random(&x) % 120), protos[next_random(&x) % 4]);
		struct nat_endpoint said = { 0 }, again = { 0 }, got = { 0 };
		enum reason r, r2;

		if (s->mapping[0] != 0) {
			if (next_random(&x) % 2 == 0)
				nat_begin(n, s, RTE_BE32(0xcb007109), 0);
			release(n, s, i / 10);
			continue;
		}
		r = foreseen(&t, &said);
		r2 = foreseen(&t, &again);
		assert_same(r, r2, &said, &again);
		r2 = take_one(s, &t, &got);
		assert_same(r, r2, &said, &got);
		*refused += r != REASON_NONE;
		*drawn += r == REASON_NONE && got.why == NAT_DRAWN;
		*mapped += r == REASON_NONE && got.why == NAT_MAPPED;
	}
}

/* A pool of several addresses that is too small for all, with a quota. */
static void
it_says_what_happens_next(void **state)
{
	struct nat_pool_spec spec = spec_of(4, 4000, 4049);
	unsigned refused, drawn, mapped;

	spec.per_source = 12;
	compare(&spec, &refused, &drawn, &mapped);
	assert_true(refused > 100 && drawn > 100 && mapped > 10);
}

/* Ports for all, and too few mappings: those in quarantine make room, if there are any. */
static void
so_it_does_while_others_make_room(void **state)
{
	static const uint32_t capacity[] = { 150, HOSTS - 10 };
	struct nat_pool_spec spec = spec_of(2, 4000, 4100);
	unsigned refused, drawn, mapped;

	for (unsigned i = 0; i < 2; i++) {
		nat_destroy(n);
		memset(sessions, 0, sizeof(sessions));
		n = nat_create(capacity[i], 0, 1, -1);
		assert_non_null(n);
		compare(&spec, &refused, &drawn, &mapped);
		assert_true(refused > 10 && drawn > 10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_says_what_happens_next, setup, teardown),
		cmocka_unit_test_setup_teardown(so_it_does_while_others_make_room, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
