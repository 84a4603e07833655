/* SPDX-License-Identifier: BSD-3-Clause */
/* Public ports shared out over workers: of each pair 2n, 2n + 1 every workers-th one, so that a port
 * of the same parity is as likely to be there. */
#ifndef NAT_SLICE_H
#define NAT_SLICE_H

#include <stdint.h>

/* The worker that may give a port out, and that replies to it come to (policy/owners.h). */
static inline unsigned
slice_worker(uint16_t port, unsigned workers)
{
	return (port >> 1) % workers;
}

#endif
