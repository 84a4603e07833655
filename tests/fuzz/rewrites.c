/* SPDX-License-Identifier: BSD-3-Clause */
/* Ten million translations, their checksums against sums over the whole packet (RFC 1624, RFC 768).
 *
 *   rewrites [CASES [SEED]]
 *
 * Each case is a packet, a change of its addresses and ports, and one of the ways that packets are
 * rewritten.  Half of all words are corner values, and a spare word often forces the checksum,
 * before or after, to one.  A right checksum must become what a sum over all the new packet gives;
 * a wrong one must stay wrong by exactly as much; UDP's 0 stays 0, and no other becomes 0.  Some
 * ICMP messages are nothing but zeros: they have no pseudo header. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "program/rewrite.h"
#include "chance.h"
#include "packet/parse.h"
#include "plain_sum.h"

enum {
	CASES = 10000000,
	L3 = 14,
	ROOM = 512,
	SPARE = 20, /* where the spare word stands in the transport part */
};

uint64_t chance_state;

enum way { STRAIGHT, GENERAL, QUOTED, WAYS };

struct packet {
	uint8_t bytes[ROOM];
	unsigned family, n; /* n: of the frame */
	uint8_t proto;
	struct tuple t;
};

static uint16_t
any_word(void)
{
	static const uint16_t corners[] = {
		0,
		0xffff,
		0,
		0xffff,
		1,
		0x0100,
		0xfffe,
		0xfeff,
		0x8000,
		0x7fff,
	};

	if (chance(2))
		return (uint16_t)chance(65536);
	return corners[chance(sizeof(corners) / sizeof(corners[0]))];
}

static void
fill(void *to, unsigned n)
{
	for (unsigned i = 0; i < n; i += 2) {
		uint16_t w = any_word();

		memcpy((uint8_t *)to + i, &w, 2);
	}
}

static unsigned
checksum_at(uint8_t proto)
{
	return proto == IPPROTO_TCP ? 16 : proto == IPPROTO_UDP ? 6 : 2;
}

/* The sum over a transport part and its pseudo header, its checksum included. */
static uint16_t
l4_sum(const uint8_t *ip, unsigned family, uint8_t proto, unsigned head, unsigned n)
{
	uint32_t sum = plain_sum(ip + head, n);

	if (proto != IPPROTO_ICMP)
		sum += plain_sum(ip + (family == 4 ? 12 : 8), family == 4 ? 8 : 32) + proto + n;
	return plain_fold(sum);
}

static unsigned
head_of(const struct packet *p)
{
	return p->family == 4 ? 20 : 40;
}

/* Writes the right checksum; UDP's as RFC 768 has it. */
static void
put_sum(uint8_t *ip, unsigned family, uint8_t proto, unsigned head, unsigned n)
{
	uint8_t *field = ip + head + checksum_at(proto);
	uint16_t sum;

	put16(field, 0);
	sum = (uint16_t)~l4_sum(ip, family, proto, head, n);
	put16(field, proto == IPPROTO_UDP && sum == 0 ? 0xffff : sum);
}

static void
put_ip4_sum(uint8_t *ip)
{
	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~plain_fold(plain_sum(ip, 20)));
}

/* --- cases --- */

static void
put_addresses(uint8_t *ip, unsigned family, const struct tuple *t)
{
	memcpy(ip + (family == 4 ? 12 : 8), t->src.bytes, family == 4 ? 4 : 16);
	memcpy(ip + (family == 4 ? 16 : 24), t->dst.bytes, family == 4 ? 4 : 16);
	if (family == 4)
		put_ip4_sum(ip);
}

static void
put_ports(uint8_t *l4, uint8_t proto, const struct tuple *t)
{
	bool icmp = proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;

	memcpy(l4 + (icmp ? 4 : 0), &t->sport, 2);
	memcpy(l4 + (icmp ? 0 : 2), &t->dport, 2);
}

