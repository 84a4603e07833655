/* SPDX-License-Identifier: BSD-3-Clause */
/* Secrets, from getrandom(); in replay and tests from a constant seed, so that runs repeat.
 *
 * Threads: control only, before the workers start. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Makes random_bytes give a fixed sequence that depends on seed alone. */
void random_use_seed(uint64_t seed);

/* Fills buf as random_bytes does, and leaves its pages out of core dumps.  For secrets that stay
 * where they are. */
void random_secret(void *buf, size_t n);

/* Fills buf with n unpredictable bytes.  Ends the process if there are none. */
void random_bytes(void *buf, size_t n);

#endif
