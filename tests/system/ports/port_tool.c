/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves frames through ports without the rest of Weir, for tests/system/ports.sh.
 *
 *   port_tool wire A B       what comes in by one goes out by the other
 *   port_tool echo A         frames go back where they came from
 *   port_tool generate A     sends --count numbered frames and waits until all have come back
 *
 * A and B are device texts.  Ends by SIGTERM, after --for seconds, or when all frames are back;
 * prints what each port counted and fails when a mbuf is missing. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_launch.h>

#include "io/eal.h"
#include "io/pool.h"
#include "io/port.h"
#include "io/queue.h"
#include "io/steer.h"
#include "system/ports/options.h"

enum {
	BURST = 32,
	FRAME_BYTES = 128,
};

struct worker {
	unsigned index;
	struct tx_queue tx[2];
	uint64_t received;
	uint64_t lost; /* handed over to a full ring */
	uint64_t handed;
	uint64_t longest_cycles; /* one loop, sleep left out */
};

static struct ports ports;
static struct pools pools;
static struct steer *steer;
static unsigned level; /* mbufs that the devices took at the start */
static struct worker workers[WORKERS_MAX];
static volatile sig_atomic_t stop;

static void
on_signal(int number)
{
	(void)number;
	stop = 1;
}

static struct port *
port_of(const struct rte_mbuf *m)
{
	return m->port == ports.at[0].id ? &ports.at[0] : &ports.at[1];
}

static void
send_on(struct worker *w, struct rte_mbuf *m)
{
	unsigned out = port_of(m)->index;

	if (options.mode == MODE_WIRE)
		out ^= 1;
	queue_send(&w->tx[out], &m, 1);
}

/* Frames go to their owner first, unless the devices have seen to that. */
static unsigned
receive(struct worker *w, const struct rx_queue *q)
{
	struct rte_mbuf *pkts[BURST];
	unsigned n = queue_receive(q, pkts, BURST);

	w->received += n;
	for (unsigned i = 0; i < n; i++) {
		unsigned owner = steer == NULL ? w->index : steer_frame(steer, pkts[i]);

		if (owner == w->index) {
			send_on(w, pkts[i]);
			continue;
		}
		w->handed++;
		w->lost += steer_send(steer, w->index, owner, &pkts[i], 1);
	}
	return n;
}

static unsigned
poll_once(struct worker *w)
{
	struct rte_mbuf *pkts[BURST];
	unsigned n = 0;

	for (unsigned p = 0; p < ports.count; p++) {
		for (unsigned q = w->index; q < ports.at[p].rx_queues; q += options.workers) {
			struct rx_queue rx;

			rx_queue_init(&rx, &ports.at[p], q);
			n += receive(w, &rx);
		}
		queue_flush(&w->tx[p]);
	}
	if (steer != NULL) {
		unsigned got = steer_receive(
			steer, w->index, pools_of_node(&pools, 0), pkts, BURST);

		for (unsigned i = 0; i < got; i++)
			send_on(w, pkts[i]);
		n += got;
	}
	return n;
}

static int
run_worker(void *arg)
{
	struct worker *w = arg;

	while (!stop) {
		uint64_t begin = rte_rdtsc();
		unsigned n = poll_once(w);

		w->longest_cycles = RTE_MAX(w->longest_cycles, rte_rdtsc() - begin);
		if (n == 0)
			usleep(50);
	}
	return 0;
}

static struct rte_mbuf *
make_frame(unsigned number)
{
	static const uint8_t header[] = {
		0x02,
		0,
		0,
		0,
		0,
		2,
		0x02,
		0,
		0,
		0,
		0,
		1,
		0x08,
		0x00,
		0x45,
		0,
		0,
		FRAME_BYTES - 14,
		0,
		0,
		0,
		0,
		64,
		17,
		0,
		0,
		192,
		0,
		2,
		1,
		192,
		0,
		2,
		2,
	};
	struct rte_mbuf *m = rte_pktmbuf_alloc(pools_of_node(&pools, 0));
	uint8_t *data;

	data = m == NULL ? NULL : (uint8_t *)rte_pktmbuf_append(m, FRAME_BYTES);
	if (data == NULL)
		return NULL;
	memset(data, 0x5a, FRAME_BYTES);
	memcpy(data, header, sizeof(header));
	memcpy(data + 42, &number, sizeof(number));
	m->port = ports.at[0].id;
	return m;
}

