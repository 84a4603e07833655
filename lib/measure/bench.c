/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures a configuration: rounds of bursts with a clock between the steps. */

#include "measure/bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "measure/rig.h"
#include "io/capture.h"
#include "io/queue.h"
#include "packet/notation.h"
#include "policy/pipeline.h"

enum {
	ROUND_LEAST = 32768,     /* packets of a round, at least */
	ROUND_MOST = 262144,     /* and at most, or each flow once */
	SECONDS = 6,             /* maximum for all rounds */
	ACTION_PAIRS = 9,        /* of a round */
	ACTION_PACKETS = 32768,  /* of one side of a pair */
	INTERRUPTIONS_HZ = 2000, /* a burst of more than 0.5 ms was interrupted */
};

struct bench {
	const struct bench_options *options;
	struct rig rig;
	struct rx_queue queue;
	uint64_t clock_cycles;
	struct bench_result result;
	bool progress;
};

/* What one round took. */
struct round {
	uint64_t packets, first_packets; /* without those of interrupted bursts */
	uint64_t sent;                   /* by the port, all of them */
	uint64_t cycles[BENCH_STEPS];
};

/* --- one round --- */

static uint64_t
net(const struct bench *b, uint64_t began)
{
	uint64_t cycles = rte_rdtsc() - began;

	return cycles > b->clock_cycles ? cycles - b->clock_cycles : 0;
}

/* Runs one burst through a loop of the worker, with cycles by step. */
static unsigned
run_burst(struct bench *b, uint64_t cycles[BENCH_STEPS])
{
	struct measured measured = { .clock_cycles = b->clock_cycles };
	struct fastpath *fp = b->rig.worker->fp;
	struct rte_mbuf *m[BURST_MAX];
	uint64_t began;
	unsigned n;

	capture_push(b->rig.in, 0, b->rig.m, b->rig.burst);
	began = rte_rdtsc();
	fastpath_tick(fp);
	n = queue_receive(&b->queue, m, b->rig.burst);
	cycles[BENCH_RECEIVE] = net(b, began);
	fastpath_measure(fp, b->rig.in->index, m, n, &measured);
	began = rte_rdtsc();
	fastpath_age(fp);
	cycles[BENCH_HOUSEKEEPING] = net(b, began);
	cycles[BENCH_PARSE] = measured.cycles[MEASURED_PARSE];
	cycles[BENCH_LOOK_UP] = measured.cycles[MEASURED_LOOK_UP];
	cycles[BENCH_EXECUTE] = measured.cycles[MEASURED_EXECUTE];
	cycles[BENCH_FIRST] = measured.cycles[MEASURED_FIRST];
	cycles[BENCH_SEND] = measured.cycles[MEASURED_SEND];
	rig_drain(&b->rig);
	return n;
}

/* Returns true if the worker lost its core during the burst, whose figures are then useless. */
static bool
was_interrupted(const struct bench *b, const uint64_t cycles[BENCH_STEPS])
{
	uint64_t all = 0;

	for (unsigned s = 0; s < BENCH_STEPS; s++)
		all += cycles[s];
	return (double)all > b->result.hz / INTERRUPTIONS_HZ;
}

/* Runs a round.  Returns false without packet buffers. */
static bool
run_round(struct bench *b, uint64_t packets, struct round *r)
{
	const struct ledger *l = fastpath_ledger(b->rig.worker->fp);

	memset(r, 0, sizeof(*r));
	while (r->sent < packets) {
		uint64_t cycles[BENCH_STEPS], misses = l->lookups_miss;
		unsigned n;

		if (!rig_fill(&b->rig, b->rig.burst))
			return false;
		n = run_burst(b, cycles);
		r->sent += n;
		if (was_interrupted(b, cycles)) {
			b->result.interrupted++;
			continue;
		}
		r->packets += n;
		r->first_packets += l->lookups_miss - misses;
		for (unsigned s = 0; s < BENCH_STEPS; s++)
			r->cycles[s] += cycles[s];
	}
	offline_settle(&b->rig.offline); /* neighbours that were asked have answered */
	return true;
}

