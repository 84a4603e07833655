/* SPDX-License-Identifier: BSD-3-Clause */
/* All public ports of an address: every one can be used, the next session is told, and the last
 * costs what the first did. */

#include "flood.h"

#include <netinet/in.h>

#include "flood_known.h"
#include "nat/counts.h"

#define PORTS  64512u
#define BEYOND 3200u
#define ROUNDS 5

static const char pipelines[] = "nat:\n"
				"  uplink: {pool: [198.51.100.1]}\n"
				"pipelines:\n"
				"  outside: [track, {route: main}]\n"
				"  inside: [track, {route: main}, {snat: uplink}]\n";

static uint64_t told; /* ICMP 3/13 that left by lan */

static void
left(unsigned port, const uint8_t *ip, unsigned bytes)
{
	told += port == FLOOD_LAN && bytes >= 28 && ip[9] == IPPROTO_ICMP && ip[20] == 3
		&& ip[21] == 13;
}

/* Sessions of inside hosts from one number to another, each with an endpoint of its own. */
static double
take(unsigned from, unsigned to)
{
	static uint32_t cycles[PORTS / 32 + 2];
	struct flood_times times = { cycles, 0, RTE_DIM(cycles) };

	flood_keep_times(&times);
	for (unsigned n = from; n < to; n++) {
		struct flood_frame f = {
			.port = FLOOD_LAN,
			.mark = MARK_NEW,
			.proto = IPPROTO_UDP,
			.src = 0x0a010000u + n / 16,
			.dst = FLOOD_CLIENTS + 9,
			.sport = (uint16_t)(5000 + n % 16),
			.dport = 53,
		};

		flood_send(&f);
	}
	flood_flush();
	flood_keep_times(NULL);
	return flood_quantile(&times, 0.5) / 32;
}

static double
one_address(bool facts)
{
	struct nat_counts c;
	double early, late;

	told = 0;
	flood_open(131072, pipelines);
	flood_watch(left);
	take(0, PORTS / 20);
	early = take(PORTS / 20, 3 * PORTS / 20); /* about 10 % */
	take(3 * PORTS / 20, PORTS - PORTS / 50);
	late = take(PORTS - PORTS / 50, PORTS); /* from 98 % on */
	nat_counts(fastpath_nat(flood_path()), 0, &c);
	if (facts) {
		flood_fact(c.mappings >= 0.99 * PORTS, "ports: mappings on one address, of 64,512",
			(double)c.mappings, ">= 63867");
		take(PORTS, PORTS + BEYOND);
		flood_fact(flood_drops(REASON_nat_no_port) == PORTS + BEYOND - c.mappings,
			"ports: sessions beyond, dropped as nat_no_port",
			(double)flood_drops(REASON_nat_no_port), "all");
		flood_fact(told > 0 && told < BEYOND / 2,
			"ports: senders that were told so by ICMP 3/13, of 3,200 at once",
			(double)told, "some, limited");
		nat_counts(fastpath_nat(flood_path()), 0, &c);
		take(0, PORTS);
		flood_fact(flood_drops(REASON_nat_no_port) == PORTS + BEYOND - c.mappings,
			"ports: sessions of before that lost their mapping",
			(double)(flood_drops(REASON_nat_no_port) + c.mappings - PORTS - BEYOND),
			"0");
	}
	flood_close();
	return late / early;
}

void
flood_ports(bool quick)
{
	double ratio[ROUNDS];

	ratio[0] = one_address(true);
	if (quick)
		return;
	for (unsigned i = 0; i < ROUNDS; i++)
		ratio[i] = one_address(false);
	flood_timing("ports: cycles of a mapping from 98 % fill on, to one at 10 %",
		flood_median(ratio, ROUNDS), 4, "<= 4");
}
