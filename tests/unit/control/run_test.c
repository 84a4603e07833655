/* SPDX-License-Identifier: BSD-3-Clause */
/* The exit status of `weir run`, with flaws put into its account.  The linker puts these functions
 * before the real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/appliance.h"
#include "control/report.h"
#include "control/run.h"
#include "support/wrapped.h"

static int64_t imbalance;
static unsigned mbufs_out;
static const char *file; /* NULL: the built-in example */

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
	const struct run_options options = { .config = file, .seconds = 0.1, .json = "/dev/null" };
	int status;
	pid_t pid;

	imbalance = flaw;
	mbufs_out = out;
	pid = fork();
	if (pid == 0)
		_exit(run(&options));
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

/* Ports of other names than the example's: it has no traffic for them, and is not to be made. */
static void
a_file_of_ones_own_runs_without_the_example(void **state)
{
	static const char text[] =
		"version: 1\nsystem: {workers: [0], flows: 1024, memory: {hugepages: no}}\n"
		"ports: {left: {device: net_null0}}\n"
		"interfaces: {left: {addresses: [192.0.2.1/24], pipeline: all}}\npipelines: {all: [drop]}\n";
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_an_account_that_balances_ends_well),
		cmocka_unit_test(a_file_of_ones_own_runs_without_the_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
