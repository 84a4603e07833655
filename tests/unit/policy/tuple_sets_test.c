/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of endpoints and pairs: their texts, and how many there may be. */
#include "unit/policy/rows.h"

static void
sets_of_one_kind(void **state)
{
	static const struct row rows[] = {
		{ "{timeout: 1m}", NULL },
		{ "{size: 1024}", NULL },
		{ "{timeout: 1m, prefixes: [10.0.0.0/8]}", "a dynamic set has no prefixes" },
		{ "{size: 1024, file: /etc/hosts}", "a dynamic set has no prefixes" },
		{ "{endpoints: [\"10.0.0.1:80\"]}", NULL },
		{ "{endpoints: [\"10.0.0.1:80\"], pairs: [\"10.0.0.2 > 10.0.0.3\"]}",
			"a set has endpoints or pairs, not both" },
		{ "{endpoints: [\"10.0.0.1:80\"], prefixes: [10.0.0.0/8]}", "has nothing else" },
		{ "{endpoints: [\"10.0.0.1:80\"], file: /etc/hosts}", "has nothing else" },
		{ "{endpoints: [\"10.0.0.1:80\"], timeout: 1m}", "has nothing else" },
		{ "{pairs: [\"10.0.0.2 > 10.0.0.3\"], size: 1024}", "has nothing else" },
		{ NULL },
	};

	expect_rows(*state, "sets: {some: %s}\n", rows);
}

static void
texts_of_endpoints(void **state)
{
	static const struct row rows[] = {
		{ "10.0.0.80:443", NULL },
		{ "tcp 10.0.0.80:443", NULL },
		{ "tcp  10.0.0.80:https", NULL },
		{ "sctp 10.0.0.0/24:443", NULL },
		{ "udplite 10.0.0.0/24:443", NULL },
		{ "dccp 10.0.0.0/24:443", NULL },
		{ "10.0.0.80:8000-8010", NULL },
		{ "10.0.0.80:8000-8000", NULL },
		{ "10.0.0.80:8001-8000", "the port is not 443, https or 8000-8010" },
		{ "10.0.0.80:http-https", NULL },
		{ "10.0.0.80:65535", NULL },
		{ "10.0.0.80:65536", "the port is not 443" },
		{ "10.0.0.80:1-65536", "the port is not 443" },
		{ "10.0.0.80:", "the port is not 443" },
		{ "10.0.0.80:80-", "the port is not 443" },
		{ "10.0.0.80:-80", "the port is not 443" },
		{ "10.0.0.80:80x", "the port is not 443" },
		{ "10.0.0.80:01234567890123456789012345678901", "the port is not 443" },
		{ "10.0.0.80", "there is no port: write tcp 10.0.0.80:443" },
		{ "[2001:db8::1]:53", NULL },
		{ "udp [2001:db8::/64]:53", NULL },
		{ "[2001:db8::1]", "there is no port" },
		{ "[2001:db8::1]53", "there is no port" },
		{ "[2001:db8::1]:", "the port is not 443" },
		{ "2001:db8::1", "there is no port" },
		{ "::1", "there is no port" },
		{ "1::", "there is no port" },
		{ "[2001:db8::1:53", "'[2001:db8::1:53': " },
		{ "icmp 10.0.0.80:443", "its protocol has no ports" },
		{ "gre 10.0.0.80:443", "its protocol has no ports" },
		{ "tcpx 10.0.0.80:443", "'tcpx 10.0.0.80:443': " },
		{ "10.0.0.256:443", "'10.0.0.256:443': " },
		{ NULL },
	};

	expect_rows(*state, "sets: {some: {endpoints: [\"%s\"]}}\n", rows);
}

static void
texts_of_pairs(void **state)
{
	static const struct row rows[] = {
		{ "10.0.0.2 > 203.0.113.0/24", NULL },
		{ "tcp 10.0.0.2 > 203.0.113.9:443", NULL },
		{ "tcp 10.0.0.2:1024-65535 > 203.0.113.9", NULL },
		{ "icmp 10.0.0.2 > 203.0.113.9", NULL },
		{ "icmp 10.0.0.2 > 203.0.113.9:1", "its protocol has no ports" },
		{ "icmp 10.0.0.2:1 > 203.0.113.9", "its protocol has no ports" },
		{ "10.0.0.2", "write SOURCE > DESTINATION" },
		{ "10.0.0.2 >203.0.113.9", "write SOURCE > DESTINATION" },
		{ "10.0.0.2 > 2001:db8::1", "source and destination are of different families" },
		{ "2001:db8::2 > 2001:db8::1", NULL },
		{ "1:: > ::1", NULL },
		{ "[2001:db8::2]:1 > [2001:db8::1]:2", NULL },
		{ "10.0.0.2:x > 10.0.0.3", "the port is not 443" },
		{ "10.0.0.2 > 10.0.0.3:x", "the port is not 443" },
		{ "10.0.0.x > 10.0.0.3", "'10.0.0.x > 10.0.0.3': " },
		{ "10.0.0.2 > 10.0.0.x", "'10.0.0.2 > 10.0.0.x': " },
		{ NULL },
	};

	expect_rows(*state, "sets: {some: {pairs: [\"%s\"]}}\n", rows);
}

/* n endpoints, of which none share a group. */
static void
build_endpoints(struct policy_fixture *f, unsigned n_src, unsigned n_dst)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("sets:\n  a: {endpoints: [", out);
	for (unsigned i = 0; i < n_src; i++)
		fprintf(out, "%s\"10.0.0.1:%u\"", i > 0 ? ", " : "", i + 1);
	fputs("]}\n  b: {endpoints: [", out);
	for (unsigned i = 0; i < n_dst; i++)
		fprintf(out, "%s\"10.0.0.1:%u\"", i > 0 ? ", " : "", i + 1);
	fputs("]}\nacls: {list: {rules: [{src: $a, dst: $b, action: drop}]}}\n", out);
	fclose(out);
	build(f, text);
	free(text);
}

static void
choices_of_both_sides(void **state)
{
	struct policy_fixture *f = *state;

	build_endpoints(f, 8, 16);
	assert_string_equal(f->errors, "");
	build_endpoints(f, 128, 129);
	assert_int_equal(count_lines(f->errors), 1);
	assert_non_null(strstr(f->errors, "src and dst together have more than 16384 choices"));
	build_endpoints(f, 16385, 1);
	assert_int_equal(count_lines(f->errors), 1);
	assert_non_null(strstr(f->errors,
		"sets.a: more than 16384 elements that differ in more than one address"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(sets_of_one_kind),
		stage_test(texts_of_endpoints),
		stage_test(texts_of_pairs),
		stage_test(choices_of_both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
