/* SPDX-License-Identifier: BSD-3-Clause */
/* What a capture from elsewhere says of its stations: the MAC that the router had there, and its
 * neighbours.
 *
 * Of each port's captures the MAC that most IP frames are sent to is taken for the port's own; and
 * every address of a subnet of ours that is seen, and every next hop, becomes a static neighbour.
 * Its MAC is the one it was seen with, else that of the station most frames come from.  So a
 * capture is replayed without a word about MACs, and nothing waits for ARP.
 *
 * Threads: the control thread. */
#ifndef OFFLINE_LEARN_H
#define OFFLINE_LEARN_H

#include "config/config.h"
#include "offline/replay_input.h"

struct learned;

/* Looks through captures, and gives the interfaces of cfg their neighbours; what was learned has to
 * outlive cfg.  NULL after an error. */
struct learned *learn(
	struct config *cfg, const struct replay_file *files, unsigned n, struct err *err);
void learned_free(struct learned *l); /* NULL is fine */

/* Addresses a frame to the port that came in by it, if it was sent to the router of the capture. */
void learned_readdress(const struct learned *l, unsigned port, const uint8_t mac[static 6],
	uint8_t *frame, uint32_t bytes);

#endif
