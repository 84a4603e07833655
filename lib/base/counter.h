/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that one thread writes and others read while it does: counters and gauges of workers.
 *
 * Every access is a relaxed atomic one, so a reader gets a whole value, as old as a burst, and no order between two
 * numbers.  A single thread writes a number; therefore counter_add needs no locked instruction: on x86 it is a plain load,
 * an addition and a plain store.  Macros, because the numbers have several widths. */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#define counter_get(counter) __atomic_load_n((counter), __ATOMIC_RELAXED)
#define counter_set(counter, value) __atomic_store_n((counter), (value), __ATOMIC_RELAXED)

/* By the writing thread alone.  A negative amount is subtracted. */
#define counter_add(counter, amount) counter_set((counter), *(counter) + (__typeof__(*(counter)))(amount))

#endif
