/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that one thread writes and others read while it does: counters and gauges of workers.
 *
 * Every access is a relaxed atomic one, so a reader gets a whole value, as old as a burst, and no
 * order between two numbers.  A single thread writes a number; therefore counter_add needs no
 * locked instruction.  Macros, because the numbers have several widths. */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#define counter_get(counter) __atomic_load_n((counter), __ATOMIC_RELAXED)
#define counter_set(counter, value) __atomic_store_n((counter), (value), __ATOMIC_RELAXED)

/* By the writing thread alone.  A negative amount is subtracted. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
/* Compilers make three instructions of a relaxed load, an addition and a relaxed store.  One does
 * the same: aligned words are written whole (bench-guard, forward ip4 udp: 23.6 and 22.7
 * instructions a packet). */
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
