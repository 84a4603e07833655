/* SPDX-License-Identifier: BSD-3-Clause */
/* What first packets cost: every packet is of a flow that was never seen, ageing keeps pace.
 *
 *   new_sessions [--flows N] [--rules N] [--packets N] [--burst N] [--rate N] [--endpoints N]
 * [--mixed] KIND...
 *
 *   stateless   a flood that passes access list and route, and the same judged without a table
 *   track       each packet begins a session
 *   nat         likewise, with a public port; --endpoints: so many inside endpoints share them
 *
 * --mixed: rules of all words in turn.
 *
 * Frames come from memory and are written outside of what is measured: from parse to the transmit
 * ring, and ageing after each burst.  Time is virtual: --rate packets a second, so that so many
 * sessions are born and end in a second of their timeout.  Under callgrind:
 * --instr-atstart=no --toggle-collect=measured. */

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "callgrind.h"
#include "offline/offline.h"
#include "fastpath/fastpath_priv.h"
#include "first_config.h"
#include "nat/nat.h"
#include "packet/bytes.h"
#include "packet/checksum.h"
#include "slowpath/slowpath_priv.h"

#define FRAME_BYTES 60
#define ROUNDS      12 /* pairs of a comparison */

static struct {
	uint32_t flows, packets, rate, endpoints;
	unsigned rules, burst;
	bool mixed;
} options = { .flows = 262144, .packets = 1 << 20, .rules = 1000, .burst = 32 };

static struct {
	struct offline offline;
	struct fastpath *fp;
	struct rte_mempool *pool;
	uint8_t mac[6];
	uint64_t sent; /* packets so far, the number of the next flow */
	uint64_t now_ns;
	uint64_t rate;
	struct rte_mbuf *m[BURST_MAX];
} bench;

static void
start(enum first_kind kind)
{
	struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.workers = 1,
	};
	char *text = first_config(kind, options.flows, options.rules, options.mixed);
	struct err *err = err_create();
	struct config *cfg = config_load_text("bench.yaml", text, err);

	memset(&bench, 0, sizeof(bench));
	if (cfg != NULL && err_count(err) == 0)
		bench.offline.appliance = appliance_start(cfg, &how, err);
	err_print(err, stderr, false);
	if (bench.offline.appliance == NULL)
		exit(1);
	err_destroy(err);
	free(text);
	bench.fp = workers_at(appliance_workers(bench.offline.appliance), 0)->fp;
	bench.pool = pools_of_node(appliance_pools(bench.offline.appliance), 0);
	memcpy(bench.mac, appliance_ports(bench.offline.appliance)->at[0].mac.addr_bytes, 6);
	appliance_step(bench.offline.appliance);
	bench.now_ns = APPLIANCE_TIME_ZERO_NS + NS_PER_SECOND;
	bench.rate = options.rate;
	/* Ports rest for 120 s: more than that many seconds' worth of them must be there. */
	if (bench.rate == 0)
		bench.rate = kind == FIRST_NAT && options.endpoints == 0 ? options.flows / 150
									 : options.flows / 4;
}

static void
stop(void)
{
	appliance_halt(bench.offline.appliance);
	offline_drain(&bench.offline);
	if (appliance_close(bench.offline.appliance) != 0)
		fprintf(stderr, "packet buffers are missing\n");
	appliance_destroy(bench.offline.appliance);
}

/* A clock that goes on as a real one does, so that ageing does a share in each loop, but only here.
 */
static void
advance(unsigned packets)
{
	struct clock *c = fastpath_clock(bench.fp);

	bench.now_ns += packets * NS_PER_SECOND / bench.rate;
	c->virtual = false;
	c->mult = 0;
	c->base_ns = bench.now_ns;
}

static uint64_t
scramble(uint64_t n)
{
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9ull;
	n = (n ^ n >> 27) * 0x94d049bb133111ebull;
	return n ^ n >> 31;
}

