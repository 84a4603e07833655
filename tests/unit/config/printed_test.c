/* SPDX-License-Identifier: BSD-3-Clause */
/* What show config prints, with and without defaults, means what the file meant: read again it is
 * an equal configuration, and what says something by being there alone is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "control/read.h"

#define FORM \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside%s}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"nat: {uplink: {pool: [203.0.113.8]}}\n" \
	"acls: {out: {default: drop, rules: [{proto: tcp, action: accept%s}]}}\n" \
	"pipelines: {inside: [track, acl: out, route: main, {snat: {use: uplink%s}}], outside: [track, route: main]}\n" \
	"%s"

#define BARE \
	"version: 1\nports: {lan: {device: net_null0}}\ninterfaces: {lan: {addresses: [192.0.2.1/24]}}\n"

static struct config *
load(const char *text)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", text, err);
	bool good = cfg != NULL && err_count(err) == 0;

	if (!good)
		err_print(err, stderr, false);
	err_destroy(err);
	if (!good)
		fail_msg("%s", text);
	return cfg;
}

static char *
print(const struct config *cfg, enum document_defaults defaults)
{
	size_t bytes;
	char *text = config_text(cfg, defaults, &bytes);

	assert_non_null(text);
	return text;
}

/* Of a file: printed with defaults and without, and each of the two read and printed again. */
static void
expect_equal(const char *text, const char *has, const char *has_not)
{
	struct config *cfg = load(text), *again;
	char *out = print(cfg, DOCUMENT_DEFAULTS_OUT), *in = print(cfg, DOCUMENT_DEFAULTS_IN);
	char *printed;

	if (has != NULL && strstr(out, has) == NULL)
		fail_msg("no '%s' in\n%s", has, out);
	if (has_not != NULL && (strstr(out, has_not) != NULL || strstr(in, has_not) != NULL))
		fail_msg("'%s' in\n%s\nor\n%s", has_not, out, in);
	config_free(cfg);
	again = load(in);
	printed = print(again, DOCUMENT_DEFAULTS_OUT);
	assert_string_equal(printed, out);
	free(printed);
	config_free(again);
	again = load(out);
	printed = print(again, DOCUMENT_DEFAULTS_IN);
	assert_string_equal(printed, in);
	free(printed);
	config_free(again);
	free(out);
	free(in);
}

static void
what_is_written_is_printed(void **state)
{
	static const struct {
		const char *interface, *rule, *snat, *section, *has;
	} rows[] = {
		{ ", host: true", "", "", "", "    host: {}\n" },
		{ ", host: {rate: 5000/s}", "", "", "", "    host:\n      rate: 5" },
		{ "", ", log: true", "", "", "        log: {}\n" },
		{ "", ", log: {rate: 10/s}", "", "", "        log:\n          rate: 10/s" },
		{ "", ", limit: {rate: 5/s}", "", "", "        limit: 5/s\n" },
		{ "", "", ", if: {proto: tcp}", "", "        if:\n          proto: [tcp]\n" },
		{ "", "", "", "telemetry: {http: {}}\n", "  http: {}\n" },
		{ "", "", "", "telemetry: {http: \"127.0.0.1:9977\"}\n", "  http: {}\n" },
		{ "", "", "", "telemetry: {log: stderr}\n", "  log: stderr\n" },
		{ "", "", "", "telemetry: {ipfix: \"192.0.2.9:4739\"}\n",
			"  ipfix: \"192.0.2.9:4739\"\n" },
	};
	char text[4096];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), FORM, rows[i].interface, rows[i].rule, rows[i].snat,
			rows[i].section);
		expect_equal(text, rows[i].has, NULL);
	}
}

/* A list that is written empty matches nothing, a default that is written ends a list that is
 * called, a size that is written makes a set dynamic: with the value that they have without being
 * written. */
static void
what_says_something_with_its_default_is_printed(void **state)
{
	static const struct {
		const char *sets, *rules, *called, *has;
	} rows[] = {
		{ "", "{src: [], action: accept}", "", "- src: []\n" },
		{ "", "{src: [], dport: [], state: [], action: accept}", "",
			"- src: []\n      dport: []\n      state: []\n" },
		{ "", "{time: {days: []}, action: accept}", "", "        - []\n" },
		{ "", "{call: called}", "default: drop, ", "  called:\n    default: drop\n" },
		{ "sets: {met: {size: 65536}}\n", "{src: $met, action: drop}", "",
			"  met:\n    size: 65536\n" },
		{ "sets: {none: []}\n", "{src: $none, action: drop}", "", "  none: []\n" },
		{ "sets: {none: {endpoints: []}}\n", "{src: $none, action: drop}", "",
			"endpoints: []\n" },
	};
	char text[4096];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
			BARE
			"%s"
			"acls: {out: {rules: [%s]}, called: {%srules: [{proto: tcp, action: accept}]}}\n",
			rows[i].sets, rows[i].rules, rows[i].called);
		expect_equal(text, rows[i].has, NULL);
	}
	expect_equal(BARE "acls: {out: [{limit: {sessions: 5}, action: accept}]}\n", "sessions: 5",
		"size");
	expect_equal(
		"version: 1\n"
		"ports: {lan: {bond: {mode: active-backup, members: ['net_af_packet0,iface=a', 'net_af_packet1,iface=b']}}}\n"
		"interfaces: {lan: {addresses: [192.0.2.1/24]}}\n",
		"active-backup", "hash");
	expect_equal(BARE "acls: {out: [{proto: tcp, action: accept}]}\n", NULL, "default");
	expect_equal(BARE "sets: {these: [192.0.2.1]}\n", NULL, "size");
}

static void
what_is_not_written_is_not_printed(void **state)
{
	static const char *const none[] = { "host: {}",
		"    host:", "http:", "ipfix:", "nat_log:", "      log",
		"if:", "limit:", "quota:" };
	char text[4096];

	(void)state;
	snprintf(text, sizeof(text), FORM, "", "", "", "");
	for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		expect_equal(text, NULL, none[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_printed),
		cmocka_unit_test(what_says_something_with_its_default_is_printed),
		cmocka_unit_test(what_is_not_written_is_not_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
