/* SPDX-License-Identifier: BSD-3-Clause */
/* The stages that translate: pools of IPv6, static addresses, maps, lists of forwards. */
#include "unit/policy/policy_fixture.h"

#include "session/session.h"
#include "stage/translate.h"

#define MAIN \
	"routes:\n" \
	"  main:\n" \
	"    - {to: 0.0.0.0/0, via: 198.51.100.2}\n" \
	"    - {to: \"::/0\", via: \"2001:db8:2::2\"}\n"

static void
expect_source(struct policy_fixture *f, const char *packet, const char *address, unsigned port)
{
	char text[64];

	evaluate(f, "p", LAN, packet);
	notation_address(text, sizeof(text), &f->ev.tuple.src, f->ev.tuple.family);
	if (strcmp(text, address) != 0 || rte_be_to_cpu_16(f->ev.tuple.sport) != port)
		fail_msg("%s: from %s port %u, expected %s port %u\n%s%s", packet, text,
			rte_be_to_cpu_16(f->ev.tuple.sport), address, port, f->notes, f->errors);
}

static void
expect_destination(struct policy_fixture *f, const char *packet, const char *address, unsigned port)
{
	char text[64];

	evaluate(f, "p", LAN, packet);
	notation_address(text, sizeof(text), &f->ev.tuple.dst, f->ev.tuple.family);
	if (strcmp(text, address) != 0 || rte_be_to_cpu_16(f->ev.tuple.dport) != port)
		fail_msg("%s: to %s port %u, expected %s port %u\n%s%s", packet, text,
			rte_be_to_cpu_16(f->ev.tuple.dport), address, port, f->notes, f->errors);
}

static void
a_source_of_ipv6_keeps_its_port(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"nat: {up: {pool: [\"2001:db8:2::9\"]}}\n" MAIN
		"pipelines: {p: [track, {route: main}, {snat: up}]}\n");
	expect_source(f, "udp [2001:db8:1::2]:5203 > [2001:db8:9::9]:53", "2001:db8:2::9", 5203);
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "10.0.0.2", 5203);
	given(f, MAIN "pipelines: {p: [track, {route: main}, {snat: {to: \"2001:db8:2::8\"}}]}\n");
	expect_source(f, "tcp [2001:db8:1::2]:5203 > [2001:db8:9::9]:53 S", "2001:db8:2::8", 5203);
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "10.0.0.2", 5203);
}

static void
a_static_source_is_for_its_family(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN "pipelines: {p: [track, {route: main}, {snat: {to: 198.51.100.7}}]}\n");
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "198.51.100.7", 5203);
	expect_source(f, "udp [2001:db8:1::2]:5203 > [2001:db8:9::9]:53", "2001:db8:1::2", 5203);
}

/* RFC 6296 3.7: a word of all ones cannot be adjusted. */
static void
a_map_drops_what_it_cannot_translate(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN "pipelines: {p: [track, {route: main}, "
		     "{snat: {map: {from: \"2001:db8:1::/48\", to: \"2001:db8:7::/48\"}}}]}\n");
	evaluate(f, "p", LAN, "udp [2001:db8:1:5::2]:1 > [2001:db8:9::9]:53");
	expect_note(f, "snat");
	assert_int_not_equal(f->ev.program.verdict, PROGRAM_DROP);
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "10.0.0.2", 5203);
	evaluate(f, "p", LAN, "udp [2001:db8:1:ffff:ffff:ffff:ffff:ffff]:1 > [2001:db8:9::9]:53");
	assert_int_equal(f->ev.program.reason, REASON_nat_no_mapping);
	expect_note(f, "no word of the source can keep the checksum");
	given(f,
		MAIN "pipelines: {p: [track, "
		     "{dnat: {map: {from: \"2001:db8:2:9::/64\", to: \"2001:db8:1:9::/64\"}}}, "
		     "{route: main}]}\n");
	evaluate(f, "p", LAN, "udp [2001:db8:3::2]:1 > [2001:db8:2:9:ffff:ffff:ffff:ffff]:53");
	assert_int_equal(f->ev.program.reason, REASON_nat_no_mapping);
	expect_note(f, "no word of the destination can keep the checksum");
	expect_destination(
		f, "udp [2001:db8:3::2]:1 > [2001:db8:2:8::1]:53", "2001:db8:2:8::1", 53);
	expect_destination(f, "udp 10.0.0.2:1 > 203.0.113.9:53", "203.0.113.9", 53);
	given(f,
		MAIN
		"pipelines: {p: [track, {dnat: {map: {from: 203.0.113.0/24, to: 10.0.1.0/24}}}, "
		"{route: main}]}\n");
	expect_destination(f, "udp 10.0.0.2:1 > 203.0.113.9:53", "10.0.1.9", 53);
}