/* Flow n: its inside endpoint is one of --endpoints, or its own; the rest is random. */
static void
write_frame(uint8_t *f, uint64_t n)
{
	uint64_t random = scramble(n + 1);
	uint64_t inside = options.endpoints != 0 ? n % options.endpoints : n;
	uint8_t *ip = f + 14;

	memset(f, 0, FRAME_BYTES);
	memcpy(f, bench.mac, 6);
	memcpy(f + 6, "\x02\x00\x00\x00\x01\x02\x08\x00", 8);
	memcpy(ip, "\x45\x00\x00\x2e\x00\x00\x40\x00\x40\x11", 10);
	put16(ip + 12, (uint32_t)(10 << 8 | (inside >> 30 & 0xff)));
	put16(ip + 14, (uint32_t)(inside >> 14 & 0xffff));
	put16(ip + 16, (uint32_t)(100 << 8 | (64 + (random & 15))));
	put16(ip + 18, (uint32_t)(random >> 4 & 0xffff));
	put16(ip + 20, (uint32_t)(49152 + (inside & 0x3fff)));
	put16(ip + 22, (uint32_t)(random >> 20 & 0xffff));
	put16(ip + 24, 26);
	put16(ip + 26, (uint32_t)(random >> 40 | 1));
	checksum_ip4_set(ip, 20);
}

static void
prepare_burst(void)
{
	for (unsigned i = 0; i < options.burst; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(bench.pool);

		if (m == NULL)
			exit(1);
		m->port = appliance_ports(bench.offline.appliance)->at[0].id;
		write_frame((uint8_t *)rte_pktmbuf_append(m, FRAME_BYTES), bench.sent++);
		bench.m[i] = m;
	}
	advance(options.burst);
}

/* What a worker's loop does, as far as packets and ageing go. */
static __attribute__((noinline)) void
measured(void)
{
	fastpath_tick(bench.fp);
	fastpath_process(bench.fp, 0, bench.m, options.burst, false);
	fastpath_flush(bench.fp);
	fastpath_age(bench.fp);
}

/* The same without a table: nothing is looked up, remembered or admitted. */
static __attribute__((noinline)) void
measured_without_table(void)
{
	struct fastpath *fp = bench.fp;
	struct datapath *dp = &fp->dp;
	struct burst *b = &fp->burst;
	unsigned n = options.burst;

	fastpath_tick(fp);
	b->n = (uint16_t)n;
	b->port = 0;
	b->tick = clock_tick(dp->now_ns);
	b->ingress = &dp->gen->ingress[0];
	memcpy(b->m, bench.m, n * sizeof(b->m[0]));
	dp->slow->burst++;
	fp->variant->parse(fp, b);
	fp->ledger.port[0].rx += n;
	fp->ledger.iface[b->iface[0]].rx += n;
	for (unsigned i = 0; i < n; i++) {
		b->flow[i] = 0;
		dp->slow->scratch->miss[i] = (uint16_t)i;
	}
	evaluate_misses(dp, b, n);
	for (unsigned i = 0; i < n; i++) {
		struct eval *ev = &dp->slow->scratch->eval[i];
		struct decision d;

		dp->slow->slot = (uint16_t)i;
		ev->used_fields |= ~0u; /* so that install gives it no record */
		compile(dp, b, i, ev, &d);
		enter_session(dp, b, i, ev, &d);
		decision_from_program(ev, &d);
		install(dp, b, i, ev, &d);
		execute(dp, b, i, &d);
		report(dp, b, i, &d);
	}
	b->n_executed = 0;
	fastpath_dispose(fp, b);
	fastpath_flush(fp);
	fastpath_age(fp);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Cycles for a packet, over so many of them.  Bursts that took three times the median were
 * interrupted: other programs run on the machine, and what they took is not what is measured. */
static double
run(uint32_t packets, void (*work)(void))
{
	uint32_t bursts = packets / options.burst + 1, kept = 0;
	double *cycles = calloc(bursts, sizeof(*cycles)), sum = 0, limit;

	for (uint32_t i = 0; i < bursts; i++) {
		uint64_t began;

		prepare_burst();
		began = rte_rdtsc();
		work();
		cycles[i] = (double)(rte_rdtsc() - began);
		offline_drain(&bench.offline);
	}
	qsort(cycles, bursts, sizeof(*cycles), by_size);
	limit = 3 * cycles[bursts / 2];
	while (kept < bursts && cycles[kept] <= limit)
		sum += cycles[kept++];
	free(cycles);
	return sum / kept / options.burst;
}

static double
millions(double cycles)
{
	return (double)rte_get_tsc_hz() / cycles / 1e6;
}

/* Everything must have left, or the figure means nothing. */
static int
check(const char *what, uint64_t sessions)
{
	const struct ledger *l = fastpath_ledger(bench.fp);
	struct fastpath_flows flows;
	uint64_t live;

	fastpath_flows(bench.fp, &flows);
	live = flows.sessions;
	if (l->port[1].tx != bench.sent || flows.counts.created != sessions
		|| flows.counts.ended[SESSION_END_timeout] != sessions - live) {
		fprintf(stderr,
			"%s: of %" PRIu64 " packets %" PRIu64 " left, %" PRIu64
			" sessions begun, %" PRIu64 " ended by their timeout, %" PRIu64 " live\n",
			what, bench.sent, l->port[1].tx, flows.counts.created,
			flows.counts.ended[SESSION_END_timeout], live);
		return 1;
	}
	printf("  %" PRIu64 " packets, all sent; %" PRIu64 " sessions, %" PRIu64
	       " live; %.0f bytes "
	       "of tables each\n",
		bench.sent, sessions, live,
		(double)(flows.flow_bytes + flows.session_bytes + flows.source_bytes
			+ flows.nat_bytes)
			/ options.flows);
	return 0;
}

static int
flood(void)
{
	double with[ROUNDS], without[ROUNDS], ratio[ROUNDS];
	uint32_t share = options.packets / ROUNDS / 2;

	start(FIRST_STATELESS);
	run(share, measured);
	CALLGRIND_START_INSTRUMENTATION;
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (i % 2 == 0)
			with[i] = run(share, measured);
		without[i] = run(share, measured_without_table);
		if (i % 2 != 0)
			with[i] = run(share, measured);
		ratio[i] = with[i] / without[i];
	}
	qsort(with, ROUNDS, sizeof(with[0]), by_size);
	qsort(without, ROUNDS, sizeof(without[0]), by_size);
	qsort(ratio, ROUNDS, sizeof(ratio[0]), by_size);
	printf("stateless flood: %.0f cycles (%.2f M/s); without a table %.0f; ratio %.2f (%.2f..%.2f)\n",
		with[ROUNDS / 2], millions(with[ROUNDS / 2]), without[ROUNDS / 2],
		ratio[ROUNDS / 2], ratio[0], ratio[ROUNDS - 1]);
	return check("stateless", 0);
}