/* True if a frame is one of ours, whole, and comes for the first time. */
static bool
check_frame(const struct rte_mbuf *m, uint8_t *seen)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned number;

	if (m->data_len != FRAME_BYTES || data[FRAME_BYTES - 1] != 0x5a || data[30] != 192)
		return false;
	memcpy(&number, data + 42, sizeof(number));
	if (number >= options.count || seen[number])
		return false;
	seen[number] = 1;
	return true;
}

static unsigned
collect(const struct rx_queue *rx, uint8_t *seen)
{
	struct rte_mbuf *pkts[BURST];
	unsigned n = queue_receive(rx, pkts, BURST);
	unsigned good = 0;

	for (unsigned i = 0; i < n; i++)
		good += check_frame(pkts[i], seen);
	rte_pktmbuf_free_bulk(pkts, n);
	return good;
}

/* Keeps a window of frames under way; a virtual link takes its time to come up, and what is sent
 * before is sent again. */
static int
generate(void *arg)
{
	struct worker *w = arg;
	uint64_t end = rte_get_timer_cycles()
		+ (uint64_t)(options.seconds * (double)rte_get_timer_hz());
	uint8_t *seen = calloc(1, options.count);
	unsigned back = 0;
	struct rx_queue rx;

	rx_queue_init(&rx, &ports.at[0], 0);
	while (back < options.count && !stop && rte_get_timer_cycles() < end) {
		for (unsigned i = 0, sent = 0; i < options.count && sent < BURST; i++) {
			struct rte_mbuf *m = seen[i] ? NULL : make_frame(i);

			if (m == NULL)
				continue;
			queue_send(&w->tx[0], &m, 1);
			w->received++;
			sent++;
		}
		for (unsigned i = 0; i < 100 && back < options.count; i++) {
			unsigned got = collect(&rx, seen);

			back += got;
			if (got == 0 && i > 10)
				usleep(50);
			queue_flush(&w->tx[0]);
		}
	}
	free(seen);
	printf("returned %u of %u\n", back, options.count);
	return back == options.count ? 0 : -1;
}

static int
start(struct err *err)
{
	struct eal_core cores[WORKERS_MAX];
	struct pool_cfg pool = { .burst = BURST, .holders = 256, .ring = STEER_RING };
	struct eal_cfg eal = { .workers = cores,
		.worker_count = options.workers,
		.extra = options.extra,
		.extra_count = options.n_extra,
		.verbose = options.verbose };
	unsigned own[64];
	unsigned n_own = eal_cores(own, 64);
	uint8_t key[STEER_KEY_BYTES] = { 1, 2, 3 };

	eal.control.core = own[0];
	for (unsigned i = 0; i < options.workers; i++)
		cores[i] = (struct eal_core){ .core = own[(i + 1) % RTE_MIN(n_own, 64u)] };
	ports_eal_needs(options.cfg, options.n_ports, &eal);
	eal.memory_bytes = pool_estimate_bytes(
		&pool, options.cfg, options.n_ports, options.workers);

	if (eal_init(&eal, err) < 0)
		return -1;
	if (ports_open(&ports, options.cfg, options.n_ports, options.workers, err) < 0)
		return -1;
	if (pools_create(&pools, &pool, &ports, err) < 0 || ports_start(&ports, &pools, err) < 0)
		return -1;
	if (!ports_steered(&ports))
		steer = steer_create(options.workers, STEER_RING, key);
	level = pools_in_use(&pools);
	printf("%s\n", eal_memory());
	pools_print(&pools, &ports, stdout);
	return 0;
}

