/* SPDX-License-Identifier: BSD-3-Clause */
/* How long a reload keeps a worker from its packets.
 *
 *   reload [--flows N] [--rules N] [--pools N] [--reloads N] [--json]
 *   reload --count [--flows N] [--rules N] [--pools N] [--reloads N]
 *
 * One worker that is stepped, ports from memory, source NAT with pools of 256 addresses, of which
 * the sessions use the first, as many UDP sessions as flows, 32 packets a loop.  For each kind of
 * reload: what it took the worker to take a generation (median and most), and its longest loop in
 * the 300 ms behind each reload: the median of these, in processor time of the thread, so that
 * others on the core do not show.  "none" is the same without reloads.
 *
 * --count is for callgrind (scripts/reload-bound), which dumps what it has counted with the name
 * "KIND adopt" behind each reload, and "KIND loop" behind each of the loops that follow. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "callgrind.h"
#include "control/appliance.h"
#include "io/capture.h"
#include "stand.h"

enum {
	CHUNK = 256,
	FRAME_BYTES = 60,
	RELOADS_MAX = 1000,
	MOST_POOLS = 64,
	LOOK_MS = 300,
	LOOPS = 150,        /* looked at by --count: until all addresses have been examined */
	LOOP_US = 10 * 1000 /* between them, so that each does what is done from time to time */
};

struct options {
	unsigned flows, rules, pools, reloads;
	bool json, count;
};

/* What a kind of reload changes. */
enum kind { SAME, RULES, PORTS, POOLS, KINDS };
static const char *const kind_names[KINDS] = {
	"the same file",
	"rules in another order",
	"another range of ports in every pool",
	"all pools gone and back",
};

static struct config *
make_config(const struct options *o, enum kind kind, unsigned turn, struct err *err)
{
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	struct config *cfg;
	bool odd = turn % 2 != 0, pools = kind != POOLS || !odd;

	/* Room for twice as many, and a long timeout: that sessions end is no part of a reload. */
	fprintf(f, "version: 1\nsystem: {flows: %u, idle: busy}\n",
		o->flows < 1024 ? 1024 : 2 * o->flows);
	fprintf(f,
		"ports: {lan: {device: net_null0}, wan: {device: net_null1}, spare: {device: net_null2}}\n"
		"interfaces:\n  spare: {addresses: [192.0.2.1/24], pipeline: others}\n"
		"  lan: {addresses: [10.0.0.1/8], pipeline: inside}\n"
		"  wan: {addresses: [198.51.100.1/24, 198.19.255.1/15], pipeline: outside,\n"
		"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n"
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
		"acls:\n  out:\n    default: accept\n    rules:\n");
	for (unsigned i = 0; i < o->rules; i++) {
		unsigned rule = kind == RULES && odd ? o->rules - 1 - i : i;

		fprintf(f, "      - {proto: tcp, dst: 192.%u.%u.0/24, dport: %u, action: drop}\n",
			rule / 256 % 256, rule % 256, 1 + rule % 60000);
	}
	fprintf(f, "nat:\n");
	for (unsigned i = 0; i < o->pools; i++)
		fprintf(f, "  %s%u: {pool: [198.18.%u.0/24], ports: %u-65535}\n",
			pools ? "pool" : "other", i, 1 + i + (pools ? 0 : 100),
			kind == PORTS && odd ? 2048 : 1024);
	/* A pipeline has 64 stages at most. */
	fprintf(f,
		"pipelines:\n"
		"  inside: [{track: {timeouts: {udp: 86400s}}}, {acl: out}, {route: main}, {snat: %s0}]\n"
		"  others: [track, {route: main}",
		pools ? "pool" : "other");
	for (unsigned i = 1; i < o->pools; i++)
		fprintf(f, "%s, {snat: {use: %s%u, if: {src: 10.%u.0.0/16}}}",
			i == 32 ? "]\n  outside: [track, {route: main}" : "",
			pools ? "pool" : "other", i, i);
	fprintf(f, o->pools > 32 ? "]\n" : "]\n  outside: [track, {route: main}]\n");
	fclose(f);
	cfg = config_load_text("bench.yaml", text, err);
	free(text);
	if (err_count(err) != 0) {
		err_print(err, stderr, false);
		exit(1);
	}
	return cfg;
}

