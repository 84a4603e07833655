/* SPDX-License-Identifier: BSD-3-Clause */
/* Which receive queue a frame comes in by: the redirection table's entry of its hash. */

#include <errno.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "device.h"

static unsigned
queue_of(const struct device *device, const struct frame *frame, unsigned queues)
{
	/* An entry may name a queue of an earlier start with more of them. */
	return device->reta[frame->hash % RETA_SIZE] % queues;
}

static void
give(struct device *device, struct rx_queue *q, uint32_t first, uint32_t count, uint32_t once)
{
	const struct options *o = &device->options;
	uint32_t all = RTE_MAX(device->frames.count, 1u);

	q->at = device->spread + first;
	q->places = device->spread_places + first;
	q->bytes = device->frames.bytes;
	q->count = count;
	q->next = 0;
	q->first = RTE_MIN(once, count - (count > 0));
	q->step = (uint32_t)o->step;
	q->moved = 0;
	q->left = count == 0    ? 0
		: o->loops == 0 ? UINT64_MAX
				: q->first + o->loops * (count - q->first);
	q->fresh = &device->fresh;
	q->fresh_percent = o->fresh;
	q->fresh_credit = 0;
	q->fresh_number = 0;
	q->rate = (uint64_t)((__extension__(unsigned __int128) o->rate << 32) * count / all);
	q->cycles_last = 0;
	q->due = 0;
}

int
device_spread(struct device *device, unsigned queues)
{
	const struct frames *f = &device->frames;
	uint32_t first[REPLAY_QUEUES_MAX + 1] = { 0 };
	uint32_t at[REPLAY_QUEUES_MAX];
	uint32_t once[REPLAY_QUEUES_MAX] = { 0 };

	free(device->spread);
	free(device->spread_places);
	device->spread = calloc(f->count + 1, sizeof(*device->spread));
	device->spread_places = calloc(f->count + 1, sizeof(*device->spread_places));
	if (device->spread == NULL || device->spread_places == NULL)
		return -ENOMEM;

	for (uint32_t i = 0; i < f->count; i++)
		first[queue_of(device, &f->at[i], queues) + 1]++;
	for (unsigned q = 0; q < queues; q++) {
		first[q + 1] += first[q];
		at[q] = first[q];
	}
	for (uint32_t i = 0; i < f->count; i++) {
		unsigned queue = queue_of(device, &f->at[i], queues);
		uint32_t to = at[queue]++;

		once[queue] += i < device->options.once;
		device->spread[to] = f->at[i];
		device->spread_places[to] = f->places[i];
	}
	for (unsigned q = 0; q < queues; q++)
		give(device, &device->rx[q], first[q], first[q + 1] - first[q], once[q]);
	return 0;
}
