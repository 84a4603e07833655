/* SPDX-License-Identifier: BSD-3-Clause */
/* The command weir: finds the subcommand and calls it. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *usage;
	const char *help;
} commands[] = {
	{ "run", command_run, "[-c FILE] [--for SECONDS] [--json FILE]",
		"forward packets; without -c the built-in example on virtual devices" },
	{ "check", command_check, "FILE...", "every error of a configuration, its shadowed rules, its tests" },
	{ "replay", command_replay, "-c FILE --in PORT=PCAP... [--out PORT=PCAP...] [--json FILE] [--until SECONDS]",
		"captures through a configuration, in virtual time" },
	{ "explain", command_explain, "-c FILE --in PORT (PACKET | --pcap FILE)",
		"what would become of a packet, and why" },
	{ "schema", command_schema, "", "the JSON schema of configurations" },
	{ "reference", command_reference, "", "the reference of configurations" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
help(FILE *out)
{
	fputs("weir: a network appliance past the kernel\n\n", out);
	for (unsigned i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  weir %s %s\n      %s\n", commands[i].name, commands[i].usage, commands[i].help);
	fputs("\n  weir --help, weir --version\n", out);
}

int
usage_error(const char *usage, const char *fmt, ...)
{
	va_list ap;

	fputs("weir: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: weir %s\n", usage);
	return STATUS_USAGE;
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("weir " WEIR_VERSION);
		return STATUS_DONE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return STATUS_DONE;
	}
	for (unsigned i = 0; i < N_COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argc - 1, argv + 1);
	}
	fprintf(stderr, "weir: there is no command '%s'\n", argv[1]);
	help(stderr);
	return STATUS_USAGE;
}
