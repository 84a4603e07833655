/* SPDX-License-Identifier: BSD-3-Clause */
/* How workers divide public ports: of each pair 2n, 2n + 1 every workers-th one, so that ports of
 * both parities are equally likely. */
#ifndef NAT_SLICE_H
#define NAT_SLICE_H

#include <stdint.h>

/* Returns the worker that may give a port out, and to which replies come (policy/owners.h). */
static inline unsigned
slice_worker(uint16_t port, unsigned workers)
{
	return (port >> 1) % workers;
}

#endif