static int
run(void)
{
	lcore_function_t *loop = options.mode == MODE_GENERATE ? generate : run_worker;
	int rc = 0;

	for (unsigned w = 0; w < options.workers; w++) {
		workers[w].index = w;
		for (unsigned p = 0; p < ports.count; p++)
			tx_queue_init(&workers[w].tx[p], &ports.at[p], w, BURST);
		rte_eal_remote_launch(loop, &workers[w], eal_worker_lcore(w));
	}
	printf("ready\n");
	fflush(stdout);
	for (double t = 0; !stop && t < options.seconds; t += 0.01) {
		if (options.mode == MODE_GENERATE
			&& rte_eal_get_lcore_state(eal_worker_lcore(0)) != RUNNING)
			break;
		usleep(10000);
	}
	if (options.mode != MODE_GENERATE)
		stop = 1;
	for (unsigned w = 0; w < options.workers; w++)
		rc |= rte_eal_wait_lcore(eal_worker_lcore(w));
	return rc;
}

static void
finish_tx(struct tx_queue *q)
{
	tx_queue_fini(q);
	if (q->pool != NULL)
		queue_reap(q);
}

/* Mbufs that neither the pools nor, as at the start, the devices have. */
static unsigned
missing(unsigned devices)
{
	unsigned in_use = pools.count > 0 ? pools_in_use(&pools) : 0;

	return in_use > devices ? in_use - devices : 0;
}

static void
print_port(struct port *port)
{
	struct port_stats s;

	port_stats(port, &s);
	printf("%s rx %" PRIu64 " tx %" PRIu64 " missed %" PRIu64 " no_mbuf %" PRIu64
	       " tx_errors %" PRIu64 " link %d\n",
		port->name, s.rx_packets, s.tx_packets, s.rx_missed, s.rx_no_mbuf, s.tx_errors,
		(int)port->link_up);
}

/* Frames that came in, or were made, and neither left nor were counted as lost. */
static int64_t
imbalance(void)
{
	int64_t rest = 0;

	for (unsigned w = 0; w < options.workers; w++) {
		const struct worker *worker = &workers[w];
		uint64_t sent = worker->tx[0].packets + worker->tx[1].packets;
		uint64_t dropped = worker->tx[0].dropped + worker->tx[1].dropped + worker->lost;

		rest += (int64_t)(worker->received - sent - dropped);
		if (steer != NULL)
			rest -= steer_held(steer, w);
		printf("worker %u received %" PRIu64 " sent %" PRIu64 " dropped %" PRIu64
		       " handed %" PRIu64 " longest_us %" PRIu64 "\n",
			w, worker->received, sent, dropped, worker->handed,
			worker->longest_cycles * 1000000 / rte_get_tsc_hz());
	}
	return rest;
}

/* Everything is given back.  0 if all frames and mbufs are accounted for. */
static int
finish(void)
{
	int64_t rest;
	unsigned left = 0;

	for (unsigned p = 0; p < ports.count; p++) {
		print_port(&ports.at[p]);
		for (unsigned w = 0; w < options.workers; w++)
			finish_tx(&workers[w].tx[p]);
	}
	rest = imbalance();
	steer_destroy(steer);
	/* virtio_user keeps what it sent until it needs the room. */
	if (ports.count > 0 && ports.at[0].kind != DEVICE_VIRTIO_USER)
		left = missing(level);
	/* af_xdp never gives back what it filled its ring with; others have nothing left. */
	if (ports.count == 0 || ports.at[0].kind != DEVICE_AF_XDP)
		level = 0;
	ports_close(&ports);
	left += missing(level);
	pools_destroy(&pools);
	eal_fini();
	printf("mbufs missing %u, imbalance %" PRId64 "\n", left, rest);
	return left == 0 && rest == 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct err *err = err_create();
	int rc = 1;

	if (options_parse(argc, argv) < 0) {
		fputs("usage: port_tool [OPTION...] wire A B | echo A | generate A\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	if (start(err) == 0)
		rc = run() != 0;
	err_print(err, stderr, false);
	err_destroy(err);
	if (finish() != 0)
		rc = 1;
	return rc;
}