static void
the_first_forward_that_fits_counts(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN "pipelines: {p: [track, {dnat: [\n"
		     "  {to: 10.0.1.2, if: {dst: 198.51.100.1, proto: tcp, dport: 80}},\n"
		     "  {to: \"10.0.1.3:8000\", if: {dst: 198.51.100.1, proto: tcp, dport: 81}},\n"
		     "  {to: 10.0.1.4, if: {dst: 198.51.100.1}}]}, {route: main}]}\n");
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:80 S", "10.0.1.2", 80);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:81 S", "10.0.1.3", 8000);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:82 S", "10.0.1.4", 82);
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.1:80", "10.0.1.4", 80);
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.2:80", "198.51.100.2", 80);
	build(f,
		MAIN "pipelines: {p: [track, {dnat: [\n"
		     "  {to: 10.0.1.2},\n"
		     "  {to: 10.0.1.4, if: {dst: 198.51.100.1}}]}, {route: main}]}\n");
	assert_non_null(strstr(f->errors, "is never reached: the forward before it"));
	build(f,
		MAIN "pipelines: {p: [track, {dnat: [\n"
		     "  {to: 10.0.1.4, if: {dst: 198.51.100.1}},\n"
		     "  {to: 10.0.1.2}]}, {route: main}]}\n");
	assert_string_equal(f->errors, "");
}

/* Of a family alone; what the router has itself is still looked up. */
static void
next_hops_of_a_stage_are_for_their_family(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN "pipelines: {p: [{route: {via: 198.51.100.7}}, {route: main}]}\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 203.0.113.9:53");
	expect_gateway(f, "198.51.100.7");
	evaluate(f, "p", LAN, "udp [2001:db8:1::2]:1 > [2001:db8:9::9]:53");
	expect_gateway(f, "2001:db8:2::2");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 198.51.100.1:53");
	assert_int_equal(f->ev.program.verdict, PROGRAM_LOCAL);
}

/* Only the next hops that are written can live: without one the stages behind decide. */
static bool
are_dead(void *arg, const struct interface *egress, unsigned family, const union address *gateway)
{
	const unsigned *first_alive = arg;

	assert_non_null(egress);
	assert_string_equal(egress->name, "wan");
	assert_int_equal(family, 4);
	assert_in_range(gateway->bytes[3], 7, 8);
	return gateway->bytes[3] < *first_alive;
}

static void
without_a_live_next_hop_the_stages_behind_decide(void **state)
{
	struct policy_fixture *f = *state;
	unsigned first_alive = 9;
	const struct hop_health health = { are_dead, &first_alive };

	f->health = &health;
	given(f,
		"routes: {main: [{to: 203.0.113.0/24, dev: dmz}]}\n"
		"pipelines: {p: [{route: {via: [198.51.100.7, 198.51.100.8]}}, {route: main}]}\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 203.0.113.9:53");
	expect_program(f, "ttl; output dmz");
	expect_note(f, "route by rule: no next hop lives\n");
	assert_true(f->ev.program.is_away); /* it is decided again once one lives */
	first_alive = 8;
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 203.0.113.9:53");
	expect_gateway(f, "198.51.100.8");
}

/* --- announced sessions --- */

/* A packet of a session that has just begun, and what translate_expected makes of it. */
static void
expected_to(struct policy_fixture *f, struct session *s, const char *packet, const char *to)
{
	struct view other;

	*s = (struct session){ .flags = SESSION_LOOSE };
	read_view(f, &f->view, LAN, packet);
	read_view(f, &other, LAN, to);
	other.tuple.domain = 3;
	eval_init(&f->ev, &f->gen, &f->view);
	f->ev.session = s;
	translate_expected(&f->ev, &other.tuple);
}

#define PACKET "tcp 10.0.0.2:4000 > 203.0.113.9:80 S"

