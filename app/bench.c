/* SPDX-License-Identifier: BSD-3-Clause */
/* weir bench: its command line. */

#include "measure/bench.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "command.h"

#define USAGE \
	"bench -c FILE [--flows N] [--size B] [--new-flows PERCENT] [--ipv6] [--tcp]\n" \
	"             [--zipf EXPONENT] [--in INTERFACE] [--json FILE]"

enum {
	SIZE_LEAST = 64,
	SIZE_MOST = TRAFFIC_FRAME_MAX + 4,
	FLOWS_MOST = 1 << 24,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "flows", required_argument, NULL, 'f' },
	{ "size", required_argument, NULL, 's' },
	{ "new-flows", required_argument, NULL, 'n' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "tcp", no_argument, NULL, 't' },
	{ "zipf", required_argument, NULL, 'z' },
	{ "in", required_argument, NULL, 'i' },
	{ "json", required_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static bool
read_number(const char *text, unsigned long least, unsigned long most, uint32_t *out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	*out = (uint32_t)n;
	return errno == 0 && end != text && *end == '\0' && text[0] != '-' && n >= least
		&& n <= most;
}

static bool
read_real(const char *text, double most, double *out)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	return errno == 0 && end != text && *end == '\0' && *out >= 0 && *out <= most;
}

/* One option; false: its value is none. */
static bool
read_option(struct bench_options *o, int c)
{
	switch (c) {
	case 'c':
		o->config = optarg;
		return true;
	case 'f':
		return read_number(optarg, 1, FLOWS_MOST, &o->flows);
	case 's':
		return read_number(optarg, SIZE_LEAST, SIZE_MOST, &o->size);
	case 'n':
		return read_real(optarg, 100, &o->new_percent);
	case '6':
		o->ip6 = true;
		return true;
	case 't':
		o->tcp = true;
		return true;
	case 'z':
		return read_real(optarg, 10, &o->zipf) && o->zipf > 0;
	case 'i':
		o->in = optarg;
		return true;
	default:
		o->json = optarg;
		return true;
	}
}

static_assert(FLOWS_MOST == 16777216 && SIZE_LEAST == 64 && SIZE_MOST == 9644, "as value_of says");

/* What an option takes. */
static const char *
value_of(int c)
{
	switch (c) {
	case 'f':
		return "--flows takes a number, 1 to 16777216";
	case 's':
		return "--size takes the bytes of a frame, 64 to 9644";
	case 'n':
		return "--new-flows takes percent, 0 to 100";
	default:
		return "--zipf takes a number above 0, 10 at most";
	}
}

int
command_bench(int argc, char **argv)
{
	static struct bench_options options = { .flows = 1000 };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":c:", long_options, NULL)) != -1) {
		if (c == ':')
			return usage_error(USAGE, "bench: %s needs a value", argv[optind - 1]);
		if (c == '?')
			return usage_error(USAGE, "bench: unknown option %s", argv[optind - 1]);
		if (!read_option(&options, c))
			return usage_error(USAGE, "bench: %s, not '%s'", value_of(c), optarg);
	}
	if (optind != argc)
		return usage_error(USAGE, "bench: '%s' is too much", argv[optind]);
	if (options.config == NULL)
		return usage_error(USAGE, "bench: which configuration? -c FILE");
	return bench(&options);
}
