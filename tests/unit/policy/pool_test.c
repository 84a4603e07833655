/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools: their addresses, and what they are built to. */
#include "unit/policy/rows.h"

#include "nat/nat.h"

static void
addresses_of_a_pool(void **state)
{
	static const struct row rows[] = {
		{ "198.51.100.7", NULL },
		{ "198.51.100.8/30", NULL },
		{ "198.51.100.9/30",
			"has bits beyond its length; did you mean '198.51.100.8/30'?" },
		{ "x", "'x' is not a prefix, as 198.51.100.0/28, nor `interface`" },
		{ "", "there is no address" },
		{ "203.0.113.0/24", NULL },
		{ "203.0.112.0/23", "a pool has 256 addresses at most" },
		{ "203.0.113.0/25, 203.0.113.128/25", NULL },
		{ "203.0.113.0/24, 203.0.114.1", "a pool has 256 addresses at most" },
		{ "203.0.113.0/25, 203.0.113.128/25, 203.0.114.1",
			"a pool has 256 addresses at most" },
		{ "\"2001:db8:2::9\"", NULL },
		{ "\"2001:db8:2::9\", 198.51.100.7", NULL },
		{ "\"2001:db8:2::/64\"", "a pool has single addresses of IPv6" },
		{ "\"2001:db8:2::/16\"", "has bits beyond its length" },
		{ "\"2001::/16\"", "a pool has single addresses of IPv6" },
		{ "198.51.100.0",
			"198.51.100.0 is the network or broadcast address of a subnet of "
			"interface wan" },
		{ "198.51.100.255", "is the network or broadcast address" },
		{ "198.51.100.254", NULL },
		{ "198.51.100.1", NULL },
		{ "198.51.100.252/30", "198.51.100.255 is the network or broadcast address" },
		{ "0.255.255.255", "is of 0.0.0.0/8, which no station has" },
		{ "1.0.0.0", NULL },
		{ "126.255.255.255", NULL },
		{ "127.0.0.0", "is of 127.0.0.0/8: loopback" },
		{ "127.255.255.255", "is of 127.0.0.0/8: loopback" },
		{ "128.0.0.0", NULL },
		{ "223.255.255.255", NULL },
		{ "224.0.0.0", "is multicast" },
		{ "239.255.255.255", "is multicast" },
		{ "240.0.0.0", "is of 240.0.0.0/4: reserved" },
		{ "255.255.255.254", "is of 240.0.0.0/4: reserved" },
		{ "255.255.255.255", "is the broadcast address" },
		{ "198.51.100.2",
			"198.51.100.2 is a next hop, in routes.main on line 3: Weir would" },
		{ "198.51.100.3", NULL },
		{ "198.51.100.99", "198.51.100.99 is a neighbour of interface wan: Weir would" },
		{ "10.0.0.99", "10.0.0.99 is a neighbour of interface lan: Weir would" },
		{ "198.51.100.7, 198.51.100.7", "an address belongs to one pool, once" },
		{ "198.51.100.4/30, 198.51.100.7", "an address belongs to one pool, once" },
		{ "interface wan", NULL },
		{ "interface   wan", NULL },
		{ "interface wam", "there is no interface 'wam'" },
		{ "interface wan, 198.51.100.1", "an address belongs to one pool, once" },
		{ "198.51.100.1, interface wan", "an address belongs to one pool, once" },
		{ "interface wan, interface wan", "an address belongs to one pool, once" },
		{ "interface dmz",
			"warning: nat.up.pool: interface dmz has no IPv4 address: sessions are "
			"refused until it has one" },
		{ NULL },
	};
	static const struct interface_neighbour wan[] = {
		{ .family = 6, .address = { .bytes = { 198, 51, 100, 3 } } },
		{ .family = 4, .address = { .bytes = { 198, 51, 100, 99 } } },
	};
	static const struct interface_neighbour lan[] = {
		{ .family = 4, .address = { .bytes = { 10, 0, 0, 99 } } },
	};
	struct policy_fixture *f = *state;

	f->iface[WAN].neighbours = wan;
	f->iface[WAN].n_neighbours = 2;
	f->iface[LAN].neighbours = lan;
	f->iface[LAN].n_neighbours = 1;
	f->iface[DMZ].n_addresses = 0;
	expect_rows(f, MAIN "nat: {up: {pool: [%s]}}\n", rows);
}

