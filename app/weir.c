/* SPDX-License-Identifier: BSD-3-Clause */
/* The command weir: finds the subcommand and calls it. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
	const char *text;
} commands[] = {
	{ "run", command_run, "run [-c FILE] [--for SECONDS] [--json FILE]",
		"run the appliance; without -c the built-in example on devices in memory" },
	{ "check", command_check, "check [--json FILE] FILE...",
		"check configurations: all errors, rules never reached, the section tests" },
	{ "replay", command_replay,
		"replay -c FILE --in PORT=PCAP... [--out PORT=PCAP...] [--json FILE] [--until SECONDS]",
		"send captures through a configuration, as the appliance would" },
	{ "explain", command_explain,
		"explain -c FILE --in PORT (PACKET | --pcap FILE) [--json FILE]",
		"say why a packet goes where it goes" },
	{ "schema", command_schema, "schema", "print the JSON schema of the configuration" },
	{ "reference", command_reference, "reference", "print the reference of the configuration" },
};

enum {
	COMMANDS = sizeof(commands) / sizeof(commands[0]),
};

static void
print_usage(FILE *out)
{
	fputs("usage: weir COMMAND ...\n\n", out);
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(out, "  weir %s\n      %s\n", commands[i].usage, commands[i].text);
	fputs("  weir --help | --version\n\n"
		"Exit status: 0 done, 1 what was asked about is wrong, 2 usage.\n", out);
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
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_usage(stdout);
		return STATUS_DONE;
	}
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		puts("weir " WEIR_VERSION);
		return STATUS_DONE;
	}
	for (unsigned i = 0; argc >= 2 && i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc >= 2)
		fprintf(stderr, "weir: there is no command '%s'\n", argv[1]);
	print_usage(stderr);
	return STATUS_USAGE;
}