static int
sessions(const char *name, enum first_kind kind)
{
	double cycles[ROUNDS];

	start(kind);
	run((uint32_t)bench.rate * 3, measured); /* births and ends in balance */
	CALLGRIND_START_INSTRUMENTATION;
	for (unsigned i = 0; i < ROUNDS; i++)
		cycles[i] = run(options.packets / ROUNDS, measured);
	qsort(cycles, ROUNDS, sizeof(cycles[0]), by_size);
	printf("%s: %.0f cycles (%.0f..%.0f) for a new session, %.2f M/s\n", name,
		cycles[ROUNDS / 2], cycles[0], cycles[ROUNDS - 1], millions(cycles[ROUNDS / 2]));
	return check(name, bench.sent);
}

static int
one(const char *kind)
{
	int failed;

	if (strcmp(kind, "stateless") == 0)
		failed = flood();
	else if (strcmp(kind, "track") == 0)
		failed = sessions(kind, FIRST_TRACK);
	else if (strcmp(kind, "nat") == 0)
		failed = sessions(kind, FIRST_NAT);
	else
		return fprintf(stderr, "new_sessions: stateless, track or nat\n"), 2;
	stop();
	return failed;
}

int
main(int argc, char **argv)
{
	static const struct option words[] = {
		{ "flows", required_argument, NULL, 'f' },
		{ "rules", required_argument, NULL, 'r' },
		{ "packets", required_argument, NULL, 'p' },
		{ "burst", required_argument, NULL, 'b' },
		{ "rate", required_argument, NULL, 't' },
		{ "endpoints", required_argument, NULL, 'e' },
		{ "mixed", no_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	int failed = 0, c;

	while ((c = getopt_long(argc, argv, "", words, NULL)) != -1) {
		uint32_t value = optarg != NULL ? (uint32_t)strtoul(optarg, NULL, 10) : 0;

		switch (c) {
		case 'f':
			options.flows = value;
			break;
		case 'r':
			options.rules = value;
			break;
		case 'p':
			options.packets = value;
			break;
		case 'b':
			options.burst = value;
			break;
		case 't':
			options.rate = value;
			break;
		case 'e':
			options.endpoints = value;
			break;
		case 'm':
			options.mixed = true;
			break;
		default:
			return 2;
		}
	}
	for (int i = optind; i < argc; i++)
		failed |= one(argv[i]);
	appliance_leave();
	return failed;
}
