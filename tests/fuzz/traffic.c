/* SPDX-License-Identifier: BSD-3-Clause */
/* Hostile traffic that knows what is open. */

#include "traffic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "chance.h"
#include "frame.h"
#include "packet/checksum.h"
#include "path.h"

enum {
	SEEN = 64, /* frames remembered of each side */
	PIECES = 6,
	BURST_CHANCES = 40,
};

static struct {
	struct frame frame[SEEN];
	unsigned n, next;
} seen[TRAFFIC_PORTS];

/* --- what comes out --- */

static void
dump(const struct frame *f, const char *what)
{
	fprintf(stderr, "%s:", what);
	for (unsigned i = 0; i < f->n; i++)
		fprintf(stderr, "%s%02x", i % 16 == 0 ? "\n" : " ", f->bytes[i]);
	fputc('\n', stderr);
	abort();
}

static void
judge(unsigned port, const struct frame *f)
{
	struct parts p = { 0 };
	bool whole = frame_read(f, &p);
	const uint8_t *ip = f->bytes + p.ip;

	if (p.ip == 0 || p.family == 0)
		return;
	if (p.family == 4 && checksum_ip4_verify(ip, (ip[0] & 15) * 4u) != 0)
		dump(f, "a wrong header checksum");
	if (p.family == 4 && port == TRAFFIC_WAN && ip[12] == 10)
		dump(f, "an inside address shows outside");
	if (whole && p.proto == (p.family == 4 ? PROTO_ICMP : PROTO_ICMP6)
		&& frame_sum(f, &p) != 0xffff)
		dump(f, "a wrong ICMP checksum");
}

void
traffic_seen(void *arg, unsigned port, const struct rte_mbuf *m)
{
	struct frame *f;

	if (port >= TRAFFIC_PORTS || m->pkt_len > FRAME_ROOM)
		return;
	f = &seen[port].frame[seen[port].next];
	if (rte_pktmbuf_read(m, 0, m->pkt_len, f->bytes) != f->bytes)
		memcpy(f->bytes, rte_pktmbuf_mtod(m, void *), m->pkt_len);
	f->n = m->pkt_len;
	judge(port, f);
	seen[port].next = (seen[port].next + 1) % SEEN;
	seen[port].n += seen[port].n < SEEN;
}

static bool
any_seen(unsigned port, struct frame *f, struct parts *p)
{
	if (seen[port].n == 0)
		return false;
	*f = seen[port].frame[chance(seen[port].n)];
	return frame_read(f, p);
}

/* --- what goes in --- */

static void
any_end(struct end *e, unsigned family, bool inside)
{
	static const uint8_t in4[] = { 10, 0, 0 }, guests4[] = { 10, 20, 0 };
	static const uint8_t out4[] = { 203, 0, 113 };
	static const uint8_t in6[] = { 0x20, 1, 0xd, 0xb8, 0, 1 };
	static const uint8_t out6[] = { 0x20, 1, 0xd, 0xb8, 0, 9 };

	memset(e->address, 0, sizeof(e->address));
	if (family == 4)
		memcpy(e->address, !inside ? out4 : chance(4) == 0 ? guests4 : in4, 3);
	else
		memcpy(e->address, inside ? in6 : out6, 6);
	e->address[family == 4 ? 3 : 15] = (uint8_t)(2 + chance(inside ? 4 : 3));
	e->port = (uint16_t)(inside ? 4000 + chance(64) : 50 + chance(24));
}

/* Somebody outside begins at a public address: a forwarded port, a mapping, or nothing. */
static void
to_public(struct plan *plan)
{
	static const uint8_t last[] = { 1, 8, 9, 16, 17, 20 };
	const uint8_t a[4] = { 198, 51, 100, last[chance(sizeof(last))] };

	memcpy(plan->to.address, a, 4);
	plan->to.port = (uint16_t)(chance(2) ? 8080 + chance(12) : 4000 + chance(32));
}

static unsigned
any_payload(void)
{
	return (unsigned)(chance(4) == 0 ? 1200 + chance(600) : chance(60));
}

/* The first packet of something. */
static unsigned
begin(struct frame *f)
{
	static const uint8_t protos[] = {
		PROTO_TCP,
		PROTO_TCP,
		PROTO_TCP,
		PROTO_TCP,
		PROTO_UDP,
		PROTO_UDP,
		PROTO_ICMP,
		47,
	};
	struct plan plan = { .family = chance(4) == 0 ? 6 : 4, .flags = SYN };
	bool inside = chance(4) != 0;

	any_end(&plan.from, plan.family, inside);
	any_end(&plan.to, plan.family, !inside);
	plan.proto = protos[chance(sizeof(protos))];
	plan.payload = plan.proto == PROTO_TCP && chance(8) != 0 ? 0 : any_payload();
	if (plan.family == 6 && plan.proto == PROTO_ICMP)
		plan.proto = PROTO_ICMP6;
	if (plan.family == 4 && (!inside || chance(8) == 0))
		to_public(&plan); /* from the inside: a hairpin */
	if (plan.family == 4 && plan.from.address[0] == 10 && plan.from.address[1] == 20)
		plan.vlan = 20;
	frame_make(f, &plan);
	return inside ? TRAFFIC_LAN : TRAFFIC_WAN;
}

