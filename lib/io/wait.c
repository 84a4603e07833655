/* SPDX-License-Identifier: BSD-3-Clause */
/* Lets a signal end a wait. */

#include "io/wait.h"

#include <stddef.h>
#include <unistd.h>

static const int signals[3] = { SIGTERM, SIGINT, SIGALRM };
static volatile sig_atomic_t came; /* which signal */

/* The call may start waiting directly after the signal: the alarm repeats it. */
static void
on_signal(int number)
{
	if (number != SIGALRM)
		came = number;
	if (came != 0)
		alarm(1);
}

void
wait_begin(struct wait *w)
{
	struct sigaction act = { .sa_handler = on_signal }; /* no SA_RESTART: the call returns */
	sigset_t set;

	came = 0;
	sigemptyset(&set);
	for (unsigned i = 0; i < 3; i++) {
		sigaction(signals[i], &act, &w->was[i]);
		sigaddset(&set, signals[i]);
	}
	pthread_sigmask(SIG_UNBLOCK, &set, &w->mask);
}

bool
wait_end(struct wait *w)
{
	bool stopped;

	pthread_sigmask(SIG_SETMASK, &w->mask, NULL);
	alarm(0);
	stopped = came != 0;
	for (unsigned i = 0; i < 3; i++)
		sigaction(signals[i], &w->was[i], NULL);
	if (stopped && sigismember(&w->mask, came))
		raise(came); /* blocked: the next reader sees it */
	return stopped;
}
