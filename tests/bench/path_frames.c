/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of the bench: one of each flow, UDP of 60 bytes or TCP with a few bytes of data. */

#include "path.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "packet/bytes.h"
#include "packet/checksum.h"

enum {
	TCP_BYTES = 24, /* an option more: window scale or padding */
	DATA_BYTES = 4,
	UDP_DATA_BYTES = 18,
	SYN = 2,
	ACK = 16,
	PSH = 8,
};

static unsigned
l4_offset(const struct path_options *o)
{
	return o->family == 4 ? 34 : 54;
}

static void
write_ip(uint8_t *ip, const struct path_options *o, unsigned flow, unsigned l4_bytes)
{
	uint8_t proto = o->tcp ? IPPROTO_TCP : IPPROTO_UDP;
	unsigned route = (unsigned)((uint64_t)flow * 2654435761u % o->routes);

	if (o->family == 4) {
		put16(ip, 0x4500);
		put16(ip + 2, 20 + l4_bytes);
		put16(ip + 4, flow & 0xffff);
		ip[8] = 64;
		ip[9] = proto;
		put32(ip + 12, 0x0a000002 + flow % 60000);
		put32(ip + 16, 0x14000000 + (route << 8) + 1 + flow % 250);
		checksum_ip4_set(ip, 20);
		return;
	}
	ip[0] = 0x60;
	put16(ip + 4, l4_bytes);
	ip[6] = proto;
	ip[7] = 64;
	memcpy(ip + 8, "\x20\x01\x0d\xb8\x00\x0a", 6);
	put32(ip + 20, 2 + flow % 60000);
	memcpy(ip + 24, "\x20\x01\x0d\xb9", 4);
	put16(ip + 28, route);
	put32(ip + 36, 1 + flow % 250);
}

static void
write_l4(uint8_t *l4, const struct path_options *o, unsigned flow, unsigned l4_bytes)
{
	put16(l4, 1024 + flow / 60000);
	put16(l4 + 2, 5000 + flow % 1000);
	if (!o->tcp) {
		put16(l4 + 4, l4_bytes);
		put16(l4 + 6, 0x1234);
		return;
	}
	put32(l4 + 4, 1000);
	l4[12] = TCP_BYTES / 4 << 4;
	l4[13] = SYN;
	put16(l4 + 14, 0xffff);
	put32(l4 + 20, 0x03030701); /* window scale 7, end */
}

/* A SYN is as long as the segments after it, its data included (RFC 7413). */
static unsigned
l4_bytes(const struct path_options *o)
{
	return o->tcp ? TCP_BYTES + DATA_BYTES : 8 + UDP_DATA_BYTES;
}

void
path_frames_make(struct path_frames *f, const struct path_options *o)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0x99 };
	unsigned bytes = l4_offset(o) + l4_bytes(o);
	unsigned step = 2654435761u % o->flows | 1;

	f->count = o->flows;
	f->bytes = bytes;
	f->stride = RTE_ALIGN_CEIL(bytes, 16);
	f->at = calloc(f->count, f->stride);
	if (f->at == NULL)
		stand_die("out of memory");
	while (step > 1 && o->flows % step == 0)
		step += 2;
	for (unsigned i = 0; i < f->count; i++) {
		uint8_t *frame = f->at + (size_t)i * f->stride;
		unsigned flow = (unsigned)((uint64_t)i * step % o->flows);

		memcpy(frame, macs, sizeof(macs));
		put16(frame + 12, o->family == 4 ? 0x0800 : 0x86dd);
		write_ip(frame + 14, o, flow, l4_bytes(o));
		write_l4(frame + l4_offset(o), o, flow, l4_bytes(o));
	}
}

void
path_frames_next(struct path_frames *f, unsigned flow, const struct path_options *o)
{
	uint8_t *tcp = f->at + (size_t)flow * f->stride + l4_offset(o);

	if (!o->tcp)
		return;
	if (tcp[13] == SYN) {
		put32(tcp + 4, 1001);
		put32(tcp + 8, 5001 + DATA_BYTES);
		put32(tcp + 20, 0x01010101);
		tcp[13] = ACK | PSH;
	}
	put32(tcp + 4, get32(tcp + 4) + DATA_BYTES);
}

static void
swap(uint8_t *a, uint8_t *b, unsigned n)
{
	uint8_t t[16];

	memcpy(t, a, n);
	memcpy(a, b, n);
	memcpy(b, t, n);
}

/* The sums of the headers stay as they were: only places change. */
void
path_answer(uint8_t *frame, const struct path_options *o)
{
	static const uint8_t mac[6] = PATH_WAN_MAC;
	uint8_t *ip = frame + 14, *l4 = frame + l4_offset(o);

	memcpy(frame, mac, 6);
	if (o->family == 4)
		swap(ip + 12, ip + 16, 4);
	else
		swap(ip + 8, ip + 24, 16);
	swap(l4, l4 + 2, 2);
	if (!o->tcp)
		return;
	if (l4[13] == SYN) {
		put32(l4 + 8, get32(l4 + 4) + 1);
		put32(l4 + 4, 5000);
		l4[13] = SYN | ACK;
	} else {
		put32(l4 + 8, get32(l4 + 4) + DATA_BYTES);
		put32(l4 + 4, 5001 + DATA_BYTES);
		l4[13] = ACK;
	}
}
