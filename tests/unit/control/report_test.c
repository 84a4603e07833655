/* SPDX-License-Identifier: BSD-3-Clause */
/* A report whose figures are all different, as text and as JSON; and the report of two workers
 * whose traffic is known.  REPORT_PRINT=1 prints what is compared. */
#include <stdlib.h>

#include "io/bond.h"
#include "packet/notation.h"
#include "session/tcp.h"
#include "support/appliance_fixture.h"

static uint64_t next_figure;

static uint64_t
figure(void)
{
	return next_figure += 1;
}

static void
fill_nat(struct nat_counts *c)
{
	*c = (struct nat_counts){ figure(), figure(), figure(), figure(), figure(), figure(),
		figure(), figure() };
}

/* Two pools, of one address and of three, of which the second has made no mapping. */
static void
fill_pools(struct nat_summary *nat, struct nat_address_counts address[static 4])
{
	static const char *const names[] = { "uplink", "web" };

	memset(address, 0, 4 * sizeof(*address));
	nat->n_pools = 2;
	for (unsigned i = 0; i < 4; i++) {
		address[i].address = rte_cpu_to_be_32(0xcb007108 + i);
		fill_nat(&address[i].all);
		address[i].used[NAT_UDP] = figure();
	}
	address[2].all.allocated = 0;
	for (unsigned i = 0; i < 2; i++) {
		struct nat_pool_counts *p = &nat->pool[i];

		snprintf(p->name, sizeof(p->name), "%s", names[i]);
		fill_nat(&p->all);
		p->n_addresses = i == 0 ? 1 : 3;
		p->address = &address[i];
	}
}

static void
fill_sessions(struct session_counts *c)
{
	c->created = figure();
	c->refused = figure();
	c->limited = figure();
	c->unproven = figure();
	c->capacity = figure();
	c->half_open_max = figure();
	for (unsigned i = 0; i < SESSION_CLASSES; i++)
		c->now[i] = figure();
	c->now[SESSION_REPLIED] = 0;
	for (unsigned i = 0; i < SESSION_KINDS; i++)
		c->proto[i] = figure();
	for (unsigned i = 0; i < SESSION_TCP_STATES; i++)
		c->tcp[i] = figure();
	for (unsigned i = 0; i < SESSION_CLASSES; i++)
		c->evicted[i] = figure();
	for (unsigned i = 1; i < SESSION_END_COUNT; i++)
		c->ended[i] = figure();
}

static void
fill_port(struct report_port *p, const struct port *port, const char *name, const char *link)
{
	*p = (struct report_port){ name, figure(), figure(), figure(), figure(), figure(), 0, 0,
		link, "by address", port };
}

static void
fill_worker(struct report_worker *w, unsigned core, uint64_t generation)
{
	*w = (struct report_worker){
		.core = core,
		.generation = generation,
		.packets = figure(),
		.busy = 0.25,
		.ns_per_packet = 120,
		.longest_wake_ns = 1000 * figure(),
		.longest_gap_ns = 1000 * figure(),
		.flows = figure(),
		.flows_capacity = figure(),
		.sessions = figure(),
		.uncached = figure(),
	};
}

static const struct rule_counter lines[] = {
	{ .loc = { .file = "weir.yaml", .line = 7 }, .owner = "acls.in", .name = "web" },
	{ .loc = { .file = "more.yaml", .line = 9 }, .owner = "pipelines.inside" },
};

