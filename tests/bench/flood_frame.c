/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a flood's frames. */

#include "flood.h"

#include <string.h>

#include <netinet/in.h>

#include "packet/bytes.h"
#include "packet/checksum.h"

static unsigned
header_bytes(const struct flood_frame *f)
{
	return f->offset != 0 ? 0 : f->proto == IPPROTO_TCP ? 20 : 8;
}

static void
write_l4(uint8_t *l4, const struct flood_frame *f)
{
	put16(l4, f->sport);
	put16(l4 + 2, f->dport);
	if (f->proto == IPPROTO_TCP) {
		put32(l4 + 4, f->seq);
		put32(l4 + 8, f->ack);
		l4[12] = 5 << 4;
		l4[13] = f->flags;
		put16(l4 + 14, 0xffff);
	} else { /* a first fragment says how long the datagram is: twice as long */
		put16(l4 + 4, 8u + f->payload + (f->more ? f->payload : 0));
	}
}

uint16_t
flood_frame_bytes(const struct flood_frame *f)
{
	return (uint16_t)RTE_MAX(34u + header_bytes(f) + f->payload, 60u);
}

void
flood_frame_write(const struct flood_frame *f, const uint8_t mac[6], uint8_t *frame)
{
	static const uint8_t peer[6] = { 2, 0, 0, 0, 0, 0x99 };
	unsigned ip_bytes = 20 + header_bytes(f) + f->payload;
	uint8_t *ip = frame + 14;

	memset(frame, 0, flood_frame_bytes(f));
	memcpy(frame, mac, 6);
	memcpy(frame + 6, peer, 6);
	put16(frame + 12, 0x0800);
	put16(ip, 0x4500);
	put16(ip + 2, ip_bytes);
	put16(ip + 4, (unsigned)f->mark << 14 | (f->id & 0x3fff));
	put16(ip + 6, f->offset / 8u | (f->more ? 0x2000u : 0));
	ip[8] = 64;
	ip[9] = f->proto;
	put32(ip + 12, f->src);
	put32(ip + 16, f->dst);
	checksum_ip4_set(ip, 20);
	if (f->offset == 0)
		write_l4(ip + 20, f);
}
