/* SPDX-License-Identifier: BSD-3-Clause */
/* What verbs say of a larger appliance: a bridge, a wire, tagged interfaces, two domains, zones,
 * limits of every kind, sessions of every protocol, and drops of all sorts.  SHOWN_PRINT=1 prints
 * what there is.
 *
 *   10.0.0.2 --- lan -- [ Weir: pool 198.51.100.9 ] -- wan --- 198.51.100.2
 *                          |    |    |     |
 *        b1, b2: bridge br0   w1 -- w2: a wire          far: VLAN 30.40 of wan, domain red */
#include "control/called_wide.h"
#include "control/pcapng_read.h"
#include "control/recorded_wide.h"
#include "control/shown_wide.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024, burst: 64}\n" \
	"ports: {lan: net_null0, wan: net_null1, b1: net_null2, b2: net_null3, w1: net_null4, w2: net_null5}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24, \"2001:db8:1::1/64\"], pipeline: inside, mtu: 1400,\n" \
	"    neighbours: {10.0.0.2: \"02:00:00:00:01:02\", \"2001:db8:1::2\": \"02:00:00:00:01:02\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24, \"2001:db8:2::1/64\"], pipeline: outside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\", \"2001:db8:2::2\": \"02:00:00:00:02:02\"}}\n" \
	"  far: {port: wan, vlan: 30, inner_vlan: 40, domain: red, addresses: [10.30.0.1/24], pipeline: plain,\n" \
	"    neighbours: {10.30.0.2: \"02:00:00:00:03:02\"}}\n" \
	"  spare: {port: lan, vlan: 31}\n" \
	"  b1: {pipeline: bridged}\n" \
	"  b2: {pipeline: bridged}\n" \
	"  br: {bridge: br0, addresses: [10.7.0.1/24], pipeline: plain}\n" \
	"  w1: {pipeline: wire}\n" \
	"  w2: {pipeline: back}\n" \
	"zones: {inner: [lan, br], outer: [wan]}\n" \
	"bridges: {br0: {members: [b1, b2], max: 64}}\n" \
	"sets: {bad: {size: 64}}\n" \
	"nat: {uplink: {pool: [198.51.100.9], ports: 2000-2009, per_source: 8}}\n" \
	"acls:\n" \
	"  out: {default: accept, rules: [\n" \
	"    {name: bulk, dport: 5001, quota: 1M, action: accept},\n" \
	"    {name: slow, proto: icmp, limit: {rate: 10/s, per: source, size: 64}, action: accept},\n" \
	"    {proto: tcp, dport: 23, action: reject},\n" \
	"    {dport: 666, action: drop, log: true, add: $bad}]}\n" \
	"  in: {default: drop, rules: [{state: [established, related], action: accept}, {nat: dnat, action: accept}]}\n" \
	"routes:\n" \
	"  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: \"::/0\", via: \"2001:db8:2::2\"},\n" \
	"    {to: 10.99.0.0/16, reject: true}, {to: 10.30.0.0/24, via: {domain: red}},\n" \
	"    {to: 10.98.0.0/16, via: [198.51.100.2, {via: 198.51.100.3, weight: 3}]}]\n" \
	"  red: [{to: 10.0.0.0/24, via: {domain: main}}]\n" \
	"pipelines:\n" \
	"  inside: [track, {acl: out}, {limit: {rate: 5/s, per: destination, size: 64, if: {dport: 53}}},\n" \
	"    {limit: {rate: 100/min, of: sessions, per: source, size: 64}},\n" \
	"    {police: {rate: 8Mbit, if: {dport: 5001}}}, {mark: {dscp: ef, if: {dport: 5060}}},\n" \
	"    {route: main}, {snat: {use: uplink, if: {out: wan}}}]\n" \
	"  outside: [track, {dnat: [{to: \"10.0.0.2:8080\", if: {dst: 198.51.100.8, proto: tcp, dport: 80}}]},\n" \
	"    {acl: in}, {route: main}]\n" \
	"  plain: [{route: {}}]\n" \
	"  bridged: [{bridge: br0}]\n" \
	"  wire: [{mirror: {port: b2, one_in: 1000}}, {sample: 1000}, {forward: w2}]\n" \
	"  back: [{forward: w1}]\n"

static int
setup(void **state)
{
	static struct world w;

	*state = &w;
	return world_start(&w, CONFIG, 1);
}

