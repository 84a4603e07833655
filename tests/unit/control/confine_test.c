/* SPDX-License-Identifier: BSD-3-Clause */
/* Capabilities are given up by all threads, also where some begin and end at that moment.  As root;
 * nobody else has any. */
#include "control/confine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	CHURNERS = 3,
	LINGERERS = 5,
};

static atomic_bool over;

/* What a process or a thread has, by the kernel's word. */
static uint64_t
capabilities_of(const char *task)
{
	uint64_t found = 0;
	char path[300], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%s/status", task);
	f = fopen(path, "re");
	if (f == NULL)
		return 0; /* it has ended */
	while (fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "CapPrm: %" SCNx64, &found);
	fclose(f);
	return found;
}

static void *
end_at_once(void *arg)
{
	return arg;
}

/* Threads that begin and end, one after another. */
static void *
churn(void *arg)
{
	pthread_t thread;

	while (!atomic_load(&over))
		if (pthread_create(&thread, NULL, end_at_once, NULL) == 0)
			pthread_join(thread, NULL);
	return arg;
}

static void *
linger(void *arg)
{
	while (!atomic_load(&over))
		usleep(1000);
	return arg;
}

/* The number of other threads that have capabilities. */
static int
keepers(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *d;
	int n = 0;

	while (dir != NULL && (d = readdir(dir)) != NULL)
		n += d->d_name[0] != '.' && strtol(d->d_name, NULL, 10) != gettid()
			&& capabilities_of(d->d_name) != 0;
	return dir != NULL && closedir(dir) == 0 ? n : -1;
}

/* In a process of its own, since nothing of it can be undone: what went wrong, or 0. */
static int
confined(void)
{
	pthread_t thread[CHURNERS + LINGERERS];
	int wrong = 0;

	for (int i = 0; i < CHURNERS + LINGERERS; i++)
		if (pthread_create(&thread[i], NULL, i < CHURNERS ? churn : linger, NULL) != 0)
			return 1;
	if (confine(0) != 0)
		wrong = 2;
	else if (keepers() != 0)
		wrong = 3;
	else if (execl("/bin/true", "true", NULL) != -1 || errno != EPERM)
		wrong = 4;
	for (int i = CHURNERS; i < CHURNERS + LINGERERS; i++)
		pthread_kill(thread[i], CONFINE_SIGNAL); /* a second one that comes late */
	atomic_store(&over, true);
	for (int i = 0; i < CHURNERS + LINGERERS; i++)
		pthread_join(thread[i], NULL);
	return wrong;
}

static void
threads_that_come_and_go_give_up_too(void **state)
{
	for (int round = 0; round < 400; round++) {
		int status;
		pid_t child = fork();

		if (child == 0)
			_exit(confined());
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_that_come_and_go_give_up_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