static void
show_progress(const struct bench *b, const char *what, unsigned i, unsigned n)
{
	if (b->progress)
		fprintf(stderr, "\r%s: round %u of %u   %s", what, i + 1, n,
			i + 1 == n ? "\r\033[K" : "");
}

/* --- figures of the rounds --- */

static double
all_cycles(const struct round *r)
{
	uint64_t sum = 0;

	for (unsigned s = 0; s < BENCH_STEPS; s++)
		sum += r->cycles[s];
	return (double)sum / (double)RTE_MAX(r->packets, 1u);
}

static void
take_figures(struct bench_result *res, const struct round rounds[BENCH_ROUNDS])
{
	double values[BENCH_ROUNDS];

	for (unsigned s = 0; s < BENCH_STEPS; s++) {
		for (unsigned i = 0; i < BENCH_ROUNDS; i++)
			values[i] = (double)rounds[i].cycles[s]
				/ (double)RTE_MAX(rounds[i].packets, 1u);
		res->step[s] = bench_figure(values, BENCH_ROUNDS);
	}
	for (unsigned i = 0; i < BENCH_ROUNDS; i++)
		values[i] = all_cycles(&rounds[i]);
	res->all = bench_figure(values, BENCH_ROUNDS);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		res->packets += rounds[i].sent;
		values[i] = (double)rounds[i].cycles[BENCH_FIRST]
			/ (double)RTE_MAX(rounds[i].first_packets, 1u);
	}
	res->first = bench_figure(values, BENCH_ROUNDS);
}

/* Computes what became of the rounds' packets, as a difference of ledgers. */
static void
take_outcome(struct bench *b, const struct ledger_sum *before, uint64_t hits, uint64_t misses)
{
	const struct ledger *ledger = fastpath_ledger(b->rig.worker->fp);
	struct bench_result *res = &b->result;
	struct ledger_sum *l = &res->ledger;

	workers_ledger(appliance_workers(b->rig.offline.appliance), l);
	l->dropped -= before->dropped;
	l->rx -= before->rx;
	l->tx -= before->tx;
	for (unsigned r = 0; r < REASON_COUNT; r++)
		l->drops[r] -= before->drops[r];
	res->sent = l->tx;
	res->hits = ledger->lookups_hit - hits;
	res->first_packets = ledger->lookups_miss - misses;
}

/* --- the measurement --- */

/* Runs one round that is not measured, to find out how long the others may be. */
static bool
warm_up(struct bench *b)
{
	uint64_t began = rte_rdtsc(), most = RTE_MAX(b->options->flows, (uint32_t)ROUND_MOST);
	struct bench_result *res = &b->result;
	struct round r;
	double fit;

	if (!run_round(b, ROUND_LEAST, &r))
		return false;
	fit = SECONDS * res->hz / ((double)(rte_rdtsc() - began) / (double)r.sent) / BENCH_ROUNDS;
	res->round_packets = fit > (double)most ? most
		: fit > ROUND_LEAST             ? (uint64_t)fit
						: ROUND_LEAST;
	return true;
}

static int
measure_steps(struct bench *b, struct err *err)
{
	static struct round rounds[BENCH_ROUNDS];
	const struct ledger *l = fastpath_ledger(b->rig.worker->fp);
	struct ledger_sum before;
	uint64_t hits, misses;

	if (!warm_up(b))
		return err_set(err, ENOMEM, "no packet buffers for the traffic");
	workers_ledger(appliance_workers(b->rig.offline.appliance), &before);
	hits = l->lookups_hit;
	misses = l->lookups_miss;
	b->result.interrupted = 0;
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		show_progress(b, "steps", i, BENCH_ROUNDS);
		if (!run_round(b, b->result.round_packets, &rounds[i]))
			return err_set(err, ENOMEM, "no packet buffers for the traffic");
	}
	take_figures(&b->result, rounds);
	take_outcome(b, &before, hits, misses);
	return 0;
}

/* Measures flows with the action directly behind flows without it.  Other differences between the
 * two, such as the core's frequency, average out over the pairs.  Returns false without packet
 * buffers. */
