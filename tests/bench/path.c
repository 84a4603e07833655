/* SPDX-License-Identifier: BSD-3-Clause */
/* Cycles of the data path for packets of known flows: README.md says how to use it. */

#include "path.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "callgrind.h"

static const char *const pipelines[PATH_PIPELINES] = {
	"forward",
	"route",
	"acl",
	"eight",
	"track",
	"nat",
};

enum step { STEP_RECEIVE, STEP_PARSE, STEP_EXECUTE, STEP_DISPOSE, STEP_SEND, STEP_ALL, STEPS };

#define BINS       16384
#define BIN_CYCLES 4

/* How long bursts took.  The median of many is what a burst takes while nobody else has the core.
 */
struct times {
	uint32_t count[BINS];
};

/* The variant's functions with a clock around them, and how long they took for this burst. */
static struct {
	const struct fastpath_variant *real;
	uint64_t parse, execute;
} timed;

static void
timed_parse(struct fastpath *fp, struct burst *b)
{
	uint64_t began = rte_rdtsc();

	timed.real->parse(fp, b);
	timed.parse = rte_rdtsc() - began;
}

static unsigned
timed_execute(struct fastpath *fp, struct burst *b)
{
	uint64_t began = rte_rdtsc();
	unsigned done = timed.real->execute(fp, b);

	timed.execute = rte_rdtsc() - began;
	return done;
}

/* One burst, from the first look at it to the device.  Its name is what callgrind is told. */
__attribute__((noinline)) static void
path_burst(struct path_rig *rig, struct rte_mbuf **burst, uint64_t *cycles)
{
	uint64_t began = rte_rdtsc(), processed;

	fastpath_tick(rig->fp);
	fastpath_process(rig->fp, 0, burst, rig->o->burst, false);
	processed = rte_rdtsc();
	fastpath_flush(rig->fp);
	fastpath_age(rig->fp);
	cycles[STEP_SEND] = rte_rdtsc() - processed;
	cycles[STEP_DISPOSE] = processed - began;
}

static void
count_times(struct times *times, const uint64_t *cycles)
{
	for (unsigned i = 0; i < STEPS; i++)
		times[i].count[RTE_MIN(cycles[i] / BIN_CYCLES, BINS - 1ul)]++;
}

static double
median_time(const struct times *t, uint64_t n)
{
	uint64_t seen = 0;
	unsigned bin = 0;

	while ((seen += t->count[bin]) * 2 < n)
		bin++;
	return (bin + 0.5) * BIN_CYCLES;
}

/* Cycles per packet and step: of the burst in the middle. */
static void
run_round(struct path_rig *rig, uint64_t packets, double *result)
{
	static struct times times[STEPS];
	uint64_t done = 0, hits = fastpath_ledger(rig->fp)->lookups_hit;

	memset(times, 0, sizeof(times));
	for (; done < packets; done += rig->o->burst) {
		uint64_t cycles[STEPS], began = rte_rdtsc();
		struct rte_mbuf **burst = path_receive(rig);

		cycles[STEP_RECEIVE] = rte_rdtsc() - began;
		path_burst(rig, burst, cycles);
		cycles[STEP_ALL] = cycles[STEP_DISPOSE] + cycles[STEP_SEND];
		cycles[STEP_PARSE] = timed.parse;
		cycles[STEP_EXECUTE] = timed.execute;
		cycles[STEP_DISPOSE] -= timed.parse + timed.execute;
		count_times(times, cycles);
	}
	for (unsigned i = 0; i < STEPS; i++)
		result[i] = median_time(&times[i], done / rig->o->burst) / rig->o->burst;
	path_check(rig, hits, done);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void
measure(struct path_rig *rig)
{
	static double column[STEPS][1000];
	const struct path_options *o = rig->o;
	double cycles[STEPS], spread[2];

	run_round(rig, o->packets, cycles);
	for (unsigned r = 0; r < o->rounds; r++) {
		run_round(rig, o->packets, cycles);
		for (unsigned i = 0; i < STEPS; i++)
			column[i][r] = cycles[i];
	}
	for (unsigned i = 0; i < STEPS; i++)
		cycles[i] = median(column[i], o->rounds);
	spread[0] = column[STEP_ALL][0];
	spread[1] = column[STEP_ALL][o->rounds - 1];
	printf("%s ip%u %s flows %u outputs %u burst %u %s: %.1f cycles a packet (%.1f..%.1f): ",
		pipelines[o->pipeline], o->family, o->tcp ? "tcp" : "udp", o->flows, o->outputs,
		o->burst, timed.real != NULL ? timed.real->name : rig->fp->variant->name,
		cycles[STEP_ALL], spread[0], spread[1]);
	if (timed.real != NULL)
		printf("parse %.1f, execute %.1f, ", cycles[STEP_PARSE], cycles[STEP_EXECUTE]);
	printf("%s %.1f, send %.1f; beside it receive %.1f\n",
		timed.real != NULL ? "dispose" : "process", cycles[STEP_DISPOSE], cycles[STEP_SEND],
		cycles[STEP_RECEIVE]);
}

/* For callgrind: nothing but the packets of known flows. */
static void
count(struct path_rig *rig)
{
	double cycles[STEPS];

	CALLGRIND_START_INSTRUMENTATION;
	run_round(rig, rig->o->packets, cycles);
	printf("%s ip%u %s %s: %" PRIu64 " packets\n", pipelines[rig->o->pipeline], rig->o->family,
		rig->o->tcp ? "tcp" : "udp", rig->fp->variant->name, rig->o->packets);
}

static unsigned
number(const char *text, unsigned low, unsigned high)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || *text == '\0' || *end != '\0' || v < low || v > high)
		stand_die("'%s' is not a number from %u to %u", text, low, high);
	return (unsigned)v;
}

