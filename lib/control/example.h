/* SPDX-License-Identifier: BSD-3-Clause */
/* The built-in example: a small office behind Weir, on devices in memory, with its own traffic.
 *
 * It needs no file, no NIC, no root and no hugepages.  Hosts in the office query name servers and
 * web servers outside and are answered; an outside host tries closed ports.
 *
 * Threads: the control thread.  Memory: example_create/_destroy. */
#ifndef CONTROL_EXAMPLE_H
#define CONTROL_EXAMPLE_H

#include "base/err.h"
#include "control/appliance.h"

extern const char example_config[]; /* as one would write it */

enum {
	EXAMPLE_TICK_MS = 1,
	EXAMPLE_RATE = 32,   /* frames a ms, at each of the two ports */
	EXAMPLE_SECONDS = 5, /* run time by default */
};

struct example;

/* Builds the frames; the appliance runs example_config with captures.  Returns NULL with an
 * error. */
struct example *example_create(struct appliance *a, struct err *err);
void example_destroy(struct example *e); /* NULL is fine */

/* Puts the frames that are due into both ports, and takes sent ones away.  To be called often. */
void example_tick(struct example *e, uint64_t now_ns);

#endif
