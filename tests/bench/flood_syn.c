/* SPDX-License-Identifier: BSD-3-Clause */
/* A SYN flood from random sources against one service that 10,000 flows use meanwhile. */

#include "flood.h"

#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <rte_cycles.h>

#include "flood_known.h"

#define ROUNDS          9
#define BURST           32u
#define OPENING_TIMEOUT 240u /* seconds */
#define TIMES           (1u << 22)
#define KNOWN_RATE      200e3

static void
send_flood(void)
{
	uint64_t r = flood_random();
	struct flood_frame f = {
		.port = FLOOD_WAN,
		.mark = MARK_FLOOD,
		.proto = IPPROTO_TCP,
		.flags = TH_SYN,
		.src = 0x0b000000u + (uint32_t)r % 0x70000000u,
		.dst = FLOOD_SERVER,
		.sport = (uint16_t)(r >> 32 | 1024u),
		.dport = 80,
		.seq = (uint32_t)(r >> 16),
	};

	flood_send(&f);
}

static unsigned turn_of_mix;

/* One of six is of an established flow. */
static void
send_mixed(unsigned turn)
{
	if (turn % 6 == 0)
		known_send();
	else
		send_flood();
}

static void
send_next_mixed(void)
{
	send_mixed(turn_of_mix++);
}

/* Cycles a packet, median of the bursts of so many packets at a rate. */
static double
cost(void (*one)(void), unsigned packets, double rate)
{
	static uint32_t cycles[1u << 16];
	struct flood_times times = { cycles, 0, RTE_DIM(cycles) };

	flood_flush();
	flood_keep_times(&times);
	for (unsigned i = 0; i < packets; i += BURST) {
		for (unsigned k = 0; k < BURST; k++)
			one();
		flood_pass((uint64_t)(BURST * 1e9 / rate));
	}
	flood_keep_times(NULL);
	return flood_quantile(&times, 0.5) / BURST;
}

/* --- rows --- */

static double
half_open_share(void)
{
	const struct sessions *t = flood_path()->dp.sessions;

	return (double)t->count[SESSION_HALF_OPEN] / t->capacity;
}

static uint64_t
lost_since(const struct flood_count *before)
{
	return flood_count()->in[MARK_KNOWN] - before->in[MARK_KNOWN]
		- (flood_count()->out[MARK_KNOWN] - before->out[MARK_KNOWN]);
}

/* The queue is full: SYNs wait for their turn, and nothing else does. */
static void
full_queue(void)
{
	struct flood_count before = *flood_count();
	uint64_t refused = flood_drops(REASON_session_unproven), floods;
	unsigned turn = 0;

	flood_backlogged(true);
	while (turn < 60000)
		for (unsigned i = 0; i < BURST; i++, turn++)
			send_mixed(turn);
	flood_backlogged(false);
	refused = flood_drops(REASON_session_unproven) - refused;
	floods = flood_count()->in[MARK_FLOOD] - before.in[MARK_FLOOD];
	flood_fact(lost_since(&before) == 0,
		"syn, the queue is full: packets of established flows lost",
		(double)lost_since(&before), "0");
	flood_fact(refused > floods * 99 / 100, "syn, the queue is full: SYNs refused",
		(double)refused / (double)floods, ">= 0.99");
}

/* A million a second beside the known flows. */
static void
stated_rate(unsigned ms)
{
	static uint32_t cycles[TIMES];
	struct flood_times idle = { cycles, 0, TIMES }, flooded = { cycles, 0, TIMES };
	double share = 0, p99, rate = 1e6 + KNOWN_RATE;
	struct flood_count before;
	uint64_t lost;
	unsigned turn = 0;

	flood_keep_times(&idle);
	for (unsigned i = 0; i < 300000; i++)
		known_send();
	flood_flush();
	p99 = flood_quantile(&idle, 0.99);
	before = *flood_count();
	flood_keep_times(&flooded);
	for (double sent = 0; sent < rate * ms / 1e3; sent += BURST) {
		for (unsigned i = 0; i < BURST; i++, turn++)
			send_mixed(turn);
		flood_pass((uint64_t)(BURST * 1e9 / rate));
		share = RTE_MAX(share, half_open_share());
	}
	flood_keep_times(NULL);
	lost = lost_since(&before);
	flood_fact(lost == 0, "syn, 1 M/s: packets of established flows lost", (double)lost, "0");
	flood_fact(share <= 0.25, "syn, 1 M/s: largest half-open share of the table", share,
		"<= 0.25");
	if (ms >= 1000) /* else the share is only being filled */
		flood_timing("syn, 1 M/s: p99 of a burst's time, to idle",
			flood_quantile(&flooded, 0.99) / p99, 2, "<= 2");
}