static bool
run_pair(struct bench *b, enum measured_action a, double *difference)
{
	struct fastpath *fp = b->rig.worker->fp;
	struct round with, without;
	bool all;

	b->result.action_flows[a] = fastpath_leave_out(fp, a);
	all = b->result.action_flows[a] == 0 || run_round(b, ACTION_PACKETS, &without);
	fastpath_put_back(fp);
	if (b->result.action_flows[a] == 0)
		return true;
	if (!all || !run_round(b, ACTION_PACKETS, &with))
		return false;
	*difference = all_cycles(&with) - all_cycles(&without);
	return true;
}

static int
measure_action(struct bench *b, enum measured_action a, struct err *err)
{
	double rounds[BENCH_ROUNDS], pairs[ACTION_PAIRS];

	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		for (unsigned k = 0; k < ACTION_PAIRS; k++) {
			if (!run_pair(b, a, &pairs[k]))
				return err_set(err, ENOMEM, "no packet buffers for the traffic");
			if (b->result.action_flows[a] == 0)
				return 0;
		}
		show_progress(b, measured_action_name(a), i, BENCH_ROUNDS);
		rounds[i] = bench_median(pairs, ACTION_PAIRS);
	}
	b->result.action[a] = bench_figure(rounds, BENCH_ROUNDS);
	return 0;
}

static void
describe(struct bench *b)
{
	struct bench_result *res = &b->result;
	const struct generation *gen = appliance_generation(b->rig.offline.appliance);
	const struct interface *iface = gen->iface[b->rig.setup.aim.iface];
	struct tuple ends;

	res->options = b->options;
	res->interface = iface->name;
	res->pipeline = iface->pipeline->name;
	res->bytes = traffic_bytes(b->rig.traffic) + 4;
	res->burst = b->rig.burst;
	res->hz = (double)rte_get_tsc_hz();
	traffic_tuple(b->rig.traffic, 0, &ends);
	notation_tuple(res->flow, sizeof(res->flow), &ends);
}

static int
measure(struct bench *b, struct err *err)
{
	int rc;

	describe(b);
	rx_queue_init(&b->queue, b->rig.in, 0);
	b->clock_cycles = measure_clock();
	bench_stages(&b->result, &b->rig);
	rc = measure_steps(b, err);
	for (unsigned a = 0; rc == 0 && a < MEASURED_ACTIONS; a++)
		rc = measure_action(b, (enum measured_action)a, err);
	return rc;
}

static int
report(const struct bench *b, struct err *err)
{
	const char *path = b->options->json;
	bool to_stderr = path != NULL && strcmp(path, "-") == 0;
	json_t *json;
	int rc = 0;

	bench_print(&b->result, to_stderr ? stderr : stdout);
	if (path == NULL)
		return 0;
	json = bench_json(&b->result);
	if (offline_write_json(json, path) < 0)
		rc = err_set(err, errno, "%s: %s", path, strerror(errno));
	json_decref(json);
	return rc;
}

static int
run_all(struct bench *b, struct err *err)
{
	const struct bench_options *o = b->options;
	struct rig_setup setup = {
		.in = o->in, .family = o->ip6 ? 6 : 4,
		.traffic = {
			.kind = o->tcp ? TRAFFIC_TCP : TRAFFIC_UDP,
			.bytes = o->size != 0 ? o->size - 4 : 0, .flows = o->flows,
			.order = o->zipf != 0 ? TRAFFIC_ZIPF : TRAFFIC_ROUND, .zipf = o->zipf,
			.new_percent = o->new_percent, .seed = 1,
		},
	};
	struct config *cfg = offline_config(o->config, err);
	int rc;

	if (cfg == NULL || rig_open(&b->rig, cfg, &setup, err) < 0)
		return -EINVAL;
	rc = measure(b, err);
	if (rc == 0)
		rc = report(b, err);
	if (rig_close(&b->rig, err) < 0)
		rc = -EIO;
	return rc;
}

int
bench(const struct bench_options *options)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct err *err = err_create();
	int rc = -ENOMEM;

	if (b != NULL && err != NULL) {
		b->options = options;
		b->progress = isatty(STDERR_FILENO);
		rc = run_all(b, err);
		err_print(err, stderr, isatty(STDERR_FILENO));
		appliance_leave();
	}
	err_destroy(err);
	free(b);
	return rc == 0 ? 0 : 1;
}
