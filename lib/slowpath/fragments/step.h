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
bool fragment_enter(struct slowpath *s, struct burst *b, unsigned slot, struct fragment_pass *pass);

/* Tells that the slot has been judged: the fragments held behind it share its outcome. */
void fragment_leave(struct slowpath *s, struct burst *b, unsigned slot, struct fragment_pass *pass);

/* Puts the next fragment that was held, and is judged here, into the burst's spare slot.  Returns
 * false if there is none. */
bool fragment_next(struct slowpath *s, struct burst *b, struct fragment_pass *pass, uint16_t *port);

/* The spare slot has been judged: its packet goes its way. */
void fragment_settled(
	struct slowpath *s, struct burst *b, struct fragment_pass *pass, uint16_t port);

/* A new generation is in use: held fragments that it changes something for are dropped, or
 * released. */
void fragment_adopt(struct slowpath *s);

/* Often: a part of those that fragment_adopt has left. */
void fragment_follow(struct slowpath *s);

#endif