static void
fill(struct report *r, const struct port ports[static 2], struct nat_summary *nat)
{
	static struct report_interface iface[2];
	static struct report_counter all[2];

	next_figure = 1000;
	memset(r, 0, sizeof(*r));
	r->seconds = 1.5;
	r->generation = 4;
	r->n_ports = 2;
	fill_port(&r->port[0], &ports[0], "lan", "up");
	fill_port(&r->port[1], &ports[1], "wan", "down");
	r->port[1].no_mbuf = figure();
	r->port[1].errors = figure();
	r->n_workers = 2;
	fill_worker(&r->worker[0], 2, 4);
	fill_worker(&r->worker[1], 3, 2);
	r->worker[1].handed = figure();
	r->worker[1].facts_lost = figure();
	r->ledger = (struct ledger_sum){ figure(), figure(), figure(), figure(), figure(), -3, -4,
		{ [REASON_acl_denied] = 17, [REASON_no_route] = 18, [REASON_COUNT - 1] = 19 } };
	r->sessions = figure();
	r->flow_bytes = 1024 * figure();
	r->session_bytes = 1024 * figure();
	r->source_bytes = 1024 * figure();
	r->nat_bytes = 1024 * figure();
	r->nat = nat;
	r->nat_conflicts = 5;
	r->nat_log = "/var/log/nat.log";
	r->nat_log_counts = (struct nat_log_counts){ figure(), figure(), figure(), figure() };
	r->hits = figure();
	r->misses = figure();
	fill_sessions(&r->counts);
	for (unsigned i = 0; i < 2; i++) {
		all[i] = (struct report_counter){ &lines[i], figure(), figure() };
		r->counters[i] = all[i];
		iface[i] = (struct report_interface){ i == 0 ? "lan" : "guests", figure(), figure(),
			figure(), figure(), { [REASON_acl_denied] = figure() } };
	}
	r->n_counters = r->n_all_counters = 2;
	r->all_counters = all;
	r->iface = iface;
	r->n_ifaces = 2;
	r->mbufs_out = 6;
}

static void
expect(const char *text, const char *wanted)
{
	if (getenv("REPORT_PRINT") != NULL)
		printf("%s\n----\n", text);
	else
		assert_string_equal(text, wanted);
}

static void
expect_printed(const struct report *r, bool colour, const char *wanted)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	report_print(r, out, colour);
	fclose(out);
	expect(text, wanted);
	free(text);
}

#include "control/report_wanted.h"

static void
all_figures_are_printed(void **state)
{
	static struct port ports[2] = {
		{ .kind = DEVICE_CAPTURE },
		{ .kind = DEVICE_TAP, .device = "net_tap0", .rx_queues = 2, .tx_queues = 2 },
	};
	static struct nat_summary nat;
	static struct report r;
	struct nat_address_counts address[4];
	json_t *json;
	char *text;

	(void)state;
	fill_pools(&nat, address);
	fill(&r, ports, &nat);
	expect_printed(&r, true, wanted_text);
	json = report_json(&r);
	text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(4));
	assert_non_null(text);
	expect(text, wanted_json);
	free(text);
	json_decref(json);
}

static void
expect_bond(const struct port *port, const char *wanted, const char *members)
{
	json_t *json = report_bond_json(port), *list = report_members_json(port);
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	expect(text != NULL ? text : "none", wanted);
	free(text);
	text = json_dumps(list, JSON_COMPACT);
	expect(text, members);
	free(text);
	json_decref(json);
	json_decref(list);
}

static void
bonds_say_what_their_members_do(void **state)
{
	static struct bond_member member[] = {
		{ .name = "a",
			.state = BOND_DISTRIBUTING,
			.partner = { .known = true,
				.key = 3,
				.port = 2,
				.actor_state = 0x3d,
				.partner_state = 0x82,
				.system = { .addr_bytes = { 2, 0, 0, 0, 0, 9 } } } },
		{ .name = "b", .state = BOND_WAITING, .partner = { .actor_state = 0x40 } },
		{ .name = "c", .state = BOND_DOWN },
		{ .name = "d", .state = BOND_GONE },
	};
	static struct bond bond = { .mode = BOND_LACP, .primary = -1, .n = 4, .member = member };
	struct port port = { .bond = &bond };

	(void)state;
	snprintf(member[0].device.device, sizeof(member[0].device.device), "net_af_packet1");
	snprintf(member[0].device.interface, sizeof(member[0].device.interface), "eth1");
	expect_bond(&port, wanted_lacp, wanted_members);
	bond.fast = true;
	bond.mode = BOND_ACTIVE_BACKUP;
	bond.primary = 1;
	expect_bond(&port, wanted_backup, wanted_members);
	bond.mode = BOND_BALANCE;
	bond.hash = BOND_L23;
	bond.primary = -1;
	bond.n = 1;
	expect_bond(&port, wanted_balance, wanted_member);
	port.bond = NULL;
	expect_bond(&port, "none", "[]");
}