/* After it nothing is lost, and nothing is left. */
static void
afterwards(uint64_t sessions)
{
	struct flood_count before;
	uint64_t misses, lost;

	flood_sleep(OPENING_TIMEOUT + 1);
	flood_fact(flood_flows().sessions == sessions && half_open_share() == 0,
		"syn, 241 s after it: sessions to before",
		(double)flood_flows().sessions / (double)sessions, "1");
	before = *flood_count();
	misses = fastpath_ledger(flood_path())->lookups_miss;
	for (unsigned i = 0; i < KNOWN_FLOWS; i++)
		known_send();
	flood_flush();
	lost = KNOWN_FLOWS - (flood_count()->out[MARK_KNOWN] - before.out[MARK_KNOWN]);
	flood_fact(lost == 0 && fastpath_ledger(flood_path())->lookups_miss == misses,
		"syn, 241 s after it: established flows lost", (double)lost, "0");
}

/* Connections begin meanwhile. */
static void
new_connections(double rate, const char *name, unsigned ms, bool is_fact)
{
	struct connections_result r;
	unsigned turn = 0;

	connections_begin(200, ms);
	while (!connections_over()) {
		for (unsigned i = 0; i < BURST; i++)
			send_mixed(turn++);
		flood_pass((uint64_t)(BURST * 1e9 / rate));
		connections_go_on();
	}
	connections_result(&r);
	connections_close();
	if (is_fact)
		flood_fact(r.made >= 0.99 * r.begun, name, (double)r.made / r.begun, ">= 0.99");
	else
		flood_timing(name, 1 - (double)r.made / r.begun, 0.01, "<= 0.01");
}

/* What the worker can take is C1, if all is established.  At 0.8 C1 it must have time for
 * everything; at twice C1 its queue is full, and it takes as many as it can, known ones among them
 * as they come. */
static double
costs(void)
{
	double e[ROUNDS], f[ROUNDS], flood[ROUNDS], mixed[ROUNDS], behind[ROUNDS];

	flood_plain(true);
	for (unsigned i = 0; i < ROUNDS; i++) {
		e[i] = cost(known_send, 160000, 4e6);
		f[i] = cost(send_flood, 320000, 4e6);
		flood[i] = f[i] / e[i];
		mixed[i] = cost(send_next_mixed, 320000, 4e6) / e[i];
		flood_backlogged(true);
		behind[i] = cost(send_next_mixed, 320000, 4e6) / e[i];
		flood_backlogged(false);
	}
	flood_plain(false);
	flood_timing("syn: cycles of an established packet", flood_median(e, ROUNDS), 0, "");
	flood_timing("syn: cycles of a flood packet", flood_median(f, ROUNDS), 0, "");
	flood_timing("syn: cycles of a flood packet to an established one",
		flood_median(flood, ROUNDS), 1.3, "<= 1.3");
	flood_timing("syn, 0.8 C1, one of six established: share of the worker's time",
		0.8 * flood_median(mixed, ROUNDS), 1, "<= 1");
	flood_timing("syn, 2 C1, one of six established: they come short of their share by",
		1 - 1 / flood_median(behind, ROUNDS), 0.05, "<= 0.05");
	flood_timing("syn, 2 C1, the same: packets that it has no time for",
		1 - 1 / (2 * flood_median(behind, ROUNDS)), 0.5, "<= 0.5");
	return (double)rte_get_tsc_hz() / flood_median(e, ROUNDS);
}

void
flood_syn(bool quick)
{
	uint64_t sessions;
	double c1;

	flood_open(262144, known_service);
	known_establish();
	sessions = flood_flows().sessions;
	stated_rate(quick ? 400 : 60000);
	full_queue();
	new_connections(1e6, "syn, 1 M/s: connections made with one SYN more at most",
		quick ? 200 : 2000, true);
	c1 = quick ? 0 : costs();
	afterwards(sessions);
	flood_close();
	if (quick)
		return;
	flood_timing("syn: C1, M/s", c1 / 1e6, 0, "");
	flood_memory("128M");
	flood_open(1048576, known_service);
	new_connections(0.8 * c1,
		"syn, 0.8 C1, openings: 128M: connections not made with one SYN more", 200, false);
	flood_close();
}
