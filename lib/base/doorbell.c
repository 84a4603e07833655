/* SPDX-License-Identifier: BSD-3-Clause */
/* A thread that polls sleeps until another one has work for it. */

#include "base/doorbell.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int
doorbell_init(struct doorbell *bell)
{
	atomic_init(&bell->sleeping, false);
	bell->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return bell->fd < 0 ? -errno : 0;
}

void
doorbell_fini(struct doorbell *bell)
{
	if (bell->fd > 0)
		close(bell->fd);
	bell->fd = -1;
}

void
doorbell_arm(struct doorbell *bell)
{
	atomic_store_explicit(&bell->sleeping, true, memory_order_relaxed);
	/* Pairs with the fence in doorbell_ring. */
	rte_atomic_thread_fence(memory_order_seq_cst);
}

void
doorbell_disarm(struct doorbell *bell)
{
	uint64_t count;

	atomic_store_explicit(&bell->sleeping, false, memory_order_relaxed);
	while (read(bell->fd, &count, sizeof(count)) > 0)
		;
}

void
doorbell_wake(struct doorbell *bell)
{
	const uint64_t one = 1;

	if (!atomic_exchange_explicit(&bell->sleeping, false, memory_order_relaxed))
		return; /* somebody else does */
	if (write(bell->fd, &one, sizeof(one)) < 0)
		return; /* it is readable already */
}
