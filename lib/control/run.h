/* SPDX-License-Identifier: BSD-3-Clause */
/* `weir run`: runs the appliance until a signal or the end of its time, then reports.
 *
 *   SIGTERM, SIGINT   stop
 *   SIGHUP            read the configuration again
 *   SIGUSR1           print a report now, and write it as JSON if that was requested
 *
 * Threads: the calling thread becomes the control thread. */
#ifndef CONTROL_RUN_H
#define CONTROL_RUN_H

#include <stdbool.h>

struct control;

/* What runs beside the control loop.  Threads: the control thread calls them. */
struct run_beside {
	void *(*start)(struct control *c); /* once it runs; NULL: nothing was started */
	void (*tick)(void *arg);           /* every 100 ms or so */
	void (*stop)(void *arg);           /* before the control thread's own end */
	void (*end)(void *arg);            /* when the workers have stopped; frees arg */
};

struct run_options {
	const char *config; /* NULL: the built-in example */
	const char *json;   /* where the report goes as JSON, "-": standard output, or NULL */
	double seconds;     /* 0: until a signal */
	const char
		*socket; /* of control; NULL: CONTROL_SOCKET, and none for the built-in example */
	const char
		*state; /* folder of configurations that ran; NULL: CONTROL_STATE, if it is there */
	const struct run_beside *beside; /* NULL: nothing */
	bool sandbox;  /* gives up what is not needed after the start (control/confine.h) */
	bool no_tests; /* a start or a reload is done although tests of its file fail */
};

/* Returns the exit status of the command. */
int run(const struct run_options *options);

#endif
