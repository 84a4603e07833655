/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of route tables. */
#include "unit/policy/rows.h"

#include "policy/routes.h"

static void
lines_of_a_route_table(void **state)
{
	static const struct row rows[] = {
		{ "{to: 10.9.0.0/16, via: 198.51.100.2}", NULL },
		{ "{to: 10.9.0.0/16, dev: wan}", NULL },
		{ "{to: 10.9.0.0/16, blackhole: true}", NULL },
		{ "{to: 10.9.0.0/16, reject: true}", NULL },
		{ "{to: 10.9.0.0/16}", "a route has one of via (or dev), blackhole and reject" },
		{ "{to: 10.9.0.0/16, via: 198.51.100.2, blackhole: true}", "a route has one of" },
		{ "{to: 10.9.0.0/16, dev: wan, reject: true}", "a route has one of" },
		{ "{to: 10.9.0.0/16, blackhole: true, reject: true}", "a route has one of" },
		{ "{to: 10.9.0.0/16, via: []}", "there is no next hop; to discard packets write" },
		{ "{to: 224.0.0.0/4, blackhole: true}", "multicast is not routed" },
		{ "{to: \"ff00::/8\", blackhole: true}", "multicast is not routed" },
		{ "{to: 0.0.0.0/0, blackhole: true}", NULL },
		{ "{to: \"::/0\", blackhole: true}", NULL },
		{ "{to: 10.9.0.0/16, via: 198.51.100.1}",
			"198.51.100.1 is our own, on interface wan" },
		{ "{to: 10.9.0.0/16, via: 198.51.100.0}",
			"network or broadcast address of interface wan" },
		{ "{to: 10.9.0.0/16, via: 198.51.100.255}",
			"network or broadcast address of interface" },
		{ "{to: 10.9.0.0/16, via: 198.51.101.2}",
			"198.51.101.2 is in no subnet of an interface; the nearest is 198.51.100.0/24 of wan" },
		{ "{to: 10.9.0.0/16, via: 10.0.2.2}",
			"10.0.2.2 is in no subnet of an interface; the nearest is 10.0.0.0/24 of lan" },
		{ "{to: 10.9.0.0/16, via: 10.0.1.2, dev: lan}",
			"10.0.1.2 is in no subnet of lan; the nearest is 10.0.1.0/24 of dmz" },
		{ "{to: 10.9.0.0/16, via: 10.0.1.2, dev: dmz}", NULL },
		{ "{to: 10.9.0.0/16, via: {via: 10.0.1.2, dev: dmz}, dev: lan}", NULL },
		{ "{to: \"2001:db8:9::/48\", via: \"fe80::2\"}",
			"fe80::2 is link-local: dev must name" },
		{ "{to: \"2001:db8:9::/48\", via: \"fe80::2\", dev: wan}", NULL },
		{ "{to: \"2001:db8:9::/48\", via: \"2001:db8:2::2\"}", NULL },
		{ "{to: 10.9.0.0/16, via: \"2001:db8:2::2\"}", "an IPv6 address in an IPv4 route" },
		{ "{to: \"2001:db8:9::/48\", via: 198.51.100.2}",
			"an IPv4 address in an IPv6 route" },
		{ "{to: 10.9.0.0/16, via: {domain: main}}",
			"leads into its own domain, and so nowhere" },
		{ "{to: 10.9.0.0/16, via: {domain: red}}", "no interface is in a domain 'red'" },
		{ "{to: 10.9.0.0/16, via: [198.51.100.2, {domain: main}]}",
			"a next hop has an address" },
		{ "{to: 10.9.0.0/16, via: {weight: 2}}", "a next hop has an address" },
		{ "{to: 10.9.0.0/16, blackhole: true}, {to: 10.9.0.0/16, reject: true}",
			"error: routes.main.to: 10.9.0.0/16 is routed on line 3 already" },
		{ "{to: 10.9.0.0/16, blackhole: true}, {to: 10.9.0.0/17, reject: true}", NULL },
		{ "{to: 10.0.0.0/24, blackhole: true}",
			"warning: routes.main.to: 10.0.0.0/24 is never used: an interface's own" },
		{ "{to: 10.0.0.1/32, blackhole: true}", "is never used" },
		{ "{to: 10.0.0.0/25, blackhole: true}", NULL },
		{ "{to: 10.0.0.0/23, blackhole: true}", NULL },
		{ NULL },
	};

	expect_rows(*state, "routes: {main: [%s]}\n", rows);
}

static void
next_hops_of_a_route(void **state)
{
	struct policy_fixture *f = *state;

	for (unsigned n = 64; n <= 65; n++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		fputs("routes: {main: [{to: 10.9.0.0/16, via: [", out);
		for (unsigned i = 0; i < n; i++)
			fprintf(out, "%s198.51.100.%u", i > 0 ? ", " : "", i + 2);
		fputs("]}]}\n", out);
		fclose(out);
		expect_finding(f, text, n == 64 ? NULL : "more than 64 next hops");
		free(text);
	}
}

static void
tables_of_the_kernel(void **state)
{
	static const struct row rows[] = {
		{ "main", NULL },
		{ "default", NULL },
		{ "local", NULL },
		{ "\"100\"", NULL },
		{ "\"4294967295\"", NULL },
		{ "\"4294967296\"", "neither main, default, local nor the number of a table" },
		{ "\"0\"", "neither main" },
		{ "\"1x\"", "neither main" },
		{ "\"/1\"", "neither main" },
		{ "\":1\"", "neither main" },
		{ "mains", "neither main" },
		{ NULL },
	};

	expect_rows(*state, "routes: {main: {kernel: %s}}\n", rows);
}

/* The hash of flows by both ends has a secret, which all tables of a process share. */
static void
secrets_of_hashes(void **state)
{
	static const struct hash_key none;
	const struct route_table *tuple, *symmetric, *addresses;
	struct policy_fixture *f = *state;

	given(f, "routes: {t: {hash: tuple}, s: {hash: symmetric}, a: {hash: addresses}}\n");
	tuple = build_find_routes(f->build, "t");
	symmetric = build_find_routes(f->build, "s");
	addresses = build_find_routes(f->build, "a");
	assert_memory_equal(&tuple->secret, &none, sizeof(none));
	assert_memory_not_equal(&symmetric->secret, &none, sizeof(none));
	assert_memory_equal(&symmetric->secret, &addresses->secret, sizeof(none));
	assert_int_equal(symmetric->hash, ROUTE_HASH_SYMMETRIC);
	assert_int_equal(addresses->hash, ROUTE_HASH_ADDRESSES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(lines_of_a_route_table),
		stage_test(next_hops_of_a_route),
		stage_test(tables_of_the_kernel),
		stage_test(secrets_of_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
