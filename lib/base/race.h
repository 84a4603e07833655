/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells ThreadSanitizer what it cannot see; empty in other builds.
 *
 * Hand-overs between threads inside DPDK's libraries, which are not instrumented: the giving thread
 * calls race_give before, the taking thread race_take after.
 *
 * Copies of what its writer may be overwriting: a function that is marked RACE_IS_FOUND_OUT makes
 * them, and its caller finds out afterwards which were overwritten, and does not use them. */
#ifndef BASE_RACE_H
#define BASE_RACE_H

#include "base/sanitizer.h"

#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>

#define RACE_IS_FOUND_OUT __attribute__((no_sanitize_thread, noinline))

static inline void
race_give(void *const *objects, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		__tsan_release(objects[i]);
}

static inline void
race_take(void *const *objects, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		__tsan_acquire(objects[i]);
}
#else
#define RACE_IS_FOUND_OUT
#define race_give(objects, n) ((void)0)
#define race_take(objects, n) ((void)0)
#endif

#endif
