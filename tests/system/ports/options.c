/* SPDX-License-Identifier: BSD-3-Clause */
/* What port_tool was asked to do. */

#include "system/ports/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct options options = { .workers = 1, .seconds = 3600, .count = 1000 };

int
options_parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "workers", required_argument, NULL, 'w' },
		{ "queues", required_argument, NULL, 'q' },
		{ "mac", required_argument, NULL, 'm' },
		{ "mtu", required_argument, NULL, 'u' },
		{ "for", required_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'c' },
		{ "eal", required_argument, NULL, 'e' },
		{ "verbose", no_argument, NULL, 'v' },
		{ 0 },
	};
	static const char *const names[] = { "wire", "echo", "generate" };
	static const char *const ab[] = { "a", "b" };
	struct port_cfg *a = &options.cfg[0];
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'w':
			options.workers = (unsigned)atoi(optarg);
			break;
		case 'q':
			a->queues = options.cfg[1].queues = (unsigned)atoi(optarg);
			break;
		case 'm':
			a->has_mac = rte_ether_unformat_addr(optarg, &a->mac) == 0;
			break;
		case 'u':
			a->mtu = options.cfg[1].mtu = (uint16_t)atoi(optarg);
			break;
		case 'f':
			options.seconds = atof(optarg);
			break;
		case 'c':
			options.count = (unsigned)atoi(optarg);
			break;
		case 'e':
			options.extra[options.n_extra++] = optarg;
			break;
		case 'v':
			options.verbose = true;
			break;
		default:
			return -1;
		}
	}
	if (optind + 2 > argc || options.workers < 1 || options.workers > WORKERS_MAX)
		return -1;
	for (options.mode = MODE_WIRE; strcmp(argv[optind], names[options.mode]) != 0;
		options.mode++) {
		if (options.mode == MODE_GENERATE)
			return -1;
	}
	for (optind++; optind < argc && options.n_ports < 2; optind++) {
		options.cfg[options.n_ports].name = ab[options.n_ports];
		options.cfg[options.n_ports++].device = argv[optind];
	}
	return 0;
}
