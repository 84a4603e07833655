/* SPDX-License-Identifier: BSD-3-Clause */
/* samples=: counters of a started port, written to a file by a thread of its own. */

#include "samples.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "device.h"

enum {
	PERIOD_NS = 50000000,
};

static void
write_sample(const struct samples *samples)
{
	struct rx_counters rx = { 0 };
	struct tx_counters tx = { 0 };
	struct timespec now;

	/* Not since a reset, which a program may ask for at any time. */
	for (unsigned q = 0; q < REPLAY_QUEUES_MAX; q++) {
		rx.packets += samples->device->rx[q].counters.packets;
		rx.missed += samples->device->rx[q].counters.missed;
		rx.fresh += samples->device->rx[q].counters.fresh;
		tx.packets += samples->device->tx[q].counters.packets;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	fprintf(samples->file, "%ld.%09ld %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		(long)now.tv_sec, now.tv_nsec, rx.packets, rx.missed, tx.packets, rx.fresh);
	fflush(samples->file);
}

static void *
sample(void *argument)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };
	struct samples *samples = argument;

	/* Pairs with the release in samples_stop. */
	while (!atomic_load_explicit(&samples->stop, memory_order_acquire)) {
		write_sample(samples);
		nanosleep(&period, NULL);
	}
	write_sample(samples);
	return NULL;
}

int
samples_start(struct samples *samples, const struct device *device)
{
	int rc;

	if (device->options.samples[0] == '\0')
		return 0;
	samples->device = device;
	samples->file = fopen(device->options.samples, "we");
	if (samples->file == NULL)
		return -errno;
	atomic_init(&samples->stop, false);
	rc = pthread_create(&samples->thread, NULL, sample, samples);
	if (rc != 0) {
		fclose(samples->file);
		return -rc;
	}
	samples->running = true;
	return 0;
}

void
samples_stop(struct samples *samples)
{
	if (!samples->running)
		return;
	/* Pairs with the acquire in sample. */
	atomic_store_explicit(&samples->stop, true, memory_order_release);
	pthread_join(samples->thread, NULL);
	fclose(samples->file);
	samples->running = false;
}
