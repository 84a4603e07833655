/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is taken piece by piece and freed as a whole.
 *
 * Threads: one at a time.  Memory: what arena_alloc returns lives until arena_fini. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <setjmp.h>
#include <stddef.h>

struct arena_block;

/* When memory runs out, arena_alloc jumps to *out_of_memory if that is set, and returns NULL
 * otherwise: a long reader needs no check after each piece. */
struct arena {
	struct arena_block *blocks;
	jmp_buf *out_of_memory;
	size_t taken_bytes;
};

void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);

/* Returns zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* Returns a terminated copy of bytes of text. */
char *arena_text(struct arena *arena, const char *text, size_t bytes);
char *arena_printf(struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

#endif
