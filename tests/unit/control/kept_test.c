/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that wait for the disk: fsync stands still until the test lets it go on, or fails. */
#include "control/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <errno.h>
#include <glob.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/monotonic.h"
#include "support/wrapped.h"

WRAPPED(fsync);

static atomic_bool still, fails;

int
__wrap_fsync(int fd)
{
	while (atomic_load(&still))
		usleep(1000);
	if (atomic_load(&fails)) {
		errno = EIO;
		return -1;
	}
	return __real_fsync(fd);
}

struct disk {
	char dir[32];
	struct event_base *base;
	struct history *history;
	struct kept *kept;
	struct rpc_call call;
	unsigned finished;
};

static void
finished(struct rpc_call *call)
{
	struct disk *d = call->arg;

	d->finished++;
}

static int
setup(void **state)
{
	static struct disk d;

	memset(&d, 0, sizeof(d));
	strcpy(d.dir, "/tmp/weir-kept-XXXXXX");
	if (mkdtemp(d.dir) == NULL)
		return -1;
	atomic_store(&still, false);
	atomic_store(&fails, false);
	d.base = event_base_new();
	d.history = history_create(d.dir, false);
	d.kept = kept_create(d.base, d.history);
	d.call = (struct rpc_call){ .finished = finished, .arg = &d, .result = json_object() };
	*state = &d;
	return d.kept != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct disk *d = *state;
	char pattern[64];
	glob_t g;

	atomic_store(&still, false);
	kept_destroy(d->kept);
	history_destroy(d->history);
	event_base_free(d->base);
	json_decref(d->call.result);
	snprintf(pattern, sizeof(pattern), "%s/*", d->dir);
	if (glob(pattern, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			unlink(g.gl_pathv[i]);
		globfree(&g);
	}
	return rmdir(d->dir);
}

/* A verb that takes a configuration answers. */
static bool
take(struct disk *d)
{
	const struct history_entry e = {
		.who = "root", .what = "commit", .source = "a", .config = "a", .text = "text"
	};

	kept_hold(d->kept, &d->call);
	history_add(d->history, &e);
	history_tick(d->history);
	return kept_release(&d->call);
}

static void
run_for(struct disk *d, unsigned ms)
{
	for (unsigned i = 0; i < ms; i++) {
		event_base_loop(d->base, EVLOOP_NONBLOCK);
		usleep(1000);
	}
}

static bool
is_finished(struct disk *d)
{
	for (unsigned i = 0; i < 60000 && d->finished == 0; i++)
		run_for(d, 1);
	return d->finished == 1;
}

static const char *
noted(const struct disk *d)
{
	const char *text = json_string_value(json_object_get(d->call.result, "note"));

	return text != NULL ? text : "";
}

static bool
has(const struct disk *d, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", d->dir, name);
	return access(path, F_OK) == 0;
}

static void
an_answer_waits_until_it_is_true(void **state)
{
	struct disk *d = *state;

	atomic_store(&still, true);
	assert_false(take(d));
	run_for(d, 50);
	assert_int_equal(d->finished, 0);
	assert_false(has(d, "00000001.json"));
	atomic_store(&still, false);
	assert_true(is_finished(d));
	assert_true(has(d, "00000001.json") && has(d, "00000001.yaml"));
	assert_string_equal(noted(d), "");
}

static void
a_disk_that_fails_is_told(void **state)
{
	struct disk *d = *state;

	atomic_store(&fails, true);
	if (!take(d))
		assert_true(is_finished(d));
	assert_non_null(strstr(noted(d), "could not be kept"));
}

static void
a_slow_disk_delays_nobody_for_ever(void **state)
{
	struct disk *d = *state;
	uint64_t began_ms = monotonic_ms();

	atomic_store(&still, true);
	assert_false(take(d));
	run_for(d, 200);
	assert_true(d->finished == 0 || monotonic_ms() - began_ms >= KEPT_MS);
	assert_true(is_finished(d));
	assert_true(monotonic_ms() - began_ms >= KEPT_MS);
	assert_non_null(strstr(noted(d), "is slow"));
}

static void
what_answers_later_waits_too(void **state)
{
	struct disk *d = *state;

	atomic_store(&still, true);
	assert_false(take(d));
	atomic_store(&still, false);
	assert_true(is_finished(d));
	/* A verb that finishes its call itself, when all is written: at once. */
	kept_hold(d->kept, &d->call);
	d->call.finished(&d->call);
	assert_int_equal(d->finished, 2);
}

static void
an_error_and_a_stop_do_not_wait(void **state)
{
	struct disk *d = *state;

	atomic_store(&still, true);
	d->call.error = RPC_REFUSED;
	assert_true(take(d));
	d->call.error = 0;
	assert_false(take(d));
	kept_answer_all(d->kept);
	assert_int_equal(d->finished, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_waits_until_it_is_true, setup, teardown),
		cmocka_unit_test_setup_teardown(a_disk_that_fails_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_slow_disk_delays_nobody_for_ever, setup, teardown),
		cmocka_unit_test_setup_teardown(what_answers_later_waits_too, setup, teardown),
		cmocka_unit_test_setup_teardown(an_error_and_a_stop_do_not_wait, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
