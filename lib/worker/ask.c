/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of control to a worker. */

#include "worker/ask.h"

#include "worker/worker.h"

bool
worker_answer(struct worker *w)
{
	/* Pairs with the release in workers_ask. */
	struct ask *ask = atomic_load_explicit(&w->ask, memory_order_acquire);

	if (ask == NULL)
		return false;
	if (ask->slice(ask, w)) {
		/* Cleared first, so that control may ask again as soon as it sees that the work is
		 * done. */
		atomic_store_explicit(&w->ask, NULL, memory_order_relaxed);
		/* Pairs with the acquire in ask_done. */
		atomic_store_explicit(&ask->done, true, memory_order_release);
	}
	return true;
}
