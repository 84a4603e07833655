/* SPDX-License-Identifier: BSD-3-Clause */
/* weir diff: its command line. */

#include "offline/diff.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define USAGE "diff [--in PORT=PCAP]... [--json FILE] OLD NEW"

static const struct option long_options[] = {
	{ "in", required_argument, NULL, 'i' },
	{ "json", required_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

/* PORT=PCAP, cut in two. */
static bool
read_file(char *text, struct diff_options *o)
{
	char *equals = strchr(text, '=');

	if (equals == NULL || equals == text || equals[1] == '\0' || o->n_in == REPLAY_FILES_MAX)
		return false;
	*equals = '\0';
	o->in[o->n_in++] = (struct replay_option){ .port = text, .path = equals + 1 };
	return true;
}

int
command_diff(int argc, char **argv)
{
	static struct diff_options options;
	bool list = false;
	int c;

	opterr = 0;
	/* A minus first: words that are no options come in their place, as option 1. */
	while ((c = getopt_long(argc, argv, "-:", long_options, NULL)) != -1) {
		if (c == ':')
			return usage_error(USAGE, "diff: %s needs a value", argv[optind - 1]);
		if (c == '?')
			return usage_error(USAGE, "diff: unknown option %s", argv[optind - 1]);
		/* --in lan=a.pcap wan=b.pcap: one option for several files. */
		list = c == 'i' || (c == 1 && list && strchr(optarg, '=') != NULL);
		if (c == 'j')
			options.json = optarg;
		else if (list && !read_file(optarg, &options))
			return usage_error(USAGE,
				"diff: --in takes PORT=PCAP, once for each port, not '%s'", optarg);
		else if (c == 1 && !list && options.new != NULL)
			return usage_error(USAGE, "diff: '%s' is too much", optarg);
		else if (c == 1 && !list)
			*(options.old == NULL ? &options.old : &options.new) = optarg;
	}
	for (; optind < argc; optind++) {
		if (options.new != NULL)
			return usage_error(USAGE, "diff: '%s' is too much", argv[optind]);
		*(options.old == NULL ? &options.old : &options.new) = argv[optind];
	}
	if (options.new == NULL)
		return usage_error(USAGE, "diff: which two configurations? OLD NEW");
	return diff(&options);
}