/* To a public endpoint that was seen: a hairpin, or a stranger. */
static unsigned
call(struct frame *f)
{
	struct parts p;
	struct frame known;
	struct plan plan = { .family = 4, .flags = SYN };
	bool inside = chance(2);

	if (!any_seen(TRAFFIC_WAN, &known, &p) || p.family != 4)
		return begin(f);
	any_end(&plan.from, 4, inside);
	memcpy(plan.to.address, known.bytes + p.ip + 12, 4);
	plan.to.port = frame_get16(known.bytes + p.l4);
	plan.proto = p.proto;
	plan.payload = any_payload();
	if (inside && plan.from.address[1] == 20)
		plan.vlan = 20;
	frame_make(f, &plan);
	return inside ? TRAFFIC_LAN : TRAFFIC_WAN;
}

static void
answer_tcp(struct frame *f, const struct parts *p)
{
	uint8_t *tcp = f->bytes + p->l4;
	unsigned head = (tcp[12] >> 4) * 4u, was = tcp[13], bytes;
	uint32_t seq = frame_get32(tcp + 4), ack = frame_get32(tcp + 8);
	unsigned flags = ACK;

	if (head < 20 || head > p->l4_bytes)
		return;
	bytes = p->l4_bytes - head + ((was & SYN) != 0) + ((was & FIN) != 0);
	if ((was & (SYN | ACK)) == SYN)
		flags = chance(20) == 0 ? SYN : chance(20) == 0 ? RST | ACK : SYN | ACK;
	else if (chance(10) == 0 || (was & FIN))
		flags = FIN | ACK;
	else if (chance(40) == 0)
		flags = RST | ACK;
	frame_put32(tcp + 4, (was & ACK) ? ack : (uint32_t)chance(1ull << 32));
	frame_put32(tcp + 8, flags & ACK ? seq + bytes : 0);
	tcp[13] = (uint8_t)flags;
	frame_put16(tcp + 14, 29200);
	f->n = p->l4 + head; /* and new data */
	if (!(flags & SYN) && chance(3) == 0)
		f->n += (unsigned)chance(200);
}

/* What the receiver of a frame that was seen says to it. */
static unsigned
answer(struct frame *f)
{
	unsigned port = chance(2) ? TRAFFIC_LAN : TRAFFIC_WAN;
	struct parts p;

	if (!any_seen(port, f, &p))
		return begin(f);
	frame_turn(f, &p);
	if (p.proto == PROTO_TCP)
		answer_tcp(f, &p);
	else if (f->bytes[p.l4] == 8 && p.proto == PROTO_ICMP)
		f->bytes[p.l4] = 0;
	else if (f->bytes[p.l4] == 128 && p.proto == PROTO_ICMP6)
		f->bytes[p.l4] = 129;
	f->bytes[p.ip + (p.family == 4 ? 8 : 7)] = 64;
	return port;
}

/* An error about a frame that was seen, by its receiver or a router before it. */
static unsigned
complain(struct frame *f)
{
	static const uint8_t types4[] = { 3, 3, 3, 4, 11, 12 }, types6[] = { 1, 2, 3, 4 };
	unsigned port = chance(2) ? TRAFFIC_LAN : TRAFFIC_WAN, quoted, at;
	struct plan plan = { 0 };
	struct frame about;
	struct parts p;

	if (!any_seen(port, &about, &p))
		return begin(f);
	plan.family = p.family;
	plan.proto = p.family == 4 ? PROTO_ICMP : PROTO_ICMP6;
	plan.vlan = p.ip == 18 ? 20 : 0;
	any_end(&plan.from, p.family, port == TRAFFIC_LAN);
	if (chance(2))
		memcpy(plan.from.address, about.bytes + p.ip + (p.family == 4 ? 16 : 24), 16);
	memcpy(plan.to.address, about.bytes + p.ip + (p.family == 4 ? 12 : 8), 16);
	frame_make(f, &plan);
	at = f->n;
	f->bytes[at - 8] = p.family == 4 ? types4[chance(sizeof(types4))]
					 : types6[chance(sizeof(types6))];
	f->bytes[at - 7] = (uint8_t)chance(16);
	frame_put16(f->bytes + at - 2, chance(2) ? 576 : (unsigned)chance(1600));
	quoted = p.l4 - p.ip + p.l4_bytes;
	if (chance(2))
		quoted = p.l4 - p.ip + 8 + (unsigned)chance(quoted - (p.l4 - p.ip) - 7);
	if (quoted > 1200)
		quoted = 1200;
	memcpy(f->bytes + at, about.bytes + p.ip, quoted);
	f->n = at + quoted;
	for (uint64_t i = chance(6); i > 4; i--) /* a quote that has been tampered with */
		f->bytes[at + chance(quoted)] ^= (uint8_t)(1u << chance(8));
	return port;
}

