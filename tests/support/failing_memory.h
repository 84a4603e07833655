/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that runs out at the n-th call.  The linker puts these functions before those of libc
 * (`wrapped` in the folder's meson.build); what libraries call is not touched. */
#ifndef SUPPORT_FAILING_MEMORY_H
#define SUPPORT_FAILING_MEMORY_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "support/wrapped.h"

static unsigned long calls_left; /* until one fails; 0: none does */
static bool kept_larger;         /* the one that failed was to give back a part of a block */

static bool
fails(void)
{
	return calls_left != 0 && --calls_left == 0;
}

WRAPPED(malloc);
WRAPPED(calloc);
WRAPPED(realloc);
WRAPPED(aligned_alloc);
WRAPPED(strdup);

void *
__wrap_malloc(size_t bytes)
{
	return fails() ? NULL : __real_malloc(bytes);
}

void *
__wrap_calloc(size_t n, size_t bytes)
{
	return fails() ? NULL : __real_calloc(n, bytes);
}

void *
__wrap_realloc(void *old, size_t bytes)
{
	if (!fails())
		return __real_realloc(old, bytes);
	kept_larger = old != NULL && bytes <= malloc_usable_size(old);
	return NULL;
}

void *
__wrap_aligned_alloc(size_t align, size_t bytes)
{
	return fails() ? NULL : __real_aligned_alloc(align, bytes);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

#endif