static int
teardown(void **state)
{
	return world_end(*state);
}

static struct port *
port_named(struct world *w, const char *name)
{
	return ports_find(appliance_ports(w->offline.appliance), name);
}

static void
push(struct world *w, const char *port, const char *packet)
{
	world_push(w, port_named(w, port), packet);
}

#define FROM(n) " from 02:00:00:00:0b:0" #n
#define TO(n)   " to 02:00:00:00:0b:0" #n

static void
bring_sessions(struct world *w)
{
	push(w, "lan", "tcp 10.0.0.2:2001 > 203.0.113.2:80 S seq 1");
	push(w, "wan", "tcp 203.0.113.2:80 > 198.51.100.9:2001 SA seq 1 ack 2");
	push(w, "lan", "tcp 10.0.0.2:2001 > 203.0.113.2:80 A seq 2 ack 2");
	push(w, "lan", "tcp 10.0.0.2:2001 > 203.0.113.2:80 FA seq 2 ack 2");
	push(w, "wan", "tcp 198.51.100.2:7000 > 198.51.100.8:80 S seq 1");
	push(w, "lan", "tcp 10.0.0.2:8080 > 198.51.100.2:7000 SA seq 1 ack 2");
	push(w, "lan", "udp 10.0.0.2:2002 > 203.0.113.2:5060 payload \"hello\"");
	push(w, "wan", "udp 203.0.113.2:5060 > 198.51.100.9:2002");
	push(w, "lan", "icmp 10.0.0.2 > 203.0.113.2 echo-request id 2003");
	push(w, "lan", "sctp 10.0.0.2:2004 > 203.0.113.2:36412 INIT init-tag 7");
	push(w, "lan", "esp 10.0.0.2 > 203.0.113.2 spi 0x1001");
	push(w, "lan", "udp [2001:db8:1::2]:4000 > [2001:db8:9::9]:53");
	push(w, "lan", "icmp [2001:db8:1::2] > [2001:db8:9::9] echo-request id 7");
	push(w, "lan", "udp 10.0.0.2:2005 > 198.51.100.50:5001");
	push(w, "wan", "udp 10.30.0.2:7 > 10.0.0.2:9 vlan 30 vlan 40");
	for (unsigned i = 0; i < 8; i++)
		push(w, "lan", "udp 10.0.0.2:2006 > 203.0.113.7:53");
}

static void
bring_drops(struct world *w)
{
	push(w, "lan", "tcp 10.0.0.2:4001 > 203.0.113.2:23 S seq 1");
	push(w, "lan", "udp 10.0.0.2:4001 > 203.0.113.2:666");
	push(w, "lan", "udp 10.0.0.2:4001 > 203.0.113.3:666 size 600");
	push(w, "lan", "udp 10.0.0.2:4001 > 10.99.0.1:9");
	push(w, "lan", "udp 10.0.0.2:4002 > 203.0.113.2:9 ttl 1");
	push(w, "lan", "udp 127.0.0.1:4002 > 203.0.113.2:9");
	push(w, "wan", "udp 203.0.113.9:9 > 198.51.100.1:9");
	push(w, "wan", "tcp 203.0.113.9:9 > 198.51.100.1:9 A");
	push(w, "lan", "udp 10.31.0.2:9 > 10.0.0.2:9 vlan 31");
}

static void
bring_frames(struct world *w)
{
	push(w, "b1", "udp 10.7.0.2:1 > 10.7.0.3:2" FROM(2) TO(3));
	push(w, "b2", "udp 10.7.0.3:2 > 10.7.0.2:1" FROM(3) TO(2));
	push(w, "b1", "udp 10.7.0.2:1 > 10.7.0.3:2" FROM(2) TO(3));
	push(w, "b1", "udp 10.7.0.4:1 > 10.7.0.3:2" FROM(4) TO(3));
	push(w, "b2", "udp 10.7.0.4:1 > 10.7.0.3:2" FROM(4) TO(3));
	push(w, "b1", "udp 10.7.0.5:1 > 10.7.0.3:2 vlan 9" FROM(5) TO(3));
	for (unsigned i = 0; i < 4; i++) {
		push(w, "b1", "udp 10.7.0.6:1 > 10.7.0.3:2" FROM(6) TO(3));
		push(w, "b2", "udp 10.7.0.6:1 > 10.7.0.2:2" FROM(6) TO(2));
	}
	push(w, "w1", "udp 10.8.0.2:1 > 10.8.0.3:2" FROM(7) TO(8));
	push(w, "w1", "udp 10.8.0.2:1 > 10.8.0.3:2" FROM(7) TO(8));
	push(w, "w2", "arp who-has 10.8.0.2 tell 10.8.0.3" FROM(8));
}

