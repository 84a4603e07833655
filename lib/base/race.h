/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells ThreadSanitizer about hand-overs between threads inside DPDK's libraries, which are not
 * instrumented.  The giving thread calls race_give before, the taking thread race_take after.
 * Empty in other builds. */
#ifndef BASE_RACE_H
#define BASE_RACE_H

#include "base/sanitizer.h"

#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>

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
#define race_give(objects, n) ((void)0)
#define race_take(objects, n) ((void)0)
#endif

#endif
