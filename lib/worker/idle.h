/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker does after empty loops: pause, then yield its core, then sleep, longer and longer
 * up to a bound.  Two Weirs on one core share it that way.
 *
 * The wake-up delay is measured, not promised: longest_ns is the longest loop that slept.
 *
 * Threads: the owning worker; control reads the figures, a loop old. */
#ifndef WORKER_IDLE_H
#define WORKER_IDLE_H

#include <stdbool.h>
#include <stdint.h>

enum idle_mode {
	IDLE_BUSY, /* never leaves the core */
	IDLE_ADAPTIVE,
	IDLE_INTERRUPT, /* on receive interrupts (worker/interrupts.h), else as adaptive */
};

enum {
	IDLE_PAUSES = 256, /* empty loops that only pause */
	IDLE_YIELDS = 64,  /* then: loops that yield */
	IDLE_SLEEP_MIN_NS = 1000,
	IDLE_SLEEP_MAX_NS = 50000,
};

struct idle {
	enum idle_mode mode;
	uint32_t empty;           /* consecutive empty loops */
	uint32_t sleep_ns;        /* the next sleep */
	uint64_t asleep_since_ns; /* begin of the loop that slept; 0: it did not sleep */
	uint64_t sleeps;
	uint64_t woken;      /* of these, ended by a packet, another worker or control */
	uint64_t longest_ns; /* the longest loop that slept */
	uint64_t total_ns;   /* all of them */
};

void idle_init(struct idle *idle, enum idle_mode mode);

/* Makes the calling thread's sleeps as exact as the kernel can. */
void idle_prepare_thread(void);

/* Accounts the sleep before a loop, if any; at the top of the loop, with its time. */
void idle_woke(struct idle *idle, uint64_t now_ns);

/* Ends a loop that handled packets. */
static inline void
idle_reset(struct idle *idle)
{
	idle->empty = 0;
	idle->sleep_ns = IDLE_SLEEP_MIN_NS;
}

/* Returns true if the next idle_wait sleeps. */
bool idle_sleeps(const struct idle *idle);

/* Accounts a sleep that begins; now_ns is the time of the loop before. */
void idle_falls_asleep(struct idle *idle, uint64_t now_ns);

/* Waits at the end of a loop that handled nothing; now_ns is the loop's time. */
void idle_wait(struct idle *idle, uint64_t now_ns);

#endif
