/* SPDX-License-Identifier: BSD-3-Clause */
/* The quick test of every variant against the full parser: whatever the frame, class, key, hash,
 * interface and offset are the same. */

#include "unit/fastpath/path_fixture.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#include "fastpath/quick4.h"
#include "fastpath/quick6.h"
#include "packet/parse.h"

#define BURSTS 4000

static struct burst plain;

static void
begin(struct path *p, struct burst *b)
{
	b->n = 64;
	b->port = LAN;
	b->ingress = &p->fp->dp.gen->ingress[LAN];
	p->fp->slow.burst++;
}

static void
expect_slot(const struct burst *got, const struct burst *want, unsigned i)
{
	assert_int_equal(got->class[i], want -> class[i]);
	assert_int_equal(got->iface[i], want->iface[i]);
	assert_int_equal(got->l3[i], want->l3[i]);
	if (want->class[i] == SLOT_PLAIN4 || want->class[i] == SLOT_OTHER4) {
		assert_memory_equal(&got->key4[i], &want->key4[i], sizeof(got->key4[i]));
		assert_int_equal(got->hash[i], want->hash[i]);
	} else if (want->class[i] == SLOT_PLAIN6 || want->class[i] == SLOT_OTHER6) {
		assert_memory_equal(&got->key6[i], &want->key6[i], sizeof(got->key6[i]));
		assert_int_equal(got->hash[i], want->hash[i]);
	} else if (want->class[i] == SLOT_BAD) {
		assert_int_equal(got->reason[i], want->reason[i]);
	}
}

static unsigned
compare(struct path *p, const struct fastpath_variant *variant)
{
	struct burst *b = &p->fp->burst;
	unsigned n_plain = 0;

	for (unsigned n = 0; n < BURSTS; n++) {
		uint64_t bytes = 0;

		begin(p, b);
		for (unsigned i = 0; i < b->n; i++) {
			struct test_frame f;

			given_any_frame(&f, n % 2 != 0);
			b->m[i] = given_mbuf(p, &f);
			bytes += f.bytes;
		}
		mbuf_debug_received(b->m, b->n); /* what is behind a frame must not be read */
		memcpy(plain.m, b->m, sizeof(b->m));
		begin(p, &plain);
		for (unsigned i = 0; i < plain.n; i++)
			fastpath_parse_full(p->fp, &plain, i);
		begin(p, b);
		variant->parse(p->fp, b);
		assert_int_equal(b->bytes, bytes);
		for (unsigned i = 0; i < b->n; i++) {
			expect_slot(b, &plain, i);
			n_plain += plain.class[i] <= SLOT_PLAIN6;
		}
		rte_pktmbuf_free_bulk(b->m, b->n);
	}
	return n_plain;
}

static void
every_variant_parses_as_the_full_parser_does(void **state)
{
	const struct fastpath_variant *all[FASTPATH_VARIANTS];
	unsigned n = fastpath_runnable(all);
	struct path p;

	(void)state;
	given_path(&p);
	for (unsigned i = 0; i < n; i++) {
		srand(1);
		assert_true(compare(&p, all[i]) > BURSTS * 16);
	}
	end_path(&p);
}

static void
tcp_flags_are_judged_alike(void **state)
{
	uint8_t tcp[20] = { [12] = 0x50 };

	(void)state;
	for (unsigned flags = 0; flags < 256; flags++) {
		tcp[13] = (uint8_t)flags;
		assert_int_equal(quick_tcp(tcp, 20), !tcp_flags_bad((uint8_t)flags));
	}
}

static void
header_sums_are_judged_alike(void **state)
{
	unsigned right = 0;

	(void)state;
	srand(1);
	for (unsigned i = 0; i < 1000000; i++) {
		uint8_t ip[20];

		for (unsigned k = 0; k < sizeof(ip); k++)
			ip[k] = any(8) == 0 ? 0xff : (uint8_t)rand();
		ip[0] = 0x45;
		ip[6] = (uint8_t)(any(2) << 6);
		ip[7] = 0;
		if (any(4) != 0)
			checksum_ip4_set(ip, 20);
		if (any(8) == 0) /* the other zero */
			ip[10] = ip[11] = any(2) ? 0xff : 0;
		assert_int_equal(quick_sum4(ip), checksum_ip4_verify(ip, 20) == 0);
		right += quick_sum4(ip);
	}
	assert_true(right > 500000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_variant_parses_as_the_full_parser_does),
		cmocka_unit_test(tcp_flags_are_judged_alike),
		cmocka_unit_test(header_sums_are_judged_alike),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
