/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of this host: available memory and hugepages, and the command that adds some.
 *
 * Threads: the control thread. */
#ifndef IO_HOST_MEMORY_H
#define IO_HOST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct host_memory {
	size_t available_mib; /* without swapping, within the limits of our cgroup and of those
			       * that it is in; SIZE_MAX: unknown */
	size_t huge_free_mib; /* of all page sizes */
	size_t huge_kib;      /* size of the pages to add: the most frequent one, else
			       * the default size */
	size_t huge_pages;    /* reserved of that size */
};

void host_memory_read(struct host_memory *have);

/* Reads the same from files below other folders, for tests. */
void host_memory_read_from(const char *proc, const char *sys, struct host_memory *have);

/* Returns true if so much ordinary memory can be taken without using up what there is: the kernel
 * would end a process then. */
bool host_memory_has(const struct host_memory *have, size_t mib);

/* Adds an error that tells the memory needed, and how many hugepages to add.  Returns -ENOMEM. */
int host_memory_advise(
	const struct host_memory *have, size_t need_mib, struct loc loc, struct err *err);

#endif
