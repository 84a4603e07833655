/* SPDX-License-Identifier: BSD-3-Clause */
/* samples=: counters of a started port, written to a file by a thread of its own.
 *
 * So that the rate of every program is measured by the same clock and the same counters, in a
 * window that begins when it is warm.
 *
 * Threads: control starts and stops; the sampling thread only reads counters. */
#ifndef NET_WEIR_REPLAY_SAMPLES_H
#define NET_WEIR_REPLAY_SAMPLES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

struct device;

struct samples {
	const struct device *device;
	FILE *file;
	pthread_t thread;
	atomic_bool stop; /* control: write, thread: read */
	bool running;
};

/* Begins when the device's options name a file.  0 or -errno. */
int samples_start(struct samples *samples, const struct device *device);

/* Writes a last line and ends; nothing if it does not run. */
void samples_stop(struct samples *samples);

#endif
