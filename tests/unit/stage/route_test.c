/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit/policy/policy_fixture.h"

#include "policy/routes.h"

#define MAIN \
	"pipelines: {inside: [route: main]}\n" \
	"routes:\n" \
	"  main:\n" \
	"    - {to: 0.0.0.0/0, via: 198.51.100.2}\n" \
	"    - {to: 10.9.0.0/16, via: [10.0.0.2, {via: 10.0.0.3, weight: 2}]}\n" \
	"    - {to: 10.9.7.0/24, via: 10.0.0.7}\n" \
	"    - {to: 192.0.2.0/24, blackhole: true}\n" \
	"    - {to: 198.18.0.0/15, reject: true}\n" \
	"    - {to: 10.77.0.0/16, dev: dmz}\n" \
	"    - {to: \"2001:db8:9::/48\", via: \"2001:db8:2::2\"}\n" \
	"    - {to: \"2001:db8:a::/48\", via: \"fe80::2\", dev: lan}\n"

static void
expect_drop(struct policy_fixture *f, const char *packet, enum reason reason)
{
	evaluate(f, "inside", LAN, packet);
	if (f->ev.program.reason != reason)
		fail_msg("%s: %s\n%s", packet, reason_name(f->ev.program.reason), f->notes);
}

static void
expect_output(
	struct policy_fixture *f, const char *packet, const char *program, const char *gateway)
{
	evaluate(f, "inside", LAN, packet);
	expect_program(f, program);
	expect_gateway(f, gateway);
	assert_int_equal(f->ev.egress->id, f->ev.program.iface);
}

static void
the_longest_prefix_decides(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_output(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "ttl; output wan", "198.51.100.2");
	expect_note(f, "route main: 0.0.0.0/0 via 198.51.100.2 by wan\n");
	expect_output(f, "udp 10.0.0.2:5203 > 10.9.7.1:53", "ttl; output lan", "10.0.0.7");
	expect_output(f, "udp 10.0.0.2:5203 > 10.9.8.1:53", "ttl; output lan", "10.0.0.3");
}

static void
ipv6_is_routed_by_its_own_prefixes(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_output(f, "udp [2001:db8:1::2]:5203 > [2001:db8:9::9]:53", "ttl; output wan",
		"2001:db8:2::2");
	expect_output(
		f, "udp [2001:db8:1::2]:5203 > [2001:db8:a::9]:53", "ttl; output lan", "fe80::2");
	expect_drop(f, "udp [2001:db8:1::2]:5203 > [2001:db8:b::9]:53", REASON_no_route);
}

#define HASHES 1024u

/* Writes the last byte of each flow's gateway. */
static void
gateways(struct policy_fixture *f, uint8_t out[HASHES])
{
	for (unsigned i = 0; i < HASHES; i++) {
		evaluate_hashed(f, "inside", LAN, "udp 10.0.0.9:1 > 10.9.1.1:2", i * 0x00400001u);
		out[i] = f->ev.program.gateway.bytes[3];
		assert_int_equal(f->ev.program.has_others, true);
	}
}

static unsigned
count_of(const uint8_t gateway[HASHES], uint8_t which)
{
	unsigned n = 0;

	for (unsigned i = 0; i < HASHES; i++)
		n += gateway[i] == which;
	return n;
}

static void
next_hops_share_flows_by_weight(void **state)
{
	struct policy_fixture *f = *state;
	uint8_t by[HASHES];

	given(f, MAIN);
	evaluate_hashed(f, "inside", LAN, "udp 10.0.0.9:1 > 10.9.1.1:2", 0);
	expect_note(f,
		"route main: 10.9.0.0/16 via 10.0.0.3 (weight 2 of 3, by a hash with a secret of each run: "
		"the running router may choose another) by lan\n");
	gateways(f, by);
	assert_in_range(count_of(by, 2), 290, 392); /* 341, and four standard deviations */
	assert_int_equal(count_of(by, 2) + count_of(by, 3), HASHES);
}

/* Writes the last bytes of the gateways that 64 conversations have, forward and back; port: of the
 * first. */
