/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of packets in notation, as a station would send them.
 *
 * Threads: pure functions. */
#ifndef CONTROL_FRAME_H
#define CONTROL_FRAME_H

#include <stdint.h>

#include "policy/generation.h"

/* The largest frame of a packet in notation, and the bytes that tags add. */
#define FRAME_MAX  10240
#define FRAME_ROOM (FRAME_MAX + 8)

/* Builds the frame of a packet in notation (packet/notation.h) into frame, which has
 * FRAME_ROOM bytes, sent by the station 02:00:00:00:00:NN (station) to the port with that
 * MAC; with the tags of iface, if it is not NULL and the text has none.  Returns its length, or
 * negative with a sentence in why. */
struct frame_station {
	uint8_t number;
	const uint8_t *port_mac;
	const struct interface *iface;
};
int frame_build(
	const struct frame_station *from, const char *text, uint8_t *frame, char why[static 128]);

#endif
