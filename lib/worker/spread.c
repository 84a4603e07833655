/* SPDX-License-Identifier: BSD-3-Clause */
/* Distributes receive queues over the workers. */

#include "worker/spread.h"

unsigned
spread_queue(const struct spread *s, unsigned port, unsigned queues, unsigned queue, int port_node)
{
	uint64_t all = UINT64_MAX >> (64 - s->workers), among = s->among != 0 ? s->among : all,
		 near = 0;
	unsigned nth;

	if (queues >= s->workers)
		return queue % s->workers;
	for (unsigned w = 0; w < s->workers; w++)
		near |= (uint64_t)(s->node[w] == port_node) << w;
	if ((among & near) != 0)
		among &= near;
	nth = (queue + port) % (unsigned)__builtin_popcountll(among);
	for (; nth > 0; nth--)
		among &= among - 1;
	return (unsigned)__builtin_ctzll(among);
}