static void
both_ways(struct policy_fixture *f, const char *hash, uint8_t out[2][64], unsigned port)
{
	char text[512], packet[128];

	snprintf(text, sizeof(text),
		"pipelines: {inside: [route: main]}\nroutes: {main: {hash: %s, routes: [{to: 10.8.0.0/15, "
		"via: [10.0.0.2, 10.0.0.3, 10.0.0.4]}]}}\n",
		hash);
	given(f, text);
	for (unsigned i = 0; i < 64; i++) {
		unsigned p = 1000 + i * port;

		snprintf(packet, sizeof(packet), "udp 10.8.0.1:%u > 10.9.0.%u:53", p, i + 1);
		evaluate_hashed(f, "inside", LAN, packet, i * 0x04000001u);
		out[0][i] = f->ev.program.gateway.bytes[3];
		snprintf(packet, sizeof(packet), "udp 10.9.0.%u:53 > 10.8.0.1:%u", i + 1, p);
		evaluate_hashed(f, "inside", LAN, packet, i * 0x02000003u);
		out[1][i] = f->ev.program.gateway.bytes[3];
	}
}

static void
a_symmetric_hash_is_that_of_the_answers(void **state)
{
	struct policy_fixture *f = *state;
	uint8_t by[2][64], other[2][64];

	both_ways(f, "tuple", by, 1);
	assert_memory_not_equal(by[0], by[1], 64);
	both_ways(f, "symmetric", by, 1);
	assert_memory_equal(by[0], by[1], 64);
	assert_in_range(memchr(by[0], 2, 64) != NULL, 1, 1);
	both_ways(f, "symmetric", other, 7);
	assert_memory_not_equal(by[0], other[0], 64); /* ports count */
	both_ways(f, "addresses", by, 1);
	assert_memory_equal(by[0], by[1], 64);
	both_ways(f, "addresses", other, 7);
	assert_memory_equal(by[0], other[0], 64); /* they do not */
}

/* Later fragments go the way of their first one where ports choose among next hops; elsewhere each
 * goes at once. */
static void
routes_whose_fragments_wait_for_the_first(void **state)
{
	static const struct {
		const char *table, *stage;
		bool wait;
	} rows[] = {
		{ "[{to: 10.8.0.0/15, via: 10.0.0.2}]", "{route: main}", false },
		{ "[{to: 10.8.0.0/15, via: [10.0.0.2, 10.0.0.3]}]", "{route: main}", true },
		{ "[{to: 10.8.0.0/15, via: [10.0.0.2, 10.0.0.3]}]", "{route: {}}", true },
		{ "{hash: symmetric, routes: [{to: 10.8.0.0/15, via: [10.0.0.2, 10.0.0.3]}]}",
			"{route: main}", true },
		{ "{hash: addresses, routes: [{to: 10.8.0.0/15, via: [10.0.0.2, 10.0.0.3]}]}",
			"{route: main}", false },
		{ "[]", "{route: {via: 10.0.0.2}}", false },
		{ "[]", "{route: {via: [10.0.0.2, 10.0.0.3]}}", true },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[256];

		snprintf(text, sizeof(text), "routes: {main: %s}\npipelines: {inside: [%s]}\n",
			rows[i].table, rows[i].stage);
		given(f, text);
		if (!!(build_find_pipeline(f->build, "inside")->traits & TRAIT_SPREADS)
			!= rows[i].wait)
			fail_msg("%s", text);
	}
}

static bool
last_byte_is(
	void *arg, const struct interface *egress, unsigned family, const union address *gateway)
{
	assert_string_equal(egress->name, "lan");
	assert_int_equal(family, 4);
	return gateway->bytes[3] == *(uint8_t *)arg;
}

#define SIXTY_FOUR_HOPS 64

