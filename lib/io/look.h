/* SPDX-License-Identifier: BSD-3-Clause */
/* Samples what the devices deliver: ten times a second a worker notes what the first frame of a
 * burst is, and control finds out whether a device delivers nothing but zeros, or nothing for our
 * MAC.
 *
 * Both happen with a NIC whose DMA fails or whose peers send to another MAC: the link is up, frames
 * are counted, and nothing passes.
 *
 * Threads: look_note by workers; delivery_judge by control.  Memory: with the port. */
#ifndef IO_LOOK_H
#define IO_LOOK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

struct rte_mbuf;

#define LOOK_WANTED (UINT64_C(1) << 63) /* control asks for a note */
#define LOOK_SEEN \
	(UINT64_C(1) \
		<< 62) /* a note; the low 48 bits are the destination MAC, first byte highest */
#define LOOK_ZEROS (UINT64_C(1) << 61) /* every byte of the frame is zero */
#define LOOK_MAC   ((UINT64_C(1) << 48) - 1)

enum {
	LOOK_BYTES = 64,    /* compared at most */
	DELIVERY_LOOKS = 3, /* consecutive notes needed for a verdict */
};

/* control: requests, workers: answer */
struct look {
	_Atomic uint64_t note;
};

/* Notes what the frame is. */
void look_write(struct look *look, const struct rte_mbuf *m);

/* Notes what the frame is, if control has requested it. */
static inline void
look_note(struct look *look, const struct rte_mbuf *m)
{
	if (unlikely(atomic_load_explicit(&look->note, memory_order_relaxed) == LOOK_WANTED))
		look_write(look, m);
}

/* Takes the last note, and requests another one. 0: no frame has come since. */
uint64_t look_take(struct look *look);

enum delivery_fault {
	DELIVERY_SOUND,
	DELIVERY_ZEROS,
	DELIVERY_STRAY,
	DELIVERY_FAULTS,
};

/* What control remembers of a port. */
struct delivery {
	enum delivery_fault suspicion;
	unsigned looks;               /* consecutive notes of this fault */
	uint64_t since_ns, rx, stray; /* at the first of them */
	bool told[DELIVERY_FAULTS];
};

/* The input of delivery_judge about a port. */
struct delivery_facts {
	uint64_t note;  /* of look_take */
	uint64_t mac;   /* the port's, as in a note */
	uint64_t rx;    /* frames received so far */
	uint64_t stray; /* and dropped as not_for_us */
	uint64_t now_ns;
};

/* Returns a fault when a device has delivered nothing else for a second, once for each port and
 * fault. */
enum delivery_fault delivery_judge(struct delivery *d, const struct delivery_facts *facts);

#endif