/* A packet at ip; its bytes, header included. */
static unsigned
make(uint8_t *ip, unsigned family, uint8_t proto, struct tuple *t)
{
	unsigned head = family == 4 ? 20 : 40, n = SPARE + 2 + (unsigned)chance(40);
	uint8_t *l4 = ip + head;

	memset(t, 0, sizeof(*t));
	t->family = (uint8_t)family;
	t->proto = proto;
	fill(t->src.bytes, family == 4 ? 4 : 16);
	fill(t->dst.bytes, family == 4 ? 4 : 16);
	fill(&t->sport, 2);
	fill(&t->dport, 2);
	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		t->dport = proto == IPPROTO_ICMP ? RTE_BE16(0x0800) : RTE_BE16(0x8000);
	fill(ip, head);
	fill(l4, n & ~1u);
	l4[n - 1] = (uint8_t)chance(256);
	if (proto == IPPROTO_ICMP
		&& chance(4) == 0) { /* an echo's answer, of zeros but for its identifier */
		t->dport = 0;
		memset(l4, 0, n);
	}
	ip[0] = family == 4 ? 0x45 : 0x60;
	put16(ip + (family == 4 ? 2 : 4), (uint16_t)(family == 4 ? head + n : n));
	if (family == 4)
		put16(ip + 6, 0);
	ip[family == 4 ? 8 : 7] = (uint8_t)(2 + chance(254));
	ip[family == 4 ? 9 : 6] = proto;
	if (proto == IPPROTO_TCP)
		l4[12] = 0x50;
	if (proto == IPPROTO_UDP)
		put16(l4 + 4, (uint16_t)n);
	put_addresses(ip, family, t);
	put_ports(l4, proto, t);
	return head + n;
}

/* The spare word makes the sum of the part's checksum a wanted value. */
static void
force_sum(uint8_t *ip, unsigned family, uint8_t proto, unsigned head, unsigned n)
{
	uint8_t *spare = ip + head + SPARE;
	uint16_t now, want = any_word();

	put16(spare, 0);
	put16(ip + head + checksum_at(proto), 0);
	now = l4_sum(ip, family, proto, head, n);
	put16(spare, plain_fold((uint32_t)want + (uint16_t)~now));
}

static void
any_change(struct tuple *to, const struct tuple *from)
{
	*to = *from;
	if (chance(4) != 0)
		fill(to->src.bytes, from->family == 4 ? 4 : 16);
	if (chance(2) != 0)
		fill(to->dst.bytes, from->family == 4 ? 4 : 16);
	if (chance(4) != 0)
		fill(&to->sport, 2);
	if (chance(2) != 0 && from->proto != IPPROTO_ICMP && from->proto != IPPROTO_ICMPV6)
		fill(&to->dport, 2);
}

enum sum_kind { SUM_RIGHT, SUM_WRONG, SUM_NONE };

/* Gives a packet at ip its checksum: right, wrong, or none.  Sometimes the spare word forces the
 * right one, before the change or behind it, to a corner. */
static enum sum_kind
any_sum(uint8_t *ip, struct packet *p, const struct tuple *to, unsigned head, unsigned n)
{
	struct tuple from = p->t;
	uint8_t *field = ip + head + checksum_at(p->proto);
	uint16_t wrong;

	switch (chance(4)) {
	case 0:
		force_sum(ip, p->family, p->proto, head, n);
		break;
	case 1: /* so that the new sum is a corner */
		put_addresses(ip, p->family, to);
		put_ports(ip + head, p->proto, to);
		force_sum(ip, p->family, p->proto, head, n);
		put_addresses(ip, p->family, &from);
		put_ports(ip + head, p->proto, &from);
		break;
	}
	put_sum(ip, p->family, p->proto, head, n);
	if (p->proto == IPPROTO_UDP && p->family == 4 && chance(8) == 0) {
		put16(field, 0);
		return SUM_NONE;
	}
	if (chance(4) != 0)
		return SUM_RIGHT;
	wrong = any_word();
	if (p->proto == IPPROTO_UDP && wrong == 0)
		wrong = 1;
	put16(field, wrong);
	if (l4_sum(ip, p->family, p->proto, head, n) == 0) /* zeros only: wrong, but by nothing */
		put16(field, 1);
	return l4_sum(ip, p->family, p->proto, head, n) == 0xffff ? SUM_RIGHT : SUM_WRONG;
}

