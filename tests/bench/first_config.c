/* SPDX-License-Identifier: BSD-3-Clause */
/* The configurations that new_sessions measures: an access list and a table of routes, with more
 * and more state. */

#include "first_config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const pipelines[] = {
	[FIRST_STATELESS] = "[acl: list, route: main]",
	[FIRST_TRACK] = "[track: {timeouts: {udp: 1s}}, acl: list, route: main]",
	[FIRST_NAT] = "[track: {timeouts: {udp: 1s}}, acl: list, route: main, snat: uplink]",
};

struct text {
	char *at;
	size_t left;
};

static void __attribute__((format(printf, 2, 3))) say(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->at, t->left, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= t->left)
		abort();
	t->at += n;
	t->left -= (size_t)n;
}

/* Rules that match nothing that is sent, so that the default decides behind all of them. */
static void
say_rules(struct text *t, unsigned n)
{
	say(t, "acls:\n  list:\n    default: accept\n    rules:\n");
	for (unsigned i = 0; i < n; i++)
		say(t,
			"      - {proto: udp, src: 172.%u.%u.0/24, dst: 100.%u.%u.0/24, dport: %u, "
			"action: drop}\n",
			16 + i / 256 % 16, i % 256, 64 + i / 256 % 16, i * 7 % 256, 1 + i % 1000);
}

/* Rules of all words in turn; they, too, match nothing that is sent. */
static void
say_mixed_rules(struct text *t, unsigned n)
{
	static const char *const words[] = {
		"proto: tcp, flags: S/SA, dport: [22, 80-90, 443]",
		"proto: udp, sport: 1-1023, length: 1200-1500",
		"icmp: [echo-request, 3/4]",
		"state: established, proto: tcp",
		"dscp: [cs1, 46], proto: udp",
		"fragment: true",
		"mac: \"02:00:00:00:00:99\"",
		"nat: dnat, proto: [tcp, udp]",
		"in: wan, proto: [tcp, udp], dport: \"!53\"",
		"state: [related, invalid], dst: \"!10.0.0.0/8\"",
		"vlan: 7",
		"proto: sctp, dport: 36412",
		"rpf: \"!strict\"",
		"limit: {rate: 10/s, burst: 20}, proto: tcp",
		"time: {days: [mon-fri], from: \"08:00\", to: \"18:00\"}",
		"dst: $far, proto: udp, dport: 1-65535",
	};
	const unsigned kinds = sizeof(words) / sizeof(words[0]);

	say(t, "sets:\n  far: [192.88.99.0/24, 198.18.0.0/15]\nacls:\n  list:\n    default: accept\n    rules:\n");
	for (unsigned i = 0; i < n; i++)
		say(t, "      - {src: 172.%u.%u.%u/%u, %s, action: %s}\n", 16 + i / 256 % 16,
			i % 256, i % 3 == 0 ? 0 : i * 8 % 256, i % 3 == 0 ? 24 : 29,
			words[i % kinds], i % 5 == 0 ? "accept" : "drop");
}

static void
say_routes(struct text *t, unsigned n)
{
	say(t, "routes:\n  main:\n");
	for (unsigned i = 0; i < n; i++)
		say(t, "    - {to: 100.%u.%u.0/24, via: 198.51.100.%u}\n", 64 + i / 256, i % 256,
			2 + i % FIRST_GATEWAYS);
}

static void
say_interfaces(struct text *t, const char *pipeline)
{
	say(t,
		"interfaces:\n  lan: {addresses: [192.0.2.1/24], pipeline: all}\n"
		"  wan:\n    addresses: [198.51.100.1/24]\n    pipeline: all\n    neighbours:\n");
	for (unsigned i = 0; i < FIRST_GATEWAYS; i++)
		say(t, "      198.51.100.%u: \"02:00:00:00:02:%02x\"\n", 2 + i, 2 + i);
	say(t, "pipelines:\n  all: %s\n", pipeline);
}

static void
say_pool(struct text *t)
{
	say(t, "nat:\n  uplink:\n    pool: [");
	for (unsigned i = 0; i < FIRST_PUBLIC; i++)
		say(t, "%s203.0.113.%u", i > 0 ? ", " : "", 1 + i);
	say(t, "]\n");
}

char *
first_config(enum first_kind kind, uint32_t flows, unsigned rules, bool mixed)
{
	size_t bytes = (1 << 20) + rules * 160;
	char *text = malloc(bytes);
	struct text t = { text, bytes };

	if (text == NULL)
		abort();
	say(&t,
		"version: 1\nsystem: {flows: %u}\nports:\n"
		"  lan: {device: net_null0, mac: \"02:00:00:00:01:01\"}\n"
		"  wan: {device: net_null1, mac: \"02:00:00:00:02:01\"}\n",
		flows);
	say_interfaces(&t, pipelines[kind]);
	say_routes(&t, FIRST_ROUTES);
	if (mixed)
		say_mixed_rules(&t, rules);
	else
		say_rules(&t, rules);
	if (kind == FIRST_NAT)
		say_pool(&t);
	return text;
}
