/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a search (an arena): taken piece by piece, released back to a mark.
 *
 * Threads: one at a time.  Memory: scratch_init/_fini; what is taken lives until scratch_release of
 * an earlier mark. */
#ifndef REGION_SCRATCH_H
#define REGION_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch {
	char *base;
	size_t used, room;
	bool exhausted; /* something did not fit: what was found since is not complete */
};

/* Reserves address space for bytes; pages are allocated when they are used.  Returns false if there
 * is not enough. */
bool scratch_init(struct scratch *s, size_t bytes);
void scratch_fini(struct scratch *s);

/* Returns memory that is not zeroed, aligned for any type.  Returns NULL, and sets exhausted, if it
 * does not fit. */
void *scratch_take(struct scratch *s, size_t bytes);

static inline size_t
scratch_mark(const struct scratch *s)
{
	return s->used;
}

static inline void
scratch_release(struct scratch *s, size_t mark)
{
	s->used = mark;
}

#endif
