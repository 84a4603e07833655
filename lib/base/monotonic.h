/* SPDX-License-Identifier: BSD-3-Clause */
/* Time for the threads beside the workers: it only goes forward, whatever becomes of the wall
 * clock.  Workers have a clock of their own (base/clock.h).
 *
 * Threads: any. */
#ifndef BASE_MONOTONIC_H
#define BASE_MONOTONIC_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

static inline uint64_t
monotonic_ms(void)
{
	return monotonic_ns() / 1000000;
}

#endif
