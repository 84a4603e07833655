/* SPDX-License-Identifier: BSD-3-Clause */
/* What it costs that packets have owners: workers stepped in turn in one thread, so that
 * instructions can be counted and no core waits for another one's memory.
 *
 * All frames come by one queue, so to worker 0; with NAT the worker of n owns a share of 1/n of
 * their inside hosts, and the rest is handed over.
 *
 *   workers N [--packets P] [--flows F] [--variant NAME]
 *
 * Prints cycles for a packet.  For callgrind --toggle-collect=workers_burst: a call handles 32
 * packets. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "control/appliance.h"
#include "fastpath/fastpath_priv.h"
#include "packet/notation.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 16384, idle: busy, memory: {hugepages: no}}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/8], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside, neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"acls: {web: {default: accept, rules: [{proto: tcp, dport: 25, action: drop}]}}\n" \
	"nat: {uplink: {pool: [203.0.113.0/28]}}\n" \
	"pipelines:\n" \
	"  inside: [track, {acl: web}, {route: main}, {snat: uplink}]\n" \
	"  outside: [track, {route: main}]\n"

enum { BURST = 32, BUFFERS = 4096, FRAME_BYTES = 64 };

static struct {
	struct appliance *appliance;
	struct rte_mbuf *m[BUFFERS];
	unsigned buffer;
	uint16_t data_off;
	unsigned waiting; /* frames of the burst that were not received yet */
	unsigned flow, flows;
	uint8_t frame[2 * FRAME_BYTES]; /* what notation_build may ask for */
	uint64_t sent;
} bench;

static void
die(const char *why)
{
	fprintf(stderr, "%s\n", why);
	exit(1);
}

/* In the places of the driver's functions: frames stay ours. */
static uint16_t
count_sent(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	(void)m;
	bench.sent += n;
	return n;
}

static uint16_t
receive_nothing(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	(void)m;
	(void)n;
	return 0;
}

static uint16_t
receive_waiting(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	n = (uint16_t)RTE_MIN((unsigned)n, bench.waiting);
	for (unsigned i = 0; i < n; i++)
		m[i] = bench.m[(bench.buffer + i) % BUFFERS];
	bench.buffer = (bench.buffer + n) % BUFFERS;
	bench.waiting -= n;
	return n;
}

/* Frames of the next burst, of flows in turn: hosts of 10.1.0.0/16. */
static void
prepare(void)
{
	for (unsigned i = 0; i < BURST; i++) {
		struct rte_mbuf *m = bench.m[(bench.buffer + i) % BUFFERS];
		struct rte_ipv4_hdr *ip;
		struct rte_udp_hdr *udp;

		m->data_off = bench.data_off;
		m->data_len = FRAME_BYTES;
		m->pkt_len = FRAME_BYTES;
		memcpy(rte_pktmbuf_mtod(m, void *), bench.frame, FRAME_BYTES);
		ip = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, 14);
		udp = (struct rte_udp_hdr *)(ip + 1);
		ip->src_addr = rte_cpu_to_be_32(0x0a010000 + bench.flow);
		udp->dgram_cksum = 0;
		ip->hdr_checksum = 0;
		ip->hdr_checksum = rte_ipv4_cksum(ip);
		bench.flow = (bench.flow + 1) % bench.flows;
	}
	mbuf_debug_received(
		&bench.m[bench.buffer], RTE_MIN((unsigned)BURST, BUFFERS - bench.buffer));
	bench.waiting = BURST;
}

/* What is measured. */
static __attribute__((noinline)) void
workers_burst(struct workers *ws)
{
	for (unsigned i = 0; i < workers_count(ws); i++)
		worker_step(workers_at(ws, i));
}

static void
open_all(unsigned workers, const char *variant)
{
	struct appliance_options how = {
		.virtual_time = true,
		.stepped = true,
		.workers = workers,
		.burst = BURST,
	};
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 0, 9 } };
	const struct fastpath_variant *can[FASTPATH_VARIANTS];
	unsigned n = fastpath_runnable(can);
	struct err *err = err_create();
	struct config *cfg = config_load_text("<bench>", CONFIG, err);
	struct ports *ports;
	char why[128];

	if (cfg != NULL && err_count(err) == 0)
		bench.appliance = appliance_start(cfg, &how, err);
	err_print(err, stderr, false);
	err_destroy(err);
	if (bench.appliance == NULL)
		die("the workers do not start");
	ports = appliance_ports(bench.appliance);
	for (unsigned i = 0; i < ports->count; i++) {
		rte_eth_fp_ops[ports->at[i].id].tx_pkt_burst = count_sent;
		rte_eth_fp_ops[ports->at[i].id].rx_pkt_burst = i == 0 ? receive_waiting
								      : receive_nothing;
	}
	for (unsigned i = 0; variant != NULL && i < workers; i++)
		for (unsigned k = 0; k < n; k++)
			if (strcmp(can[k]->name, variant) == 0)
				workers_at(appliance_workers(bench.appliance), i)
					->fp->variant = can[k];
	if (rte_pktmbuf_alloc_bulk(
		    pools_of_node(appliance_pools(bench.appliance), 0), bench.m, BUFFERS)
		!= 0)
		die("no packet buffers");
	bench.data_off = bench.m[0]->data_off;
	memcpy(macs.dst, ports->at[0].mac.addr_bytes, 6);
	if (notation_build("udp 10.1.0.1:4000 > 203.0.112.9:53 size 50", &macs, bench.frame,
		    sizeof(bench.frame), why)
		< 0)
		die(why);
}

int
main(int argc, char **argv)
{
	unsigned workers = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	const char *variant = NULL;
	uint64_t packets = 1 << 20, cycles = 0, before;
	struct workers *ws;

	bench.flows = 1024;
	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--packets") == 0)
			packets = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--flows") == 0)
			bench.flows = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--variant") == 0)
			variant = argv[i + 1];
	}
	if (workers == 0 || bench.flows == 0)
		die("usage: workers N [--packets P] [--flows F] [--variant NAME]");
	open_all(workers, variant);
	ws = appliance_workers(bench.appliance);
	for (unsigned i = 0; i < 4 * bench.flows / BURST + 4;
		i++) { /* until every flow is known everywhere */
		prepare();
		for (unsigned k = 0; k < workers; k++)
			worker_step(workers_at(ws, k));
	}
	before = bench.sent;
	for (uint64_t i = 0; i < packets / BURST; i++) {
		uint64_t from;

		prepare();
		from = rte_rdtsc_precise();
		workers_burst(ws);
		cycles += rte_rdtsc_precise() - from;
	}
	printf("%u workers: %" PRIu64 " of %" PRIu64 " packets left, %.1f cycles a packet\n",
		workers, bench.sent - before, packets / BURST * BURST,
		(double)cycles / (double)packets);
	/* The frames are ours, and the pool's with the process. */
	return bench.sent - before == packets / BURST * BURST ? 0 : 1;
}
