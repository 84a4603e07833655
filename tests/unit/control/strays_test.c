/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions whose packets get other owners by a reload, among several workers: found while nobody
 * knows yet where they are, and afterwards; begun anew; over many reloads; forgotten when they have
 * ended.  The first packets after a reload come in one burst, so that a worker handles them before
 * it has gone through its sessions. */
#include "unit/control/nat_flows.h"
#include "fastpath/walk.h"
#include "slowpath/slowpath.h"
#include "worker/strays.h"

/* No worker has a turn. */
static void
change_to(struct appliance_fixture *f, unsigned what)
{
	reload_only(f, config_text(what));
}

static bool
is_looked_for(struct appliance_fixture *f)
{
	struct workers *ws = appliance_workers(f->a);

	for (unsigned w = 0; w < workers_count(ws); w++)
		if (workers_at(ws, w)->search.arg != NULL)
			return true;
	return false;
}

static void
sessions_are_found_after_any_change(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];

	given_workers(f, config_text(TRANSLATES), 3);
	begin(f, 0, "udp", ends);
	for (unsigned what = 0; what < 8; what++) {
		change_to(f, what);
		expect_all(f, "udp", "", ends); /* some before the walks */
		assert_true(is_looked_for(f) || (what & TRANSLATES));
		expect_all(f, "udp", "", ends); /* and all after them */
	}
	wait_s(f, 320);
	assert_int_equal(sessions_now(f), 0);
	wait_s(f, 3);
	assert_false(is_looked_for(f));
}

static void
end_all_sessions(struct appliance_fixture *f)
{
	struct workers *ws = appliance_workers(f->a);

	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct walk walk = { .kind = WALK_SESSIONS, .action = WALK_END };

		while (!fastpath_walk(workers_at(ws, w)->fp, &walk))
			;
	}
	assert_int_equal(sessions_now(f), 0);
}

/* Records that lead to where sessions were do not outlive the search for them. */
static void
flows_whose_sessions_have_ended_go_to_their_owners(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];

	given_workers(f, config_text(TRANSLATES), 3);
	begin(f, 0, "udp", ends);
	change_to(f, 0);
	for (unsigned i = 0; i < 4; i++)
		expect_all(f, "udp", "", ends);
	end_all_sessions(f);
	wait_s(f, 8);
	assert_false(is_looked_for(f));
	drain(f);
	for (unsigned i = 0; i < FLOWS; i++)
		memcpy(ends[i].public, ends[i].inside, sizeof(ends[i].public));
	for (unsigned i = 0; i < FLOWS; i++)
		ask(f, i, "udp", "", &ends[i]);
	settle(f);
	assert_int_equal(found(f, "wan", 12, false, ends), FLOWS);
	expect_all(f, "udp", "", ends);
}

static void
flows_without_session_are_judged_once(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS], forged[FLOWS];
	uint64_t before;

	given_workers(f, config_text(TRANSLATES | FORWARDS), 3);
	begin(f, 0, "udp", ends);
	change_to(f, 0);
	before = handed(f);
	for (unsigned i = 0; i < FLOWS; i++) {
		snprintf(forged[i].public, sizeof(forged[i].public), "10.9.3.%u:999", i);
		answer(f, "udp", "", &forged[i]);
	}
	settle(f);
	assert_int_equal(found(f, "lan", 16, true, forged), 0);
	assert_true(handed(f) - before <= FLOWS * 5);
	expect_all(f, "udp", "", ends);
}

