/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses and the subnets of interfaces: at the ends of each subnet, and of each prefix length.
 */
#include "unit/policy/policy_fixture.h"

#include "policy/subnet.h"

static union address
address(const char *text)
{
	struct ip_address a;

	assert_true(ip_address_parse(text, &a));
	return address_from_ip(&a);
}

static void
masks_of_ipv4(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits <= 32; bits++) {
		uint32_t mask = rte_be_to_cpu_32(subnet_mask4(bits));

		assert_int_equal(__builtin_popcount(mask), bits);
		assert_true(bits == 0 || mask >> (32 - bits) == UINT32_MAX >> (32 - bits));
	}
}

static const struct interface_address wide[] = { { 4, 8, { .bytes = { 10, 0, 0, 9 } } } };
static const struct interface_address point[] = { { 4, 31, { .bytes = { 192, 0, 2, 0 } } },
	{ 4, 32, { .bytes = { 192, 0, 2, 9 } } } };
static const struct interface_address everything[] = { { 4, 0, { .bytes = { 172, 16, 0, 1 } } },
	{ 6, 128, { .bytes = { 0x20, 1, [15] = 7 } } } };

static const struct interface by_wide = { .name = "wide", .addresses = wide, .n_addresses = 1 };
static const struct interface as_wide = { .name = "other", .addresses = wide, .n_addresses = 1 };
static const struct interface by_point = { .name = "point", .addresses = point, .n_addresses = 2 };
static const struct interface by_all = { .name = "all", .addresses = everything, .n_addresses = 2 };

static void
the_longest_subnet_that_holds_an_address(void **state)
{
	static const struct {
		const char *address;
		unsigned only; /* IFACES: any */
		unsigned family, found;
	} rows[] = {
		{ "10.0.0.0", IFACES, 4, LAN },
		{ "10.0.0.255", IFACES, 4, LAN },
		{ "10.0.1.0", IFACES, 4, DMZ },
		{ "10.0.2.0", IFACES, 4, 0 },
		{ "9.255.255.255", IFACES, 4, 0 },
		{ "198.51.99.255", IFACES, 4, 0 },
		{ "198.51.100.0", IFACES, 4, WAN },
		{ "198.51.100.255", IFACES, 4, WAN },
		{ "198.51.101.0", IFACES, 4, 0 },
		{ "198.51.100.9", WAN, 4, WAN },
		{ "198.51.100.9", LAN, 4, 0 },
		{ "2001:db8:1::", IFACES, 6, LAN },
		{ "2001:db8:1::ffff:ffff:ffff:ffff", IFACES, 6, LAN },
		{ "2001:db8:1:1::", IFACES, 6, 0 },
		{ "2001:db8:2::9", IFACES, 6, WAN },
		{ "2001:db8:2::9", IFACES, 4, 0 },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		union address a = address(rows[i].address);
		const struct interface *only = rows[i].only != IFACES ? &f->iface[rows[i].only]
								      : NULL;
		const struct interface *found = subnet_find(
			f->by_id, IFACES, only, &a, rows[i].family);

		if (found != (rows[i].found != 0 ? &f->iface[rows[i].found] : NULL))
			fail_msg("%s: %s", rows[i].address, found != NULL ? found->name : "none");
	}
}

static void
of_two_subnets_the_longer_counts_in_either_order(void **state)
{
	struct policy_fixture *f = *state;
	const struct interface *orders[][3] = { { &by_all, &by_wide, &f->iface[LAN] },
		{ &f->iface[LAN], &by_wide, &by_all }, { &by_wide, &f->iface[LAN], &by_all } };
	union address near = address("10.0.0.7"), far = address("10.9.0.7"),
		      other = address("203.0.113.7"), six = address("2001::7"),
		      not = address("2001::6");

	for (unsigned i = 0; i < 3; i++) {
		assert_ptr_equal(subnet_find(orders[i], 3, NULL, &near, 4), &f->iface[LAN]);
		assert_ptr_equal(subnet_find(orders[i], 3, NULL, &far, 4), &by_wide);
		assert_ptr_equal(subnet_find(orders[i], 3, NULL, &other, 4), &by_all);
		assert_ptr_equal(subnet_find(orders[i], 3, NULL, &six, 6), &by_all);
		assert_null(subnet_find(orders[i], 3, NULL, &not, 6));
	}
	/* Of the same length the first counts. */
	assert_ptr_equal(subnet_find((const struct interface *[]){ &by_wide, &by_all, &as_wide }, 3,
				 NULL, &far, 4),
		&by_wide);
	assert_ptr_equal(subnet_find((const struct interface *[]){ &as_wide, &by_all, &by_wide }, 3,
				 NULL, &far, 4),
		&as_wide);
}

