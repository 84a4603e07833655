/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefetches a cache line that will be written and that another core has: it is taken from there at
 * once, where a plain prefetch shares it first and the write takes it in a second step.  x86-64-v2
 * does not have the instruction in its list; processors without it take it for none. */
#ifndef BASE_PREFETCH_H
#define BASE_PREFETCH_H

static inline void
prefetch_to_write(const void *line)
{
#if defined(__x86_64__)
	__asm__ volatile("prefetchw %0" : : "m"(*(const char *)line));
#else
	__builtin_prefetch(line, 1);
#endif
}

#endif
