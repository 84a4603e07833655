/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods: what they may cost and what they must leave alone.  README.md says how to use it. */

#include "flood.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "control/appliance.h"

static const struct {
	const char *name;
	void (*run)(bool quick);
} floods[] = {
	{ "hash", flood_hash }, /* first: it looks at secrets that nobody has made constant yet */
	{ "syn", flood_syn },
	{ "udp", flood_udp },
	{ "forged", flood_forged },
	{ "fragment", flood_fragment },
	{ "scan", flood_scan },
	{ "ports", flood_ports },
};

static struct {
	json_t *rows;
	unsigned wrong;
} result;

static void
add_row(const char *kind, const char *name, double value, const char *target, const char *verdict)
{
	printf("%-6s %-72s %12.4g  %s\n", verdict, name, value, target);
	fflush(stdout);
	json_array_append_new(result.rows,
		json_pack("{s:s,s:s,s:f,s:s,s:s}", "kind", kind, "name", name, "value", value,
			"target", target, "verdict", verdict));
}

void
flood_fact(bool holds, const char *name, double value, const char *target)
{
	result.wrong += !holds;
	add_row("fact", name, value, target, holds ? "ok" : "not ok");
}

void
flood_timing(const char *name, double value, double limit, const char *target)
{
	add_row("timing", name, value, target,
		limit == 0               ? "-"
			: value <= limit ? "holds"
					 : "misses");
}

static bool
is_asked(const char *name, char **words, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return n == 0;
}

static bool
is_known(const char *word)
{
	for (unsigned i = 0; i < RTE_DIM(floods); i++)
		if (strcmp(floods[i].name, word) == 0)
			return true;
	return false;
}

static int
usage(void)
{
	fprintf(stderr,
		"usage: flood [--facts] [--json FILE] [hash|syn|udp|forged|fragment|scan|ports]...\n");
	return 2;
}

int
main(int argc, char **argv)
{
	const char *json = NULL;
	bool quick = false;
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--facts") == 0)
			quick = true;
		else if (strcmp(argv[i], "--json") == 0 && i + 1 < argc)
			json = argv[++i];
		else
			return usage();
	}
	for (int k = i; k < argc; k++)
		if (!is_known(argv[k]))
			return usage();
	result.rows = json_array();
	for (unsigned k = 0; k < RTE_DIM(floods); k++)
		if (is_asked(floods[k].name, argv + i, argc - i))
			floods[k].run(quick);
	appliance_leave();
	if (json != NULL && json_dump_file(result.rows, json, JSON_INDENT(1)) < 0) {
		perror(json);
		result.wrong++;
	}
	json_decref(result.rows);
	return result.wrong != 0;
}
