/* SPDX-License-Identifier: BSD-3-Clause */
/* Secrets, from getrandom(); in replay and tests from a constant, so that runs repeat.
 *
 * Threads: control only, before the workers start. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* From now on random_bytes gives a fixed sequence that depends on seed alone. */
void random_use_seed(uint64_t seed);

/* Fills buf with n unpredictable bytes.  Does not return without them. */
void random_bytes(void *buf, size_t n);

#endif
