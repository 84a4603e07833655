/* SPDX-License-Identifier: BSD-3-Clause */
/* weir import: its command line. */

#include "migrate/import.h"

#include <getopt.h>
#include <string.h>

#include "command.h"

#define USAGE "import nftables FILE|- [--addresses FILE] [--routes FILE]..."

static const struct option long_options[] = {
	{ "addresses", required_argument, NULL, 'a' },
	{ "routes", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

int
command_import(int argc, char **argv)
{
	struct import_options o = { .out = stdout, .notes = stderr };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (c == ':')
			return usage_error(USAGE, "import: %s needs a value", argv[optind - 1]);
		if (c == '?')
			return usage_error(USAGE, "import: unknown option %s", argv[optind - 1]);
		if (c == 'r' && o.routes[1] != NULL)
			return usage_error(USAGE, "import: --routes more than twice");
		*(c == 'a'                            ? &o.addresses
				: o.routes[0] != NULL ? &o.routes[1]
						      : &o.routes[0]) = optarg;
	}
	if (argc - optind != 2)
		return usage_error(USAGE, "import: a kind of ruleset and a file are needed");
	if (strcmp(argv[optind], "nftables") != 0)
		return usage_error(USAGE, "import: '%s' is not known", argv[optind]);
	o.ruleset = argv[optind + 1];
	return import_nftables(&o);
}
