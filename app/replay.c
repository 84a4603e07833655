/* SPDX-License-Identifier: BSD-3-Clause */
/* weir replay: its command line. */

#include "offline/replay.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "io/eal.h"
#include "packet/burst.h"

#define USAGE \
	"replay -c FILE --in PORT=PCAP... [--out PORT=PCAP...] [--json FILE]\n" \
	"             [--nat-log FILE] [--until SECONDS] [--reload SECONDS=FILE]... [--learn]"

/* --workers and --burst are for tests: nothing that is told may depend on them. */
static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "in", required_argument, NULL, 'i' },
	{ "out", required_argument, NULL, 'o' },
	{ "json", required_argument, NULL, 'j' },
	{ "nat-log", required_argument, NULL, 'n' },
	{ "until", required_argument, NULL, 'u' },
	{ "reload", required_argument, NULL, 'r' },
	{ "learn", no_argument, NULL, 'l' },
	{ "workers", required_argument, NULL, 'w' },
	{ "burst", required_argument, NULL, 'b' },
	{ NULL, 0, NULL, 0 },
};

static bool
read_time(const char *text, uint64_t *ns)
{
	char *end;
	double seconds;

	errno = 0;
	seconds = strtod(text, &end);
	*ns = (uint64_t)(seconds >= 0 && seconds <= 1e9 ? seconds * 1e9 + 0.5 : 0);
	return errno == 0 && end != text && *end == '\0' && seconds >= 0 && seconds <= 1e9;
}

static bool
read_count(const char *text, unsigned max, unsigned *count)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	*count = (unsigned)n;
	return errno == 0 && end != text && *end == '\0' && n >= 1 && n <= max;
}

/* PORT=PCAP, cut in two. */
static bool
read_file(char *text, struct replay_option files[static REPLAY_FILES_MAX], unsigned *n)
{
	char *equals = strchr(text, '=');

	if (equals == NULL || equals == text || equals[1] == '\0' || *n == REPLAY_FILES_MAX)
		return false;
	*equals = '\0';
	files[(*n)++] = (struct replay_option){ .port = text, .path = equals + 1 };
	return true;
}

/* SECONDS=FILE, cut in two; times go up. */
static bool
read_reload(char *text, struct replay_options *o)
{
	struct replay_reload *r = &o->reload[o->n_reload];
	char *equals = strchr(text, '=');

	if (equals == NULL || equals[1] == '\0' || o->n_reload == REPLAY_RELOADS_MAX)
		return false;
	*equals = '\0';
	r->config = equals + 1;
	return read_time(text, &r->at_ns) && (o->n_reload++ == 0 || r[-1].at_ns <= r->at_ns);
}

/* One option; false: its value is none. */
static bool
read_option(struct replay_options *o, int c)
{
	switch (c) {
	case 'c':
		o->config = optarg;
		return true;
	case 'i':
		return read_file(optarg, o->in, &o->n_in);
	case 'o':
		return read_file(optarg, o->out, &o->n_out);
	case 'j':
		o->json = optarg;
		return true;
	case 'n':
		o->nat_log = optarg;
		return true;
	case 'u':
		return read_time(optarg, &o->until_ns);
	case 'r':
		return read_reload(optarg, o);
	case 'l':
		o->learn = true;
		return true;
	case 'w':
		return read_count(optarg, EAL_WORKERS_MAX, &o->workers);
	default:
		return read_count(optarg, BURST_MAX, &o->burst);
	}
}

static_assert(EAL_WORKERS_MAX == 64 && BURST_MAX == 256, "as value_of says");

/* What an option takes. */
static const char *
value_of(int c)
{
	switch (c) {
	case 'i':
		return "--in takes PORT=PCAP, once for each port";
	case 'o':
		return "--out takes PORT=PCAP, once for each port";
	case 'u':
		return "--until takes seconds, as 7440 or 0.5";
	case 'r':
		return "--reload takes SECONDS=FILE, in the order of time";
	case 'w':
		return "--workers takes a number, 1 to 64";
	default:
		return "--burst takes packets, 1 to 256";
	}
}

int
command_replay(int argc, char **argv)
{
	static struct replay_options options;
	int c, list = 0;

	opterr = 0;
	/* A minus first: words that are no options come in their place, as option 1. */
	while ((c = getopt_long(argc, argv, "-:c:", long_options, NULL)) != -1) {
		if (c == ':')
			return usage_error(USAGE, "replay: %s needs a value", argv[optind - 1]);
		if (c == '?')
			return usage_error(USAGE, "replay: unknown option %s", argv[optind - 1]);
		/* --in lan=a.pcap wan=b.pcap: one option for several files. */
		if (c == 'i' || c == 'o')
			list = c;
		else if (c != 1)
			list = 0;
		else if (list == 0)
			return usage_error(USAGE, "replay: '%s' is too much", optarg);
		if (c == 1)
			c = list;
		if (!read_option(&options, c))
			return usage_error(USAGE, "replay: %s, not '%s'", value_of(c), optarg);
	}
	if (optind < argc)
		return usage_error(USAGE, "replay: '%s' is too much", argv[optind]);
	if (options.config == NULL)
		return usage_error(USAGE, "replay: which configuration? -c FILE");
	if (options.n_in == 0)
		return usage_error(USAGE, "replay: which frames? --in PORT=PCAP");
	return replay(&options);
}
