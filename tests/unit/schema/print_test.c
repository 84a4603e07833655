/* SPDX-License-Identifier: BSD-3-Clause */
/* What is printed reads back to the same configuration. */
#include "sample.h"

static char *
print(const struct sample_document *d, enum document_defaults defaults)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	document_print(d->doc, defaults, out);
	fclose(out);
	return text;
}

static void
expect_printed(const char *text, enum document_defaults defaults, const char *wanted)
{
	struct sample_document d = sample_read(text);
	char *printed = print(&d, defaults);

	assert_string_equal(d.errors, "");
	assert_string_equal(printed, wanted);
	free(printed);
	sample_free(&d);
}

/* parse(print(parse(text))) prints the same again, either way. */
static void
expect_same_again(const char *text)
{
	struct sample_document first = sample_read(text), second, third;
	char *out = print(&first, DOCUMENT_DEFAULTS_OUT), *in = print(&first, DOCUMENT_DEFAULTS_IN);
	char *again;

	assert_string_equal(first.errors, "");
	second = sample_read(out);
	assert_string_equal(second.errors, "");
	again = print(&second, DOCUMENT_DEFAULTS_IN);
	assert_string_equal(again, in);
	free(again);
	third = sample_read(in);
	assert_string_equal(third.errors, "");
	again = print(&third, DOCUMENT_DEFAULTS_OUT);
	assert_string_equal(again, out);
	free(again);
	free(in);
	free(out);
	sample_free(&first);
	sample_free(&second);
	sample_free(&third);
}

static void
defaults_are_left_out(void **state)
{
	(void)state;
	expect_printed("version: 1\nsystem: {workers: auto, timeout: 30000ms, memory: 65536}\n",
		DOCUMENT_DEFAULTS_OUT,
		"system:\n"
		"  memory: 64k\n");
	expect_printed("", DOCUMENT_DEFAULTS_OUT, "{}\n");
}

static void
defaults_are_filled_in(void **state)
{
	(void)state;
	expect_printed("routes: {main: [{to: 0.0.0.0/0, via: 192.0.2.1}]}\n", DOCUMENT_DEFAULTS_IN,
		"version: 1\n"
		"system:\n"
		"  workers: [auto]\n"
		"  memory: auto\n"
		"  timeout: 30s\n"
		"routes:\n"
		"  main:\n"
		"    - to: 0.0.0.0/0\n"
		"      via:\n"
		"        - via: 192.0.2.1\n"
		"          weight: 1\n"
		"      blackhole: false\n");
}

static void
bare_values_stay_bare(void **state)
{
	(void)state;
	expect_printed(
		"sets: {a: {prefixes: [10.0.0.0/8]}, b: {file: x y}, c: []}\n"
		"acls: {l: {}}\n"
		"pipelines: {p: {stages: [{acl: {use: l}}, {track: {}}, {drop: {if: {dport: 80}}}]}}\n",
		DOCUMENT_DEFAULTS_OUT,
		"sets:\n"
		"  a: [10.0.0.0/8]\n"
		"  b:\n"
		"    file: \"x y\"\n"
		"  c: []\n"
		"acls:\n"
		"  l: {}\n"
		"pipelines:\n"
		"  p:\n"
		"    - acl: l\n"
		"    - track\n"
		"    - drop:\n"
		"        if:\n"
		"          dport: [80]\n");
}

static void
all_that_can_be_written_reads_back(void **state)
{
	(void)state;
	expect_same_again("");
	expect_same_again("system: {workers: [0, 1, 1023], memory: 1G, timeout: 1500ms}\n");
	expect_same_again(
		"interfaces:\n"
		"  a: {addresses: \"2001:db8::1/64\", pipeline: p, vlan: 1, mtu: 9216,\n"
		"    neighbours: {\"2001:db8::2\": 02:00:00:00:00:02, 10.0.0.1: {mac: 02-00-00-00-00-03}}}\n"
		"pipelines: {p: }\n");
	expect_same_again(
		"sets: {x: \"::/0\", y: {file: \"a\\tb\\n\\\"c\\\\ # ö\"}, \"null\": [], z: {file: \"~\"}}\n");
	expect_same_again(
		"interfaces: {i: {pipeline: p}}\n"
		"sets: {s: [192.0.2.0/24, \"2001:db8::/32\"]}\n"
		"acls:\n"
		"  l:\n"
		"    rules:\n"
		"      - {name: n, in: [i, \"!i\"], src: [\"!$s\", $s, \"!10.0.0.0/8\", \"::1\"], action: accept}\n"
		"      - {proto: [tcp, \"!udp\", 99, 0-5], dport: [1-2, \"!3-4\"], state: \"!new\", action: drop}\n"
		"pipelines:\n"
		"  p: [{acl: {use: l, if: {proto: icmp}}}, {police: 500k/s}, {drop: {if: }}]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_left_out),
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(bare_values_stay_bare),
		cmocka_unit_test(all_that_can_be_written_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
