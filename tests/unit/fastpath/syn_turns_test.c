/* SPDX-License-Identifier: BSD-3-Clause */
/* While connections flood and packets come faster than they are taken: each first SYN waits for its
 * turn, and nothing else does. */
#include "unit/fastpath/path_fixture.h"

#include <rte_mbuf.h>

#include "slowpath/syn_gate.h"

#define TURN_S 4u /* seconds of a turn */

enum {
	SYNS = 192,
	BURST = SYNS + 2,
};

static const char config[] =
	"version: 1\n"
	"system: {flows: 1024}\n"
	"ports:\n"
	"  lan: {device: net_null0, mac: \"02:00:00:00:00:01\"}\n"
	"  wan: {device: net_null1, mac: \"02:00:00:00:00:01\"}\n"
	"interfaces:\n"
	"  lan: {addresses: [10.0.0.1/8, \"2001:db8:1::1/48\"], pipeline: %s,\n"
	"    neighbours: {10.0.0.2: \"02:00:00:00:01:02\", \"2001:db8:1::2\": \"02:00:00:00:01:02\"}}\n"
	"  wan: {addresses: [198.51.100.1/24, \"2001:db8:2::1/48\"], pipeline: %s,\n"
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\", \"2001:db8:2::2\": \"02:00:00:00:02:02\"}}\n"
	"%s"
	"routes: {main: []}\n"
	"pipelines: {all: [track, {route: main}], none: [{route: main}]}\n";

static const char
	vlan[] = "  v7: {port: lan, vlan: 7, addresses: [172.16.0.1/24], pipeline: all}\n";

struct counts {
	uint64_t unproven, sent;
	uint64_t rx, rx_bytes; /* of interface lan, before */
	unsigned remembered;   /* by the gate, of the SYNs */
};

static void
count_sent(void *arg, unsigned port, const struct rte_mbuf *m)
{
	(void)port;
	(void)m;
	++*(uint64_t *)arg;
}

static uint64_t
refused(const struct path *p)
{
	struct ledger_sum sum = { 0 };

	ledger_add(&sum, fastpath_ledger(p->fp));
	return sum.drops[REASON_session_unproven];
}

static struct rte_mbuf *
made(struct path *p, const char *text)
{
	struct test_frame f;

	assert_true(given_frame(&f, text));
	return given_mbuf(p, &f);
}

static uint64_t hash[BURST]; /* of the slots, as parse finds them */

static void
find_hashes(struct path *p, struct rte_mbuf **m)
{
	struct burst *b = &p->fp->burst;

	b->n = BURST;
	b->known = 0;
	b->handed = false;
	b->ingress = &p->fp->dp.gen->ingress[LAN];
	memcpy(b->m, m, BURST * sizeof(*m));
	fastpath_set_backlogged(p->fp, false);
	p->fp->variant->parse(p->fp, b);
	memcpy(hash, b->hash, sizeof(hash));
}

/* Packets of two flows that are known, and SYNs of SYNS connections between them, half of IPv6. */
static struct counts
pass(struct path *p, bool backlogged)
{
	const struct ledger *l = fastpath_ledger(p->fp);
	const struct ledger_iface *lan = &l->iface[p->fp->dp.gen->ingress[LAN].untagged];
	struct rte_mbuf *m[BURST];
	struct counts c = { 0 };
	uint64_t bytes = 0, port = l->port[LAN].rx_bytes;
	char text[128];

	m[0] = made(p, "udp 10.0.0.2:1 > 198.51.100.2:2");
	for (unsigned i = 0; i < SYNS; i++) {
		snprintf(text, sizeof(text),
			i % 2 == 0 ? "tcp 10.0.0.2:%u > 198.51.100.2:80 S seq 1"
				   : "tcp [2001:db8:1::2]:%u > [2001:db8:2::2]:80 S seq 1",
			1000 + i);
		m[1 + i] = made(p, text);
	}
	m[BURST - 1] = made(p, "tcp 10.0.0.2:1 > 198.51.100.2:2 A seq 1 ack 1");
	find_hashes(p, m);
	mbuf_debug_received(m, BURST);
	p->offline.sent = count_sent;
	p->offline.arg = &c.sent;
	for (unsigned i = 0; i < BURST; i++)
		bytes += m[i]->pkt_len;
	c.unproven = refused(p);
	c.rx = lan->rx;
	c.rx_bytes = lan->rx_bytes;
	p->fp->dp.clock.virtual = false;
	fastpath_set_backlogged(p->fp, backlogged);
	fastpath_process(p->fp, LAN, m, BURST, false);
	p->fp->dp.clock.virtual = true;
	for (unsigned i = 1; i <= SYNS; i++)
		c.remembered += syn_gate_knows(&p->fp->dp.sessions->gate, hash[i]);
	fastpath_flush(p->fp);
	offline_drain(&p->offline);
	c.unproven = refused(p) - c.unproven;
	assert_int_equal(lan->rx - c.rx, BURST);
	assert_int_equal(lan->rx_bytes - c.rx_bytes, bytes);
	assert_int_equal(l->port[LAN].rx_bytes - port, bytes);
	return c;
}

