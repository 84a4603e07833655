/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame that comes in by interface 1, whose MAC is 02:00:00:00:00:01: given, changed, parsed. */
#ifndef UNIT_PACKET_PARSE_FIXTURE_H
#define UNIT_PACKET_PARSE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packet/parse.h"
#include "support/checksum.h"
#include "support/packet.h"

#define IP_AT 14

struct parse_fixture {
	struct ingress in;
	uint8_t frame[4096];
	size_t n;
	uint8_t *ip;      /* the IP header in frame */
	struct view view; /* of the last parse */
};

static inline int
fixture_setup(void **state)
{
	struct parse_fixture *f = calloc(1, sizeof(*f));

	f->in = (struct ingress){ .mac = GIVEN_MAC, .untagged = 1 };
	f->ip = f->frame + IP_AT;
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	free(*state);
	return 0;
}

static inline void
given(struct parse_fixture *f, const char *text)
{
	struct packet p = given_frame(text);

	assert_true(p.n <= sizeof(f->frame));
	memcpy(f->frame, p.bytes, p.n);
	f->n = p.n;
	free(p.bytes);
}

static inline void
put_be16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* An IPv4 packet with these options and payload, of protocol proto. */
static inline void
given_ip4(struct parse_fixture *f, const char *options, uint8_t proto, const char *payload)
{
	struct packet o = given_hex(options), p = given_hex(payload);

	given(f, "ip 10.0.0.2 > 10.0.0.3 proto 0");
	memcpy(f->ip + 20, o.bytes, o.n);
	memcpy(f->ip + 20 + o.n, p.bytes, p.n);
	f->ip[0] = (uint8_t)(0x45 + o.n / 4);
	f->ip[9] = proto;
	put_be16(f->ip + 2, (unsigned)(20 + o.n + p.n));
	f->n = IP_AT + 20 + o.n + p.n;
	free(o.bytes);
	free(p.bytes);
}

/* An IPv6 packet with this next header, and what follows. */
static inline void
given_ip6(struct parse_fixture *f, uint8_t next_header, const char *behind)
{
	struct packet p = given_hex(behind);

	given(f, "ip 2001:db8::2 > 2001:db8::3 proto 59");
	memcpy(f->ip + 40, p.bytes, p.n);
	f->ip[6] = next_header;
	put_be16(f->ip + 4, (unsigned)p.n);
	f->n = IP_AT + 40 + p.n;
	free(p.bytes);
}

static inline void
fix_ip4_checksum(struct parse_fixture *f)
{
	unsigned header_bytes = (f->ip[0] & 0xf) * 4u;

	put_be16(f->ip + 10, 0);
	put_be16(f->ip + 10, plain_checksum(f->ip, header_bytes));
}

/* From a copy that ends where the frame does. */
static inline const struct view *
parse(struct parse_fixture *f)
{
	uint8_t *exact = malloc(f->n > 0 ? f->n : 1);

	memcpy(exact, f->frame, f->n);
	parse_bytes(&f->view, exact, (uint32_t)f->n, (uint32_t)f->n, &f->in);
	free(exact);
	return &f->view;
}

static inline void
expect_refused(struct parse_fixture *f, enum reason why)
{
	const struct view *v = parse(f);

	if (v->kind != VIEW_BAD)
		fail_msg("taken, not refused with %s", reason_name(why));
	if (v->reason != why)
		fail_msg("refused with %s, not with %s", reason_name(v->reason), reason_name(why));
}

/* The packet is one, and its transport header has a fault: for those to judge who look at it. */
static inline void
expect_fault(struct parse_fixture *f, enum reason why)
{
	const struct view *v = parse(f);

	if (v->kind != VIEW_IP4 && v->kind != VIEW_IP6)
		fail_msg("not taken: %s", reason_name(v->reason));
	if (v->l4_fault != why)
		fail_msg("a fault %s, not %s", reason_name(v->l4_fault), reason_name(why));
	assert_int_equal(v->tuple.kind, v->l4 == VIEW_NONE ? KEY_BLIND : KEY_FAULTY);
	assert_false(v->plain || v->icmp_error);
}

static inline const struct view *
expect_taken(struct parse_fixture *f, enum view_kind kind)
{
	const struct view *v = parse(f);

	if (v->kind == VIEW_BAD)
		fail_msg("refused with %s", reason_name(v->reason));
	assert_int_equal(v->kind, kind);
	assert_int_equal(v->reason, REASON_NONE);
	return v;
}

#define parse_unit_test(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
