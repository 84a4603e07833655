/* SPDX-License-Identifier: BSD-3-Clause */
#include "region/scratch.h"

#include <sys/mman.h>

enum {
	ALIGN = 16,
};

bool
scratch_init(struct scratch *s, size_t bytes)
{
	void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	*s = (struct scratch){ .base = base != MAP_FAILED ? base : NULL,
		.room = base != MAP_FAILED ? bytes : 0 };
	return s->base != NULL;
}

void
scratch_fini(struct scratch *s)
{
	if (s->base != NULL)
		munmap(s->base, s->room);
	*s = (struct scratch){ NULL };
}

void *
scratch_take(struct scratch *s, size_t bytes)
{
	size_t wanted = (bytes + ALIGN - 1) / ALIGN * ALIGN;
	void *out;

	if (wanted > s->room - s->used) {
		s->exhausted = true;
		return NULL;
	}
	out = s->base + s->used;
	s->used += wanted;
	return out;
}