static void
fill_frame(uint8_t *frame, const struct port *lan, unsigned flow)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)frame;
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(eth + 1);
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);

	memset(frame, 0, FRAME_BYTES);
	eth->dst_addr = lan->mac;
	eth->src_addr.addr_bytes[0] = 2;
	eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	ip->version_ihl = 0x45;
	ip->total_length = rte_cpu_to_be_16(FRAME_BYTES - sizeof(*eth));
	ip->time_to_live = 64;
	ip->next_proto_id = IPPROTO_UDP;
	ip->src_addr = rte_cpu_to_be_32(10u << 24 | (flow & 0xffff));
	ip->dst_addr = RTE_BE32(0xcb007109); /* 203.0.113.9 */
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	udp->src_port = rte_cpu_to_be_16((uint16_t)(2048 + flow % 4000));
	udp->dst_port = rte_cpu_to_be_16((uint16_t)(53 + flow / 65536));
	udp->dgram_len = rte_cpu_to_be_16(FRAME_BYTES - sizeof(*eth) - sizeof(*ip));
}

static void
drain(struct port *port)
{
	struct rte_mbuf *m[CHUNK];
	unsigned n;

	for (unsigned q = 0; q < port->tx_queues; q++)
		while ((n = capture_drain(port, q, m, CHUNK)) != 0)
			rte_pktmbuf_free_bulk(m, n);
}

static void
push_flows(struct appliance *a, unsigned first, unsigned n)
{
	struct port *lan = ports_find(appliance_ports(a), "lan"),
		    *wan = ports_find(appliance_ports(a), "wan");
	struct rte_mbuf *m[CHUNK];

	drain(lan);
	drain(wan);
	if (rte_pktmbuf_alloc_bulk(pools_of_node(appliance_pools(a), 0), m, n) != 0)
		stand_die("no packet buffers");
	for (unsigned i = 0; i < n; i++)
		fill_frame((uint8_t *)rte_pktmbuf_append(m[i], FRAME_BYTES), lan, first + i);
	if (capture_push(lan, 0, m, n) != n)
		stand_die("the port is full");
}

static void
open_sessions(struct appliance *a, const struct options *o)
{
	struct fastpath_flows flows;

	for (unsigned i = 0; i < o->flows; i += CHUNK) {
		push_flows(a, i, RTE_MIN(o->flows - i, (unsigned)CHUNK));
		while (appliance_step(a) != 0)
			;
	}
	worker_flows(workers_at(appliance_workers(a), 0), &flows);
	if (flows.sessions < o->flows / 100 * 95)
		stand_die("%lu sessions of %u are there", (unsigned long)flows.sessions, o->flows);
}

static uint64_t
ns_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_SECOND + (uint64_t)ts.tv_nsec;
}

/* Packets of the sessions come all the time.  The longest loop, in processor time. */
static uint64_t
work_for(struct appliance *a, const struct options *o, unsigned ms)
{
	uint64_t end_ns = ns_of(CLOCK_MONOTONIC) + ms * NS_PER_MS, longest_ns = 0;
	static unsigned next;

	while (ns_of(CLOCK_MONOTONIC) < end_ns) {
		uint64_t began_ns;

		push_flows(a, next, RTE_MIN(32u, o->flows - next));
		next = next + 32 < o->flows ? next + 32 : 0;
		began_ns = ns_of(CLOCK_THREAD_CPUTIME_ID);
		appliance_step(a);
		longest_ns = RTE_MAX(longest_ns, ns_of(CLOCK_THREAD_CPUTIME_ID) - began_ns);
	}
	return longest_ns;
}

static double
us(uint64_t cycles)
{
	return (double)cycles * 1e6 / (double)rte_get_tsc_hz();
}

