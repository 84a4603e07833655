/* SPDX-License-Identifier: BSD-3-Clause */
/* Several workers on one receive queue, each on a core of its own: what hand-off gains or loses.
 *
 *   handover N [--flows F] [--ms T] [--track] [--alone]
 *
 * All frames come by one queue that always has a burst, so to one worker; with NAT (without
 * --track) each of n workers owns 1/n of the inside hosts.  Packets are counted in windows of
 * 200 us; a window in which a worker was interrupted (a loop took more than 25 us) does not count,
 * so that other programs on the machine do not either.  With --alone the threads are not
 * interrupted at all while they run (SCHED_FIFO), for a second or less on a machine of others.
 * Prints the median.  Mbufs come from the pool and wait in a ring after they were sent, as with a
 * NIC. */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ip.h>
#include <rte_lcore.h>
#include <rte_udp.h>

#include "base/prefetch.h"
#include "control/appliance.h"
#include "fastpath/fastpath_priv.h"
#include "packet/notation.h"
#include "stand.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: %u, idle: busy, memory: {hugepages: no}}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/8], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside, neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"acls: {web: {default: accept, rules: [{proto: tcp, dport: 25, action: drop}]}}\n" \
	"nat: {uplink: {pool: [203.0.113.0/24]}}\n" \
	"pipelines:\n" \
	"  inside: [track, {acl: web}, {route: main}%s]\n" \
	"  outside: [track, {route: main}]\n"

enum {
	BURST = 32,
	FRAME_BYTES = 64,
	SENT_RING = 512,
	POSTED = 512, /* a multiple of BURST */
	WINDOWS = 20000,
	WINDOW_US = 200,
	GAP_US = 25,
	THREADS_MAX = 8,
};

/* A worker's thread. */
struct side {
	_Alignas(128) atomic_uint_fast64_t sent;
	atomic_uint_fast64_t longest; /* loop since the window began */
	atomic_uint_fast64_t seen;    /* the counter, at the end of its last loop */
	struct worker *worker;
	unsigned core;
	pthread_t thread;
};

static struct {
	struct appliance *appliance;
	struct rte_mempool *pool;
	uint8_t (*frame)[FRAME_BYTES];
	unsigned flows;
	unsigned n;
	bool alone;
	uint64_t end; /* of the run, as the counter tells */
	struct side side[THREADS_MAX];
	_Alignas(128) atomic_bool stop;
	_Alignas(128) unsigned n_rates, windows;
	double rate[WINDOWS]; /* packets a cycle */
} bench;

/* The descriptors of the receive queue, and the next frame for them. */
static struct {
	_Alignas(128) unsigned next, first, n;
	struct rte_mbuf *m[POSTED];
} in;

/* The descriptors of the calling thread's transmit queue. */
static __thread struct {
	struct rte_mbuf *m[SENT_RING];
	unsigned first, n;
	uint64_t sent;
} out;

/* Frees what was sent first. */
static void
reap(unsigned n)
{
	while (n > 0) {
		unsigned run = RTE_MIN(n, SENT_RING - out.first);

		rte_pktmbuf_free_bulk(&out.m[out.first], run);
		out.first = (out.first + run) % SENT_RING;
		out.n -= run;
		n -= run;
	}
}

