/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of entries of a fixed size, by which a worker tells something to control: one writer, one
 * reader, no lock.
 *
 * A full ring loses the entry, and counts it; nothing waits.
 *
 * Threads: the owning worker adds; control takes, and reads the counts.  Memory: ring_create. */
#ifndef TAP_RING_H
#define TAP_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* Returns a ring of that many entries, a power of two, or NULL without memory. */
struct ring *ring_create(uint32_t entries, uint32_t entry_bytes, int numa_node);
void ring_destroy(struct ring *r); /* NULL is fine */

/* Returns the place of the next entry, which the writer fills before ring_commit; NULL after
 * counting it as lost: the ring is full. */
void *ring_reserve(struct ring *r);
void ring_commit(struct ring *r);

/* Returns true if more than that many places are free.  The writer's. */
bool ring_has_room(struct ring *r, uint32_t more_than);

/* Returns the oldest entry, NULL without one; it stays valid until ring_release.  The writer may
 * use the places of released entries when a 64th of the ring has been released, or when ring_peek
 * finds nothing. */
const void *ring_peek(struct ring *r);
void ring_release(struct ring *r);

/* Returns the number of entries that wait.  The reader's. */
uint32_t ring_waiting(const struct ring *r);

/* Returns the number of entries that found no room so far. */
uint64_t ring_lost(const struct ring *r);

#endif
