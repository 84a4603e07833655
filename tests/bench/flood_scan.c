/* SPDX-License-Identifier: BSD-3-Clause */
/* A scan through NAT by one inside host, random headers through a router without sessions, and a
 * scan of a subnet where nobody answers: who is known does not notice, nor who is new on another
 * interface. */

#include "flood.h"

#include <netinet/in.h>

#include "flood_known.h"

#define LIMIT   1000u       /* sessions of a source */
#define SCANNER 0x0a000063u /* 10.0.0.99, beside others */
#define BURST   32u
#define ROUNDS  9

static const char
	nat[] = "acls:\n"
		"  from-outside:\n"
		"    default: drop\n"
		"    rules:\n"
		"      - {state: [established, related], action: accept}\n"
		"      - {dst: 10.0.0.80, proto: tcp, dport: 80, action: accept}\n"
		"      - {dst: 10.0.0.80, proto: udp, dport: 53, action: accept}\n"
		"nat:\n"
		"  uplink: {pool: [198.51.100.1]}\n"
		"pipelines:\n"
		"  outside: [track, {acl: from-outside}, {route: main}]\n"
		"  inside: [{track: {max_per_source: 1000}}, {route: main}, {snat: uplink}]\n";

static const char
	router[] = "acls:\n"
		   "  list: {default: accept, rules: [{proto: tcp, dport: 25, action: drop}]}\n"
		   "pipelines:\n"
		   "  outside: [{acl: list}, {route: main}]\n"
		   "  inside: [{acl: list}, {route: main}]\n";

static unsigned scanned;

/* The next port of the next host. */
static void
send_scan(void)
{
	struct flood_frame f = {
		.port = FLOOD_LAN,
		.mark = MARK_FLOOD,
		.proto = IPPROTO_TCP,
		.flags = TH_SYN,
		.src = SCANNER,
		.dst = 0x65000000u + scanned / 1000,
		.sport = 45000,
		.dport = (uint16_t)(1 + scanned % 1000),
		.seq = 7,
	};

	scanned++;
	flood_send(&f);
}

/* An inside host of its own for each. */
static void
send_neighbour(unsigned n)
{
	struct flood_frame f = {
		.port = FLOOD_LAN,
		.mark = MARK_NEW,
		.proto = IPPROTO_UDP,
		.src = 0x0a010000u + n,
		.dst = FLOOD_CLIENTS + 9,
		.sport = 5000,
		.dport = 53,
	};

	flood_send(&f);
}

static void
scan_through_nat(unsigned scans)
{
	struct flood_count before;
	uint64_t sessions, lost, misses;
	unsigned neighbours = 0;

	flood_open(262144, nat);
	known_establish();
	before = *flood_count();
	sessions = flood_flows().sessions;
	misses = fastpath_ledger(flood_path())->lookups_miss;
	for (scanned = 0; scanned < scans;) {
		for (unsigned i = 0; i < BURST; i++)
			send_scan();
		for (unsigned i = 0; i < BURST; i++)
			known_send();
		if (scanned % 1024 == 0)
			send_neighbour(neighbours++);
		flood_pass(BURST * 10 * NS_PER_US);
	}
	lost = flood_count()->in[MARK_KNOWN] - before.in[MARK_KNOWN]
		- (flood_count()->out[MARK_KNOWN] - before.out[MARK_KNOWN]);
	misses = fastpath_ledger(flood_path())->lookups_miss - misses - scanned - neighbours;
	flood_fact(lost == 0 && misses == 0,
		"scan: packets of established flows lost or not found at once",
		(double)(lost + misses), "0");
	flood_fact(flood_flows().sessions == sessions + LIMIT + neighbours,
		"scan: sessions that the scanner holds, of 1,000",
		(double)(flood_flows().sessions - sessions - neighbours), "1000");
	flood_fact(flood_drops(REASON_session_limit) == scanned - LIMIT,
		"scan: attempts beyond, dropped as session_limit",
		(double)flood_drops(REASON_session_limit), "all");
	flood_fact(flood_count()->out[MARK_NEW] == neighbours,
		"scan: share of others' new sessions let through",
		(double)flood_count()->out[MARK_NEW] / neighbours, "1");
	flood_close();
}

/* --- without sessions: flows are a cache --- */

static void
send_random(void)
{
	uint64_t r = flood_random(), q = flood_random();
	struct flood_frame f = {
		.port = FLOOD_WAN,
		.mark = MARK_FLOOD,
		.proto = r >> 63 ? IPPROTO_UDP : IPPROTO_TCP,
		.flags = TH_ACK,
		.src = 0x0b000000u + (uint32_t)r % 0x70000000u,
		.dst = 0x0a000000u + ((uint32_t)q & 0xff0000u) + 0x010002u,
		.sport = (uint16_t)(q >> 32),
		.dport = (uint16_t)(q >> 48 | 1024u),
	};

	flood_send(&f);
}

