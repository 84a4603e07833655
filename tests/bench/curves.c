/* SPDX-License-Identifier: BSD-3-Clause */
/* The three laws as figures, written as one JSON object: curves CONFIG
 *
 *   zero copy      bytes of payload that were copied, by size of frames
 *   batching       cycles a packet and latency, by burst size
 *   backpressure   delivered, latency and memory, by offered load */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "curves.h"
#include "io/capture.h"

enum {
	FLOWS = 1000,
	PACKETS = 100000, /* of a point */
	DEFAULT_BURST = 64,
	COPY_BURSTS = 256,
	HEADERS = 42, /* Ethernet, IPv4, UDP: what a router may write */
	REPEATS = 3,
	FILL_PACKETS = 3000000, /* until the tables' memory was all in use once */
};

static const char *config;

static struct traffic_setup
traffic_of(uint32_t bytes, double new_percent)
{
	return (struct traffic_setup){
		.kind = TRAFFIC_UDP,
		.flows = FLOWS,
		.bytes = bytes,
		.new_percent = new_percent,
		.seed = 1,
	};
}

/* Runs one burst and returns the bytes of payload that stand elsewhere than they came. */
static uint64_t
count_copied(struct curve_rig *c, uint64_t *forwarded)
{
	unsigned burst = c->rig.burst, payload = traffic_bytes(c->rig.traffic) - HEADERS;
	struct ports *ports = appliance_ports(c->rig.offline.appliance);
	struct rte_mbuf *out[BURST_MAX], *in[BURST_MAX];
	const uint8_t *end[BURST_MAX];
	uint64_t copied = 0;

	for (unsigned i = 0; i < burst; i++) {
		in[i] = c->rig.m[i];
		end[i] = rte_pktmbuf_mtod(in[i], const uint8_t *) + in[i]->data_len;
	}
	curve_burst(c, burst);
	for (unsigned p = 0; p < ports->count; p++) {
		unsigned n = capture_drain(&ports->at[p], 0, out, burst);

		for (unsigned i = 0; i < n; i++) {
			bool same = out[i] == in[i] && out[i]->nb_segs == 1
				&& rte_pktmbuf_mtod(out[i], const uint8_t *) + out[i]->data_len
					== end[i];

			copied += same ? 0 : payload;
		}
		*forwarded += n;
		rte_pktmbuf_free_bulk(out, n);
	}
	return copied;
}

static void
zero_copy(void)
{
	static const uint32_t sizes[] = { 64, 128, 256, 512, 1024, 1518 };

	printf(" \"zero_copy\": [");
	for (unsigned i = 0; i < RTE_DIM(sizes); i++) {
		struct traffic_setup traffic = traffic_of(sizes[i] - 4, 0);
		uint64_t copied = 0, forwarded = 0;
		struct curve_rig c;
		double cycles;

		curve_open(&c, config, DEFAULT_BURST, &traffic);
		cycles = curve_capacity(&c);
		for (unsigned k = 0; k < COPY_BURSTS; k++) {
			if (!rig_fill(&c.rig, DEFAULT_BURST))
				curve_die("no packet buffers");
			capture_push(c.rig.in, 0, c.rig.m, DEFAULT_BURST);
			copied += count_copied(&c, &forwarded);
		}
		if (forwarded < (uint64_t)COPY_BURSTS * DEFAULT_BURST)
			curve_die("not all packets were forwarded");
		printf("%s\n  {\"frame_bytes\": %u, \"payload_bytes\": %u, \"forwarded\": %" PRIu64
		       ", \"copied_bytes\": %" PRIu64 ", \"cycles\": %.1f}",
			i != 0 ? "," : "", sizes[i], sizes[i] - 4 - HEADERS, forwarded, copied,
			cycles);
		curve_close(&c);
	}
	printf("\n ],\n");
}

static int
by_p99(const void *a, const void *b)
{
	double x = ((const struct curve_point *)a)->p99, y = ((const struct curve_point *)b)->p99;

	return (x > y) - (x < y);
}