static void
a_dead_next_hop_gives_its_flows_alone_to_the_others(void **state)
{
	struct policy_fixture *f = *state;
	char text[4096] =
		"pipelines: {inside: [route: main]}\nroutes: {main: [{to: 10.9.0.0/16, via: [";
	uint8_t before[HASHES], after[HASHES], dead = 17;
	const struct hop_health health = { last_byte_is, &dead };

	for (unsigned i = 0; i < SIXTY_FOUR_HOPS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"%s{via: 10.0.0.%u, weight: %u}", i != 0 ? ", " : "", i + 2, i % 3 + 1);
	strcat(text, "]}]}\n");
	given(f, text);
	gateways(f, before);
	f->health = &health;
	gateways(f, after);
	assert_in_range(count_of(before, dead), 4, 30);
	assert_int_equal(count_of(after, dead), 0);
	for (unsigned i = 0; i < HASHES; i++)
		assert_true(before[i] == after[i] || before[i] == dead);
}

static bool
all_are(void *arg, const struct interface *egress, unsigned family, const union address *gateway)
{
	(void)arg;
	(void)egress;
	(void)family;
	(void)gateway;
	return true;
}

static void
without_a_live_next_hop_flows_stay(void **state)
{
	struct policy_fixture *f = *state;
	const struct hop_health health = { all_are, NULL };
	uint8_t before[HASHES], after[HASHES];

	given(f, MAIN);
	gateways(f, before);
	f->health = &health;
	gateways(f, after);
	assert_memory_equal(before, after, HASHES);
}

static void
a_subnet_is_reached_directly(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_output(f, "udp 10.0.0.2:1 > 10.0.1.9:2", "ttl; output dmz", "10.0.1.9");
	expect_note(f, "route main: 10.0.1.0/24 is on dmz\n");
	expect_output(f, "udp 10.0.0.2:1 > 10.77.3.4:2", "ttl; output dmz", "10.77.3.4");
	expect_output(
		f, "udp [2001:db8:1::2]:1 > [2001:db8:2::9]:2", "ttl; output wan", "2001:db8:2::9");
}

static void
our_own_addresses_are_local_whatever_the_interface(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	evaluate(f, "inside", LAN, "icmp 10.0.0.2 > 10.0.0.1 echo-request id 7");
	expect_program(f, "local");
	expect_note(f, "route main: 10.0.0.1/32 is our own\n");
	evaluate(f, "inside", LAN, "icmp 10.0.0.2 > 198.51.100.1 echo-request id 7");
	expect_program(f, "local");
	evaluate(f, "inside", LAN, "icmp 2001:db8:1::2 > 2001:db8:2::1 echo-request id 7");
	expect_program(f, "local");
}

/* Addresses of pools are routed: what nobody has a mapping for ends there, and says so. */
static void
public_addresses_without_a_mapping(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "nat: {up: {pool: [203.0.113.8/31]}}\n" MAIN);
	expect_drop(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", REASON_nat_no_mapping);
	expect_note(f, "route main: 203.0.113.9/32 is a public address, and nothing is mapped\n");
	evaluate(f, "inside", LAN, "udp 10.0.0.2:5203 > 203.0.113.10:53");
	assert_int_equal(f->ev.program.verdict, PROGRAM_OUTPUT);
}

static void
without_a_route_the_sender_is_told(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "pipelines: {inside: [route: main]}\nroutes: {main: []}\n");
	expect_drop(f, "udp 10.0.0.2:1 > 203.0.113.9:2", REASON_no_route);
	assert_int_equal(f->ev.program.verdict, PROGRAM_REJECT);
	assert_int_equal(f->ev.program.reply, REPLY_UNREACHABLE);
	assert_int_equal(f->ev.program.reply_code, 0);
	expect_output(f, "udp 10.0.0.2:1 > 10.0.1.9:2", "ttl; output dmz", "10.0.1.9");
}

static void
a_blackhole_is_silent_and_a_reject_is_not(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_drop(f, "udp 10.0.0.2:1 > 192.0.2.9:2", REASON_blackhole);
	assert_int_equal(f->ev.program.verdict, PROGRAM_DROP);
	expect_note(f, "route main: 192.0.2.0/24 is a blackhole\n");
	assert_int_equal(counter_line(f), 9);
	assert_int_equal(
		f->ev.program.actions[0], ACTION_WORD(ACTION_COUNT, f->ev.program.counter));

	expect_drop(f, "udp 10.0.0.2:1 > 198.18.0.9:2", REASON_no_route);
	assert_int_equal(f->ev.program.verdict, PROGRAM_REJECT);
	assert_int_equal(f->ev.program.reply_code, 1);
	assert_int_equal(counter_line(f), 10);
}