static void
tell(const struct options *o, const char *what, double median_us, double most_us, double loop_us)
{
	if (o->json)
		printf("{\"reload\": \"%s\", \"median_us\": %.1f, \"most_us\": %.1f, "
		       "\"longest_loop_us\": %.1f}\n",
			what, median_us, most_us, loop_us);
	else
		printf("%-40s %12.1f %12.1f %12.1f\n", what, median_us, most_us, loop_us);
	fflush(stdout);
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* kind KINDS: no reloads. */
static void
measure(struct appliance *a, const struct options *o, enum kind kind, struct err *err)
{
	struct worker *w = workers_at(appliance_workers(a), 0);
	uint64_t taking[RELOADS_MAX] = { 0 }, loop_ns[RELOADS_MAX];
	unsigned half = o->reloads / 2;

	for (unsigned i = 0; i < o->reloads; i++) {
		if (kind != KINDS) {
			struct config *cfg = make_config(o, kind, i + 1, err);

			if (appliance_reload(a, cfg, err) < 0) {
				err_print(err, stderr, false);
				exit(1);
			}
			taking[i] = w->taking_cycles;
		}
		loop_ns[i] = work_for(a, o, LOOK_MS);
	}
	qsort(taking, o->reloads, sizeof(taking[0]), by_size);
	qsort(loop_ns, o->reloads, sizeof(loop_ns[0]), by_size);
	tell(o, kind == KINDS ? "none" : kind_names[kind], us(taking[half]),
		us(taking[o->reloads - 1]), (double)loop_ns[half] / 1e3);
}

/* Has callgrind count each loop behind a reload.  Loading the file is not counted, and runs faster.
 * What a loop does once in a while, it may do in one of those alone: without reloads more are
 * counted.
 */
static void
count(struct appliance *a, const struct options *o, enum kind kind, struct err *err)
{
	const char *name = kind == KINDS ? "none" : kind_names[kind];
	unsigned rounds = kind == KINDS ? 4 * o->reloads : o->reloads;
	char what[64];

	for (unsigned i = 0; i < rounds; i++) {
		struct config *cfg = kind != KINDS ? make_config(o, kind, i + 1, err) : NULL;

		CALLGRIND_START_INSTRUMENTATION;
		CALLGRIND_ZERO_STATS;
		if (cfg != NULL && appliance_reload(a, cfg, err) < 0) {
			err_print(err, stderr, false);
			exit(1);
		}
		snprintf(what, sizeof(what), "%s adopt", name);
		CALLGRIND_DUMP_STATS_AT(what);
		for (unsigned k = 0; k < LOOPS; k++) {
			push_flows(a, 32 * k % (o->flows - 32), 32);
			usleep(LOOP_US);
			CALLGRIND_ZERO_STATS;
			appliance_step(a);
			snprintf(what, sizeof(what), "%s loop", name);
			CALLGRIND_DUMP_STATS_AT(what);
		}
		CALLGRIND_STOP_INSTRUMENTATION;
	}
}

static void
read_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		unsigned *number = strcmp(argv[i], "--flows") == 0 ? &o->flows
			: strcmp(argv[i], "--rules") == 0          ? &o->rules
			: strcmp(argv[i], "--pools") == 0          ? &o->pools
			: strcmp(argv[i], "--reloads") == 0        ? &o->reloads
								   : NULL;

		if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (strcmp(argv[i], "--count") == 0)
			o->count = true;
		else if (number != NULL && i + 1 < argc)
			*number = (unsigned)atoi(argv[++i]);
		else
			stand_die("usage: reload [--flows N] [--rules N] [--pools N] [--reloads N] "
				  "[--json | --count]");
	}
	if (o->flows == 0 || o->pools == 0 || o->pools > MOST_POOLS || o->reloads == 0
		|| o->reloads > RELOADS_MAX || (o->count && o->flows < CHUNK))
		stand_die("flows, up to %u pools, up to %u reloads", MOST_POOLS, RELOADS_MAX);
}

int
main(int argc, char **argv)
{
	struct options o = { .flows = 1000000, .rules = 10000, .pools = 1, .reloads = 10 };
	struct appliance_options how = { .captures = true, .stepped = true, .workers = 1 };
	struct err *err = err_create();
	struct appliance *a;

	read_options(argc, argv, &o);
	a = appliance_start(make_config(&o, SAME, 0, err), &how, err);
	if (a == NULL) {
		err_print(err, stderr, false);
		return 1;
	}
	open_sessions(a, &o);
	if (!o.json && !o.count)
		printf("%u sessions, %u rules, %u pools of 256 addresses\n%-40s %12s %12s %12s\n",
			o.flows, o.rules, o.pools, "us:", "median", "most", "longest loop");
	(o.count ? count : measure)(a, &o, KINDS, err);
	for (enum kind k = 0; k < KINDS; k++)
		(o.count ? count : measure)(a, &o, k, err);
	appliance_halt(a);
	drain(ports_find(appliance_ports(a), "lan"));
	drain(ports_find(appliance_ports(a), "wan"));
	appliance_destroy(a);
	appliance_leave();
	err_destroy(err);
	return 0;
}