static void
take_words(struct path_options *o, char **word)
{
	for (; *word != NULL; word++) {
		unsigned p = 0;

		while (p < PATH_PIPELINES && strcmp(*word, pipelines[p]) != 0)
			p++;
		if (p < PATH_PIPELINES)
			o->pipeline = p;
		else if (strcmp(*word, "ip6") == 0)
			o->family = 6;
		else if (strcmp(*word, "tcp") == 0)
			o->tcp = true;
		else if (strcmp(*word, "ip4") != 0 && strcmp(*word, "udp") != 0)
			stand_die("what is '%s'?  See tests/bench/README.md", *word);
	}
}

enum { SPLIT = 256, COUNT };

static void
take_options(struct path_options *o, bool *split, bool *count_only, int argc, char **argv)
{
	static const struct option options[] = {
		{ "flows", required_argument, NULL, 'f' },
		{ "routes", required_argument, NULL, 'r' },
		{ "rules", required_argument, NULL, 'a' },
		{ "outputs", required_argument, NULL, 'o' },
		{ "burst", required_argument, NULL, 'b' },
		{ "rounds", required_argument, NULL, 'n' },
		{ "packets", required_argument, NULL, 'p' },
		{ "variant", required_argument, NULL, 'v' },
		{ "split", no_argument, NULL, SPLIT },
		{ "count", no_argument, NULL, COUNT },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->flows = number(optarg, 256, 1u << 24);
			break;
		case 'r':
			o->routes = number(optarg, 8, 1u << 16);
			break;
		case 'a':
			o->rules = number(optarg, 1, 4000);
			break;
		case 'o':
			o->outputs = number(optarg, 1, 8);
			break;
		case 'b':
			o->burst = number(optarg, 1, BURST_MAX);
			break;
		case 'n':
			o->rounds = number(optarg, 1, 1000);
			break;
		case 'p':
			o->packets = number(optarg, 1, UINT32_MAX);
			break;
		case 'v':
			o->variant = optarg;
			break;
		case SPLIT:
			*split = true;
			break;
		case COUNT:
			*count_only = true;
			break;
		default:
			exit(2);
		}
	}
	take_words(o, argv + optind);
}

int
main(int argc, char **argv)
{
	struct path_options o = {
		.pipeline = PATH_ACL,
		.family = 4,
		.flows = 1000,
		.routes = 4000,
		.rules = 1000,
		.outputs = 1,
		.burst = 32,
		.rounds = 15,
		.packets = 1000000,
	};
	bool split = false, count_only = false;
	struct fastpath_variant clocked;
	struct path_rig rig;

	take_options(&o, &split, &count_only, argc, argv);
	o.no_huge = count_only;
	path_open(&rig, &o);
	path_establish(&rig);
	if (split) {
		timed.real = rig.fp->variant;
		clocked = (struct fastpath_variant){ timed.real->name, timed_parse, timed_execute };
		rig.fp->variant = &clocked;
	}
	if (count_only)
		count(&rig);
	else
		measure(&rig);
	path_close(&rig);
	return 0;
}