static void
martians_are_not_routed(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_drop(f, "udp 127.0.0.1:1 > 203.0.113.9:2", REASON_martian);
	expect_drop(f, "udp 0.0.0.0:1 > 203.0.113.9:2", REASON_martian);
	expect_drop(f, "udp 224.0.0.1:1 > 203.0.113.9:2", REASON_martian);
	expect_drop(f, "udp 240.0.0.1:1 > 203.0.113.9:2", REASON_martian);
	expect_drop(f, "udp 10.0.0.2:1 > 127.0.0.1:2", REASON_martian);
	expect_drop(f, "udp [::1]:1 > [2001:db8:9::9]:2", REASON_martian);
	expect_drop(f, "udp [::ffff:10.0.0.2]:1 > [2001:db8:9::9]:2", REASON_martian);
}

static void
our_own_address_as_a_source_is_a_martian(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_drop(f, "tcp 10.0.0.1:80 > 10.0.0.1:80 S", REASON_martian);
	expect_drop(f, "udp 198.51.100.1:1 > 203.0.113.9:2", REASON_martian);
	expect_drop(f, "udp [2001:db8:2::1]:1 > [2001:db8:9::9]:2", REASON_martian);
}

/* RFC 1812 5.3.7: of any subnet of ours, by whichever interface. */
static void
a_broadcast_address_as_a_source_is_a_martian(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_drop(f, "udp 10.0.0.255:1 > 203.0.113.9:2", REASON_martian);
	expect_drop(f, "udp 10.0.0.0:1 > 203.0.113.9:2", REASON_martian);
	expect_drop(f, "udp 198.51.100.255:1 > 203.0.113.9:2", REASON_martian);
}

static void
link_local_addresses_stay_on_their_link(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	evaluate(f, "inside", LAN, "icmp fe80::2 > fe80::1 echo-request id 7");
	expect_program(f, "local");
	evaluate(f, "inside", LAN, "icmp fe80::2 > 2001:db8:1::1 echo-request id 7");
	expect_program(f, "local");
	expect_drop(f, "udp [fe80::2]:1 > [2001:db8:9::9]:2", REASON_martian);
	expect_drop(f, "udp [2001:db8:1::2]:1 > [fe80::9]:2", REASON_martian);

	/* fe80::1 is ours on lan, not on wan. */
	evaluate(f, "inside", WAN, "icmp 2001:db8:2::9 > fe80::1 echo-request id 7");
	assert_int_equal(f->ev.program.reason, REASON_martian);
}

static void
multicast_and_broadcast_are_not_routed(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN);
	expect_drop(f, "udp 10.0.0.2:1 > 224.0.0.5:2", REASON_multicast);
	expect_drop(f, "udp 10.0.0.2:1 > 255.255.255.255:2", REASON_multicast);
	expect_drop(f, "udp 10.0.0.2:1 > 10.0.1.255:2", REASON_multicast);
	expect_drop(f, "udp 10.0.0.2:1 > 10.0.1.0:2", REASON_multicast);
	expect_drop(f, "udp [2001:db8:1::2]:1 > [ff02::1]:2", REASON_multicast);
}

static void
the_first_route_stage_that_decides_counts(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"pipelines:\n"
		"  inside: [{route: {table: vpn, if: {dport: 53}}}, route: main]\n"
		"routes:\n"
		"  main: [{to: 0.0.0.0/0, via: 198.51.100.2}]\n"
		"  vpn: [{to: 0.0.0.0/0, via: 10.0.1.2}]\n");
	expect_output(f, "udp 10.0.0.2:1 > 203.0.113.9:53", "ttl; output dmz", "10.0.1.2");
	expect_output(f, "udp 10.0.0.2:1 > 203.0.113.9:54", "ttl; output wan", "198.51.100.2");
}

#define ROUTES(lines) "pipelines: {inside: [route: main]}\nroutes: {main: [" lines "]}\n"

