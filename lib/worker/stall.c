/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a worker stands that does not come to the end of its loop. */

#include "worker/stall.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	OWN_FRAMES = 2, /* the handler, and the return from it */
	NAP_NS = 1000000,
};

static struct {
	void *frame[STALL_FRAMES + OWN_FRAMES];
	int n;
	atomic_bool done; /* handler: write, control: read */
} noted;

static void
on_signal(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	(void)info;
	noted.n = backtrace(noted.frame, STALL_FRAMES + OWN_FRAMES);
	/* Pairs with the acquire in stall_place. */
	atomic_store_explicit(&noted.done, true, memory_order_release);
}

void
stall_prepare(void)
{
	struct sigaction action = { .sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER };

	/* The first call loads a library, which a handler must not do. */
	backtrace(noted.frame, 1);
	sigaction(SIGRTMIN + 1, &action, NULL);
}

/* Writes a function's name where the program tells it, else the place in its file. */
static int
frame_text(void *frame, char *text, size_t size)
{
	const char *file;
	Dl_info info;

	if (dladdr(frame, &info) == 0 || info.dli_fname == NULL)
		return snprintf(text, size, "%p", frame);
	if (info.dli_sname != NULL)
		return snprintf(text, size, "%s", info.dli_sname);
	file = strrchr(info.dli_fname, '/');
	return snprintf(text, size, "%s+0x%zx", file != NULL ? file + 1 : info.dli_fname,
		(size_t)((uintptr_t)frame - (uintptr_t)info.dli_fbase));
}

void
stall_place(pthread_t thread, char *text, size_t size)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	size_t used = 0;

	text[0] = '\0';
	atomic_store_explicit(&noted.done, false, memory_order_relaxed);
	if (pthread_kill(thread, SIGRTMIN + 1) != 0)
		return;
	/* Pairs with the release in on_signal. */
	for (unsigned ms = 0; !atomic_load_explicit(&noted.done, memory_order_acquire); ms++) {
		if (ms == STALL_ANSWER_MS)
			return;
		nanosleep(&nap, NULL);
	}
	for (int i = OWN_FRAMES; i < noted.n && used < size; i++) {
		if (used != 0)
			used += (size_t)snprintf(text + used, size - used, ", ");
		if (used < size)
			used += (size_t)frame_text(noted.frame[i], text + used, size - used);
	}
}

/* What the kernel says of a thread (proc_pid_stat(5)). */
struct thread_stat {
	char state;     /* 'R': it could run; '?': there is none */
	uint64_t ticks; /* for which it had a processor */
};

/* A thread that has not begun could run. */
static struct thread_stat
stat_of(const atomic_int *number)
{
	int tid = atomic_load_explicit(number, memory_order_relaxed);
	struct thread_stat t = { .state = tid != 0 ? '?' : 'R' };
	unsigned long user, system;
	char path[64], line[512];
	const char *name_end;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	f = fopen(path, "re");
	if (f == NULL)
		return t;
	/* The rest stands behind the name, which may have anything. */
	name_end = fgets(line, sizeof(line), f) != NULL ? strrchr(line, ')') : NULL;
	fclose(f);
	if (name_end != NULL
		&& sscanf(name_end + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			   &t.state, &user, &system)
			== 3)
		t.ticks = user + system;
	return t;
}

static uint64_t
ms_of(uint64_t ticks)
{
	return ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

uint64_t
stall_ran_ms(const atomic_int *tid)
{
	return ms_of(stat_of(tid).ticks);
}

bool
stall_starves(const atomic_int *tid, uint64_t ran_ms)
{
	struct thread_stat t = stat_of(tid);

	return t.state == 'R' && ms_of(t.ticks) < ran_ms;
}
