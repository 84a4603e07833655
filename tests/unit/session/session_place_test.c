/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions and what is beside them: flows of the cache, interfaces that move, what they have taken.
 */
#include "session_fixture.h"

/* A record of the cache for a tuple that comes in by an interface. */
static uint32_t
cached(struct session_fixture *f, const struct tuple *t, uint16_t iface)
{
	struct key4 key;
	uint32_t index;

	tuple_to_key4(&key, t, iface);
	index = flow_table_insert(f->flow4, &key, flow_hash4(&key, &f->flow4->secret), f->tick);
	assert_int_not_equal(index, 0);
	flow_at(f->flow4, index)->epoch = 7;
	return index;
}

/* What other interfaces remember of its packets holds no longer; of others it does. */
static void
a_session_outdates_the_flows_of_its_tuples(void **state)
{
	struct tuple t = tuple_of(0x0a000001, 1, IPPROTO_UDP), back, other = t;

	(void)state;
	tuple_reverse(&back, &t);
	other.sport = 2;
	for (unsigned turn = 0; turn < 4; turn++) {
		struct session_fixture f = given(100);
		uint32_t forward = turn & 1 ? cached(&f, &t, 7) : 0;
		uint32_t reply = turn & 2 ? cached(&f, &back, 8) : 0;
		uint32_t own = cached(&f, &other, 7);

		assert_int_equal(link_one(&f, take(&f, SESSION_UNREPLIED_UDP), &t), 0);
		if (forward != 0)
			assert_int_equal(flow_at(f.flow4, forward)->epoch, 0);
		if (reply != 0)
			assert_int_equal(flow_at(f.flow4, reply)->epoch, 0);
		assert_int_equal(flow_at(f.flow4, own)->epoch, 7);
		done_with_cache(&f);
	}
}

/* An interface that came to another domain, or is gone with its zone. */
static void
sessions_of_interfaces_that_are_elsewhere_end(void **state)
{
	uint8_t domain[3];
	uint16_t zone[3];

	(void)state;
	for (unsigned turn = 0; turn < 6; turn++) {
		struct session_fixture f = given(100);
		struct session *s = begin(&f, SESSION_UNREPLIED_UDP, 1);

		memset(domain, 0, sizeof(domain));
		memset(zone, 0, sizeof(zone));
		watch(&f);
		assert_non_null(take(&f, SESSION_UNREPLIED_UDP)); /* not linked yet */
		f.t->domain_of = turn < 3 ? domain : NULL;
		f.t->zone_of = turn < 3 ? NULL : zone;
		sessions_sweep(f.t, 100, f.tick);
		assert_int_equal(f.t->used, 2);
		if (turn % 3 != 0) {
			domain[turn % 3] = 5;
			zone[turn % 3] = SESSION_NOWHERE;
		}
		sessions_sweep(f.t, 100, f.tick);
		assert_int_equal(f.t->used, turn % 3 == 0 ? 2 : 1);
		assert_int_equal((s->flags & SESSION_USED) != 0, turn % 3 == 0);
		assert_int_equal(f.released[SESSION_END_interface_removed], turn % 3 == 0 ? 0 : 1);
		done(&f);
	}
}

/* What a session has taken is given back when it finds no room, or is given up. */
static void
sessions_that_come_to_nothing_give_back(void **state)
{
	struct session_fixture f = given(1);
	struct session fresh;

	(void)state;
	watch(&f);
	session_init(&fresh, SESSION_UNREPLIED_UDP, f.tick);
	session_discard(f.t, &fresh);
	assert_int_equal(f.released[SESSION_END_refused], 1);
	assert_int_equal(f.t->created, 0);
	assert_non_null(begin(&f, SESSION_ESTABLISHED, 1));
	session_init(&fresh, SESSION_UNREPLIED_UDP, f.tick);
	assert_null(session_enter(f.t, &fresh, f.tick));
	assert_int_equal(f.released[SESSION_END_refused], 2);
	done(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_outdates_the_flows_of_its_tuples),
		cmocka_unit_test(sessions_of_interfaces_that_are_elsewhere_end),
		cmocka_unit_test(sessions_that_come_to_nothing_give_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