static void
a_gateway_must_be_a_neighbour(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, ROUTES("{to: 10.9.0.0/16, via: 10.0.2.7}"),
		"weir.yaml:4:40: error: routes.main.via: 10.0.2.7 is in no subnet of an interface; "
		"the nearest is 10.0.0.0/24 of lan");
	expect_error(f, ROUTES("{to: 10.9.0.0/16, via: 10.0.0.7, dev: wan}"),
		"10.0.0.7 is in no subnet of wan");
	expect_error(f, ROUTES("{to: 10.9.0.0/16, via: 10.0.0.1}"),
		"10.0.0.1 is our own, on interface lan");
	expect_error(f, ROUTES("{to: 10.9.0.0/16, via: 10.0.0.255}"),
		"10.0.0.255 is the network or broadcast address of interface lan");
	expect_error(f, ROUTES("{to: 10.9.0.0/16, via: \"2001:db8:1::2\"}"),
		"an IPv6 address in an IPv4 route");
	expect_error(f, ROUTES("{to: \"2001:db8:9::/48\", via: \"fe80::2\"}"),
		"fe80::2 is link-local: dev must name its interface");
}

static void
a_route_says_one_thing(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, ROUTES("{to: 10.9.0.0/16}"),
		"a route has one of via (or dev), blackhole and reject");
	expect_error(f, ROUTES("{to: 10.9.0.0/16, via: 10.0.0.2, blackhole: true}"),
		"a route has one of via (or dev), blackhole and reject");
	expect_error(f, ROUTES("{to: 224.0.0.0/4, via: 10.0.0.2}"), "multicast is not routed");
	expect_error(f,
		ROUTES("{to: 10.9.0.0/16, via: 10.0.0.2},"
		       " {to: 10.9.0.0/16, blackhole: true}"),
		"10.9.0.0/16 is routed on line 4 already");
	expect_error(f, ROUTES("{to: 10.9.0.0/16, dev: lam}"), "did you mean 'lan'?");
}

static void
a_route_that_an_interface_overrides_is_warned_of(void **state)
{
	struct policy_fixture *f = *state;

	assert_int_equal(build(f, ROUTES("{to: 10.0.1.0/24, via: 10.0.0.2}")), 0);
	assert_int_equal(err_count(f->err), 0);
	assert_non_null(strstr(f->errors, "10.0.1.0/24 is never used"));
	expect_output(f, "udp 10.0.0.2:1 > 10.0.1.9:2", "ttl; output dmz", "10.0.1.9");
}

/* --- random tables against a walk over all lines --- */

#define ORACLE_ROUTES  300
#define ORACLE_PACKETS 3000

struct line {
	uint32_t to; /* host order */
	unsigned length;
	unsigned gateway; /* last byte of 10.0.0.x */
};

static unsigned
oracle(const struct line *line, unsigned n, uint32_t dst)
{
	unsigned gateway = 0, longest = 0;

	for (unsigned i = 0; i < n; i++) {
		uint32_t mask = line[i].length == 0 ? 0 : UINT32_MAX << (32 - line[i].length);

		if ((dst & mask) != line[i].to || (gateway != 0 && line[i].length < longest))
			continue;
		longest = line[i].length;
		gateway = line[i].gateway;
	}
	return gateway;
}

/* Prefixes within 100/8, so that they cover each other often. */
static unsigned
random_lines(struct line *line, unsigned seed)
{
	unsigned n = 0;

	srand(seed);
	for (unsigned i = 0; i < ORACLE_ROUTES; i++) {
		unsigned length = 8 + (unsigned)rand() % 25;
		uint32_t mask = UINT32_MAX << (32 - length);
		uint32_t to = (100u << 24 | ((uint32_t)rand() & 0x00030f0f)) & mask;
		bool twice = false;

		for (unsigned k = 0; k < n; k++)
			twice |= line[k].to == to && line[k].length == length;
		if (!twice)
			line[n++] = (struct line){ to, length, 2 + (unsigned)rand() % 200 };
	}
	return n;
}

