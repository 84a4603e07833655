/* SPDX-License-Identifier: BSD-3-Clause */
/* Known flows behind first packets of the same burst: carried out at once, with the outcome that
 * bursts of one have, where both directions of all conversations, translated and not, come by the
 * same port. */

#include "unit/fastpath/path_fixture.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#define FRAMES 6000

/* One arm.  A public port stays what the inside one is, since nobody else wants it. */
static const char config[] =
	"version: 1\n"
	"system: {flows: 65536}\n"
	"ports:\n"
	"  arm: {device: net_null0, mac: \"02:00:00:00:00:01\"}\n"
	"interfaces:\n"
	"  arm:\n"
	"    addresses: [10.0.0.1/8, 203.0.113.1/24, \"2001:db8:1::1/48\"]\n"
	"    pipeline: all\n"
	"    neighbours: {10.0.0.2: \"02:00:00:00:01:02\", 10.0.0.3: \"02:00:00:00:01:03\",\n"
	"      10.0.0.80: \"02:00:00:00:01:80\", 203.0.113.9: \"02:00:00:00:02:09\",\n"
	"      \"2001:db8:1::2\": \"02:00:00:00:01:02\", \"2001:db8:1::3\": \"02:00:00:00:01:03\"}\n"
	"routes:\n"
	"  main: [{to: 0.0.0.0/0, via: 203.0.113.9}]\n"
	"nat:\n"
	"  uplink: {pool: [198.51.100.1], ports: 1000-65535}\n"
	"acls:\n"
	"  some:\n"
	"    default: accept\n"
	"    rules:\n"
	"      - {state: [established, related], dport: 1001, action: drop}\n"
	"      - {state: new, dport: 1002, action: drop}\n"
	"      - {dport: 23, action: drop}\n"
	"pipelines:\n"
	"  all:\n"
	"    - drop: {if: {dport: 24}}\n"
	"    - track\n"
	"    - dnat: {to: 10.0.0.80, if: {dst: 198.51.100.2, proto: tcp, dport: 80}}\n"
	"    - acl: some\n"
	"    - route: main\n"
	"    - snat: {use: uplink, if: {src: 10.0.0.0/28, dst: 203.0.113.0/24}}\n";

/* A packet of one of a few conversations, either direction, or of one that never comes again. */
static void
describe(char *text, size_t bytes)
{
	static const char *const flags[] = { "S", "SA", "A", "A", "PA", "A", "A", "FA", "R" };
	const char *flag = flags[any(RTE_DIM(flags) - (any(4) != 0 ? 2 : 0))];
	unsigned port = 1000 + any(3), seq = any(3) * 6, ack = any(2) * 6;
	bool back = any(2) != 0;

	switch (any(12)) {
	case 0:
	case 1: /* never again */
		snprintf(text, bytes, "udp 10.0.0.%u:%u > 203.0.113.9:53", 2 + any(2),
			2000 + any(60000));
		break;
	case 2:
		snprintf(text, bytes, "udp 203.0.113.9:%u > 198.51.100.1:%u", 2000 + any(60000),
			port);
		break;
	case 3: /* not translated */
		snprintf(text, bytes,
			back ? "udp 10.0.0.2:%u > 10.0.0.3:%u"
			     : "udp 10.0.0.3:%2$u > 10.0.0.2:%1$u",
			port, 1000 + any(3));
		break;
	case 4:
		snprintf(text, bytes,
			back ? "udp [2001:db8:1::2]:%u > [2001:db8:1::3]:53"
			     : "udp [2001:db8:1::3]:53 > [2001:db8:1::2]:%u",
			port);
		break;
	case 5: /* source NAT */
		snprintf(text, bytes,
			back ? "udp 203.0.113.9:53 > 198.51.100.1:%u df"
			     : "udp 10.0.0.2:%u > 203.0.113.9:53 df",
			port);
		break;
	case 6:
	case 7:
		snprintf(text, bytes,
			back ? "tcp 203.0.113.9:80 > 198.51.100.1:%u %s seq %u ack %u win 1000"
			     : "tcp 10.0.0.2:%u > 203.0.113.9:80 %s seq %u ack %u win 1000",
			port, flag, seq, ack);
		break;
	case 8: /* destination NAT */
	case 9:
		snprintf(text, bytes,
			back ? "tcp 10.0.0.80:80 > 203.0.113.9:%u %s seq %u ack %u win 1000"
			     : "tcp 203.0.113.9:%u > 198.51.100.2:80 %s seq %u ack %u win 1000",
			port, flag, seq, ack);
		break;
	case 10:
		snprintf(text, bytes, "udp 10.0.0.2:1000 > 10.0.0.3:%u%s", 23 + any(2),
			any(3) == 0 ? " ip-csum bad" : "");
		break;
	default:
		snprintf(text, bytes, "icmp 10.0.0.2 > 203.0.113.9 echo-request id %u", any(3));
	}
}