static uint16_t
send_frames(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	if (out.n + n > SENT_RING)
		reap(out.n + n - SENT_RING);
	for (unsigned i = 0; i < n; i++)
		out.m[(out.first + out.n + i) % SENT_RING] = m[i];
	out.n += n;
	out.sent += n;
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

/* Fills descriptors, long before their frames are received.  A NIC would write the frames. */
static void
post(void)
{
	struct rte_mbuf **m = &in.m[(in.first + in.n) % POSTED];

	if (in.n + BURST > POSTED || rte_mempool_get_bulk(bench.pool, (void **)m, BURST) < 0)
		return;
	for (unsigned i = 0; i < BURST; i++)
		prefetch_to_write(m[i]);
	for (unsigned i = 0; i < BURST; i++)
		prefetch_to_write(RTE_PTR_ADD(m[i]->buf_addr, RTE_PKTMBUF_HEADROOM));
	for (unsigned i = 0; i < BURST; i++) {
		memcpy(RTE_PTR_ADD(m[i]->buf_addr, RTE_PKTMBUF_HEADROOM), bench.frame[in.next],
			FRAME_BYTES);
		if (++in.next == bench.flows)
			in.next = 0;
	}
	in.n += BURST;
}

static uint16_t
receive_frames(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	post();
	n = (uint16_t)RTE_MIN((unsigned)n, in.n);
	for (unsigned i = 0; i < n; i++) {
		m[i] = in.m[(in.first + i) % POSTED];
		m[i]->data_off = RTE_PKTMBUF_HEADROOM;
		m[i]->ol_flags = 0;
		m[i]->data_len = FRAME_BYTES;
		m[i]->pkt_len = FRAME_BYTES;
	}
	in.first = (in.first + n) % POSTED;
	in.n -= n;
	return n;
}

static void
make_frames(const uint8_t *frame)
{
	bench.frame = aligned_alloc(64, (size_t)bench.flows * FRAME_BYTES);
	for (unsigned i = 0; i < bench.flows; i++) {
		struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(bench.frame[i] + 14);

		memcpy(bench.frame[i], frame, FRAME_BYTES);
		ip->src_addr = rte_cpu_to_be_32(
			0x0a010000 + (uint32_t)((uint64_t)i * 7919 % bench.flows));
		ip->hdr_checksum = 0;
		((struct rte_udp_hdr *)(ip + 1))->dgram_cksum = 0;
		ip->hdr_checksum = rte_ipv4_cksum(ip);
	}
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Ends a window: its packets, if no worker was interrupted. */
static void
end_window(uint64_t now, uint64_t cycles)
{
	static uint64_t before;
	uint64_t sent = 0, longest = 0, seen;

	for (unsigned i = 0; i < bench.n; i++) {
		sent += atomic_load_explicit(&bench.side[i].sent, memory_order_relaxed);
		seen = atomic_load_explicit(&bench.side[i].seen, memory_order_relaxed);
		longest = RTE_MAX(longest,
			atomic_exchange_explicit(&bench.side[i].longest, 0, memory_order_relaxed));
		longest = RTE_MAX(longest, now > seen ? now - seen : 0);
	}
	bench.windows++;
	if (longest < rte_get_tsc_hz() / 1000000 * GAP_US && bench.n_rates < WINDOWS
		&& bench.windows > 2)
		bench.rate[bench.n_rates++] = (double)(sent - before) / (double)cycles;
	before = sent;
}

static void *
work(void *arg)
{
	struct side *s = arg;
	uint64_t window = rte_get_tsc_hz() / 1000000 * WINDOW_US, began, last;
	cpu_set_t cores;

	CPU_ZERO(&cores);
	CPU_SET(s->core, &cores);
	pthread_setaffinity_np(pthread_self(), sizeof(cores), &cores);
	rte_thread_register();
	if (bench.alone)
		pthread_setschedparam(
			pthread_self(), SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 });
	began = last = rte_rdtsc();
	while (!atomic_load_explicit(&bench.stop, memory_order_relaxed)) {
		uint64_t now;

		worker_step(s->worker);
		atomic_store_explicit(&s->sent, out.sent, memory_order_relaxed);
		now = rte_rdtsc();
		if (now - last > atomic_load_explicit(&s->longest, memory_order_relaxed))
			atomic_store_explicit(&s->longest, now - last, memory_order_relaxed);
		atomic_store_explicit(&s->seen, now, memory_order_relaxed);
		last = now;
		if (s == &bench.side[0] && now - began > window) {
			end_window(now, now - began);
			began = now;
			if (now > bench.end)
				atomic_store(&bench.stop, true);
		}
	}
	return NULL;
}

static void
open_all(bool track)
{
	struct appliance_options how = {
		.virtual_time = true,
		.stepped = true,
		.workers = bench.n,
		.burst = BURST,
	};
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 0, 9 } };
	struct err *err = err_create();
	uint8_t frame[2 * FRAME_BYTES];
	struct ports *ports;
	struct config *cfg;
	char text[2048], why[128];

	snprintf(text, sizeof(text), CONFIG, RTE_MAX(bench.flows * 2, 4096u),
		track ? "" : ", {snat: uplink}");
	cfg = config_load_text("<bench>", text, err);
	if (cfg != NULL && err_count(err) == 0)
		bench.appliance = appliance_start(cfg, &how, err);
	err_print(err, stderr, false);
	err_destroy(err);
	if (bench.appliance == NULL)
		stand_die("the workers do not start");
	ports = appliance_ports(bench.appliance);
	for (unsigned i = 0; i < ports->count; i++) {
		rte_eth_fp_ops[ports->at[i].id].tx_pkt_burst = send_frames;
		rte_eth_fp_ops[ports->at[i].id].rx_pkt_burst = i == 0 ? receive_frames
								      : receive_nothing;
	}
	bench.pool = pools_of_node(appliance_pools(bench.appliance), 0);
	memcpy(macs.dst, ports->at[0].mac.addr_bytes, 6);
	if (notation_build(
		    "udp 10.1.0.1:4000 > 203.0.112.9:53 size 50", &macs, frame, sizeof(frame), why)
		< 0)
		stand_die("%s", why);
	make_frames(frame);
}