static void __attribute__((noreturn))
bad(const char *what, const struct packet *p, enum way way, uint64_t number)
{
	printf("case %" PRIu64 ": %s; way %d, IPv%u, protocol %u\n", number, what, way, p->family,
		p->proto);
	exit(1);
}

/* The checksum that a right packet has to have: changed, and summed up as a whole. */
static uint16_t
wanted_sum(const uint8_t *was, const struct packet *p, const struct tuple *to, unsigned n)
{
	uint8_t ip[ROOM];
	unsigned head = head_of(p);

	memcpy(ip, was, n);
	put_addresses(ip, p->family, to);
	put_ports(ip + head, p->proto, to);
	put_sum(ip, p->family, p->proto, head, n - head);
	return get16(ip + head + checksum_at(p->proto));
}

/* What was an IP packet of n bytes at was stands at is now. */
struct check {
	const uint8_t *was, *is;
	unsigned n;
	enum sum_kind kind;
};

static void
check_l4(const struct check *c, const struct packet *p, const struct tuple *to, enum way way,
	uint64_t number)
{
	unsigned head = head_of(p), at = head + checksum_at(p->proto);
	uint16_t before = l4_sum(c->was, p->family, p->proto, head, c->n - head);
	uint16_t after = l4_sum(c->is, p->family, p->proto, head, c->n - head);

	if (c->kind == SUM_NONE) {
		if (get16(c->is + at) != 0)
			bad("no checksum became one", p, way, number);
		return;
	}
	if (p->proto == IPPROTO_UDP && get16(c->is + at) == 0)
		bad("a checksum became none", p, way, number);
	if (c->kind == SUM_RIGHT && get16(c->is + at) != wanted_sum(c->was, p, to, c->n)
		&& get16(c->was + at) != 0xffff) /* a way to say 0 that some senders have */
		bad("not what the whole sum gives", p, way, number);
	if (before % 0xffff != after % 0xffff)
		bad("wrong by another amount", p, way, number);
	if ((before == 0xffff) != (after == 0xffff))
		bad("wrong became right, or right wrong", p, way, number);
}

static void
rewrite_straight(struct packet *p, const struct tuple *to)
{
	uint16_t l4_delta;
	struct to4 t4;
	struct to6 t6;

	if (p->family == 4) {
		rewrite4_compile(&t4, &l4_delta, &p->t, to, true);
		rewrite_plain4(p->bytes + L3, &t4, l4_delta);
	} else {
		rewrite6_compile(&t6, &l4_delta, &p->t, to, true);
		rewrite_plain6(p->bytes + L3, &t6, l4_delta);
	}
}

static struct rte_mbuf
mbuf_of(struct packet *p)
{
	return (struct rte_mbuf){
		.buf_addr = p->bytes,
		.data_len = (uint16_t)p->n,
		.pkt_len = p->n,
		.nb_segs = 1,
	};
}

static void
rewrite_general(struct packet *p, const struct tuple *to)
{
	struct rte_mbuf m = mbuf_of(p);
	unsigned head = head_of(p);
	struct view v = {
		.family = (uint8_t)p->family,
		.proto = p->proto,
		.l3 = L3,
		.tuple = p->t,
		.l4 = (uint16_t)(L3 + head),
		.payload = (uint16_t)(L3 + head + 8),
		.l3_bytes = p->n - L3,
	};

	rewrite_any(&m, &v, to, true);
}