static char *
lines_text(const struct line *line, unsigned n)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("pipelines: {inside: [route: main]}\nroutes:\n  main:\n", out);
	for (unsigned i = 0; i < n; i++)
		fprintf(out, "    - {to: %u.%u.%u.%u/%u, via: 10.0.0.%u}\n", line[i].to >> 24,
			line[i].to >> 16 & 255, line[i].to >> 8 & 255, line[i].to & 255,
			line[i].length, line[i].gateway);
	fclose(out);
	return text;
}

static void
random_tables_agree_with_a_walk_over_all_lines(void **state)
{
	struct policy_fixture *f = *state;
	struct line line[ORACLE_ROUTES];

	for (unsigned seed = 1; seed <= 5; seed++) {
		unsigned n = random_lines(line, seed);
		char *text = lines_text(line, n);

		given(f, text);
		free(text);
		for (unsigned i = 0; i < ORACLE_PACKETS; i++) {
			uint32_t dst = 100u << 24 | ((uint32_t)rand() & 0x00030f1f);
			unsigned expected = oracle(line, n, dst);
			char packet[64];

			snprintf(packet, sizeof(packet), "udp 10.0.0.2:1 > %u.%u.%u.%u:2",
				dst >> 24, dst >> 16 & 255, dst >> 8 & 255, dst & 255);
			evaluate(f, "inside", LAN, packet);
			if (expected == 0)
				assert_int_equal(f->ev.program.reason, REASON_no_route);
			else
				assert_int_equal(f->ev.program.gateway.bytes[3], expected);
		}
	}
}

/* An answer to this host, which may have no address so far: on an interface with a kernel
 * interface. */
static void
answers_of_dhcp_are_for_the_host(void **state)
{
	static const struct {
		const char *packet;
		bool local;
	} rows[] = {
		{ "udp 10.0.0.9:67 > 10.0.0.200:68", true },
		{ "udp 10.0.0.9:66 > 10.0.0.200:68", false },
		{ "udp 10.0.0.9:67 > 10.0.0.200:67", false },
		{ "tcp 10.0.0.9:67 > 10.0.0.200:68 S", false },
		{ "udp [2001:db8:1::2]:67 > [2001:db8:1::9]:68", false },
	};
	struct policy_fixture *f = *state;

	given(f, MAIN);
	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		f->iface[LAN].host = "lan";
		evaluate(f, "inside", LAN, rows[i].packet);
		assert_int_equal(f->ev.program.verdict == PROGRAM_LOCAL, rows[i].local);
		f->iface[LAN].host = NULL;
		evaluate(f, "inside", LAN, rows[i].packet);
		assert_int_not_equal(f->ev.program.verdict, PROGRAM_LOCAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(the_longest_prefix_decides),
		stage_test(answers_of_dhcp_are_for_the_host),
		stage_test(ipv6_is_routed_by_its_own_prefixes),
		stage_test(next_hops_share_flows_by_weight),
		stage_test(routes_whose_fragments_wait_for_the_first),
		stage_test(a_symmetric_hash_is_that_of_the_answers),
		stage_test(a_dead_next_hop_gives_its_flows_alone_to_the_others),
		stage_test(without_a_live_next_hop_flows_stay),
		stage_test(a_subnet_is_reached_directly),
		stage_test(our_own_addresses_are_local_whatever_the_interface),
		stage_test(public_addresses_without_a_mapping),
		stage_test(without_a_route_the_sender_is_told),
		stage_test(a_blackhole_is_silent_and_a_reject_is_not),
		stage_test(martians_are_not_routed),
		stage_test(our_own_address_as_a_source_is_a_martian),
		stage_test(a_broadcast_address_as_a_source_is_a_martian),
		stage_test(link_local_addresses_stay_on_their_link),
		stage_test(multicast_and_broadcast_are_not_routed),
		stage_test(the_first_route_stage_that_decides_counts),
		stage_test(a_gateway_must_be_a_neighbour),
		stage_test(a_route_says_one_thing),
		stage_test(a_route_that_an_interface_overrides_is_warned_of),
		stage_test(random_tables_agree_with_a_walk_over_all_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