int
main(int argc, char **argv)
{
	unsigned ms = 2000;
	uint64_t full = 0, drops = 0;
	bool track = false;
	double rate;

	bench.n = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	bench.flows = 65536;
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--track") == 0)
			track = true;
		else if (strcmp(argv[i], "--alone") == 0)
			bench.alone = true;
		else if (i + 1 < argc && strcmp(argv[i], "--ms") == 0)
			ms = (unsigned)atoi(argv[++i]);
		else if (i + 1 < argc && strcmp(argv[i], "--flows") == 0)
			bench.flows = (unsigned)atoi(argv[++i]);
		else
			bench.n = 0;
	}
	if (bench.n == 0 || bench.n > THREADS_MAX || bench.flows == 0)
		stand_die("usage: handover N [--flows F] [--ms T] [--track] [--alone]");
	open_all(track);
	bench.end = rte_rdtsc() + rte_get_tsc_hz() / 1000 * ms;
	for (unsigned i = 0; i < bench.n; i++) {
		struct side *s = &bench.side[i];

		s->worker = workers_at(appliance_workers(bench.appliance), i);
		s->core = (i + 1) % RTE_MAX(bench.n, 2u); /* the control thread is on core 0 */
		pthread_create(&s->thread, NULL, work, s);
	}
	for (unsigned i = 0; i < bench.n; i++) {
		const struct ledger *l;

		pthread_join(bench.side[i].thread, NULL);
		l = fastpath_ledger(bench.side[i].worker->fp);
		full += l->iface[0].drops[REASON_handoff_full];
		for (unsigned k = 0; k < LEDGER_IFACES; k++)
			for (unsigned r = 0; r < REASON_COUNT; r++)
				drops += l->iface[k].drops[r];
	}
	qsort(bench.rate, bench.n_rates, sizeof(bench.rate[0]), by_size);
	rate = bench.n_rates != 0 ? bench.rate[bench.n_rates / 2] : 0;
	printf("%u workers: %.1f cycles a packet, %.2f M/s; %u of %u windows; dropped: %" PRIu64
	       " in full rings, %" PRIu64 " others\n",
		bench.n, 1 / rate, rate * (double)rte_get_tsc_hz() / 1e6, bench.n_rates,
		bench.windows, full, drops - full);
	return drops == full ? 0 : 1;
}
