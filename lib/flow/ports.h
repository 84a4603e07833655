/* SPDX-License-Identifier: BSD-3-Clause */
/* The public ports of one address and protocol that one worker may give out.
 *
 * Taking costs the same at any fill: a bitmap with a summary, even and odd ports apart (RFC 4787 REQ-4).
 * Which port is taken is unpredictable (RFC 6056): the search begins at a random place.
 *
 * Threads: the owning worker. */
#ifndef FLOW_PORTS_H
#define FLOW_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_prefetch.h>

#define PORTS_WORDS 512         /* of 64 ports of one parity: 32,768 */

struct ports {
	uint64_t free[2][PORTS_WORDS];          /* a bit for port 2 * bit + parity */
	uint64_t some[2][PORTS_WORDS / 64];     /* a bit for each word that is not 0 */
	uint32_t n_free;
	uint16_t first_word, words;             /* where the range lies */
};

/* Ports low..high are this worker's to give as far as they are of its slice (flow/slice.h). */
struct ports_slice {
	uint16_t low, high;
	uint16_t worker, workers;
};

/* Asks for the word that says whether the port is free. */
static inline void
ports_prefetch(const struct ports *p, uint16_t port)
{
	rte_prefetch0(&p->free[port & 1][port / 128]);
}

void ports_init(struct ports *p, const struct ports_slice *slice);

/* Takes that very port; false when it is taken or not ours. */
bool ports_take_one(struct ports *p, uint16_t port);

/* Takes a port of the same parity as like, near a random place; of the other parity when there is none.  0 when all
 * are taken. */
uint16_t ports_take(struct ports *p, uint16_t like, uint32_t random);

void ports_give(struct ports *p, uint16_t port);

#endif
