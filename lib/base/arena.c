/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is taken piece by piece and freed as a whole. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 << 10)
#define LARGE_BYTES (BLOCK_BYTES / 4) /* a piece of this size or larger has a block of its own */

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t room;
	alignas(max_align_t) uint8_t bytes[];
};

void
arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

void
arena_fini(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}

static struct arena_block *
block_create(struct arena *arena, size_t room)
{
	struct arena_block *block = calloc(1, sizeof(*block) + room);

	if (block != NULL)
		block->room = room;
	else if (arena->out_of_memory != NULL)
		longjmp(*arena->out_of_memory, 1);
	return block;
}

/* Allocates a block of its own, behind the one that is being filled. */
static void *
alloc_large(struct arena *arena, size_t bytes)
{
	struct arena_block *block = block_create(arena, bytes);

	if (block == NULL)
		return NULL;
	block->used = bytes;
	if (arena->blocks != NULL) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		arena->blocks = block;
	}
	return block->bytes;
}

void *
arena_alloc(struct arena *arena, size_t bytes)
{
	size_t taken = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct arena_block *block = arena->blocks;

	arena->taken_bytes += taken;
	if (taken >= LARGE_BYTES)
		return alloc_large(arena, taken);
	if (block == NULL || block->room - block->used < taken) {
		block = block_create(arena, BLOCK_BYTES);
		if (block == NULL)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	block->used += taken;
	return block->bytes + block->used - taken;
}

char *
arena_text(struct arena *arena, const char *text, size_t bytes)
{
	char *copy = arena_alloc(arena, bytes + 1);

	if (copy != NULL && bytes > 0)
		memcpy(copy, text, bytes);
	return copy;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int bytes;

	va_start(ap, fmt);
	va_copy(again, ap);
	bytes = vsnprintf(NULL, 0, fmt, ap);
	text = arena_alloc(arena, (size_t)bytes + 1);
	if (text != NULL)
		vsnprintf(text, (size_t)bytes + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return text;
}
