/* SPDX-License-Identifier: BSD-3-Clause */
/* weir run: its command line. */

#include "control/run.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>

#include "command.h"
#include "export/export.h"

#define USAGE \
	"run [-c FILE] [--for SECONDS] [--json FILE] [--no-tests] [--sandbox] [--socket PATH] " \
	"[--state DIR]"

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "for", required_argument, NULL, 'f' },
	{ "json", required_argument, NULL, 'j' },
	{ "no-tests", no_argument, NULL, 'n' },
	{ "sandbox", no_argument, NULL, 'x' },
	{ "socket", required_argument, NULL, 's' },
	{ "state", required_argument, NULL, 'S' },
	{ NULL, 0, NULL, 0 },
};

static bool
read_seconds(const char *text, double *seconds)
{
	char *end;

	errno = 0;
	*seconds = strtod(text, &end);
	return errno == 0 && end != text && *end == '\0' && *seconds > 0 && *seconds <= 1e6;
}

int
command_run(int argc, char **argv)
{
	struct run_options options = { .beside = &export_beside };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":c:", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.config = optarg;
			break;
		case 'f':
			if (!read_seconds(optarg, &options.seconds))
				return usage_error(
					USAGE, "run: --for: '%s' is no number of seconds", optarg);
			break;
		case 'j':
			options.json = optarg;
			break;
		case 'n':
			options.no_tests = true;
			break;
		case 'x':
			options.sandbox = true;
			break;
		case 's':
			options.socket = optarg;
			break;
		case 'S':
			options.state = optarg;
			break;
		case ':':
			return usage_error(USAGE, "run: %s needs a value", argv[optind - 1]);
		default:
			return usage_error(USAGE, "run: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind != argc)
		return usage_error(USAGE, "run: '%s' is too much", argv[optind]);
	return run(&options);
}
