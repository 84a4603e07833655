/* SPDX-License-Identifier: BSD-3-Clause */
#include "slowpath/bridge_frame.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "packet/bytes.h"
#include "packet/load.h"

#define MACS_BYTES 12u /* of both MACs of a frame */
#define TAG_BYTES  4u

unsigned
bridge_tags(const struct interface *iface)
{
	return iface == NULL || iface->vlan == 0 ? 0 : iface->inner_vlan == 0 ? 1 : 2;
}

static bool
is_tag(const uint8_t *type)
{
	uint16_t value = read_be16(type);

	return value == RTE_ETHER_TYPE_VLAN || value == RTE_ETHER_TYPE_QINQ;
}

uint16_t
bridge_vlan(const struct interface *iface, const uint8_t *frame, uint32_t bytes)
{
	unsigned at = MACS_BYTES + TAG_BYTES * bridge_tags(iface);

	if (bytes < at + TAG_BYTES || !is_tag(frame + at))
		return 0;
	return read_be16(frame + at + 2) & 0xfff;
}

enum reason
bridge_refuses(const struct bridge *bridge, const uint8_t *frame)
{
	static const uint8_t reserved[5] = { 0x01, 0x80, 0xc2, 0, 0 }, none[6];
	const uint8_t *src = frame + 6;

	if (memcmp(frame, reserved, sizeof(reserved)) == 0 && frame[5] < 16)
		return REASON_bridge_reserved;
	if ((src[0] & 1) != 0 || memcmp(src, none, 6) == 0
		|| (bridge->iface != 0 && memcmp(src, bridge->mac, 6) == 0))
		return REASON_bridge_bad_source;
	return REASON_NONE;
}

/* Returns the bytes that count against the MTU of the egress: all behind the Ethernet header and
 * the first two tags, as the frame will leave.  Devices have room for two. */
static uint32_t
payload_bytes(const struct rte_mbuf *m, const uint8_t *frame, unsigned off, unsigned on)
{
	unsigned tags = 0, leaving;

	while (MACS_BYTES + (tags + 1) * TAG_BYTES + 2 <= m->data_len
		&& is_tag(frame + MACS_BYTES + tags * TAG_BYTES))
		tags++;
	leaving = tags + on > off ? tags + on - off : 0;
	return m->pkt_len - MACS_BYTES - 2 - tags * TAG_BYTES
		+ (leaving > 2 ? (leaving - 2) * TAG_BYTES : 0);
}

/* What is kept of a tag that is taken off. */
struct outer {
	uint16_t tpid; /* 0: there was none */
	uint16_t priority;
};

static void
push_tags(uint8_t *frame, const struct interface *to, const struct outer *was)
{
	unsigned n = bridge_tags(to);
	uint16_t tpid = to->tpid != 0     ? to->tpid
		: was->tpid != 0 && n < 2 ? was->tpid
		: n == 2                  ? RTE_ETHER_TYPE_QINQ
					  : RTE_ETHER_TYPE_VLAN;

	put16(frame + MACS_BYTES, tpid);
	put16(frame + MACS_BYTES + 2, (uint16_t)(was->priority | to->vlan));
	if (n < 2)
		return;
	put16(frame + MACS_BYTES + 4, RTE_ETHER_TYPE_VLAN);
	put16(frame + MACS_BYTES + 6, (uint16_t)(was->priority | to->inner_vlan));
}

enum reason
bridge_retag(struct rte_mbuf *m, const struct interface *from, const struct interface *to)
{
	unsigned off = bridge_tags(from) * TAG_BYTES, on = bridge_tags(to) * TAG_BYTES;
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	struct outer was = { 0, 0 };
	uint8_t macs[MACS_BYTES];

	if (payload_bytes(m, frame, bridge_tags(from), bridge_tags(to)) > to->mtu)
		return REASON_mtu_exceeded;
	if (off == 0 && on == 0)
		return REASON_NONE;
	if (off != 0)
		was = (struct outer){ read_be16(frame + MACS_BYTES),
			read_be16(frame + MACS_BYTES + 2) & 0xf000 };
	memcpy(macs, frame, sizeof(macs));
	if (off > on)
		rte_pktmbuf_adj(m, (uint16_t)(off - on));
	else if (on > off && rte_pktmbuf_prepend(m, (uint16_t)(on - off)) == NULL)
		return REASON_no_mbuf;
	frame = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(frame, macs, sizeof(macs));
	if (on != 0)
		push_tags(frame, to, &was);
	return REASON_NONE;
}
