/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that fuzzers make and take apart. */

#include "frame.h"

#include <string.h>

#include "chance.h"
#include "packet/checksum.h"

uint16_t
frame_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
frame_get32(const uint8_t *p)
{
	return (uint32_t)frame_get16(p) << 16 | frame_get16(p + 2);
}

void
frame_put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void
frame_put32(uint8_t *p, uint32_t v)
{
	frame_put16(p, v >> 16);
	frame_put16(p + 2, v & 0xffff);
}

/* Offset of the IP header; 0 without one. */
static unsigned
find_ip(const struct frame *f, unsigned *family)
{
	unsigned at = 12, type;

	if (f->n >= 18 && frame_get16(f->bytes + at) == 0x8100)
		at += 4;
	if (f->n < at + 2 + 20)
		return 0;
	type = frame_get16(f->bytes + at);
	*family = type == 0x0800 ? 4 : type == 0x86dd ? 6 : 0;
	if (*family == 0 || (*family == 6 && f->n < at + 2 + 40))
		return 0;
	return at + 2;
}

bool
frame_read(const struct frame *f, struct parts *p)
{
	const uint8_t *ip = f->bytes + (p->ip = find_ip(f, &p->family));
	unsigned head, bytes;

	if (p->ip == 0)
		return false;
	head = p->family == 4 ? (ip[0] & 15) * 4u : 40;
	bytes = p->family == 4 ? frame_get16(ip + 2) : 40u + frame_get16(ip + 4);
	if (head < 20 || bytes < head + 8 || p->ip + bytes > f->n
		|| (p->family == 4 && (frame_get16(ip + 6) & 0x3fff) != 0))
		return false;
	p->proto = ip[p->family == 4 ? 9 : 6];
	p->l4 = p->ip + head;
	p->l4_bytes = bytes - head;
	return p->proto != PROTO_TCP || p->l4_bytes >= 20;
}

uint16_t
frame_sum(const struct frame *f, const struct parts *p)
{
	const uint8_t *ip = f->bytes + p->ip;
	uint64_t sum = checksum_sum(f->bytes + p->l4, p->l4_bytes);

	if (p->proto != PROTO_ICMP)
		sum += p->family == 4 ? checksum_pseudo(ip + 12, ip + 16, 4, p->proto, p->l4_bytes)
				      : checksum_pseudo(ip + 8, ip + 24, 16, p->proto, p->l4_bytes);
	return checksum_fold(sum);
}

static int
sum_offset(uint8_t proto)
{
	switch (proto) {
	case PROTO_TCP:
		return 16;
	case PROTO_UDP:
		return 6;
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return 2;
	}
	return -1;
}

static void
fix_l4(struct frame *f, const struct parts *p)
{
	uint8_t *l4 = f->bytes + p->l4;
	int at = sum_offset(p->proto);
	uint16_t sum;

	if (p->proto == PROTO_UDP)
		frame_put16(l4 + 4, p->l4_bytes);
	if (at < 0)
		return;
	memset(l4 + at, 0, 2);
	sum = (uint16_t)~frame_sum(f, p);
	memcpy(l4 + at, &sum, 2);
}

void
frame_fix(struct frame *f)
{
	unsigned family = 0, ip = find_ip(f, &family), bytes = f->n - ip;
	struct parts p;

	if (ip == 0)
		return;
	if (family == 4) {
		unsigned head = (f->bytes[ip] & 15) * 4u;

		if (head < 20 || head > bytes)
			return;
		frame_put16(f->bytes + ip + 2, bytes);
		checksum_ip4_set(f->bytes + ip, head);
	} else {
		frame_put16(f->bytes + ip + 4, bytes - 40);
	}
	if (frame_read(f, &p))
		fix_l4(f, &p);
}

