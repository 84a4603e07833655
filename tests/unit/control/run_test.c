/* SPDX-License-Identifier: BSD-3-Clause */
/* The exit status of `weir run`, with flaws put into its account.  The linker puts these functions
 * before the real ones. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/appliance.h"
#include "control/history.h"
#include "control/report.h"
#include "control/run.h"
#include "support/wrapped.h"

static int64_t imbalance;
static unsigned mbufs_out;
static const char *file;   /* NULL: the built-in example */
static const char *folder; /* of configurations that ran */
static bool stopped;       /* by a signal that comes while the file is read */

WRAPPED(report_take);
WRAPPED(appliance_close);

void
__wrap_report_take(struct appliance *a, struct report *r)
{
	__real_report_take(a, r);
	r->ledger.imbalance += imbalance;
}

unsigned
__wrap_appliance_close(struct appliance *a)
{
	return __real_appliance_close(a) + mbufs_out;
}

/* In a process of its own: DPDK starts once in the life of one. */
static int
status_of(int64_t flaw, unsigned out)
{
	const struct run_options options = {
		.config = file, .state = folder, .seconds = 0.1, .json = "/dev/null"
	};
	sigset_t term;
	int status;
	pid_t pid;

	imbalance = flaw;
	mbufs_out = out;
	pid = fork();
	if (pid == 0) {
		sigemptyset(&term);
		sigaddset(&term, SIGTERM);
		if (stopped && (sigprocmask(SIG_BLOCK, &term, NULL) < 0 || raise(SIGTERM) != 0))
			_exit(99);
		_exit(run(&options));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
only_an_account_that_balances_ends_well(void **state)
{
	(void)state;
	assert_int_equal(status_of(0, 0), 0);
	assert_int_equal(status_of(1, 0), 1);
	assert_int_equal(status_of(-1, 0), 1);
	assert_int_equal(status_of(0, 1), 1);
}

static const char text[] =
	"version: 1\nsystem: {workers: [0], flows: 1024, memory: {hugepages: no}}\n"
	"ports: {left: {device: net_null0}}\n"
	"interfaces: {left: {addresses: [192.0.2.1/24], pipeline: all}}\npipelines: {all: [drop]}\n";

/* Ports of other names than the example's: it has no traffic for them, and is not to be made. */
static void
a_file_of_ones_own_runs_without_the_example(void **state)
{
	char path[] = "/tmp/weir_run_XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	file = path;
	assert_int_equal(status_of(0, 0), 0);
	file = NULL;
	unlink(path);
}

/* A file that ran, and has become unfit: the last good configuration runs, but not when a signal
 * has come meanwhile, which may be what reading the file failed for. */
static void
a_signal_before_the_start_ends_it(void **state)
{
	char dir[] = "/tmp/weir_run_XXXXXX", path[64], command[64];
	struct history_entry ran = { .what = "start", .config = path, .source = path };
	struct history *h;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/weir.yaml", dir);
	ran.text = strdup(text);
	h = history_create(dir, false);
	assert_int_equal(history_add(h, &ran), 1);
	history_tick(h);
	history_destroy(h);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("version: 1\nports: {left: }}\n", f);
	fclose(f);
	file = path;
	folder = dir;
	assert_int_equal(status_of(0, 0), 0);
	stopped = true;
	assert_int_equal(status_of(0, 0), 1);
	stopped = false;
	file = folder = NULL;
	free(ran.text);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_an_account_that_balances_ends_well),
		cmocka_unit_test(a_file_of_ones_own_runs_without_the_example),
		cmocka_unit_test(a_signal_before_the_start_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
