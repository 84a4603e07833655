/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs of other threads: run once each, in their order, one a turn; taken back from any place. */
#include "control/remote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

struct job {
	struct remote_job job; /* first member */
	unsigned number;
};

struct remote_fixture {
	struct event_base *base;
	struct remote *remote;
};

static unsigned order[2 * REMOTE_JOBS], n_run;
static struct control *const control = (void *)&order; /* only handed on */

static void
run(struct remote_job *job, struct control *c)
{
	assert_ptr_equal(c, control);
	order[n_run++] = ((struct job *)job)->number;
}

static int
setup(void **state)
{
	static struct remote_fixture f;

	f.base = event_base_new();
	event_base_priority_init(f.base, 2);
	f.remote = remote_create(f.base, control);
	n_run = 0;
	*state = &f;
	return f.remote != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct remote_fixture *f = *state;

	remote_destroy(f->remote);
	event_base_free(f->base);
	return 0;
}

static void
turn(struct remote_fixture *f)
{
	event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void
jobs_are_run_in_order_one_a_turn(void **state)
{
	struct job job[3] = { { { run, NULL }, 1 }, { { run, NULL }, 2 }, { { run, NULL }, 3 } };
	struct remote_fixture *f = *state;

	turn(f);
	assert_int_equal(n_run, 0);
	for (unsigned i = 0; i < 3; i++)
		assert_true(remote_post(f->remote, &job[i].job));
	for (unsigned i = 1; i <= 3; i++) {
		turn(f);
		assert_int_equal(n_run, i);
		assert_int_equal(order[i - 1], i);
	}
	turn(f);
	assert_int_equal(n_run, 3);
	assert_true(remote_post(f->remote, &job[1].job));
	turn(f);
	assert_int_equal(order[3], 2);
}

/* Of three jobs one is taken back, and a fourth is posted: the others are run, whichever it was. */
static void
a_job_is_taken_back_from_any_place(void **state)
{
	struct remote_fixture *f = *state;

	for (unsigned which = 0; which < 3; which++) {
		struct job job[4] = { { { run, NULL }, 0 }, { { run, NULL }, 1 },
			{ { run, NULL }, 2 }, { { run, NULL }, 3 } };
		unsigned at = 0;

		n_run = 0;
		for (unsigned i = 0; i < 3; i++)
			assert_true(remote_post(f->remote, &job[i].job));
		assert_true(remote_withdraw(f->remote, &job[which].job));
		assert_false(remote_withdraw(f->remote, &job[which].job));
		assert_true(remote_post(f->remote, &job[3].job));
		for (unsigned i = 0; i < 6; i++)
			turn(f);
		assert_int_equal(n_run, 3);
		for (unsigned i = 0; i < 4; i++)
			if (i != which)
				assert_int_equal(order[at++], i);
		assert_false(remote_withdraw(f->remote, &job[3].job));
	}
}

static void
the_only_job_is_taken_back(void **state)
{
	struct job job[2] = { { { run, NULL }, 1 }, { { run, NULL }, 2 } };
	struct remote_fixture *f = *state;

	assert_true(remote_post(f->remote, &job[0].job));
	assert_true(remote_withdraw(f->remote, &job[0].job));
	for (unsigned i = 0; i < 2; i++)
		turn(f);
	assert_int_equal(n_run, 0);
	assert_true(remote_post(f->remote, &job[1].job));
	for (unsigned i = 0; i < 2; i++)
		turn(f);
	assert_int_equal(n_run, 1);
	assert_int_equal(order[0], 2);
}

static void
too_many_jobs_are_refused(void **state)
{
	static struct job job[REMOTE_JOBS + 1];
	struct remote_fixture *f = *state;

	for (unsigned i = 0; i <= REMOTE_JOBS; i++) {
		job[i] = (struct job){ { run, NULL }, i };
		assert_int_equal(remote_post(f->remote, &job[i].job), i < REMOTE_JOBS);
	}
	turn(f);
	assert_true(remote_post(f->remote, &job[REMOTE_JOBS].job));
	assert_true(remote_withdraw(f->remote, &job[7].job));
	job[7].job.next = NULL;
	assert_true(remote_post(f->remote, &job[7].job));
	assert_false(remote_post(f->remote, &job[0].job));
	for (unsigned i = 0; i < REMOTE_JOBS + 3; i++)
		turn(f);
	assert_int_equal(n_run, REMOTE_JOBS + 1);
	assert_int_equal(order[REMOTE_JOBS], 7);
}

static void
jobs_that_wait_are_left_to_their_owners(void **state)
{
	struct job job = { { run, NULL }, 1 };
	struct remote_fixture *f = *state;

	assert_true(remote_post(f->remote, &job.job));
	remote_destroy(f->remote);
	f->remote = NULL;
	turn(f);
	assert_int_equal(n_run, 0);
	remote_destroy(NULL);
}

#define remote_unit(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		remote_unit(jobs_are_run_in_order_one_a_turn),
		remote_unit(a_job_is_taken_back_from_any_place),
		remote_unit(the_only_job_is_taken_back),
		remote_unit(too_many_jobs_are_refused),
		remote_unit(jobs_that_wait_are_left_to_their_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
