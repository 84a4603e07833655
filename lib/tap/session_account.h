/* SPDX-License-Identifier: BSD-3-Clause */
/* What a session has counted since its last report, in 16 bytes.
 *
 * A million sessions a second touch their accounts twice, and what an account displaces from the
 * caches costs more than what is computed, so four of them share a cache line.  One that has more
 * packets, bytes or time than it can hold is long: all of it is in the flow_account of the same
 * index from then on, until the session is told.
 *
 * The two words are computed in registers and written once.  Threads: the owning worker; the
 * exporter reads copies. */
#ifndef TAP_SESSION_ACCOUNT_H
#define TAP_SESSION_ACCOUNT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define ACCOUNT_UNIT        12 /* start is in units of 2^12 ns: 4 us */
#define ACCOUNT_START_BITS  47 /* 18 years */
#define ACCOUNT_LONG        (UINT64_C(1) << 47)
#define ACCOUNT_PACKETS_MAX 0xffu
#define ACCOUNT_BYTES_MAX   0xffffffu
#define ACCOUNT_LATE_MAX    0xffffu

struct session_account {
	uint64_t when;   /* from bit 0: start, the time of the first packet; 47: is it long?; 48:
			  * clock_tick of the last packet, less that of start */
	uint64_t counts; /* from bit 0: bytes, 24: bytes of replies, 48: packets, 56: packets of
			  * replies; of IP.  0: none; 1 of a long account */
};
static_assert(sizeof(struct session_account) == 16, "four in a line");

/* Returns a time in the unit of start. */
static inline uint64_t
session_account_time(uint64_t ns)
{
	return ns >> ACCOUNT_UNIT;
}

static inline uint64_t
session_account_start(const struct session_account *a)
{
	return a->when & ((UINT64_C(1) << ACCOUNT_START_BITS) - 1);
}

static inline uint64_t
session_account_start_ns(const struct session_account *a)
{
	return session_account_start(a) << ACCOUNT_UNIT;
}

static inline bool
session_account_is_long(const struct session_account *a)
{
	return (a->when & ACCOUNT_LONG) != 0;
}

/* Returns the time from the tick of its start to the tick of its last packet, in ticks. */
static inline uint32_t
session_account_late(const struct session_account *a)
{
	return (uint32_t)(a->when >> 48);
}

static inline uint32_t
session_account_bytes(const struct session_account *a, bool reply)
{
	return (uint32_t)(a->counts >> 24 * reply) & ACCOUNT_BYTES_MAX;
}

static inline uint32_t
session_account_packets(const struct session_account *a, bool reply)
{
	return (uint32_t)(a->counts >> (48 + 8 * reply)) & ACCOUNT_PACKETS_MAX;
}

#endif
