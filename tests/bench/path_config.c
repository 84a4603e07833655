/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration of the bench, by pipeline, rules and routes. */

#include "path.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const stages[PATH_PIPELINES] = {
	[PATH_FORWARD] = "{forward: wan0}",
	[PATH_ROUTE] = "{route: main}",
	[PATH_ACL] = "{acl: many}, {route: main}",
	[PATH_EIGHT] =
		"{acl: many}, {drop: {if: {src: 203.0.113.0/24}}}, {acl: few1},"
		" {drop: {if: {proto: gre}}}, {acl: few2}, {drop: {if: {dport: 7}}}, {acl: few3},"
		" {route: main}",
	[PATH_TRACK] = "track, {acl: many}, {route: main}",
	[PATH_NAT] = "track, {acl: many}, {route: main}, {snat: uplink}",
};

static void
write_ports(FILE *f, const struct path_options *o)
{
	fprintf(f,
		"version: 1\n"
		"system: {flows: %u, memory: {hugepages: %s}}\n"
		"ports:\n"
		"  lan: {device: \"net_null0,no-rx=1\", mac: \"02:00:00:00:00:01\"}\n",
		o->flows + o->flows / 4 + 4096, o->no_huge ? "no" : "auto");
	for (unsigned i = 0; i < o->outputs; i++)
		fprintf(f,
			"  wan%u: {device: \"net_null%u,no-rx=1\", mac: \"02:00:00:00:00:02\"}\n",
			i, i + 1);
	fprintf(f,
		"interfaces:\n"
		"  lan: {addresses: [192.0.2.1/24, \"2001:db8:1::1/64\"], pipeline: inside,\n"
		"    neighbours: {192.0.2.2: \"02:00:00:00:01:02\","
		" \"2001:db8:1::2\": \"02:00:00:00:01:02\"}}\n");
	for (unsigned i = 0; i < o->outputs; i++) {
		fprintf(f,
			"  wan%u: {addresses: [198.18.%u.1/24, \"2001:db8:2:%x::1/64\"],"
			" pipeline: outside, neighbours: {",
			i, i, i);
		for (unsigned n = 2; n < 18; n++)
			fprintf(f,
				"198.18.%u.%u: \"02:00:00:00:02:%02x\","
				" \"2001:db8:2:%x::%x\": \"02:00:00:00:02:%02x\"%s",
				i, n, n, i, n, n, n < 17 ? ", " : "}}\n");
	}
}

static void
write_routes(FILE *f, const struct path_options *o)
{
	fprintf(f,
		"routes:\n  main:\n"
		"    - {to: 10.0.0.0/8, via: 192.0.2.2}\n"
		"    - {to: \"2001:db8:a::/48\", via: \"2001:db8:1::2\"}\n");
	for (unsigned i = 0; i < o->routes; i++) {
		unsigned out = i % o->outputs, via = 2 + i / o->outputs % 16;

		fprintf(f, "    - {to: %u.%u.%u.0/24, via: 198.18.%u.%u}\n", 20 + (i >> 16),
			i >> 8 & 255, i & 255, out, via);
		fprintf(f, "    - {to: \"2001:db9:%x::/48\", via: \"2001:db8:2:%x::%x\"}\n", i, out,
			via);
	}
}

static void
write_list(FILE *f, const char *name, unsigned rules)
{
	fprintf(f, "  %s:\n    default: accept\n    rules:\n", name);
	for (unsigned i = 0; i < rules; i++)
		fprintf(f, "      - {proto: udp, src: 172.%u.%u.0/24, dport: %u, action: drop}\n",
			16 + i / 250, i % 250, 1 + i);
}

char *
path_config(const struct path_options *o)
{
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	if (f == NULL)
		stand_die("out of memory");
	write_ports(f, o);
	write_routes(f, o);
	fprintf(f, "acls:\n");
	write_list(f, "many", o->rules);
	write_list(f, "few1", 10);
	write_list(f, "few2", 10);
	write_list(f, "few3", 10);
	fprintf(f,
		"nat:\n  uplink: {pool: [203.0.113.0/24]}\n"
		"pipelines:\n  inside: [%s]\n  outside: [%s]\n",
		stages[o->pipeline],
		o->pipeline == PATH_FORWARD        ? "{forward: lan}"
			: o->pipeline < PATH_TRACK ? "{route: main}"
						   : "track, {route: main}");
	if (fclose(f) != 0)
		stand_die("out of memory");
	return text;
}