static void
a_connection_begins_anew_where_it_was(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS], more[FLOWS];

	given_workers(f, config_text(TRANSLATES), 3);
	begin(f, 0, "tcp", ends);
	for (unsigned i = 0; i < FLOWS; i++)
		answer(f, "tcp", "SA seq 7000 ack 1", &ends[i]);
	settle(f);
	assert_int_equal(found(f, "lan", 16, false, ends), FLOWS);
	change_to(f, ROUTES);
	for (unsigned i = 0; i < FLOWS; i++)
		ask(f, i, "tcp", "R seq 1", &more[i]);
	settle(f);
	drain(f);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < FLOWS; i++)
			ask(f, i, "tcp", round == 0 ? "S seq 100000" : "A seq 100001 ack 10",
				&more[i]);
		settle(f);
		assert_int_equal(
			found(f, "wan", 12, false, more), FLOWS); /* no longer translated */
		for (unsigned i = 0; i < FLOWS; i++) {
			memcpy(more[i].public, more[i].inside, sizeof(more[i].public));
			answer(f, "tcp", round == 0 ? "SA seq 9 ack 100001" : "A seq 10 ack 100001",
				&more[i]);
		}
		settle(f);
		assert_int_equal(found(f, "lan", 16, false, more), FLOWS);
		change_to(f, round == 0 ? ROUTES | FORWARDS : TRANSLATES);
	}
}

static void
reload_other(struct appliance_fixture *f, unsigned i)
{
	change_to(f, i * 5 % 8);
}

static void
a_hundred_reloads_lose_nothing(void **state)
{
	struct appliance_fixture *f = *state;

	given_workers(f, config_text(TRANSLATES), 2);
	expect_kept_over_changes(f, reload_other);
}

static void
a_reload_that_changes_no_owner_looks_for_nothing(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];

	given_workers(f, config_text(TRANSLATES | FORWARDS), 2);
	begin(f, 0, "udp", ends);
	change_to(f, TRANSLATES | FORWARDS);
	assert_false(is_looked_for(f));
	expect_all(f, "udp", "", ends);
	assert_false(is_looked_for(f));
}

static void
a_worker_that_stands_still_is_not_asked(void **state)
{
	struct strays *s = strays_create(2, 1000);

	(void)state;
	strays_expect(s, 1, 1);
	assert_false(strays_open(s));
	strays_expect(s, 2, 2);
	assert_true(strays_open(s));
	assert_true(strays_may_have(s, 1, 77));
	assert_false(strays_has(s, 1, 77));
	strays_stuck(s, 1, true);
	assert_false(strays_may_have(s, 1, 77));
	strays_stuck(s, 1, false);
	strays_add(s, 1, 77);
	strays_tell(s, 1, 1, 1);
	assert_true(strays_has(s, 1, 77));
	assert_false(strays_may_have(s, 1, 78));
	strays_tell(s, 0, 1, 0);
	assert_true(strays_known(s));
	strays_tell(s, 1, 1, 0);
	assert_false(strays_open(s));
	assert_false(strays_has(s, 1, 77));
	strays_destroy(s);
}

static void
a_filter_seldom_says_so_wrongly(void **state)
{
	enum { SESSIONS = 10000 };
	struct strays *s = strays_create(1, SESSIONS);
	uint32_t at = 0;
	unsigned wrong = 0;

	(void)state;
	for (uint64_t i = 0; i < 2 * SESSIONS; i++)
		strays_add(s, 0, i * 0x9e3779b97f4a7c15ull);
	strays_tell(s, 0, 0, SESSIONS);
	for (uint64_t i = 0; i < 2 * SESSIONS; i++)
		assert_true(strays_has(s, 0, i * 0x9e3779b97f4a7c15ull));
	for (uint64_t i = 2 * SESSIONS; i < 4 * SESSIONS; i++)
		wrong += strays_has(s, 0, i * 0x9e3779b97f4a7c15ull);
	assert_true(wrong < SESSIONS / 10);
	while (!strays_clear(s, 0, &at))
		;
	for (uint64_t i = 0; i < 2 * SESSIONS; i++)
		assert_false(strays_has(s, 0, i * 0x9e3779b97f4a7c15ull));
	strays_destroy(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(sessions_are_found_after_any_change),
		appliance_test(flows_whose_sessions_have_ended_go_to_their_owners),
		appliance_test(flows_without_session_are_judged_once),
		appliance_test(a_connection_begins_anew_where_it_was),
		appliance_test(a_hundred_reloads_lose_nothing),
		appliance_test(a_reload_that_changes_no_owner_looks_for_nothing),
		cmocka_unit_test(a_worker_that_stands_still_is_not_asked),
		cmocka_unit_test(a_filter_seldom_says_so_wrongly),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
