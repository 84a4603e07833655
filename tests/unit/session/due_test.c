/* SPDX-License-Identifier: BSD-3-Clause */
/* The sweep passes over sessions that are not due: whatever happens to sessions, those end that
 * have expired, when it comes by, and no others.
 *
 *   unit_session_due [STEPS] [SEED] */
#include "session/sctp.h"
#include "session_fixture.h"

#define CAPACITY 128u
#define POLICIES 3u

static unsigned n_steps = 20000, seed = 1;

static unsigned
draw(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

/* Timeouts of a few seconds, and some that never pass. */
static void
some_policies(struct session_policy policy[static POLICIES])
{
	for (unsigned i = 0; i < POLICIES; i++) {
		for (unsigned k = 0; k < TIMEOUT_COUNT; k++)
			policy[i].timeout_s[k] = draw(20) == 0 ? 4000000u : 1 + draw(60);
		session_policy_init(&policy[i]);
	}
}

static struct session *
some_session(struct session_fixture *f)
{
	struct session *s = &f->t->session[1 + draw(CAPACITY)];

	return s->flags & SESSION_LINKED ? s : NULL;
}

static void
begin_some(struct session_fixture *f)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMP };
	struct tuple t = tuple_of(
		0x0a000000 + draw(1u << 20), (uint16_t)(1024 + draw(60000)), protos[draw(4)]);
	struct session *s = take_of(
		f, t.proto == IPPROTO_TCP ? SESSION_HALF_OPEN : SESSION_UNREPLIED_UDP, t.proto);

	if (s == NULL)
		return;
	if (draw(8) == 0) /* it waits for a neighbour */
		return;
	if (link_one(f, s, &t) < 0)
		session_end(f->t, s, SESSION_END_refused);
	else if (t.proto == IPPROTO_UDP && draw(2) == 0)
		s->flags |= SESSION_FORWARD_REFRESHES;
}

static void
change_some(struct session_fixture *f, struct session_policy policy[static POLICIES])
{
	struct session *s = some_session(f);

	switch (draw(7)) {
	case 0:
		begin_some(f);
		return;
	case 1:
		if (draw(50) == 0) {
			some_policies(policy);
			sessions_set_policies(f->t, policy);
		}
		return;
	}
	if (s == NULL)
		return;
	switch (draw(5)) {
	case 0:
	case 1:
		flow_at(f->flow4, s->flow[draw(2)])->seen = f->tick;
		return;
	case 2:
		if (s->proto == IPPROTO_SCTP)
			s->state = draw(8);
		else
			session_become(f->t, s,
				s->proto == IPPROTO_TCP ? SESSION_CLOSED + draw(SESSION_CLASSES)
							: SESSION_REPLIED);
		return;
	case 3:
		s->policy = draw(POLICIES) & (SESSION_POLICIES - 1);
		session_look_again(f->t, s);
		return;
	default:
		if (draw(4) == 0)
			session_end(f->t, s, SESSION_END_closed);
	}
}

/* Goes on through the table by some part of it; what is passed is compared with what has expired.
 */
static void
sweep_some(struct session_fixture *f)
{
	bool used[CAPACITY + 1], expired[CAPACITY + 1], crowded = f->t->used > CAPACITY * 6 / 10;
	uint32_t hand = f->t->hand, n = RTE_MIN(1 + draw(2 * CAPACITY), f->t->high);

	for (uint32_t i = 1; i <= f->t->high; i++) {
		used[i] = f->t->session[i].flags & SESSION_USED;
		expired[i] = used[i] && session_expired(f->t, &f->t->session[i], f->tick);
	}
	sessions_sweep(f->t, n, f->tick);
	for (uint32_t i = 1; i <= f->t->high; i++) {
		const struct session *s = &f->t->session[i];
		bool ended = used[i] && !(s->flags & SESSION_USED);
		bool passed = (i + f->t->high - hand) % f->t->high < n;

		assert_false(ended && !(expired[i] && passed));
		if (!crowded) /* else each end gives others more time */
			assert_int_equal(ended, expired[i] && passed);
		else if (passed && used[i] && !ended)
			assert_false(session_expired(f->t, s, f->tick));
	}
}

static void
those_end_that_have_expired(void **state)
{
	struct session_fixture f = given(CAPACITY);
	struct session_policy policy[POLICIES];

	(void)state;
	some_policies(policy);
	sessions_set_policies(f.t, policy);
	f.tick = UINT32_MAX - 1000000; /* comes round on the way */
	for (unsigned i = 0; i < n_steps; i++) {
		for (unsigned k = draw(12); k > 0; k--)
			change_some(&f, policy);
		flow_table_reclaim(f.flow4);
		f.tick += draw(2000);
		if (draw(3) != 0)
			sweep_some(&f);
	}
	done(&f);
}

