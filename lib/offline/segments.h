/* SPDX-License-Identifier: BSD-3-Clause */
/* The sequence numbers of TCP in a conversation that is written without them: each end continues
 * with what it has sent, and acknowledges what has reached it.
 *
 * An end is a station's connection as the station sees it, so translation on the way does not
 * matter.  What was dropped has reached nobody.
 *
 * Threads: any; memory is the caller's, zeroed. */
#ifndef OFFLINE_SEGMENTS_H
#define OFFLINE_SEGMENTS_H

#include <stddef.h>

#include "packet/view.h"

#define SEGMENT_ENDS_MAX \
	64 /* of one conversation; further ones have the numbers that are written */

struct segment_end {
	struct tuple tuple; /* as this end sends */
	uint32_t first;     /* of its last SYN */
	uint32_t next;      /* what it sends next */
	uint32_t reached;   /* what it expects next of the other end */
	bool sends, hears;  /* next, reached are known */
};

struct segments {
	unsigned n;
	struct segment_end end[SEGMENT_ENDS_MAX];
};

/* Appends "seq N" and "ack N" to the text of a TCP packet that lacks them, where they are known.
 * v: the packet as the text has it. */
void segments_number(const struct segments *s, const struct view *v, char *text, size_t room);

/* Notes that a packet has left: as it was sent, and as it arrives. */
void segments_pass(struct segments *s, const struct view *sent, const struct view *arrives);

#endif
