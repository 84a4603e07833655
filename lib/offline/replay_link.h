/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethernet frames from captures of other link types: raw IP, Linux cooked, loopback.
 *
 * The destination is the receiving port's MAC, or the group address of a broadcast or multicast
 * packet; the source is the one in a Linux cooked header, else 02:00:00:00:00:01.
 *
 * Threads: the control thread.  Memory: the caller's. */
#ifndef OFFLINE_REPLAY_LINK_H
#define OFFLINE_REPLAY_LINK_H

#include <stdbool.h>
#include <stdint.h>

enum {
	REPLAY_LINK_GROWS = 14, /* bytes by which a frame may become longer */
};

/* Returns true if frames of the libpcap link type are Ethernet, or can be converted. */
bool replay_link_is_read(int link);

/* Writes the Ethernet frame of a captured packet to out, which has room for bytes +
 * REPLAY_LINK_GROWS. Returns its length; 0 for a packet that is shorter than the header of its link
 * type. */
uint32_t replay_link_frame(
	int link, const uint8_t *data, uint32_t bytes, const uint8_t mac[static 6], uint8_t *out);

#endif