/* One packet by the straight loop, which takes UDP and TCP, or by the general executor. */
static void
one_packet(enum way way, uint64_t number)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP };
	struct packet p = { .family = chance(3) == 0 ? 6 : 4 };
	uint8_t was[ROOM];
	struct tuple to;
	enum sum_kind kind;

	p.proto = protos[chance(way == STRAIGHT ? 3 : 4)];
	if (p.family == 6 && p.proto == IPPROTO_ICMP)
		p.proto = IPPROTO_ICMPV6;
	p.n = L3 + make(p.bytes + L3, p.family, p.proto, &p.t);
	any_change(&to, &p.t);
	kind = any_sum(p.bytes + L3, &p, &to, head_of(&p), p.n - L3 - head_of(&p));
	memcpy(was, p.bytes + L3, p.n - L3);
	if (way == STRAIGHT)
		rewrite_straight(&p, &to);
	else
		rewrite_general(&p, &to);
	check_l4(&(struct check){ was, p.bytes + L3, p.n - L3, kind }, &p, &to, way, number);
	if (p.family == 4 && plain_fold(plain_sum(p.bytes + L3, 20)) != 0xffff)
		bad("the header's checksum", &p, way, number);
}

/* Puts an ICMP error around the quote of n bytes at L3 + outer head + 8, and its checksum. */
static void
put_error(uint8_t *frame, unsigned family, unsigned n)
{
	unsigned head = family == 4 ? 20 : 40;
	uint8_t *ip = frame + L3, *icmp = ip + head;
	struct tuple t;

	make(ip, family, family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, &t);
	memset(icmp, 0, 8);
	icmp[0] = family == 4 ? 3 : 1;
	put16(ip + (family == 4 ? 2 : 4), (uint16_t)(8 + n + (family == 4 ? head : 0)));
	if (family == 4)
		put_ip4_sum(ip);
}

static void
one_quote(uint64_t number)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP };
	struct packet p = { .family = chance(2) ? 6 : 4 };
	unsigned head = head_of(&p), at = L3 + head + 8, quoted, n;
	uint8_t outer_proto = p.family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	uint8_t inner[ROOM];
	struct rte_mbuf m;
	struct view v;
	struct tuple to;
	enum sum_kind kind;

	p.proto = protos[chance(4)];
	if (p.family == 6 && p.proto == IPPROTO_ICMP)
		p.proto = IPPROTO_ICMPV6;
	n = make(inner, p.family, p.proto, &p.t);
	any_change(&to, &p.t);
	kind = any_sum(inner, &p, &to, head, n - head);
	quoted = chance(3) != 0 ? n : head + 8 + (unsigned)chance(n - head - 7);
	put_error(p.bytes, p.family, quoted);
	memcpy(p.bytes + at, inner, quoted);
	put_sum(p.bytes + L3, p.family, outer_proto, head, 8 + quoted);
	p.n = at + quoted;
	m = mbuf_of(&p);
	v = (struct view){
		.family = (uint8_t)p.family,
		.proto = outer_proto,
		.l3 = L3,
		.l4 = (uint16_t)(L3 + head),
		.payload = (uint16_t)at,
		.l3_bytes = p.n - L3,
	};
	rewrite_quoted(&m, &v, &to);
	if (l4_sum(p.bytes + L3, p.family, outer_proto, head, 8 + quoted) != 0xffff)
		bad("the error's own checksum", &p, QUOTED, number);
	if (p.family == 4 && plain_fold(plain_sum(p.bytes + at, 20)) != 0xffff)
		bad("the quoted header's checksum", &p, QUOTED, number);
	if (quoted == n)
		check_l4(&(struct check){ inner, p.bytes + at, n, kind }, &p, &to, QUOTED, number);
}

int
main(int argc, char **argv)
{
	uint64_t cases = argc > 1 ? strtoull(argv[1], NULL, 10) : CASES;
	time_t began = time(NULL);

	chance_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	for (uint64_t i = 0; i < cases; i++) {
		enum way way = (enum way)(i % WAYS);

		if (way == QUOTED)
			one_quote(i);
		else
			one_packet(way, i);
	}
	printf("ok %" PRIu64 " translations, every checksum the whole sum's, %d s\n", cases,
		(int)(time(NULL) - began));
	return 0;
}
