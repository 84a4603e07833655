/* SPDX-License-Identifier: BSD-3-Clause */
/* A rig for conversations: the appliance on ports from memory, in virtual time, with every neighbour there and
 * answering.
 *
 * A packet is sent in as text; what became of it, and what Weir sent, is told.  ARP requests and neighbour
 * solicitations for addresses that are not ours are answered by the rig.
 *
 * Threads: the control thread; one rig at a time.  Memory: rig_start/rig_stop. */
#ifndef OFFLINE_RIG_H
#define OFFLINE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "config/expect.h"
#include "packet/view.h"

struct rig;

/* What became of a packet. */
struct rig_told {
	struct fate fate;
	bool held;                      /* it waits for something: fate is not valid */
	bool left, replied;             /* frames below are valid */
	struct view out;                /* as it left, of a packet that was sent on */
	struct view reply;              /* what Weir itself sent by the interface of one that was not */
};

/* Starts an appliance with no session from cfg, which is the rig's from here on, whatever happens.  NULL after errors. */
struct rig *rig_start(struct config *cfg, struct err *err);

/* Stops it.  0, or negative after an error when packets are unaccounted for.  NULL is fine. */
int rig_stop(struct rig *rig, struct err *err);

/* The running generation. */
const struct generation *rig_generation(const struct rig *rig);

/* Lets time pass; timers run. */
void rig_wait(struct rig *rig, uint64_t ns);

/* Sends a packet in by an interface.  0, or negative with a sentence in why. */
int rig_send(struct rig *rig, const struct interface *in, const char *packet, struct rig_told *told,
	char why[static 128]);

/* Parses a packet in notation as if it left by an interface.  0, or negative with a sentence in why. */
int rig_read(const struct rig *rig, const struct interface *iface, const char *packet, struct view *out,
	char why[static 128]);

#endif
