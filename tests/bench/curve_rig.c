/* SPDX-License-Identifier: BSD-3-Clause */
/* One worker under load, in a time of its own. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "curves.h"
#include "fastpath/measure.h"
#include "io/capture.h"

enum {
	CAPACITY_PACKETS = 131072,
	BURSTS_LEAST = 4096,
	INTERRUPTED_TIMES = 20, /* a burst of so many times the usual was interrupted, */
	INTERRUPTED_US = 5,     /* if it is as much longer */
	POLL_CYCLES = 40,       /* a look at an empty ring */
	WATCH_BURSTS = 16,      /* from one count of mbufs to the next */
};

void
curve_die(const char *what)
{
	fprintf(stderr, "curves: %s\n", what);
	exit(1);
}

void
curve_open(struct curve_rig *c, const char *config, unsigned burst,
	const struct traffic_setup *traffic)
{
	struct rig_setup setup = { .family = 4, .burst = burst, .traffic = *traffic };
	struct err *err = err_create();
	struct config *cfg = err != NULL ? offline_config(config, err) : NULL;

	memset(c, 0, sizeof(*c));
	if (cfg == NULL || rig_open(&c->rig, cfg, &setup, err) < 0) {
		if (err != NULL)
			err_print(err, stderr, false);
		curve_die("the configuration does not start");
	}
	err_destroy(err);
	rx_queue_init(&c->queue, c->rig.in, 0);
	c->clock_cycles = measure_clock();
	c->hz = (double)rte_get_tsc_hz();
}

void
curve_close(struct curve_rig *c)
{
	struct err *err = err_create();

	if (rig_close(&c->rig, err) < 0) {
		err_print(err, stderr, false);
		exit(1);
	}
	err_destroy(err);
}

double
curve_burst(struct curve_rig *c, unsigned n)
{
	struct fastpath *fp = c->rig.worker->fp;
	struct rte_mbuf *m[BURST_MAX];
	uint64_t began = rte_rdtsc();
	double cycles, usual;

	fastpath_tick(fp);
	n = queue_receive(&c->queue, m, n);
	fastpath_process(fp, c->rig.in->index, m, n, false);
	fastpath_flush(fp);
	fastpath_age(fp);
	cycles = (double)(rte_rdtsc() - began) - (double)c->clock_cycles;
	usual = c->typical_cycles * n;
	c->bursts++;
	if (usual == 0 || cycles < INTERRUPTED_TIMES * usual + c->hz / 1e6 * INTERRUPTED_US)
		return cycles;
	c->interrupted++;
	return usual;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
arrive(struct curve_rig *c, unsigned n)
{
	if (!rig_fill(&c->rig, n))
		curve_die("no packet buffers");
	if (capture_push(c->rig.in, 0, c->rig.m, n) != n)
		curve_die("the port's ring is full");
}

double
curve_capacity(struct curve_rig *c)
{
	static double cycles[CAPACITY_PACKETS];
	unsigned burst = c->rig.burst,
		 bursts = RTE_MAX(CAPACITY_PACKETS / burst, (unsigned)BURSTS_LEAST);

	c->typical_cycles = 0; /* nothing is usual yet */
	for (unsigned i = 0; i < bursts; i++) {
		arrive(c, burst);
		cycles[i] = curve_burst(c, burst);
		rig_drain(&c->rig);
	}
	qsort(cycles, bursts, sizeof(cycles[0]), compare);
	c->typical_cycles = cycles[bursts / 2] / burst;
	return c->typical_cycles;
}

/* A queue of arrival times beside the port's ring. */
struct arrivals {
	double at[CURVE_RING];
	unsigned head, n;
	double next, rate;
	uint64_t random;
	uint64_t arrived, lost;
};

static double
draw_gap(struct arrivals *a)
{
	a->random = a->random * 6364136223846793005ull + 1442695040888963407ull;
	return -log(((double)(a->random >> 11) + 1) * 0x1p-53) / a->rate;
}

/* All that arrive up to now. */
static void
take_arrivals(struct curve_rig *c, struct arrivals *a, double now)
{
	for (; a->next <= now; a->next += draw_gap(a)) {
		a->arrived++;
		if (a->n == CURVE_RING) {
			a->lost++;
			continue;
		}
		arrive(c, 1);
		a->at[(a->head + a->n++) % CURVE_RING] = a->next;
	}
}

struct curve_point
curve_load(struct curve_rig *c, double rate, unsigned packets)
{
	struct arrivals a = { .rate = rate, .random = 1 };
	double *latency = malloc(packets * sizeof(*latency)), now = 0;
	struct curve_point p = { 0 };
	unsigned left = 0, bursts = 0;

	if (latency == NULL)
		curve_die("out of memory");
	while (left < packets) {
		unsigned n;

		take_arrivals(c, &a, now);
		if (a.n == 0) {
			now = a.next + POLL_CYCLES;
			continue;
		}
		if (bursts++ % WATCH_BURSTS == 0)
			p.mbufs = RTE_MAX(
				p.mbufs, pools_in_use(appliance_pools(c->rig.offline.appliance)));
		n = RTE_MIN(a.n, c->rig.burst);
		now += curve_burst(c, n);
		rig_drain(&c->rig);
		for (; n != 0; n--, a.n--, a.head = (a.head + 1) % CURVE_RING)
			if (left < packets)
				latency[left++] = now - a.at[a.head];
	}
	offline_settle(&c->rig.offline);
	qsort(latency, packets, sizeof(*latency), compare);
	p.p50 = latency[packets / 2];
	p.p99 = latency[packets / 100 * 99];
	p.offered = (double)a.arrived / now;
	p.delivered = (double)left / now;
	p.lost = a.lost;
	free(latency);
	return p;
}
