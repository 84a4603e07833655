/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames between the members of a bridge: tags, size, who may send them. */
#ifndef SLOWPATH_BRIDGE_FRAME_H
#define SLOWPATH_BRIDGE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/reason.h"
#include "policy/generation.h"

struct rte_mbuf;

/* Returns the number of VLAN tags that the frames of an interface have because of it. */
unsigned bridge_tags(const struct interface *iface);

/* Returns the VLAN of a frame of an interface within its bridge: of the first tag behind the
 * interface's own; 0 without one. */
uint16_t bridge_vlan(const struct interface *iface, const uint8_t *frame, uint32_t bytes);

/* Returns why no bridge forwards the frame, whatever it knows, or REASON_NONE. */
enum reason bridge_refuses(const struct bridge *bridge, const uint8_t *frame);

/* Gives a frame of one interface (NULL: it has no tags) the tags of another by which it leaves.
 * Returns REASON_NONE, or why it may not leave there; then m is still the caller's. */
enum reason bridge_retag(
	struct rte_mbuf *m, const struct interface *from, const struct interface *to);

#endif