/* Of an appliance at rest: what is 0 is not said. */
static void
what_is_not_there_is_left_out(void **state)
{
	static struct report r;

	(void)state;
	memset(&r, 0, sizeof(r));
	r.closed = true;
	expect_printed(&r, true, wanted_at_rest);
	r.ledger.drops[1] = 3;
	r.counts.limited = 2;
	expect_printed(&r, false, wanted_limited);
}

static void
a_report_is_sound_when_nothing_is_missing(void **state)
{
	static struct report r;

	(void)state;
	memset(&r, 0, sizeof(r));
	assert_true(report_is_sound(&r));
	r.mbufs_out = 1;
	assert_true(report_is_sound(&r)); /* not known yet */
	r.closed = true;
	assert_false(report_is_sound(&r));
	r.mbufs_out = 0;
	assert_true(report_is_sound(&r));
	r.ledger.imbalance = -1;
	assert_false(report_is_sound(&r));
}

/* clang-format off */
#define RULE(port) "{proto: udp, dport: " port ", action: accept}, "
#define RULES \
	RULE("100") \
	RULE("101") \
	RULE("102") RULE("103") RULE("104") RULE("105") RULE("106") RULE("107") RULE("108") \
		RULE("109") RULE("110") RULE("111") RULE("112") RULE("113") RULE("114") \
			RULE("115") RULE("116") RULE("117") RULE("118") RULE("119")
/* clang-format on */
#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"nat: {uplink: {pool: [203.0.113.8]}}\n" \
	"acls: {list: {default: drop, rules: [" RULES "]}}\n" \
	"pipelines: {inside: [track, {acl: list}, {route: main}, {snat: uplink}]}\n"

enum { RULES_TAKEN = 20 };

/* Packets of a rule: another number for each, in no order. */
static unsigned
packets_of(unsigned rule)
{
	return 1 + rule * 7 % RULES_TAKEN;
}

static void
send_all(struct appliance_fixture *f)
{
	char text[80];

	for (unsigned rule = 0; rule < RULES_TAKEN; rule++)
		for (unsigned i = 0; i < packets_of(rule); i++) {
			snprintf(text, sizeof(text), "udp 10.0.0.2:%u > 198.51.100.2:%u",
				1000 + rule, 100 + rule);
			push(f, "lan", text);
		}
	for (unsigned i = 0; i < 5; i++)
		push(f, "lan", "udp 10.0.0.2:999 > 198.51.100.2:99");
}

