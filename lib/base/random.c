/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/random.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

static struct {
	bool seeded;
	uint64_t state;
} fixed;

void
random_use_seed(uint64_t seed)
{
	fixed.seeded = true;
	fixed.state = seed;
}

/* SplitMix64 (Steele, Lea, Flood 2014): every seed gives another sequence of full period. */
static uint64_t
fixed_next(void)
{
	uint64_t z = fixed.state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void
fixed_bytes(uint8_t *out, size_t n)
{
	while (n > 0) {
		uint64_t word = fixed_next();
		size_t part = n < sizeof(word) ? n : sizeof(word);

		memcpy(out, &word, part);
		out += part;
		n -= part;
	}
}

void
random_bytes(void *buf, size_t n)
{
	uint8_t *out = buf;

	if (fixed.seeded) {
		fixed_bytes(out, n);
		return;
	}
	while (n > 0) {
		ssize_t got = getrandom(out, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort(); /* a guessable secret is worse than no start */
		out += got;
		n -= (size_t)got;
	}
}

void
random_secret(void *buf, size_t n)
{
	const uintptr_t page = 4096;
	uintptr_t first = (uintptr_t)buf & ~(page - 1);

	random_bytes(buf, n);
	madvise((void *)first, (uintptr_t)buf + n - first, MADV_DONTDUMP);
}
