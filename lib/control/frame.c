/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of packets in notation. */

#include "control/frame.h"

#include <stdbool.h>
#include <string.h>

#include "packet/notation.h"

enum {
	TPID = 0x8100,       /* IEEE 802.1Q */
	TPID_OUTER = 0x88a8, /* 802.1ad */
	TAG_BYTES = 4,
	MACS_BYTES = 12,
};

/* Adds the tag of the interface, unless the packet came with tags of its own.  Returns the new
 * length. */
static int
add_tag(uint8_t *frame, int bytes, unsigned tpid, unsigned vlan)
{
	memmove(frame + MACS_BYTES + TAG_BYTES, frame + MACS_BYTES, (size_t)bytes - MACS_BYTES);
	frame[MACS_BYTES] = (uint8_t)(tpid >> 8);
	frame[MACS_BYTES + 1] = (uint8_t)tpid;
	frame[MACS_BYTES + 2] = (uint8_t)(vlan >> 8);
	frame[MACS_BYTES + 3] = (uint8_t)vlan;
	return bytes + TAG_BYTES;
}

static bool
is_tagged(const uint8_t *frame)
{
	unsigned type = (unsigned)frame[MACS_BYTES] << 8 | frame[MACS_BYTES + 1];

	return type == TPID || type == TPID_OUTER;
}

int
frame_build(
	const struct frame_station *from, const char *text, uint8_t *frame, char why[static 128])
{
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 0, from->number } };
	const struct interface *iface = from->iface;
	int n;

	memcpy(macs.dst, from->port_mac, sizeof(macs.dst));
	n = notation_build(text, &macs, frame, FRAME_MAX, why);
	if (n < 0 || iface == NULL || iface->vlan == 0 || is_tagged(frame))
		return n;
	if (iface->inner_vlan != 0)
		n = add_tag(frame, n, TPID, iface->inner_vlan);
	return add_tag(frame, n,
		iface->tpid != 0                 ? iface->tpid
			: iface->inner_vlan != 0 ? TPID_OUTER
						 : TPID,
		iface->vlan);
}