static void
the_nearest_subnet(void **state)
{
	static const struct {
		const char *address;
		unsigned family;
		const char *found;
	} rows[] = {
		{ "10.0.2.1", 4, "10.0.0.0/24 of lan" },
		{ "10.0.1.1", 4, "10.0.1.0/24 of dmz" },
		{ "198.51.101.1", 4, "198.51.100.0/24 of wan" },
		{ "203.0.113.1", 4, "198.51.100.0/24 of wan" },
		{ "1.2.3.4", 4, "10.0.0.0/24 of lan" },
		{ "2001:db8:3::1", 6, "2001:db8:2::/64 of wan" },
		{ "fe81::1", 6, "fe80::/64 of lan" },
	};
	struct policy_fixture *f = *state;
	char text[SUBNET_TEXT_MAX];
	union address a = address("10.0.2.1");

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		union address b = address(rows[i].address);

		subnet_nearest(f->by_id, IFACES, &b, rows[i].family, text);
		assert_string_equal(text, rows[i].found);
	}
	subnet_nearest(f->by_id, 0, &a, 4, text);
	assert_string_equal(text, "");
	subnet_nearest((const struct interface *[]){ &f->iface[DMZ] }, 1, &a, 6, text);
	assert_string_equal(text, "");
}

static void
our_own_addresses(void **state)
{
	struct policy_fixture *f = *state;
	union address own = address("10.0.0.1"), next = address("10.0.0.2"),
		      six = address("2001:db8:1::1"), local = address("fe80::1");

	assert_true(subnet_is_own(&f->iface[LAN], &own, 4));
	assert_false(subnet_is_own(&f->iface[LAN], &own, 6));
	assert_false(subnet_is_own(&f->iface[LAN], &next, 4));
	assert_false(subnet_is_own(&f->iface[DMZ], &own, 4));
	assert_true(subnet_is_own(&f->iface[LAN], &six, 6));
	assert_true(subnet_is_own(&f->iface[LAN], &local, 6));
	assert_false(subnet_is_own(&f->iface[WAN], &local, 6));
}

/* RFC 3021: a subnet of two addresses has neither. */
static void
network_and_broadcast_addresses(void **state)
{
	static const struct interface_address pair[] = { { 4, 30, { .bytes = { 192, 0, 2, 1 } } } };
	static const struct interface by_pair = { .addresses = pair, .n_addresses = 1 };
	static const struct {
		const struct interface *iface;
		const char *address;
		bool is;
	} rows[] = {
		{ &by_pair, "192.0.2.0", true },
		{ &by_pair, "192.0.2.1", false },
		{ &by_pair, "192.0.2.2", false },
		{ &by_pair, "192.0.2.3", true },
		{ &by_pair, "192.0.2.4", false },
		{ &by_point, "192.0.2.0", false },
		{ &by_point, "192.0.2.1", false },
		{ &by_point, "192.0.2.9", false },
		{ &by_wide, "10.0.0.0", true },
		{ &by_wide, "10.255.255.255", true },
		{ &by_wide, "10.255.255.254", false },
		{ &by_wide, "11.0.0.0", false },
		{ &by_wide, "9.255.255.255", false },
	};
	struct policy_fixture *f = *state;
	union address six = address("2001:db8:1::");

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		union address a = address(rows[i].address);

		if (subnet_is_broadcast(rows[i].iface, &a, 4) != rows[i].is)
			fail_msg("%s", rows[i].address);
		assert_false(subnet_is_broadcast(rows[i].iface, &a, 6));
	}
	assert_false(subnet_is_broadcast(&f->iface[LAN], &six, 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_of_ipv4),
		stage_test(the_longest_subnet_that_holds_an_address),
		stage_test(of_two_subnets_the_longer_counts_in_either_order),
		stage_test(the_nearest_subnet),
		stage_test(our_own_addresses),
		stage_test(network_and_broadcast_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