void
frame_turn(struct frame *f, const struct parts *p)
{
	uint8_t *a = f->bytes + p->ip + (p->family == 4 ? 12 : 8), swap[16];
	unsigned n = p->family == 4 ? 4 : 16;

	memcpy(swap, a, n);
	memcpy(a, a + n, n);
	memcpy(a + n, swap, n);
	if (p->proto != PROTO_TCP && p->proto != PROTO_UDP)
		return;
	a = f->bytes + p->l4;
	memcpy(swap, a, 2);
	memcpy(a, a + 2, 2);
	memcpy(a + 2, swap, 2);
}

/* A SYN has the options that SYNs have, other segments now and then a time stamp. */
static unsigned
make_tcp(uint8_t *tcp, const struct plan *plan)
{
	static const uint8_t syn[] = {
		2,
		4,
		5,
		0xb4,
		4,
		2,
		8,
		10,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		1,
		3,
		3,
		7,
	};
	unsigned options = 0;

	if ((plan->flags & SYN) && chance(4) != 0) {
		options = sizeof(syn);
		memcpy(tcp + 20, syn, sizeof(syn));
		tcp[39] = (uint8_t)chance(16);
	}
	frame_put32(tcp + 4, (uint32_t)chance(1ull << 32));
	frame_put32(tcp + 8, (plan->flags & ACK) ? (uint32_t)chance(1ull << 32) : 0);
	tcp[12] = (uint8_t)((20 + options) / 4 << 4);
	tcp[13] = plan->flags;
	frame_put16(tcp + 14, chance(8) == 0 ? (unsigned)chance(65536) : 29200);
	return 20 + options;
}

static unsigned
make_l4(uint8_t *l4, const struct plan *plan)
{
	unsigned n = 8;

	memset(l4, 0, 60);
	if (plan->proto == PROTO_TCP || plan->proto == PROTO_UDP) {
		frame_put16(l4, plan->from.port);
		frame_put16(l4 + 2, plan->to.port);
		if (plan->proto == PROTO_TCP)
			n = make_tcp(l4, plan);
	} else if (plan->proto == PROTO_ICMP || plan->proto == PROTO_ICMP6) {
		l4[0] = plan->proto == PROTO_ICMP ? 8 : 128;
		frame_put16(l4 + 4, plan->from.port);
	}
	for (unsigned i = 0; i < plan->payload; i++)
		l4[n + i] = (uint8_t)i;
	return n + plan->payload;
}

static unsigned
make_ip(uint8_t *ip, const struct plan *plan)
{
	unsigned options = plan->family == 4 && chance(24) == 0 ? 4 : 0;

	memset(ip, 0, 40);
	if (plan->family == 6) {
		ip[0] = 0x60;
		ip[6] = plan->proto;
		ip[7] = chance(50) == 0 ? 1 : 64;
		memcpy(ip + 8, plan->from.address, 16);
		memcpy(ip + 24, plan->to.address, 16);
		return 40;
	}
	ip[0] = (uint8_t)(0x45 + options / 4);
	frame_put16(ip + 4, (unsigned)chance(64));
	frame_put16(ip + 6, chance(3) == 0 ? 0x4000 : 0);
	ip[8] = chance(50) == 0 ? 1 : 64;
	ip[9] = plan->proto;
	memcpy(ip + 12, plan->from.address, 4);
	memcpy(ip + 16, plan->to.address, 4);
	memset(ip + 20, 1, options);
	return 20 + options;
}

void
frame_make(struct frame *f, const struct plan *plan)
{
	unsigned at = 12;

	memset(f->bytes, 2, 12);
	if (plan->vlan != 0) {
		frame_put16(f->bytes + 12, 0x8100);
		frame_put16(f->bytes + 14, plan->vlan);
		at += 4;
	}
	frame_put16(f->bytes + at, plan->family == 4 ? 0x0800 : 0x86dd);
	f->n = at + 2;
	f->n += make_ip(f->bytes + f->n, plan);
	f->n += make_l4(f->bytes + f->n, plan);
}
