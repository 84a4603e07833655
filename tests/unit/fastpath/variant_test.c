/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole path by every variant and burst size: the same frames leave by the same ports, the same
 * ledger. */

#include "unit/fastpath/path_fixture.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#define FRAMES 6000

/* What has left, folded: ports and bytes in order. */
struct digest {
	uint64_t value[4];
	uint64_t frames[4];
};

static void
take_sent(void *arg, unsigned port, const struct rte_mbuf *m)
{
	struct digest *d = arg;
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);

	assert_int_equal(m->nb_segs, 1);
	d->frames[port]++;
	for (unsigned i = 0; i < m->data_len; i++)
		d->value[port] = (d->value[port] ^ frame[i]) * 0x100000001b3ull;
	d->value[port] = (d->value[port] ^ m->pkt_len) * 0x100000001b3ull;
}

static void
pass(struct path *p, unsigned port, struct rte_mbuf **m, unsigned n)
{
	mbuf_debug_received(m, n);
	fastpath_process(p->fp, (uint16_t)port, m, n, false);
	fastpath_flush(p->fp);
	offline_drain(&p->offline);
}

static void
run(const struct fastpath_variant *variant, unsigned burst, struct digest *d, struct ledger *l)
{
	struct rte_mbuf *m[BURST_MAX];
	struct path p;
	unsigned n = 0;

	memset(d, 0, sizeof(*d));
	given_path(&p);
	p.fp->variant = variant;
	p.offline.sent = take_sent;
	p.offline.arg = d;
	srand(7);
	for (unsigned i = 0; i < FRAMES; i++) {
		struct test_frame f;

		given_any_frame(&f, i > FRAMES / 2);
		m[n++] = given_mbuf(&p, &f);
		if (n == burst || i + 1 == FRAMES) {
			pass(&p, LAN, m, n);
			n = 0;
		}
	}
	*l = *fastpath_ledger(p.fp);
	end_path(&p);
}

static void
expect_ledger(const struct ledger *got, const struct ledger *want)
{
	assert_memory_equal(got->port, want->port, sizeof(got->port));
	assert_memory_equal(got->born, want->born, sizeof(got->born));
	assert_memory_equal(got->consumed, want->consumed, sizeof(got->consumed));
	assert_memory_equal(got->held, want->held, sizeof(got->held));
	assert_memory_equal(got->iface, want->iface, sizeof(got->iface));
	assert_int_equal(got->lookups_hit, want->lookups_hit);
}

static void
variants_and_bursts_have_one_outcome(void **state)
{
	static const unsigned bursts[] = { 2, 15, 16, 32, 33, 256 };
	static struct ledger want_ledger, ledger;
	const struct fastpath_variant *all[FASTPATH_VARIANTS];
	unsigned n = fastpath_runnable(all);
	struct digest want, got;

	(void)state;
	run(all[n - 1], 1, &want, &want_ledger);
	assert_true(want.frames[WAN] > FRAMES / 4 && want_ledger.lookups_hit > FRAMES / 4);
	for (unsigned v = 0; v < n; v++) {
		for (unsigned b = 0; b < RTE_DIM(bursts); b++) {
			run(all[v], bursts[b], &got, &ledger);
			assert_memory_equal(&got, &want, sizeof(want));
			expect_ledger(&ledger, &want_ledger);
		}
	}
}

/* By a cable goes what a cross-connect would let through, one frame after the other. */
static void
a_cable_passes_everything_but_runts(void **state)
{
	const struct fastpath_variant *all[FASTPATH_VARIANTS];
	struct rte_mbuf *m[32];
	struct digest d = { 0 };
	struct path p;

	(void)state;
	fastpath_runnable(all);
	given_path(&p);
	p.offline.sent = take_sent;
	p.offline.arg = &d;
	srand(3);
	for (unsigned turn = 0; turn < 100; turn++) {
		for (unsigned i = 0; i < 32; i++) {
			struct test_frame f;

			do
				given_any_frame(&f, true);
			while (f.bytes < 14);
			m[i] = given_mbuf(&p, &f);
		}
		pass(&p, P2, m, 32);
	}
	assert_int_equal(d.frames[P3], 3200);
	assert_int_equal(fastpath_ledger(p.fp)->lookups_miss, 0);
	for (unsigned i = 0; i < 32; i++) {
		struct test_frame f = { .bytes = i == 7 ? 13 : 60 };

		m[i] = given_mbuf(&p, &f);
	}
	pass(&p, P2, m, 32);
	assert_int_equal(d.frames[P3], 3231);
	end_path(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variants_and_bursts_have_one_outcome),
		cmocka_unit_test(a_cable_passes_everything_but_runts),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
