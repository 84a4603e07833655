/* SPDX-License-Identifier: BSD-3-Clause */
/* Which frames of LACP a member of a bond gives to DPDK's driver.
 *
 * The driver (22.11) looks at no length, and takes one LACPDU each 100 ms from a ring of three:
 * what a truncated frame lacks it reads from an earlier frame in the same buffer, and in a flood
 * the partner's LACPDUs are lost, so that the member is.  The guard refuses frames that are not
 * LACP's form, and those of other stations as long as the partner is heard; both kinds have a rate.
 *
 * Threads: workers judge, control resets and counts.  All fields may be stale for a moment. */
#ifndef IO_LACP_GUARD_H
#define IO_LACP_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct rte_ether_addr;
struct rte_mbuf;

enum lacp_refusal {
	LACP_TAKEN,
	LACP_SHORT,    /* truncated */
	LACP_WRONG,    /* to another address, a TLV of another length, a group as its sender */
	LACP_LOOP,     /* our own */
	LACP_STRANGER, /* of another station than the partner, which is alive */
	LACP_TOO_MANY,
	LACP_REFUSALS,
};

enum {
	LACP_RATE = 10,             /* LACPDUs a second of the partner, and of others */
	LACP_BURST = 3,             /* at once */
	LACP_STAYS_MS = 3000,       /* a partner that is to send each second stays for this long */
	LACP_STAYS_SLOW_MS = 35000, /* and one that is to send each 30 s */
};

struct lacp_guard {
	uint64_t own;                 /* MAC of the bond */
	uint64_t stays_ns;            /* the partner stays this long after its last LACPDU */
	atomic_uint_fast64_t partner; /* MAC of its system; 0: none.  workers, control: write */
	atomic_uint_fast64_t heard_ns;
	atomic_uint_fast64_t due_ns[2];              /* of the partner, of others */
	atomic_uint_fast64_t refused[LACP_REFUSALS]; /* workers: write, control: read */
};

/* Prepares a guard of a member of the bond with a MAC. */
void lacp_guard_init(struct lacp_guard *g, const struct rte_ether_addr *own, bool fast);

/* Forgets the partner: the link is down. */
void lacp_guard_forget(struct lacp_guard *g);

/* Judges a received frame, and counts it if it is refused. */
enum lacp_refusal lacp_guard_judge(struct lacp_guard *g, const struct rte_mbuf *m, uint64_t now_ns);

/* Returns the frames refused so far. */
uint64_t lacp_guard_refused(const struct lacp_guard *g);

/* Writes what has been refused so far: "3 too short, 900 of other stations". */
void lacp_guard_text(const struct lacp_guard *g, char *text, unsigned size);

#endif