struct result {
	uint64_t digest, frames;
	uint64_t drops[REASON_COUNT];
	uint64_t hits, misses;
	struct session_counts sessions;
	unsigned outcome[FRAMES]; /* of each frame: where it went, or OUTCOME_DROPPED and why */
	unsigned n;               /* of these */
	unsigned ahead;           /* slots that did not wait for an earlier one */
};

#define OUTCOME_DROPPED 0x10000u

static char frames[FRAMES][200]; /* of the last run, in notation */

static void
take_sent(void *arg, unsigned port, const struct rte_mbuf *m)
{
	struct result *o = arg;
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);

	(void)port;
	o->frames++;
	for (unsigned i = 0; i < m->data_len; i++)
		o->digest = (o->digest ^ frame[i]) * 0x100000001b3ull;
}

static void
pass(struct path *p, struct rte_mbuf **m, unsigned n, struct result *o)
{
	bool waited = false;

	mbuf_debug_received(m, n);
	fastpath_process(p->fp, 0, m, n, false);
	for (unsigned i = 0; i < n; i++) {
		bool done = p->fp->burst.class[i] == SLOT_DONE;

		o->ahead += waited && done;
		waited |= !done && i >= p->fp->burst.n_executed;
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned port = p->fp->burst.output[i].port;

		o->outcome[o->n++] = port != OUT_DROP ? port
						      : OUTCOME_DROPPED + p->fp->burst.reason[i];
	}
	fastpath_flush(p->fp);
	offline_drain(&p->offline);
}

/* burst 0: any size, another one each time. */
static void
run(const struct fastpath_variant *variant, unsigned burst, unsigned seed, struct result *o)
{
	struct rte_mbuf *m[BURST_MAX];
	struct ledger_sum sum = { 0 };
	struct path p;
	unsigned n = 0, size = 1, sizes = seed;

	memset(o, 0, sizeof(*o));
	given_path_of(&p, config);
	p.fp->variant = variant;
	p.offline.sent = take_sent;
	p.offline.arg = o;
	srand(seed);
	for (unsigned i = 0; i < FRAMES; i++) {
		struct test_frame f;

		describe(frames[i], sizeof(frames[i]));
		assert_true(given_frame(&f, frames[i]));
		m[n++] = given_mbuf(&p, &f);
		if (n < size && i + 1 < FRAMES)
			continue;
		pass(&p, m, n, o);
		n = 0;
		sizes = sizes * 1103515245u + 12345u;
		size = burst != 0 ? burst : 1 + (sizes >> 16) % BURST_MAX;
	}
	ledger_add(&sum, fastpath_ledger(p.fp));
	memcpy(o->drops, sum.drops, sizeof(o->drops));
	o->hits = fastpath_ledger(p.fp)->lookups_hit;
	o->misses = fastpath_ledger(p.fp)->lookups_miss;
	sessions_count(p.fp->dp.sessions, &o->sessions);
	end_path(&p);
}

/* Prints the first frame whose outcome differs, and those before it. */
static void
tell_difference(const struct result *want, const struct result *got)
{
	unsigned i = 0;

	while (i < FRAMES && got->outcome[i] == want->outcome[i])
		i++;
	for (unsigned k = i > 32 ? i - 32 : 0; i < FRAMES && k <= i; k++)
		print_error("%u: %s: %#x, %#x alone\n", k, frames[k], got->outcome[k],
			want->outcome[k]);
}

static void
bursts_have_one_outcome(void **state)
{
	static const unsigned bursts[] = { 2, 7, 32, 256, 0, 0 };
	const struct fastpath_variant *all[FASTPATH_VARIANTS];
	unsigned n = fastpath_runnable(all), ahead = 0;
	static struct result want, got;

	(void)state;
	for (unsigned seed = 1; seed <= 4; seed++) {
		run(all[n - 1], 1, seed, &want);
		assert_int_equal(want.ahead, 0);
		assert_true(want.frames > FRAMES * 2 / 5 && want.hits > FRAMES / 4
			&& want.misses > FRAMES / 4);
		for (unsigned b = 0; b < RTE_DIM(bursts); b++) {
			run(all[b % n], bursts[b], seed, &got);
			tell_difference(&want, &got);
			ahead += got.ahead;
			got.ahead = 0;
			assert_memory_equal(&got, &want, sizeof(want));
		}
	}
	assert_true(ahead > FRAMES / 10); /* else nothing was tried */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_have_one_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