/* A session is not looked at before it is due, from its beginning on. */
static void
what_is_not_due_is_passed_over(void **state)
{
	struct session_fixture f = given(CAPACITY);
	struct session *s = begin(&f, SESSION_UNREPLIED_UDP, 1);
	uint32_t ticks = session_policy_default.ticks[TIMEOUT_UDP];

	(void)state;
	assert_int_equal(f.t->due[session_index(f.t, s)], f.tick + ticks + 1);
	session_become(f.t, s, SESSION_REPLIED);
	assert_int_equal(f.t->due[session_index(f.t, s)], 0);
	sessions_sweep(f.t, CAPACITY, f.tick);
	assert_int_equal(f.t->due[session_index(f.t, s)], f.tick + ticks + 1);
	flow_at(f.flow4, s->flow[0])->seen = f.tick + 100;
	sessions_sweep(f.t, CAPACITY, f.tick + 200);
	assert_int_equal(f.t->due[session_index(f.t, s)], f.tick + ticks + 1);
	sessions_sweep(f.t, CAPACITY, f.tick + ticks + 1);
	assert_int_equal(f.t->due[session_index(f.t, s)], f.tick + 100 + ticks + 1);
	done(&f);
}

/* Timeouts shrink as the table fills up, and so does what is due; a few sessions more or less
 * change nothing. */
static void
a_crowded_table_is_passed_over_too(void **state)
{
	struct session_fixture f = given(1000);
	uint32_t before, n = 0;

	(void)state;
	for (; f.t->used < 800; n++)
		begin(&f, SESSION_UNREPLIED_UDP, n);
	sessions_sweep(f.t, 1000, f.tick);
	sessions_sweep(f.t, 1000, f.tick + 1000);
	assert_int_equal(f.t->recheck, 0);
	before = f.t->due[1];
	assert_in_range(before - f.tick, 10000, session_policy_default.ticks[TIMEOUT_UDP] / 2 + 1);
	for (; f.t->used < 805; n++)
		begin(&f, SESSION_UNREPLIED_UDP, n);
	sessions_sweep(f.t, 1000, f.tick + 1000);
	assert_int_equal(f.t->recheck, 0);
	assert_int_equal(f.t->due[1], before);
	for (; f.t->used < 950; n++)
		begin(&f, SESSION_UNREPLIED_UDP, n);
	sessions_sweep(f.t, 1000, f.tick + 1000);
	assert_true(f.t->due[1] < before);
	done(&f);
}

static unsigned n_watched;

/* Who watches wants to see it again in ten ticks. */
static uint32_t
watch_again(void *arg, struct session *s)
{
	(void)arg;
	(void)s;
	n_watched++;
	return 10;
}

/* Who watches sessions has them looked at: so many ticks after they began, then as wanted. */
static void
watched_sessions_are_looked_at(void **state)
{
	struct session_fixture f = given(CAPACITY);
	struct session *before = begin(&f, SESSION_UNREPLIED_UDP, 1), *s;
	uint32_t *due;

	(void)state;
	n_watched = 0;
	sessions_watch(f.t, 100, watch_again);
	s = begin(&f, SESSION_UNREPLIED_UDP, 2);
	due = &f.t->due[session_index(f.t, s)];
	assert_int_equal(*due, f.tick + 100);
	sessions_sweep(f.t, CAPACITY, f.tick); /* all that were there before */
	assert_int_equal(n_watched, 2);
	assert_int_equal(f.t->due[session_index(f.t, before)], f.tick + 10);
	session_end(f.t, before, SESSION_END_flushed);
	assert_int_equal(*due, f.tick + 10);
	sessions_sweep(f.t, CAPACITY, f.tick + 9);
	assert_int_equal(n_watched, 2);
	sessions_sweep(f.t, CAPACITY, f.tick + 10);
	assert_int_equal(n_watched, 3);
	assert_int_equal(*due, f.tick + 20);
	session_look_again(f.t, s);
	sessions_sweep(f.t, CAPACITY, f.tick + 15);
	assert_int_equal(n_watched, 4);
	assert_int_equal(*due, f.tick + 25);
	sessions_watch(f.t, 0, NULL);
	sessions_sweep(f.t, CAPACITY, f.tick + 20); /* it forgets that it was watched */
	assert_int_equal(n_watched, 4);
	assert_int_equal(*due, f.tick + session_policy_default.ticks[TIMEOUT_UDP] + 1);
	done(&f);
}

/* An end that comes before is not late. */
static void
watched_sessions_expire_in_time(void **state)
{
	struct session_fixture f = given(CAPACITY);
	uint32_t ticks = session_policy_default.ticks[TIMEOUT_UDP];
	struct session *s;

	(void)state;
	sessions_watch(f.t, ticks + 50, watch_again);
	s = begin(&f, SESSION_UNREPLIED_UDP, 1);
	assert_int_equal(f.t->due[session_index(f.t, s)], f.tick + ticks + 1);
	sessions_sweep(f.t, CAPACITY, f.tick + ticks + 1);
	assert_false(s->flags & SESSION_USED);
	done(&f);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_end_that_have_expired),
		cmocka_unit_test(what_is_not_due_is_passed_over),
		cmocka_unit_test(a_crowded_table_is_passed_over_too),
		cmocka_unit_test(watched_sessions_are_looked_at),
		cmocka_unit_test(watched_sessions_expire_in_time),
	};

	if (argc > 1)
		n_steps = (unsigned)strtoul(argv[1], NULL, 0);
	if (argc > 2)
		seed = (unsigned)strtoul(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