static void
given_turns(struct path *p, const char *pipeline, const char *more,
	const struct fastpath_variant *variant)
{
	char text[2048];

	snprintf(text, sizeof(text), config, pipeline, pipeline, more);
	given_path_of(p, text);
	p->fp->variant = variant;
}

/* Runs a test with every variant that this processor has. */
static void
with_each(void (*test)(struct path *p, const struct fastpath_variant *variant))
{
	const struct fastpath_variant *variant[FASTPATH_VARIANTS];
	unsigned n = fastpath_runnable(variant);

	for (unsigned i = 0; i < n; i++) {
		struct path p;

		test(&p, variant[i]);
		end_path(&p);
	}
}

/* A UDP flow and an open connection are known, and there is no room for half-open ones. */
static void
flood(struct path *p)
{
	static const char *const first[] = {
		"udp 10.0.0.2:1 > 198.51.100.2:2",
		"tcp 10.0.0.2:1 > 198.51.100.2:2 S seq 0",
		"tcp 198.51.100.2:2 > 10.0.0.2:1 SA seq 0 ack 1",
		"tcp 10.0.0.2:1 > 198.51.100.2:2 A seq 1 ack 1",
	};

	for (unsigned i = 0; i < RTE_DIM(first); i++) {
		struct rte_mbuf *m = made(p, first[i]);

		mbuf_debug_received(&m, 1);
		fastpath_process(p->fp, i == 2 ? WAN : LAN, &m, 1, false);
		fastpath_flush(p->fp);
		offline_drain(&p->offline);
	}
	assert_int_equal(p->fp->dp.sessions->count[SESSION_ESTABLISHED], 1);
	p->fp->dp.sessions->half_open_max = 0;
}

static void
each_waits_for_its_turn(struct path *p, const struct fastpath_variant *variant)
{
	uint64_t began_ns, counted;
	struct counts c;
	unsigned before = 0;

	given_turns(p, "all", "", variant);
	flood(p);
	began_ns = p->fp->dp.now_ns;
	counted = p->fp->dp.sessions->unproven;
	for (unsigned turn = 0; turn < SYN_TURNS; turn++) {
		p->fp->dp.now_ns = began_ns + turn * TURN_S * NS_PER_SECOND;
		c = pass(p, true);
		assert_int_equal(c.unproven, SYNS);
		assert_int_equal(c.sent, 2);
		assert_in_range(c.remembered - before, 1, SYNS / 3);
		before = c.remembered;
	}
	assert_int_equal(before, SYNS);
	assert_int_equal(p->fp->dp.sessions->unproven - counted, SYN_TURNS * SYNS);
	p->fp->dp.now_ns = began_ns;
}

static void
all_are_counted_where_there_are_vlans(struct path *p, const struct fastpath_variant *variant)
{
	given_turns(p, "all", vlan, variant);
	flood(p);
	assert_int_equal(pass(p, true).unproven, SYNS);
}

static void
all_are_looked_at_while_there_is_time(struct path *p, const struct fastpath_variant *variant)
{
	struct counts c;

	given_turns(p, "all", "", variant);
	flood(p);
	c = pass(p, false);
	assert_int_equal(c.unproven, SYNS);
	assert_int_equal(c.remembered, SYNS);
	assert_int_equal(c.sent, 2);
}

static void
none_waits_where_no_connection_floods(struct path *p, const struct fastpath_variant *variant)
{
	struct counts c;

	given_turns(p, "all", "", variant);
	flood(p);
	p->fp->dp.sessions->half_open_max = 1000;
	c = pass(p, true);
	assert_int_equal(c.unproven, 0);
	assert_int_equal(c.sent, BURST);
}

static void
none_waits_where_none_is_tracked(struct path *p, const struct fastpath_variant *variant)
{
	struct counts c;

	given_turns(p, "none", "", variant);
	p->fp->dp.sessions->half_open_max = 0;
	c = pass(p, true);
	assert_int_equal(c.unproven, 0);
	assert_int_equal(c.sent, BURST);
}

#define turns_test(name) \
	static void test_##name(void **state) \
	{ \
		(void)state; \
		with_each(name); \
	}

turns_test(each_waits_for_its_turn) turns_test(all_are_counted_where_there_are_vlans)
	turns_test(all_are_looked_at_while_there_is_time)
		turns_test(none_waits_where_no_connection_floods)
			turns_test(none_waits_where_none_is_tracked)

				int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_waits_for_its_turn),
		cmocka_unit_test(test_all_are_counted_where_there_are_vlans),
		cmocka_unit_test(test_all_are_looked_at_while_there_is_time),
		cmocka_unit_test(test_none_waits_where_no_connection_floods),
		cmocka_unit_test(test_none_waits_where_none_is_tracked),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
