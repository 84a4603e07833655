/* SPDX-License-Identifier: BSD-3-Clause */
/* weir explain: its command line. */

#include "offline/explain.h"

#include <getopt.h>
#include <stdlib.h>

#include "command.h"

#define USAGE "explain -c FILE --in INTERFACE (PACKET | --pcap FILE [--learn]) [--json FILE]"

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "in", required_argument, NULL, 'i' },
	{ "pcap", required_argument, NULL, 'p' },
	{ "learn", no_argument, NULL, 'l' },
	{ "json", required_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static int
check_options(const struct explain_options *o)
{
	if (o->config == NULL)
		return usage_error(USAGE, "explain: which configuration? -c FILE");
	if (o->in == NULL)
		return usage_error(USAGE, "explain: where does the packet come in? --in INTERFACE");
	if ((o->packet == NULL) == (o->pcap == NULL))
		return usage_error(USAGE, "explain: a packet or a capture");
	if (o->learn && o->pcap == NULL)
		return usage_error(USAGE, "explain: --learn takes MACs from a capture");
	return STATUS_DONE;
}

int
command_explain(int argc, char **argv)
{
	struct explain_options options = { 0 };
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":c:", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.config = optarg;
			break;
		case 'i':
			options.in = optarg;
			break;
		case 'p':
			options.pcap = optarg;
			break;
		case 'l':
			options.learn = true;
			break;
		case 'j':
			options.json = optarg;
			break;
		case ':':
			return usage_error(USAGE, "explain: %s needs a value", argv[optind - 1]);
		default:
			return usage_error(USAGE, "explain: unknown option %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		options.packet = argv[optind++];
	if (optind < argc)
		return usage_error(USAGE,
			"explain: '%s' is too much; a packet is one word, in quotes", argv[optind]);
	status = check_options(&options);
	return status == STATUS_DONE ? explain(&options) : status;
}