/* Cycles of a packet of a known flow. */
static double
known_cost(void)
{
	static uint32_t cycles[8192];
	struct flood_times times = { cycles, 0, RTE_DIM(cycles) };

	flood_keep_times(&times);
	for (unsigned i = 0; i < 160000; i++)
		known_send();
	flood_flush();
	flood_keep_times(NULL);
	return flood_quantile(&times, 0.5);
}

static void
random_headers(unsigned packets, bool quick)
{
	struct ledger *l;
	double ratio[ROUNDS];
	uint64_t hits, used;

	flood_open(65536, router);
	known_establish();
	l = fastpath_ledger(flood_path());
	for (unsigned i = 0; i < ROUNDS && !quick; i++) {
		double before = known_cost();

		for (unsigned k = 0; k < packets / ROUNDS; k++)
			send_random();
		flood_pass(10 * NS_PER_SECOND);
		ratio[i] = known_cost() / before;
	}
	used = flood_flows().used4;
	for (unsigned k = 0; k < packets; k++)
		send_random();
	flood_flush();
	flood_fact(flood_flows().used4 <= used + packets / 100,
		"classifier: flows that random headers brought in",
		(double)(flood_flows().used4 - used), "<= 1 %");
	hits = l->lookups_hit;
	for (unsigned i = 0; i < KNOWN_FLOWS; i++)
		known_send();
	flood_flush();
	flood_fact(l->lookups_hit - hits == KNOWN_FLOWS,
		"classifier: known flows found at once, behind them",
		(double)(l->lookups_hit - hits), "10000");
	if (!quick)
		flood_timing(
			"classifier: cycles of a known packet behind 10,000 random headers, to before",
			flood_median(ratio, ROUNDS), 1.05, "<= 1.05");
	flood_close();
}

/* --- a subnet where nobody answers --- */

/* The next address of 172.16.0.0/16, in no order. */
static void
send_unanswered(unsigned n)
{
	struct flood_frame f = {
		.port = FLOOD_WAN,
		.mark = MARK_FLOOD,
		.proto = IPPROTO_UDP,
		.src = FLOOD_CLIENTS + 200,
		.dst = 0xac100002u + n * 40503u % 0xfff0u,
		.sport = 7,
		.dport = 9,
	};

	flood_send(&f);
}

/* A packet to a station of wan that nobody has spoken to yet; it answers our question at once. */
static void
send_to_new(unsigned n)
{
	struct flood_frame f = {
		.port = FLOOD_LAN,
		.mark = MARK_NEW,
		.proto = IPPROTO_UDP,
		.src = 0x0a000063u,
		.dst = 0xc6336403u + n,
		.sport = 5000,
		.dport = 53,
	};
	struct host_fact answer = {
		.iface = flood_path()->dp.gen->ingress[FLOOD_WAN].untagged,
		.family = 4,
		.heard = HEARD_ANSWER,
		.mac = { 2, 0, 0, 0, 3, (uint8_t)n },
		.address = address_v4(rte_cpu_to_be_32(f.dst)),
	};

	flood_send(&f);
	flood_flush();
	fastpath_learn(flood_path(), &answer);
	fastpath_send_born(flood_path());
}

static void
scan_neighbours(unsigned scans)
{
	struct flood_count before;
	unsigned stations = 0;
	uint64_t lost;

	flood_open(65536, router);
	known_establish();
	before = *flood_count();
	for (unsigned n = 0; n < scans;) {
		for (unsigned i = 0; i < BURST; i++)
			send_unanswered(n++);
		for (unsigned i = 0; i < BURST; i++)
			known_send();
		if (n % (scans / 128 / BURST * BURST) == 0)
			send_to_new(stations++);
		flood_pass(BURST * NS_PER_US);
	}
	flood_flush();
	lost = flood_count()->in[MARK_KNOWN] - before.in[MARK_KNOWN]
		- (flood_count()->out[MARK_KNOWN] - before.out[MARK_KNOWN]);
	flood_fact(lost == 0,
		"neighbours: packets of established flows lost, 1 M/s of misses beside",
		(double)lost, "0");
	flood_fact(flood_count()->out[MARK_NEW] == stations,
		"neighbours: share of new stations of another interface reached",
		(double)flood_count()->out[MARK_NEW] / stations, "1");
	flood_close();
}

void
flood_scan(bool quick)
{
	scan_neighbours(quick ? 50000 : 1000000);
	scan_through_nat(quick ? 50000 : 1000000);
	random_headers(10000, quick);
}
