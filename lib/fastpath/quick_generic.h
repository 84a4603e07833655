/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the quick test that use vector registers, for processors without them. */
#ifndef FASTPATH_QUICK_GENERIC_H
#define FASTPATH_QUICK_GENERIC_H

/* Whether keys are made and hashed in registers. */
#if defined(__SSE4_1__) && defined(__AES__)
#define KEYS_IN_REGISTERS 1
#else
#define KEYS_IN_REGISTERS 0
#endif

#if !defined(__SSE4_1__)
static inline bool
quick_head_right(const uint8_t *frame, const struct quick_head *h)
{
	bool right = true;

	for (unsigned i = 0; i < 32; i++)
		right &= ((frame[i] ^ h->value[i]) & h->mask[i]) <= h->most[i];
	return right;
}
#endif

#endif
