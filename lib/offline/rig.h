/* SPDX-License-Identifier: BSD-3-Clause */
/* A rig for conversations: the appliance on ports from memory, in virtual time, with every
 * neighbour there and answering.
 *
 * A packet is sent in as text; the rig returns what became of it, and what Weir sent.  It answers
 * ARP requests and neighbour solicitations for addresses that are not our own.
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
	bool held;          /* it waits for something: fate is not valid */
	bool left, replied; /* frames below are valid */
	struct view out;    /* the packet as it left */
	struct view reply;  /* what Weir itself sent by the ingress interface of a
			     * packet that did not leave */
};

/* Starts an appliance without sessions from cfg, which belongs to the rig from here on, whatever
 * happens.  Returns NULL after errors. */
struct rig *rig_start(struct config *cfg, struct err *err);

/* Stops it.  Returns 0, or negative after an error when packets are unaccounted for.  NULL is
 * fine. */
int rig_stop(struct rig *rig, struct err *err);

/* Returns the running generation. */
const struct generation *rig_generation(const struct rig *rig);

/* Sets the wall clock at the start, in seconds of the epoch; without it, it is that of the host. */
void rig_set_wall(struct rig *rig, int64_t wall_s);

/* Advances time; timers run. */
void rig_wait(struct rig *rig, uint64_t ns);

/* Sends a packet in by an interface.  Returns 0, or negative with a sentence in why. */
int rig_send(struct rig *rig, const struct interface *in, const char *packet, struct rig_told *told,
	char why[static 128]);

/* Parses a packet in notation as if it left by an interface.  Returns 0, or negative with a
 * sentence in why. */
int rig_read(const struct rig *rig, const struct interface *iface, const char *packet,
	struct view *out, char why[static 128]);

#endif