static void
an_announcement_changes_what_differs(void **state)
{
	static const struct {
		const char *to;
		bool src, dst;
	} rows[] = {
		{ PACKET, false, false },
		{ "tcp 10.0.0.2:4000 > 203.0.113.8:80 S", false, true },
		{ "tcp 10.0.0.2:4000 > 203.0.113.9:81 S", false, true },
		{ "tcp 10.0.0.3:4000 > 203.0.113.9:80 S", true, false },
		{ "tcp 10.0.0.2:4001 > 203.0.113.9:80 S", false, false }, /* any port */
		{ "tcp 10.0.0.3:4000 > 203.0.113.8:81 S", true, true },
	};
	struct policy_fixture *f = *state;
	struct session s;

	given(f, MAIN);
	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		struct view to;

		expected_to(f, &s, PACKET, rows[i].to);
		read_view(f, &to, LAN, rows[i].to);
		assert_int_equal((s.flags & SESSION_DNAT) != 0, rows[i].dst);
		assert_int_equal((s.flags & SESSION_SNAT) != 0, rows[i].src);
		assert_true(s.flags & SESSION_LOOSE);
		assert_int_equal(f->ev.to_domain, rows[i].dst ? 3 : DOMAIN_NONE);
		assert_memory_equal(&f->ev.tuple.src, &to.tuple.src, sizeof(to.tuple.src));
		assert_memory_equal(&f->ev.tuple.dst, &to.tuple.dst, sizeof(to.tuple.dst));
		assert_int_equal(f->ev.tuple.sport, f->view.tuple.sport);
		assert_int_equal(f->ev.tuple.dport, to.tuple.dport);
	}
}

static void
which_sessions_stages_may_translate(void **state)
{
	struct session linked = { .flags = SESSION_LINKED }, begun = { .flags = 0 };
	struct policy_fixture *f = *state;
	const struct {
		enum conn_state state;
		bool expected, has_sessions, is_new;
		struct session *session;
	} rows[] = {
		{ CONN_NEW, false, true, true, &begun },
		{ CONN_NEW, false, true, false, &linked },
		{ CONN_NEW, false, true, false, NULL },
		{ CONN_NEW, false, false, true, NULL },
		{ CONN_NEW, true, true, true, &begun },
		{ CONN_ESTABLISHED, false, true, false, &begun },
		{ CONN_RELATED, false, true, false, &begun },
		{ CONN_RELATED, true, true, true, &begun },
		{ CONN_RELATED, true, true, false, &linked },
		{ CONN_UNTRACKED, false, false, false, NULL },
	};

	given(f, MAIN);
	read_view(f, &f->view, LAN, PACKET);
	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		eval_init(&f->ev, &f->gen, &f->view);
		f->ev.state = rows[i].state;
		f->ev.expected = rows[i].expected;
		f->ev.session = rows[i].session;
		f->ev.sessions = rows[i].has_sessions ? (struct sessions *)(void *)f : NULL;
		if (translate_is_new(&f->ev) != rows[i].is_new)
			fail_msg("row %u", i);
	}
}

/* The example of RFC 6296, from a configuration. */
static void
a_map_that_keeps_checksums(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN "pipelines: {p: [track, {route: main}, "
		     "{snat: {map: {from: \"fd01:203:405::/48\", to: \"2001:db8:1::/48\"}}}]}\n");
	expect_source(f, "udp [fd01:203:405:1::1234]:5203 > [2001:db8:9::9]:53",
		"2001:db8:1:d550::1234", 5203);
	given(f,
		MAIN
		"pipelines: {p: [track, {route: main}, "
		"{snat: {map: {from: \"fd01:203:405::/48\", to: \"2001:db8:1::/48\", neutral: false}}}]}\n");
	expect_source(f, "udp [fd01:203:405:1::1234]:5203 > [2001:db8:9::9]:53",
		"2001:db8:1:1::1234", 5203);
}

/* --- ranges of ports --- */

