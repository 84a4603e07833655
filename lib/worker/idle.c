/* SPDX-License-Identifier: BSD-3-Clause */
/* Leaves the core to others when there is nothing to do. */

#include "base/counter.h"
#include "worker/idle.h"

#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include <rte_pause.h>

void
idle_init(struct idle *idle, enum idle_mode mode)
{
	memset(idle, 0, sizeof(*idle));
	idle->mode = mode;
	idle->sleep_ns = IDLE_SLEEP_MIN_NS;
}

void
idle_prepare_thread(void)
{
	/* The default slack of 50 us would double the longest sleep. */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

void
idle_woke(struct idle *idle, uint64_t now_ns)
{
	uint64_t loop_ns;

	if (idle->asleep_since_ns == 0)
		return;
	loop_ns = now_ns - idle->asleep_since_ns;
	idle->asleep_since_ns = 0;
	counter_add(&idle->total_ns, loop_ns);
	if (loop_ns > idle->longest_ns)
		counter_set(&idle->longest_ns, loop_ns);
}

bool
idle_sleeps(const struct idle *idle)
{
	return idle->mode != IDLE_BUSY && idle->empty >= IDLE_PAUSES + IDLE_YIELDS;
}

void
idle_falls_asleep(struct idle *idle, uint64_t now_ns)
{
	idle->asleep_since_ns = now_ns;
	counter_add(&idle->sleeps, 1);
}

static void
sleep_longer(struct idle *idle, uint64_t now_ns)
{
	struct timespec ts = { .tv_nsec = idle->sleep_ns };

	idle_falls_asleep(idle, now_ns);
	nanosleep(&ts, NULL);
	idle->sleep_ns *= 2;
	if (idle->sleep_ns > IDLE_SLEEP_MAX_NS)
		idle->sleep_ns = IDLE_SLEEP_MAX_NS;
}

void
idle_wait(struct idle *idle, uint64_t now_ns)
{
	if (idle->mode == IDLE_BUSY || idle->empty < IDLE_PAUSES) {
		idle->empty++;
		rte_pause();
	} else if (idle->empty < IDLE_PAUSES + IDLE_YIELDS) {
		idle->empty++;
		sched_yield();
	} else {
		sleep_longer(idle, now_ns);
	}
}
