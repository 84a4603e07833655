/* SPDX-License-Identifier: BSD-3-Clause */
/* Live routes beside those of a generation: which counts, its next hops, and what has changed. */
#include "unit/policy/policy_fixture.h"

#include "policy/routes.h"
#include "table/live.h"

struct route_live {
	struct policy_fixture *f;
	struct live_tables tables;
	struct live *live;
	struct route_found found;
};

static void
note(void *arg, uint64_t steps[LIVE_READERS])
{
	(void)arg;
	(void)steps;
}

static bool
passed(void *arg, const uint64_t steps[LIVE_READERS])
{
	(void)arg;
	(void)steps;
	return true;
}

static int
setup(void **state)
{
	static struct route_live r;
	void *f;

	memset(&r, 0, sizeof(r));
	fixture_setup(&f);
	r.f = f;
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	struct route_live *r = *state;
	void *f = r->f;

	fixture_teardown(&f);
	live_tables_fini(&r->tables);
	return 0;
}

static union address
address(const char *text)
{
	struct ip_address a;

	assert_true(ip_address_parse(text, &a));
	return address_from_ip(&a);
}

/* A table main that follows the kernel's, with a route of its own. */
static void
given_live(struct route_live *r)
{
	r->f->live = &r->tables;
	given(r->f,
		"routes: {main: {kernel: main, routes: [{to: 10.9.0.0/16, blackhole: true}]}}\n"
		"pipelines: {p: [route: main]}\n");
	assert_int_equal(r->f->gen.n_live, 1);
	assert_int_equal(r->f->gen.live[0].number, 254);
	r->live = r->f->gen.live[0].live;
	assert_ptr_equal(build_find_routes(r->f->build, "main")->live, r->live);
}

/* A route of the kernel by interfaces of ours; 0 as the first ends the list. */
static void
put(struct route_live *r, const char *to, enum live_kind kind, unsigned first, unsigned second)
{
	struct live_hop hop[2] = { { .link = first, .weight = 1, .on_link = first == DMZ },
		{ .link = second, .weight = 3 } };
	const struct live_hops hops = { kind, 0, hop, second != 0 ? 2 : kind == LIVE_VIA };
	struct ip_prefix p;
	struct live_route route = { .protocol = 4 };

	hop[0].iface = (uint16_t)first;
	hop[1].iface = (uint16_t)second;
	hop[0].gateway = address("192.0.2.1");
	hop[1].gateway = address("192.0.2.2");
	assert_true(ip_prefix_parse(to, &p));
	route.prefix = prefix_from_ip(&p);
	route.group = live_group(r->live, &hops);
	assert_true(live_put(r->live, &route, false));
}

static void
publish(struct route_live *r)
{
	const struct live_grace grace = { note, passed, NULL };

	assert_true(live_publish(r->live, &grace, 1));
}

/* The live route that counts for an address, or NULL. */
static const struct route *
found(struct route_live *r, const char *to)
{
	const struct route_table *t = build_find_routes(r->f->build, "main");
	union address a = address(to);
	unsigned family = strchr(to, ':') != NULL ? 6 : 4;

	return route_find_live(
		t, &r->f->gen, family, &a, prefixes_find(t->prefixes, family, &a), &r->found);
}

static void
the_longer_prefix_counts_and_of_one_that_of_the_file(void **state)
{
	struct route_live *r = *state;

	given_live(r);
	assert_null(found(r, "203.0.113.9"));
	put(r, "0.0.0.0/0", LIVE_VIA, WAN, 0);
	put(r, "10.9.0.0/16", LIVE_VIA, WAN, 0);
	put(r, "10.9.7.0/24", LIVE_VIA, WAN, 0);
	put(r, "10.0.0.0/8", LIVE_PROHIBIT, 0, 0);
	publish(r);
	assert_int_equal(found(r, "203.0.113.9")->prefix.length, 0);
	assert_null(found(r, "10.9.8.1"));
	assert_int_equal(found(r, "10.9.7.1")->prefix.length, 24);
	assert_int_equal(r->found.route.prefix.address.bytes[2], 7);
	assert_int_equal(r->found.route.prefix.address.bytes[3], 0);
	assert_int_equal(found(r, "10.8.0.1")->kind, ROUTE_PROHIBIT);
	assert_null(found(r, "10.0.0.7")); /* a subnet of ours is longer */
	assert_null(found(r, "2001:db8::1"));
}