/* Of the addresses of a prefix four faults are told. */
static void
faults_of_one_prefix(void **state)
{
	struct policy_fixture *f = *state;

	for (unsigned n = 1; n <= 6; n++) {
		char text[1024];
		int used = snprintf(text, sizeof(text), "routes: {main: [");

		for (unsigned i = 0; i < n; i++)
			used += snprintf(text + used, sizeof(text) - (size_t)used,
				"%s{to: 10.%u.0.0/16, via: 198.51.100.%u}", i > 0 ? ", " : "",
				i + 1, i + 16);
		snprintf(text + used, sizeof(text) - (size_t)used,
			"]}\nnat: {up: {pool: [198.51.100.16/29]}}\n");
		build(f, text);
		assert_int_equal(count_lines(f->errors), n < 4 ? n : 4);
	}
}

static void
what_a_pool_is(void **state)
{
	struct policy_fixture *f = *state;
	const struct nat_pool_spec *p;

	given(f,
		"nat:\n"
		"  plain: {pool: [198.51.100.9, 198.51.100.4/31, \"2001:db8:2::9\"]}\n"
		"  other: {pool: [interface wan, 10.0.0.7], ports: 2000-3000, mapping: address-and-port-dependent,\n"
		"    filtering: address-dependent, per_source: 7, unsolicited: reject, log: true}\n");
	assert_int_equal(f->gen.n_pools, 2);
	p = &f->gen.pools[0];
	assert_string_equal(p->name, "plain");
	assert_int_equal(p->low, 1024);
	assert_int_equal(p->high, 65535);
	assert_int_equal(p->mapping, NAT_ENDPOINT_INDEPENDENT);
	assert_int_equal(p->filtering, NAT_ADDRESS_AND_PORT_DEPENDENT);
	assert_int_equal(p->per_source, 0);
	assert_false(p->log);
	assert_false(p->reject);
	assert_false(p->follows);
	assert_int_equal(p->domain, DOMAIN_MAIN);
	assert_int_equal(p->n_addresses, 3);
	assert_int_equal(p->addresses[0], RTE_BE32(0xc6336409));
	assert_int_equal(p->addresses[1], RTE_BE32(0xc6336404));
	assert_int_equal(p->addresses[2], RTE_BE32(0xc6336405));
	assert_int_equal(p->n_addresses6, 1);
	assert_int_equal(p->addresses6[0].bytes[15], 9);
	p = &f->gen.pools[1];
	assert_string_equal(p->name, "other");
	assert_int_equal(p->low, 2000);
	assert_int_equal(p->high, 3000);
	assert_int_equal(p->mapping, NAT_ADDRESS_AND_PORT_DEPENDENT);
	assert_int_equal(p->filtering, NAT_ADDRESS_DEPENDENT);
	assert_int_equal(p->per_source, 7);
	assert_true(p->log);
	assert_true(p->reject);
	assert_true(p->follows);
	assert_int_equal(p->n_addresses, 2);
	assert_int_equal(p->addresses[0], RTE_BE32(0xc6336401));
	assert_int_equal(p->n_addresses6, 0);

	/* By address; stations ask for all but our own on the link that has their subnet. */
	assert_int_equal(f->gen.n_public, 5);
	for (unsigned i = 0; i < 5; i++) {
		static const struct {
			rte_be32_t address;
			uint16_t link;
		} expected[] = {
			{ RTE_BE32(0xc6336401), 0 },
			{ RTE_BE32(0x0a000007), LAN },
			{ RTE_BE32(0xc6336404), WAN },
			{ RTE_BE32(0xc6336405), WAN },
			{ RTE_BE32(0xc6336409), WAN },
		};
		unsigned k = 0;

		while (k < 5 && f->gen.public[k].address != expected[i].address)
			k++;
		assert_true(k < 5);
		assert_int_equal(f->gen.public[k].link, expected[i].link);
		assert_int_equal(f->gen.public[k].domain, DOMAIN_MAIN);
		if (i > 0)
			assert_true(f->gen.public[i - 1].address < f->gen.public[i].address);
	}
}

static void
sixty_four_pools(void **state)
{
	struct policy_fixture *f = *state;

	for (unsigned n = 64; n <= 65; n++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		fputs("nat:\n", out);
		for (unsigned i = 0; i < n; i++)
			fprintf(out, "  p%u: {pool: [203.0.113.%u]}\n", i, i + 1);
		fclose(out);
		expect_finding(f, text, n == 64 ? NULL : "error: nat.p64: more than 64 pools");
		free(text);
	}
	for (unsigned n = 256; n <= 257; n++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		fputs("nat: {p: {pool: [", out);
		for (unsigned i = 0; i < n; i++)
			fprintf(out, "%s\"2001:db8:2::%x\"", i > 0 ? ", " : "", i + 2);
		fputs("]}}\n", out);
		fclose(out);
		expect_finding(f, text, n == 256 ? NULL : "a pool has 256 addresses at most");
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(addresses_of_a_pool),
		stage_test(faults_of_one_prefix),
		stage_test(what_a_pool_is),
		stage_test(sixty_four_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
