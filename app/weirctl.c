/* SPDX-License-Identifier: BSD-3-Clause */
/* weirctl: asks and changes a running Weir by its control socket. */

#include "weirctl.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "socket", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

static void
print_usage(FILE *out)
{
	fputs("usage: weirctl [-j] [-s SOCKET] [VERB ...]\n\n"
	      "Without a verb it reads commands, with completion and history on a terminal. Words may be abbreviated:\n"
	      "weirctl sh ses. -j, also at the end, prints JSON.\n\n",
		out);
	verbs_print_help(out);
	fputs("  top                Status, ports, interfaces, workers, top talkers and drops, once a second.\n"
	      "  help VERB          What a verb takes.\n\n"
	      "Exit status: 0 done, 1 what was asked about is wrong, 2 usage.\n",
		out);
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { .link = { .path = CONTROL_SOCKET, .fd = -1 } };
	int c, status;

	/* A plus first: what stands behind the verb is the verb's. */
	while ((c = getopt_long(argc, argv, "+js:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			ctl.json = true;
			break;
		case 's':
			ctl.link.path = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return STATUS_DONE;
		case 'v':
			puts("weirctl " WEIR_VERSION);
			return STATUS_DONE;
		default:
			print_usage(stderr);
			return STATUS_USAGE;
		}
	}
	if (argc > optind
		&& (strcmp(argv[argc - 1], "-j") == 0 || strcmp(argv[argc - 1], "--json") == 0)) {
		ctl.json = true;
		argc--;
	}
	if (argc > optind)
		status = command_words(
			&ctl, (unsigned)(argc - optind), (const char *const *)(argv + optind));
	else
		status = shell(&ctl);
	link_close(&ctl.link);
	return status;
}