/* The point of several whose p99 is the median. */
static struct curve_point
median_load(struct curve_rig *c, double rate)
{
	struct curve_point points[REPEATS];

	for (unsigned i = 0; i < REPEATS; i++)
		points[i] = curve_load(c, rate, PACKETS);
	qsort(points, REPEATS, sizeof(points[0]), by_p99);
	return points[REPEATS / 2];
}

/* What a port whose ring is always full delivers, in packets a cycle: there frames are colder than
 * where a burst is made and taken at once. */
static double
saturated(struct curve_rig *c)
{
	double rate = 2 / curve_capacity(c), delivered[REPEATS];

	for (unsigned i = 0; i < REPEATS; i++)
		delivered[i] = curve_load(c, rate, PACKETS).delivered;
	return RTE_MAX(RTE_MIN(delivered[0], delivered[1]),
		RTE_MIN(RTE_MAX(delivered[0], delivered[1]), delivered[2]));
}

static double
microseconds(const struct curve_rig *c, double cycles)
{
	return cycles / c->hz * 1e6;
}

static void
batching(void)
{
	static const unsigned loads[] = { 10, 50, 90 };

	printf(" \"batching\": [");
	for (unsigned burst = 1; burst <= BURST_MAX; burst *= 2) {
		struct traffic_setup traffic = traffic_of(60, 0);
		struct curve_rig c;
		double cycles;

		curve_open(&c, config, burst, &traffic);
		cycles = curve_capacity(&c);
		printf("%s\n  {\"burst\": %u, \"cycles\": %.1f, \"mpps\": %.2f, \"latency_us\": [",
			burst != 1 ? "," : "", burst, cycles, c.hz / cycles / 1e6);
		for (unsigned i = 0; i < RTE_DIM(loads); i++) {
			struct curve_point p = median_load(&c, loads[i] / 100.0 / cycles);

			printf("%s{\"load\": %u, \"p50\": %.3f, \"p99\": %.3f}", i != 0 ? ", " : "",
				loads[i], microseconds(&c, p.p50), microseconds(&c, p.p99));
		}
		printf("]}");
		curve_close(&c);
	}
	printf("\n ],\n");
}

/* Resident memory of the process. */
static unsigned long
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (f == NULL || fscanf(f, "%*u %lu", &pages) != 1)
		curve_die("/proc/self/statm cannot be read");
	fclose(f);
	return pages * 4;
}

static void
backpressure(void)
{
	static const double offered[] = { 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 2.5,
		3 };
	static const double shares[] = { 0, 10 };

	printf(" \"backpressure\": [");
	for (unsigned s = 0; s < RTE_DIM(shares); s++) {
		struct traffic_setup traffic = traffic_of(60, shares[s]);
		struct curve_rig c;
		double cycles;

		curve_open(&c, config, DEFAULT_BURST, &traffic);
		if (shares[s] != 0)
			curve_load(&c, 2 / curve_capacity(&c), FILL_PACKETS);
		cycles = 1 / saturated(&c);
		for (unsigned i = 0; i < RTE_DIM(offered); i++) {
			struct curve_point p = median_load(&c, offered[i] / cycles);

			printf("%s\n  {\"new_flows_percent\": %g, \"offered\": %.3f, \"delivered\": %.3f, "
			       "\"lost\": %" PRIu64
			       ", \"p50_us\": %.3f, \"p99_us\": %.3f, \"mbufs\": %u, "
			       "\"resident_kib\": %lu, \"interrupted\": %.5f}",
				s + i != 0 ? "," : "", shares[s], p.offered * cycles,
				p.delivered * cycles, p.lost, microseconds(&c, p.p50),
				microseconds(&c, p.p99), p.mbufs, resident_kib(),
				(double)c.interrupted / (double)c.bursts);
		}
		curve_close(&c);
	}
	printf("\n ]\n");
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: curves CONFIG\n");
		return 2;
	}
	config = argv[1];
	printf("{\"configuration\": \"%s\", \"variant\": \"%s\",\n", config, fastpath_variant());
	zero_copy();
	batching();
	backpressure();
	printf("}\n");
	appliance_leave();
	return 0;
}
