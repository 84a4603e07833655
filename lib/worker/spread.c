/* SPDX-License-Identifier: BSD-3-Clause */
/* Distributes receive queues over the workers. */

#include "worker/spread.h"

unsigned
spread_queue(const struct spread *s, unsigned port, unsigned queues, unsigned queue, int port_node)
{
	unsigned near = 0, nth;

	if (queues >= s->workers)
		return queue % s->workers;
	for (unsigned w = 0; w < s->workers; w++)
		near += s->node[w] == port_node;
	if (near == 0)
		return (queue + port) % s->workers;
	nth = (queue + port) % near;
	for (unsigned w = 0; w < s->workers; w++)
		if (s->node[w] == port_node && nth-- == 0)
			return w;
	return 0;
}
