/* SPDX-License-Identifier: BSD-3-Clause */
/* Strays: sessions that are with another worker than the one that owns their packets, because a
 * reload has given these another owner since the session began.  This is what the workers know of
 * each other's.
 *
 * The rules that choose owners have a serial number.  When it changes, each worker goes through its
 * sessions (worker/search.h), enters the strays among them into a Bloom filter of its own, and says
 * that it has done so for that serial.  Until then any session may be with it.
 *
 *   strays_has       the worker is done, and its filter has the session
 *   strays_may_have  the same, or the worker is not done
 *   strays_open      there is a worker that is not done, or has strays
 *
 * Threads: strays_expect and strays_stuck by control; those that have a worker's number and
 * change something by that worker; the rest by any.
 * Memory: 2 bytes for each session that a worker has room for, rounded up to a power of two. */
#ifndef WORKER_STRAYS_H
#define WORKER_STRAYS_H

#include <stdbool.h>
#include <stdint.h>

struct strays;

/* Returns NULL without memory.  sessions: of each worker, at most. */
struct strays *strays_create(unsigned workers, uint32_t sessions);
void strays_destroy(struct strays *s); /* NULL is fine */

/* Tells that owners are chosen by these rules (a digest of them) from that generation on, before it
 * is published. */
void strays_expect(struct strays *s, uint64_t rules, uint64_t generation);

/* Tells that a worker does not take a generation, or that it does again: meanwhile it is not asked
 * for sessions that may be with it, only for those that its filter has. */
void strays_stuck(struct strays *s, unsigned worker, bool stuck);

/* Returns a number that changes whenever strays_open or strays_known may. */
unsigned strays_version(const struct strays *s);

/* Returns the serial number of the rules; *generation: the first one that has them. */
uint64_t strays_serial(const struct strays *s, uint64_t *generation);

/* Clears a part of the worker's filter, from word *at on.  Returns true when it is all clear. */
bool strays_clear(struct strays *s, unsigned worker, uint32_t *at);

/* Enters a hash of a tuple into the worker's filter. */
void strays_add(struct strays *s, unsigned worker, uint64_t hash);

/* Tells that the worker's filter has all its strays by the rules of that serial, and how many. */
void strays_tell(struct strays *s, unsigned worker, uint64_t serial, uint32_t count);

/* Returns the number of strays that the worker has told. */
uint32_t strays_count(const struct strays *s, unsigned worker);

bool strays_open(const struct strays *s);

/* Returns true if all workers are done by the present rules. */
bool strays_known(const struct strays *s);

bool strays_has(const struct strays *s, unsigned worker, uint64_t hash);
bool strays_may_have(const struct strays *s, unsigned worker, uint64_t hash);

#endif