static unsigned (*const kinds[])(struct frame *f) = {
	begin,
	call,
	answer,
	answer,
	answer,
	answer,
	answer,
	complain,
};

/* --- changes --- */

static void
change_segment(struct frame *f, const struct parts *p)
{
	uint8_t *tcp = f->bytes + p->l4;
	uint32_t step = (uint32_t)chance(1ull << chance(33)) * (chance(2) ? 1 : UINT32_MAX);

	switch (chance(6)) {
	case 0:
		tcp[13] = (uint8_t)chance(64);
		break;
	case 1:
		frame_put32(tcp + 4, frame_get32(tcp + 4) + step);
		break;
	case 2:
		frame_put32(tcp + 8, frame_get32(tcp + 8) + step);
		break;
	case 3:
		frame_put16(tcp + 14, chance(2) ? 0 : (unsigned)chance(65536));
		break;
	case 4: /* a header of another length: options out of payload */
		tcp[12] = (uint8_t)((5 + chance(11)) << 4);
		break;
	case 5: /* options that end nowhere, or have no length */
		for (unsigned i = 20; i < (tcp[12] >> 4) * 4u && p->l4 + i < f->n; i++)
			tcp[i] = (uint8_t)chance(4);
		break;
	}
}

static void
change(struct frame *f)
{
	struct parts p;

	if (chance(2) && frame_read(f, &p) && p.proto == PROTO_TCP) {
		change_segment(f, &p);
		return;
	}
	for (uint64_t i = chance(3); i < 3; i++)
		f->bytes[14 + chance(f->n - 14)] ^= (uint8_t)(1u << chance(8));
}

/* --- sets of fragments --- */

static void
send(struct frame *f, unsigned port)
{
	memcpy(f->bytes, path_mac(port), 6);
	path_frame(port, f->bytes, f->n, 1 + (unsigned)chance(BURST_CHANCES));
}

struct piece {
	unsigned from, to; /* bytes of the datagram's payload */
};

static void
send_piece(
	const struct frame *whole, const struct parts *p, unsigned port, const struct piece *piece)
{
	bool more = piece->to < p->l4_bytes;
	struct frame f;
	unsigned at = p->l4;

	memcpy(f.bytes, whole->bytes, p->l4);
	if (p->family == 6) {
		memset(f.bytes + at, 0, 8);
		f.bytes[at] = p->proto;
		f.bytes[p->ip + 6] = 44;
		frame_put16(f.bytes + at + 2, piece->from | more);
		f.bytes[at + 7] = whole->bytes[whole->n - 1] & 63;
		at += 8;
	} else {
		frame_put16(f.bytes + p->ip + 6, piece->from / 8 | (more ? 0x2000 : 0));
	}
	memcpy(f.bytes + at, whole->bytes + p->l4 + piece->from, piece->to - piece->from);
	f.n = at + piece->to - piece->from;
	frame_fix(&f);
	if (chance(40) == 0)
		change(&f);
	send(&f, port);
}

/* Cuts at random places; some pieces come twice, overlap, or are missing.  In random order. */
static unsigned
send_pieces(const struct frame *whole, const struct parts *p, unsigned port)
{
	struct piece piece[PIECES];
	unsigned n = 0, at = 0, sent = 0;

	while (at < p->l4_bytes && n < PIECES) {
		unsigned bytes = 8 * (1 + (unsigned)chance(1 + p->l4_bytes / 16));

		piece[n].from = at;
		at += n + 1 == PIECES || bytes > p->l4_bytes - at ? p->l4_bytes - at : bytes;
		piece[n].to = at;
		if (chance(20) == 0 && piece[n].from >= 8)
			piece[n].from -= 8;
		if (chance(20) != 0 || n == 0)
			n++;
		else
			piece[n - 1].to = at > 8 ? at & ~7u : at;
	}
	for (unsigned i = n; i > 1; i--) {
		unsigned other = (unsigned)chance(i);
		struct piece swap = piece[i - 1];

		piece[i - 1] = piece[other];
		piece[other] = swap;
	}
	for (unsigned i = 0; i < n; i++) {
		for (uint64_t twice = chance(20) == 0 ? 2 : chance(20) != 0; twice > 0; twice--) {
			send_piece(whole, p, port, &piece[i]);
			sent++;
		}
	}
	return sent;
}

unsigned
traffic_one(void)
{
	struct frame f;
	struct parts p;
	unsigned port = kinds[chance(sizeof(kinds) / sizeof(kinds[0]))](&f);

	if (chance(16) == 0)
		change(&f);
	if (chance(16) != 0)
		frame_fix(&f);
	if (chance(8) == 0 && frame_read(&f, &p) && p.l4_bytes > 16)
		return send_pieces(&f, &p, port);
	if (chance(16) == 0)
		change(&f);
	send(&f, port);
	return 1;
}