static void
what_two_workers_have_done_is_added_up(void **state)
{
	enum { SENT = RULES_TAKEN * (RULES_TAKEN + 1) / 2, DENIED = 5 };
	struct appliance_fixture *f = *state;
	uint64_t hits = 0, misses = 0;
	struct report r;

	given_workers(f, CONFIG, 2);
	send_all(f);
	wait_s(f, 2);
	counter_add(&worker_of(f, 0)->busy_ns, UINT64_C(3000000000000000));
	counter_add(&worker_of(f, 0)->idle_ns, UINT64_C(1000000000000000));
	report_take(f->a, &r);
	assert_true(report_is_sound(&r));
	assert_int_equal(r.n_ports, 2);
	assert_string_equal(r.port[1].name, "wan");
	assert_string_equal(r.port[1].link, "up");
	assert_int_equal(r.port[0].rx, SENT + DENIED);
	assert_int_equal(r.port[0].rx_bytes, 42 * (SENT + DENIED));
	assert_int_equal(r.port[1].tx, SENT);
	assert_int_equal(r.port[1].tx_bytes, 42 * SENT);
	assert_int_equal(r.n_ifaces, 2);
	assert_int_equal(r.iface[0].rx, SENT + DENIED);
	assert_int_equal(r.iface[0].rx_bytes, 42 * (SENT + DENIED));
	assert_int_equal(r.iface[0].drops[REASON_acl_denied], DENIED);
	assert_int_equal(r.iface[1].tx, SENT);
	assert_int_equal(r.iface[1].tx_bytes, 42 * SENT);
	assert_int_equal(r.ledger.rx, SENT + DENIED);
	for (unsigned w = 0; w < 2; w++) {
		hits += fastpath_ledger(worker_of(f, w)->fp)->lookups_hit;
		misses += fastpath_ledger(worker_of(f, w)->fp)->lookups_miss;
	}
	assert_int_equal(r.hits, hits);
	assert_int_equal(r.misses, misses);
	assert_true(hits > SENT / 2 && misses >= RULES_TAKEN);
	assert_int_equal(r.n_workers, 2);
	assert_int_equal(r.worker[0].sessions + r.worker[1].sessions, RULES_TAKEN);
	assert_true(r.worker[0].sessions != 0 && r.worker[1].sessions != 0);
	assert_true(r.worker[0].packets != 0 && r.worker[0].flows != 0);
	assert_true(r.worker[0].flows < r.worker[0].flows_capacity);
	assert_true(r.worker[0].busy > 0.749 && r.worker[0].busy < 0.751);
	assert_true(r.worker[0].ns_per_packet * (double)r.worker[0].packets > 2.9e15);
	assert_true(r.worker[0].ns_per_packet * (double)r.worker[0].packets < 3.1e15);
	assert_int_equal(r.sessions, RULES_TAKEN);
	assert_int_equal(r.counts.created, RULES_TAKEN + DENIED);
	assert_int_equal(r.counts.ended[SESSION_END_refused], DENIED);
	assert_true(r.flow_bytes != 0 && r.session_bytes != 0 && r.nat_bytes != 0);
	assert_non_null(r.nat);
	assert_int_equal(r.nat->pool[0].all.mappings, RULES_TAKEN);
	assert_null(r.nat_log);
	report_fini(&r);
	assert_null(r.nat);
}

static void
the_most_frequent_counters_come_first(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;
	uint64_t all = 0;

	given_workers(f, CONFIG, 2);
	send_all(f);
	wait_s(f, 2);
	report_take(f->a, &r);
	assert_int_equal(r.n_counters, REPORT_COUNTERS);
	/* Routes and NAT count all. */
	for (unsigned i = 1; i < r.n_counters; i++)
		assert_true(r.counters[i - 1].packets >= r.counters[i].packets);
	for (unsigned i = 0; i < r.n_all_counters; i++) {
		unsigned above = 0, at = 0;

		assert_int_equal(r.all_counters[i].bytes, 28 * r.all_counters[i].packets);
		all += r.all_counters[i].packets;
		for (unsigned k = 0; k < r.n_all_counters; k++)
			above += r.all_counters[k].packets > r.all_counters[i].packets;
		while (at < r.n_counters && r.counters[at].counter != r.all_counters[i].counter)
			at++;
		assert_true(at == r.n_counters ? above >= REPORT_COUNTERS - 4 : at >= above);
	}
	assert_true(all >= RULES_TAKEN * (RULES_TAKEN + 1) / 2);
	report_fini(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_figures_are_printed),
		cmocka_unit_test(bonds_say_what_their_members_do),
		cmocka_unit_test(what_is_not_there_is_left_out),
		cmocka_unit_test(a_report_is_sound_when_nothing_is_missing),
		appliance_test(what_two_workers_have_done_is_added_up),
		appliance_test(the_most_frequent_counters_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
