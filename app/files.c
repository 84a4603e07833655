/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of subcommands that look at one file after the other. */

#include <getopt.h>
#include <stdio.h>

#include <jansson.h>

#include "command.h"
#include "control/appliance.h"
#include "offline/offline.h"

static const struct option long_options[] = {
	{ "json", required_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static int
each_file(int n, char **paths, const char *json_path, file_command one)
{
	json_t *files = json_path != NULL ? json_array() : NULL;
	int status = STATUS_DONE;

	for (int i = 0; i < n; i++)
		if (one(paths[i], files) != STATUS_DONE)
			status = STATUS_WRONG;
	if (files != NULL && offline_write_json(files, json_path) < 0) {
		perror(json_path);
		status = STATUS_WRONG;
	}
	json_decref(files);
	appliance_leave();
	return fflush(stdout) == 0 ? status : STATUS_WRONG;
}

int
command_files(int argc, char **argv, const char *usage, file_command one)
{
	const char *json = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (c == ':')
			return usage_error(
				usage, "%s: %s needs a value", argv[0], argv[optind - 1]);
		if (c != 'j')
			return usage_error(
				usage, "%s: unknown option %s", argv[0], argv[optind - 1]);
		json = optarg;
	}
	if (optind == argc)
		return usage_error(usage, "%s: which file?", argv[0]);
	return each_file(argc - optind, argv + optind, json, one);
}
