/* SPDX-License-Identifier: BSD-3-Clause */
/* The command weir: finds the subcommand and calls it. */

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
	const char *text;
} commands[] = {
	{ "run", command_run,
		"run [-c FILE] [--for SECONDS] [--json FILE] [--no-tests] [--sandbox]\n"
		"             [--socket PATH] [--state DIR]",
		"run the appliance; without -c the built-in example on devices in memory" },
	{ "check", command_check, "check [--json FILE] FILE...",
		"check configurations: all errors, rules never reached, the section tests" },
	{ "test", command_test, "test [--json FILE] FILE...",
		"run the section tests, conversations included, and show what was expected and found" },
	{ "diff", command_diff, "diff [--in PORT=PCAP]... [--json FILE] OLD NEW",
		"say what changes from one configuration to another: verdicts, with a packet for each, and settings;\n"
		"      with captures, flows whose verdict changes. Exit status 1: something does" },
	{ "replay", command_replay,
		"replay -c FILE --in PORT=PCAP... [--out PORT=PCAP...] [--json FILE]\n"
		"             [--nat-log FILE] [--until SECONDS] [--learn]",
		"send captures through a configuration, as the appliance would" },
	{ "explain", command_explain,
		"explain -c FILE --in INTERFACE (PACKET | --pcap FILE [--learn]) [--json FILE]",
		"say why a packet goes where it goes" },
	{ "bench", command_bench,
		"bench -c FILE [--flows N] [--size B] [--new-flows PERCENT] [--ipv6] [--tcp]\n"
		"             [--zipf EXPONENT] [--in INTERFACE] [--json FILE]",
		"measure what a packet costs in a configuration, by step; no device is touched" },
	{ "doctor", command_doctor, "doctor [-c FILE] [--json [FILE]] [--size [WORD=NUMBER,...]]",
		"say what this machine lacks for a configuration, with the command that mends it; nothing is changed.\n"
		"      --size: the memory that it takes, or would take with other numbers: sessions flows workers\n"
		"      ports descriptors mtu mbufs rules addresses.  Exit status 1: the configuration cannot run here" },
	{ "import", command_import,
		"import nftables|iptables|ip6tables FILE|- [--addresses FILE] [--routes FILE]...",
		"write the configuration that a ruleset (nft -j list ruleset) means, with addresses and routes from\n"
		"      ip -j address, ip -j route and ip -6 -j route; what has no form in Weir is listed. Exit status 1: something is" },
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
	      "Exit status: 0 done, 1 what was asked about is wrong, 2 usage.\n",
		out);
}

int
usage_error(const char *usage, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	fputs("weir: ", stderr);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_put(stderr, text, text + strlen(text));
	fprintf(stderr, "\nusage: weir %s\n", usage);
	return STATUS_USAGE;
}

/* Is help asked for among the arguments of a command?  What stands behind -- is none of them. */
static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int
run_command(const struct command *c, int argc, char **argv)
{
	if (!wants_help(argc, argv))
		return c->run(argc, argv);
	printf("usage: weir %s\n\n%s\n", c->usage, c->text);
	return STATUS_DONE;
}

int
main(int argc, char **argv)
{
	char word[64];

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
			return run_command(&commands[i], argc - 1, argv + 1);
	if (argc >= 2)
		fprintf(stderr, "weir: there is no command '%s'\n",
			text_clean(word, sizeof(word), argv[1]));
	print_usage(stderr);
	return STATUS_USAGE;
}
