/* SPDX-License-Identifier: BSD-3-Clause */
/* Quotes of ICMP errors, rewritten: compared with building the same error anew, byte for byte. */

#include "program/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packet/checksum.h"

#define ICMP_AT  34
#define QUOTE_AT 42
#define CASES    200000

struct quote {
	struct tuple t;
	unsigned options, l4_bytes, cut; /* cut: bytes of the inner packet that are quoted,
					  * even: half a checksum stays as it is */
	uint16_t wrong;                  /* what the inner transport checksum is off by */
	bool no_sum;                     /* UDP without checksum */
	uint32_t seed;
};

static uint16_t
transport_sum(const struct quote *q, const uint8_t *l4)
{
	uint64_t sum = checksum_sum(l4, q->l4_bytes);

	if (q->t.proto != IPPROTO_ICMP)
		sum += checksum_pseudo(&q->t.src, &q->t.dst, 4, q->t.proto, q->l4_bytes);
	return (uint16_t)~checksum_fold(sum);
}

static void
fill_l4(const struct quote *q, uint8_t *l4)
{
	unsigned at = q->t.proto == IPPROTO_TCP ? 16 : q->t.proto == IPPROTO_UDP ? 6 : 2;
	unsigned seed = q->seed;
	uint16_t sum;

	for (unsigned i = 0; i < q->l4_bytes; i++)
		l4[i] = (uint8_t)rand_r(&seed);
	if (q->t.proto == IPPROTO_ICMP) {
		memcpy(l4, &q->t.dport, 2);
		memcpy(l4 + 4, &q->t.sport, 2);
	} else {
		memcpy(l4, &q->t.sport, 2);
		memcpy(l4 + 2, &q->t.dport, 2);
	}
	memset(l4 + at, 0, 2);
	if (q->no_sum)
		return;
	sum = checksum_apply(transport_sum(q, l4), q->wrong);
	if (q->t.proto == IPPROTO_UDP && sum == 0)
		sum = 0xffff;
	memcpy(l4 + at, &sum, 2);
}

/* The frame of an error that quotes q.  How long it is. */
static unsigned
build(const struct quote *q, uint8_t *frame)
{
	unsigned head = 20 + q->options, all = head + q->l4_bytes;
	unsigned quoted = q->cut < all ? q->cut : all;
	uint8_t *ip = frame + QUOTE_AT, *icmp = frame + ICMP_AT;
	uint8_t inner[256] = { 0 };
	uint16_t sum;

	inner[0] = (uint8_t)(0x40 | head / 4);
	inner[3] = (uint8_t)all;
	inner[8] = 61;
	inner[9] = q->t.proto;
	memcpy(inner + 12, &q->t.src, 4);
	memcpy(inner + 16, &q->t.dst, 4);
	memset(inner + 20, 1, q->options); /* no operation */
	checksum_ip4_set(inner, head);
	fill_l4(q, inner + head);
	memset(frame, 0, QUOTE_AT);
	memcpy(ip, inner, quoted);
	icmp[0] = 3;
	icmp[1] = 1;
	sum = (uint16_t)~checksum_fold(checksum_sum(icmp, 8 + quoted));
	memcpy(icmp + 2, &sum, 2);
	return QUOTE_AT + quoted;
}

static void
random_quote(struct quote *q)
{
	static const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP };

	memset(q, 0, sizeof(*q));
	q->t.family = 4;
	q->t.proto = protos[rand() % 3];
	q->t.src.v4 = 0x0a000000u | ((uint32_t)rand() & 0xffff) << 8;
	q->t.dst.v4 = (uint32_t)rand();
	q->t.sport = (rte_be16_t)rand();
	q->t.dport = q->t.proto == IPPROTO_ICMP ? RTE_BE16(0x0800) : (rte_be16_t)rand();
	q->options = (unsigned)rand() % 11 * 4;
	q->l4_bytes = 20 + (unsigned)rand() % 60;
	q->cut = rand() % 2 ? 20 + q->options + 8 : 20 + q->options + 8 + (unsigned)rand() % 40 * 2;
	q->wrong = rand() % 4 == 0 ? (uint16_t)rand() : 0;
	q->no_sum = q->t.proto == IPPROTO_UDP && rand() % 4 == 0;
	q->seed = (uint32_t)rand();
}

/* The same value of a ones' complement sum may stand as 0 or as 0xffff. */
static void
assert_same(const uint8_t *a, const uint8_t *b, unsigned n)
{
	for (unsigned i = 0; i < n; i += 2) {
		bool zero = (a[i] == 0 && a[i + 1] == 0) || (a[i] == 0xff && a[i + 1] == 0xff);
		bool other = (b[i] == 0 && b[i + 1] == 0) || (b[i] == 0xff && b[i + 1] == 0xff);

		if (zero && other)
			continue;
		assert_int_equal(a[i], b[i]);
		if (i + 1 < n)
			assert_int_equal(a[i + 1], b[i + 1]);
	}
}

static void
a_rewritten_quote_is_the_one_built_anew(void **state)
{
	static uint8_t was[512], wanted[512];

	srand(3);
	for (unsigned i = 0; i < CASES; i++) {
		struct rte_mbuf m = { .buf_addr = was };
		struct view v = { .family = 4, .l3 = 14, .l4 = ICMP_AT, .payload = QUOTE_AT };
		struct quote q, to;
		unsigned n;

		random_quote(&q);
		to = q;
		to.t.src.v4 = (uint32_t)rand();
		to.t.sport = (rte_be16_t)rand();
		if (rand() % 2 && q.t.proto != IPPROTO_ICMP) {
			to.t.dst.v4 = (uint32_t)rand();
			to.t.dport = (rte_be16_t)rand();
		}
		memset(was, 0, sizeof(was));
		memset(wanted, 0, sizeof(wanted));
		n = build(&q, was);
		assert_int_equal(build(&to, wanted), n);
		m.data_len = (uint16_t)n;
		m.pkt_len = n;
		v.l3_bytes = n - 14;
		rewrite_quoted(&m, &v, &to.t);
		assert_same(was + ICMP_AT, wanted + ICMP_AT, n - ICMP_AT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rewritten_quote_is_the_one_built_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