/* A second time, so that flows are known, and talkers stand in several windows. */
static void
bring_more(struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		push(w, "lan", "udp 10.0.0.2:2002 > 203.0.113.2:5060 payload \"hello\"");
		push(w, "lan", "udp 10.0.0.2:4001 > 203.0.113.2:666");
		push(w, "lan", "udp 10.0.0.2:4001 > 10.99.0.1:9");
		push(w, "lan", "udp 10.0.0.2:4003 > 10.0.0.1:9");
		push(w, "lan", "icmp 10.0.0.2 > 10.0.0.1 echo-request id 9");
		push(w, "w1", "udp 10.8.0.2:1 > 10.8.0.3:2" FROM(7) TO(8));
	}
	push(w, "wan", "udp 10.30.0.2:7 > 10.0.0.2:9 vlan 30 vlan 40");
}

/* --- the flight recorder --- */

static unsigned
digit(char c)
{
	static const char
		digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return (unsigned)(strchr(digits, c) - digits);
}

/* Returns the bytes of a text in base64; they go to out, which has room for them. */
static size_t
decode(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; strlen(text) >= 4; text += 4) {
		uint32_t word = digit(text[0]) << 18 | digit(text[1]) << 12
			| (text[2] != '=' ? digit(text[2]) << 6 : 0)
			| (text[3] != '=' ? digit(text[3]) : 0);

		out[n++] = (uint8_t)(word >> 16);
		if (text[2] != '=')
			out[n++] = (uint8_t)(word >> 8);
		if (text[3] != '=')
			out[n++] = (uint8_t)word;
	}
	return n;
}

/* What a dump says of each packet, with the interface, in the order of time. */
static void
the_recorder_says_what_became_of_packets(void **state)
{
	static uint8_t data[1 << 16];
	static char text[16384];
	struct world *w = *state;
	char names[16][16];
	struct read_block b;
	unsigned ifaces = 0;
	size_t n, at = 0;
	json_t *dump;

	w->now_ns = 10 * NS_PER_SECOND;
	bring_sessions(w);
	bring_drops(w);
	bring_frames(w);
	world_wait(w, 10 * NS_PER_SECOND);
	dump = world_call(w, "recorder", "");
	n = decode(json_string_value(json_object_get(dump, "data")), data);
	json_decref(dump);
	text[0] = '\0';
	for (uint64_t before = 0; read_block(data, n, &at, &b);) {
		size_t used = strlen(text);

		if (b.type == READ_INTERFACE)
			snprintf(names[ifaces++ % 16], sizeof(names[0]), "%s", b.text);
		if (b.type != READ_PACKET)
			continue;
		assert_true(b.wall_ns >= before);
		assert_true(b.iface < ifaces);
		assert_int_equal(b.kept, b.bytes);
		before = b.wall_ns;
		snprintf(text + used, sizeof(text) - used, "%s %u: %s\n", names[b.iface % 16],
			b.bytes, b.text);
	}
	if (getenv("SHOWN_PRINT") != NULL)
		printf("%s", text);
	else
		assert_string_equal(text, recorded);
}

static void
every_verb_shows_what_is(void **state)
{
	struct world *w = *state;

	w->now_ns = 10 * NS_PER_SECOND;
	bring_sessions(w);
	bring_drops(w);
	bring_frames(w);
	for (unsigned i = 0; i < 3; i++) {
		world_wait(w, NS_PER_SECOND);
		control_tick(w->control);
	}
	bring_more(w);
	world_wait(w, 3 * NS_PER_SECOND);
	push(w, "lan", "udp 10.0.0.2:2007 > 198.51.100.51:9"); /* waits for its neighbour */
	expect_shown(w, shown, sizeof(shown) / sizeof(shown[0]));
	expect_shown(w, called, sizeof(called) / sizeof(called[0]));
	world_wait(w, 10 * NS_PER_SECOND); /* until nobody waits */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_verb_shows_what_is, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_recorder_says_what_became_of_packets, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