static void
ports_of_a_range_go_to_as_many(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN
		"pipelines: {p: [track, {dnat: {to: \"10.0.1.2:8000\", ports: 80-89}}, {route: main}]}\n");
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:79 S", "198.51.100.1", 79);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:80 S", "10.0.1.2", 8000);
	expect_destination(
		f, "sctp 10.0.0.2:1 > 198.51.100.1:89 INIT init-tag 7", "10.0.1.2", 8009);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:90 S", "198.51.100.1", 90);
	expect_destination(
		f, "icmp 10.0.0.2 > 203.0.113.9 echo-request id 80", "203.0.113.9", 0x0800);
	given(f,
		MAIN
		"pipelines: {p: [track, {dnat: {to: 10.0.1.2, ports: 80-89}}, {route: main}]}\n");
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.1:85", "10.0.1.2", 85);
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.1:90", "198.51.100.1", 90);
	given(f, MAIN "pipelines: {p: [track, {dnat: {to: \"10.0.1.2:8000\"}}, {route: main}]}\n");
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.1:90", "10.0.1.2", 8000);
	expect_destination(f, "esp 10.0.0.2 > 203.0.113.9 spi 7", "10.0.1.2", 0);
	expect_note(f, "dnat: destination 10.0.1.2\n");

	/* Of a list the key ports and the condition cut each other. */
	given(f,
		MAIN
		"pipelines: {p: [track, {dnat: [\n"
		"  {to: \"10.0.1.2:8000\", ports: 80-89, if: {dport: [85-99, \"!87\"], proto: tcp}},\n"
		"  {to: \"10.0.1.3:9000\", ports: 80-99}]}, {route: main}]}\n");
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:84 S", "10.0.1.3", 9004);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:85 S", "10.0.1.2", 8005);
	expect_note(f, "dnat: the forward on line 8: destination 10.0.1.2 port 8005\n");
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:87 S", "10.0.1.3", 9007);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:89 S", "10.0.1.2", 8009);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:90 S", "10.0.1.3", 9010);
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.1:85", "10.0.1.3", 9005);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:100 S", "198.51.100.1", 100);
	expect_note(f, "dnat: no forward of 2 is for this packet\n");
	expect_destination(f, "udp [2001:db8:1::2]:1 > [2001:db8:9::9]:85", "2001:db8:9::9", 85);
}

/* A forward whose range has none of the condition's ports is for no packet. */
static void
a_forward_that_is_left_without_ports(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN
		"pipelines: {p: [track, {dnat: [\n"
		"  {to: 10.0.1.2, ports: 80-89, if: {dport: 90-99}}, {to: 10.0.1.3, ports: 85-90}]}, {route: main}]}\n");
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:85 S", "10.0.1.3", 85);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:90 S", "10.0.1.3", 90);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:80 S", "198.51.100.1", 80);
}

/* A source is translated where the packet leaves into the domain of the public address; one that
 * stays in its own is not, and one that goes into a third is dropped. */
static void
sources_by_the_domain_that_packets_leave_into(void **state)
{
	static const char *const domains[] = { "main", "red", "blue" };
	struct policy_fixture *f = *state;

	f->domain_name = domains;
	f->n_domains = 3;
	f->iface[DMZ].domain = 1;
	f->iface[LAN].domain = 2;
	given(f,
		"routes: {main: [{to: 10.0.1.0/24, via: {domain: red}}], red: [{to: 0.0.0.0/0, via: {domain: main}}],\n"
		"  blue: [{to: 198.51.100.0/24, via: {domain: main}}, {to: 10.0.1.0/24, via: {domain: red}}]}\n"
		"pipelines: {p: [track, route: , {snat: {to: 198.51.100.7}}]}\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 198.51.100.9:53");
	assert_int_equal(f->ev.tuple.src.v4, RTE_BE32(0xc6336407));
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.0.9:53");
	assert_int_equal(f->ev.program.verdict, PROGRAM_OUTPUT);
	assert_int_equal(f->ev.tuple.src.bytes[0], 10);
	expect_note(f, "snat static: the packet stays in domain ");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.9:53");
	assert_int_equal(f->ev.program.reason, REASON_nat_domain);
	expect_note(f, "and the packet leaves into ");
	evaluate(f, "p", DMZ, "udp 10.0.1.2:1 > 10.0.1.9:53");
	assert_int_equal(f->ev.program.verdict, PROGRAM_OUTPUT);
	assert_int_equal(f->ev.tuple.src.bytes[2], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_source_of_ipv6_keeps_its_port),
		stage_test(a_static_source_is_for_its_family),
		stage_test(a_map_drops_what_it_cannot_translate),
		stage_test(the_first_forward_that_fits_counts),
		stage_test(next_hops_of_a_stage_are_for_their_family),
		stage_test(without_a_live_next_hop_the_stages_behind_decide),
		stage_test(an_announcement_changes_what_differs),
		stage_test(which_sessions_stages_may_translate),
		stage_test(a_map_that_keeps_checksums),
		stage_test(ports_of_a_range_go_to_as_many),
		stage_test(a_forward_that_is_left_without_ports),
		stage_test(sources_by_the_domain_that_packets_leave_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
