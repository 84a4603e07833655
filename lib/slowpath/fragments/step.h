/* SPDX-License-Identifier: BSD-3-Clause */
/* The step of fragments in the slow path, before and after the one that is judged.
 *
 * Several workers: all fragments of a datagram meet on one worker (worker/owner.h), which hands
 * each with its ports to the owner of its flow.  The owner answers what became of the first one. */
#ifndef SLOWPATH_FRAGMENTS_STEP_H
#define SLOWPATH_FRAGMENTS_STEP_H

#include "slowpath/slowpath.h"

/* Takes the fragment of a slot.  Returns true if it is to be judged here and now, as its flow: the
 * slot has a key, and pass has the ports.  Otherwise the slot is settled: held, dropped, or another
 * worker's. */
bool fragment_enter(
	struct datapath *dp, struct burst *b, unsigned slot, struct fragment_pass *pass);

/* Records what became of the slot's fragment; the fragments held behind it share that. */
void fragment_leave(
	struct datapath *dp, struct burst *b, unsigned slot, struct fragment_pass *pass);

/* Puts the next fragment that was held, and is judged here, into the burst's spare slot.  Returns
 * false if there is none. */
bool fragment_next(
	struct datapath *dp, struct burst *b, struct fragment_pass *pass, uint16_t *port);

/* Sends, hands over or drops the fragment in the spare slot, after it has been judged. */
void fragment_settled(
	struct datapath *dp, struct burst *b, struct fragment_pass *pass, uint16_t port);

/* Drops or releases held fragments that a new generation treats in another way; a bounded part of
 * them at once. */
void fragment_adopt(struct datapath *dp);

/* Does the next part of that, if fragment_adopt has left any. */
void fragment_follow(struct datapath *dp);

#endif
