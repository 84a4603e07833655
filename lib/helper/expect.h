/* SPDX-License-Identifier: BSD-3-Clause */
/* Data connections that control sessions have announced.
 *
 * An expectation names the domain (VRF), both addresses, the destination port and the interface of
 * a first packet; the packet begins a session of state related, and the expectation is gone.  A
 * client's control sessions have at most EXPECT_PER_CLIENT together (its oldest makes room), all of
 * a worker EXPECT_MAX (a further one is refused); one that nothing follows ends after EXPECT_NS.
 *
 * Threads: the worker that owns the control sessions. */
#ifndef HELPER_EXPECT_H
#define HELPER_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "session/session.h"

struct nat;

#define EXPECT_MAX        1024u
#define EXPECT_PER_CLIENT 8u
#define EXPECT_NS         (60 * 1000000000ull)
#define EXPECT_BUCKETS    256u

struct expectation {
	struct tuple first;   /* as it arrives; sport: any */
	struct tuple to;      /* as it leaves: addresses, destination port */
	union address client; /* that it counts for */
	uint8_t client_domain;
	uint64_t until_ns;
	uint32_t control;    /* index of the control session */
	uint16_t iface;      /* by whose zone it arrives */
	uint16_t next;       /* of its bucket, or vacant; index + 1 */
	struct session hold; /* NAT's mapping of the public port until the connection has it */
};

struct expectations {
	struct expectation at[EXPECT_MAX];
	uint16_t bucket[EXPECT_BUCKETS]; /* index + 1 */
	uint16_t vacant, used, high;
	uint64_t made, met, refused, expired; /* for reports */
};

/* Adds e, whose hold it takes over.  Returns false if there are too many. */
bool expectation_add(
	struct expectations *x, struct nat *nat, const struct expectation *e, uint64_t now_ns);

/* Returns the expectation that a first packet meets, or NULL. */
const struct expectation *expectation_find(
	const struct expectations *x, const struct tuple *t, uint64_t now_ns);

/* Removes one that a session has met; those of a control session that has ended; those whose time
 * is over, at most one bucket at a time. */
void expectation_met(
	struct expectations *x, struct nat *nat, const struct tuple *t, uint64_t now_ns);
void expectation_forget(struct expectations *x, struct nat *nat, uint32_t control, uint64_t now_ns);

#endif