static void
kinds_of_live_routes(void **state)
{
	struct route_live *r = *state;

	given_live(r);
	put(r, "192.0.2.0/24", LIVE_VIA, WAN, 0);
	put(r, "192.0.3.0/24", LIVE_BLACKHOLE, 0, 0);
	put(r, "192.0.4.0/24", LIVE_UNREACHABLE, 0, 0);
	put(r, "192.0.5.0/24", LIVE_PROHIBIT, 0, 0);
	publish(r);
	assert_int_equal(found(r, "192.0.2.9")->kind, ROUTE_VIA);
	assert_int_equal(found(r, "192.0.3.9")->kind, ROUTE_BLACKHOLE);
	assert_int_equal(found(r, "192.0.4.9")->kind, ROUTE_REJECT);
	assert_int_equal(found(r, "192.0.5.9")->kind, ROUTE_PROHIBIT);
}

/* Next hops by interfaces that the generation has, in the domain of the table. */
static void
next_hops_of_live_routes(void **state)
{
	struct route_live *r = *state;
	const struct route *route;

	given_live(r);
	put(r, "192.0.2.0/24", LIVE_VIA, LAN, WAN);
	put(r, "192.0.3.0/24", LIVE_VIA, IFACES, WAN);
	put(r, "192.0.4.0/24", LIVE_VIA, IFACES, 0);
	put(r, "192.0.5.0/24", LIVE_VIA, DMZ, 0);
	publish(r);
	route = found(r, "192.0.2.9");
	assert_int_equal(route->n_hops, 2);
	assert_ptr_equal(route->hop[0].egress, &r->f->iface[LAN]);
	assert_ptr_equal(route->hop[1].egress, &r->f->iface[WAN]);
	assert_int_equal(route->hop[0].gateway.bytes[3], 1);
	assert_int_equal(route->hop[1].gateway.bytes[3], 2);
	assert_int_equal(route->hop[1].weight, 3);
	assert_false(route->hop[0].on_link);
	assert_int_not_equal(route->hop[0].identity, route->hop[1].identity);
	route = found(r, "192.0.3.9");
	assert_int_equal(route->n_hops, 1);
	assert_ptr_equal(route->hop[0].egress, &r->f->iface[WAN]);
	assert_int_equal(found(r, "192.0.4.9")->kind, ROUTE_REJECT); /* its interface has gone */
	route = found(r, "192.0.5.9");
	assert_int_equal(route->kind, ROUTE_VIA);
	assert_true(route->hop[0].on_link);

	/* An interface that is gone, and one of another domain. */
	r->f->gen.iface[LAN] = NULL;
	assert_int_equal(found(r, "192.0.2.9")->n_hops, 1);
	r->f->gen.iface[LAN] = &r->f->iface[LAN];
	r->f->iface[WAN].domain = 2;
	route = found(r, "192.0.2.9");
	assert_int_equal(route->n_hops, 1);
	assert_ptr_equal(route->hop[0].egress, &r->f->iface[LAN]);
	assert_int_equal(found(r, "192.0.3.9")->kind, ROUTE_REJECT);
}

/* What the stage route makes of them. */
static void
packets_take_live_routes(void **state)
{
	struct route_live *r = *state;
	struct policy_fixture *f = r->f;

	given_live(r);
	put(r, "0.0.0.0/0", LIVE_VIA, WAN, 0);
	put(r, "192.0.3.0/24", LIVE_BLACKHOLE, 0, 0);
	put(r, "10.9.7.0/24", LIVE_VIA, DMZ, 0);
	put(r, "2001:db8:9::/48", LIVE_PROHIBIT, 0, 0);
	publish(r);
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 203.0.113.9:53");
	expect_program(f, "ttl; output wan");
	expect_gateway(f, "192.0.2.1");
	assert_string_equal(f->notes, "route main: 0.0.0.0/0 via 192.0.2.1 by wan\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 192.0.3.9:53");
	assert_int_equal(f->ev.program.reason, REASON_blackhole);
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.9.7.9:53");
	expect_program(f, "ttl; output dmz");
	expect_gateway(f, "10.9.7.9");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.9.8.9:53");
	assert_int_equal(f->ev.program.reason, REASON_blackhole);
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.9:53");
	expect_program(f, "ttl; output dmz");
	evaluate(f, "p", LAN, "udp [2001:db8:1::2]:1 > [2001:db8:9::9]:53");
	assert_int_equal(f->ev.program.verdict, PROGRAM_REJECT);
	assert_int_equal(f->ev.program.reply_code, 13);
	evaluate(f, "p", LAN, "udp [2001:db8:1::2]:1 > [2001:db8:8::9]:53");
	assert_int_equal(f->ev.program.reason, REASON_no_route);
	assert_int_equal(f->ev.program.reply_code, 0);
}

