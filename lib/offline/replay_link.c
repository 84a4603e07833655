/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethernet frames from captures of other link types. */

#include "offline/replay_link.h"

#include <string.h>

#include <pcap/pcap.h>

enum {
	MAC_BYTES = 6,
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	COOKED_BROADCAST = 1, /* packet type of Linux cooked captures: sent to all */
};

/* Where a link type's header has the fields that an Ethernet header needs. */
static const struct layout {
	int link;
	uint8_t bytes;    /* of the header */
	bool cooked;      /* it has the members below; else the packet's IP version
			   * gives the EtherType */
	uint8_t protocol; /* offset of the EtherType */
	uint8_t kind;     /* of the packet type's low byte */
	uint8_t length;   /* of the source address's length, low byte */
	uint8_t source;
} layouts[] = {
	{ .link = DLT_RAW },
	{ .link = DLT_IPV4 },
	{ .link = DLT_IPV6 },
	{ .link = DLT_NULL, .bytes = 4 },
	{ .link = DLT_LOOP, .bytes = 4 },
	{ .link = DLT_LINUX_SLL,
		.bytes = 16,
		.cooked = true,
		.protocol = 14,
		.kind = 1,
		.length = 5,
		.source = 6 },
	{ .link = DLT_LINUX_SLL2,
		.bytes = 20,
		.cooked = true,
		.protocol = 0,
		.kind = 10,
		.length = 11,
		.source = 12 },
};

static const struct layout *
find_layout(int link)
{
	for (unsigned i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].link == link)
			return &layouts[i];
	return NULL;
}

bool
replay_link_is_read(int link)
{
	return link == DLT_EN10MB || find_layout(link) != NULL;
}

/* Writes the group address of a multicast packet (RFC 1112 6.4, RFC 2464 7); returns false for any
 * other packet. */
static bool
group_mac(unsigned type, const uint8_t *ip, uint32_t bytes, uint8_t *mac)
{
	if (type == TYPE_IPV4 && bytes >= 20 && (ip[16] & 0xf0) == 0xe0) {
		memcpy(mac, (const uint8_t[]){ 0x01, 0x00, 0x5e, ip[17] & 0x7f, ip[18], ip[19] },
			MAC_BYTES);
		return true;
	}
	if (type == TYPE_IPV6 && bytes >= 40 && ip[24] == 0xff) {
		memcpy(mac, (const uint8_t[]){ 0x33, 0x33, ip[36], ip[37], ip[38], ip[39] },
			MAC_BYTES);
		return true;
	}
	return false;
}

static unsigned
ether_type(const struct layout *l, const uint8_t *data, const uint8_t *packet, uint32_t bytes)
{
	if (l->cooked)
		return (unsigned)data[l->protocol] << 8 | data[l->protocol + 1];
	return bytes > 0 && packet[0] >> 4 == 6 ? TYPE_IPV6 : TYPE_IPV4;
}

uint32_t
replay_link_frame(
	int link, const uint8_t *data, uint32_t bytes, const uint8_t mac[static 6], uint8_t *out)
{
	static const uint8_t source[MAC_BYTES] = { 0x02, 0, 0, 0, 0, 0x01 };
	const struct layout *l = find_layout(link);
	const uint8_t *packet;
	unsigned type;

	if (l == NULL) {
		memcpy(out, data, bytes);
		return bytes;
	}
	if (bytes < l->bytes)
		return 0;
	packet = data + l->bytes;
	bytes -= l->bytes;
	type = ether_type(l, data, packet, bytes);
	memcpy(out, mac, MAC_BYTES);
	if (l->cooked && data[l->kind] == COOKED_BROADCAST)
		memset(out, 0xff, MAC_BYTES);
	else
		group_mac(type, packet, bytes, out);
	memcpy(out + MAC_BYTES,
		l->cooked && data[l->length] == MAC_BYTES ? data + l->source : source, MAC_BYTES);
	out[12] = (uint8_t)(type >> 8);
	out[13] = (uint8_t)type;
	memcpy(out + 14, packet, bytes);
	return bytes + 14;
}
