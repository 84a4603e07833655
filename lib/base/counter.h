/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that one thread writes while others read them: counters and gauges of workers.
 *
 * Every access is relaxed atomic, so a reader gets a whole value, at most a burst old, and no order
 * between two numbers.  A single thread writes a number, so counter_add needs no locked
 * instruction.  Macros, because the numbers have several widths. */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include "base/sanitizer.h"

#define counter_get(counter)        __atomic_load_n((counter), __ATOMIC_RELAXED)
#define counter_set(counter, value) __atomic_store_n((counter), (value), __ATOMIC_RELAXED)

/* For the writing thread alone.  A negative amount is subtracted. */
#if defined(__x86_64__) && !defined(WITH_TSAN)
/* Compilers generate three instructions for a relaxed load, an addition and a relaxed store.  One
 * instruction does the same, because aligned words are written whole (bench-guard, forward ip4 udp:
 * 23.6 and 22.7 instructions a packet). */
#define counter_add(counter, amount) \
	do { \
		_Static_assert(sizeof(*(counter)) == 8 || sizeof(*(counter)) == 4, "a word"); \
		if (sizeof(*(counter)) == 8) \
			__asm__("addq %1, %0" : "+m"(*(counter)) : "er"((long)(amount)) : "cc"); \
		else \
			__asm__("addl %1, %0" : "+m"(*(counter)) : "ir"((int)(amount)) : "cc"); \
	} while (0)
#else
#define counter_add(counter, amount) \
	counter_set((counter), *(counter) + (__typeof__(*(counter)))(amount))
#endif

#endif