static void
changes_are_seen(void **state)
{
	struct route_live *r = *state;
	const struct generation *gen = &r->f->gen;
	union address in = address("192.0.2.9"), out = address("192.0.3.9");

	given_live(r);
	assert_int_equal(route_views(gen), 0);
	assert_int_equal(route_changes(gen), 0);
	assert_false(route_has_changed(gen, 4, &in));
	put(r, "192.0.2.0/24", LIVE_VIA, WAN, 0);
	publish(r);
	assert_int_equal(route_views(gen), 1);
	assert_int_equal(route_changes(gen), 1);
	assert_true(route_has_changed(gen, 4, &in));
	assert_false(route_has_changed(gen, 4, &out));
	put(r, "192.0.3.0/24", LIVE_VIA, WAN, 0);
	publish(r);
	assert_int_equal(route_views(gen), 2);
	assert_true(route_has_changed(gen, 4, &out));
}

/* Two tables of the file that follow one of the kernel are one; sixteen others may be followed. */
static void
tables_that_are_followed(void **state)
{
	struct route_live *r = *state;
	char *text;
	size_t size;

	r->f->live = &r->tables;
	given(r->f, "routes: {a: {kernel: main}, b: {kernel: \"254\"}, c: {kernel: local}}\n");
	assert_int_equal(r->f->gen.n_live, 2);
	assert_int_equal(r->f->gen.live[1].number, 255);
	for (unsigned n = 16; n <= 17; n++) {
		FILE *out = open_memstream(&text, &size);

		live_tables_fini(&r->tables);
		memset(&r->tables, 0, sizeof(r->tables));
		fputs("routes:\n", out);
		for (unsigned i = 0; i < n; i++)
			fprintf(out, "  t%u: {kernel: \"%u\"}\n", i, i + 1);
		fclose(out);
		build(r->f, text);
		free(text);
		if (n == 16)
			assert_string_equal(r->f->errors, "");
		else
			assert_non_null(strstr(r->f->errors, "more than 16 tables of the kernel"));
	}
}

/* Tables that follow the kernel may have several next hops for a prefix. */
static void
what_a_table_may_do(void **state)
{
	struct route_live *r = *state;

	given(r->f,
		"routes:\n"
		"  plain: [{to: 10.9.0.0/16, via: 10.0.0.9}]\n"
		"  two: {routes: [{to: 10.9.0.0/16, via: [10.0.0.9, 10.0.0.8]}], hash: addresses}\n"
		"  both: [{to: 10.9.0.0/16, via: [10.0.0.9, 10.0.0.8]}]\n"
		"  kernel: {kernel: main}\n"
		"pipelines: {p: [route: plain], q: [route: two], r: [route: both], s: [route: kernel]}\n");
	assert_false(build_find_routes(r->f->build, "plain")->spreads);
	assert_true(build_find_routes(r->f->build, "two")->spreads);
	assert_true(build_find_routes(r->f->build, "both")->spreads);
	assert_true(build_find_routes(r->f->build, "kernel")->spreads);
	assert_false(build_find_routes(r->f->build, "both")->follows);
	assert_true(build_find_routes(r->f->build, "kernel")->follows);
	assert_false(build_find_pipeline(r->f->build, "p")->traits & TRAIT_SPREADS);
	assert_false(build_find_pipeline(r->f->build, "q")->traits & TRAIT_SPREADS);
	assert_true(build_find_pipeline(r->f->build, "r")->traits & TRAIT_SPREADS);
	assert_true(build_find_pipeline(r->f->build, "s")->traits & TRAIT_SPREADS);
}

#define live_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		live_test(the_longer_prefix_counts_and_of_one_that_of_the_file),
		live_test(kinds_of_live_routes),
		live_test(next_hops_of_live_routes),
		live_test(packets_take_live_routes),
		live_test(changes_are_seen),
		live_test(tables_that_are_followed),
		live_test(what_a_table_may_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
