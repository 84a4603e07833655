/* SPDX-License-Identifier: BSD-3-Clause */
/* What interfaces bring to route tables, at the edges of subnets. */
#include "unit/policy/policy_fixture.h"

static const struct interface_address edges[] = {
	{ 4, 31, { .bytes = { 192, 0, 2, 0 } } },
	{ 4, 32, { .bytes = { 192, 0, 2, 9 } } },
	{ 4, 30, { .bytes = { 192, 0, 2, 17 } } },
	{ 6, 127, { .bytes = { 0x20, 0x01, 0x0d, 0xb8, 0, 7, [15] = 0 } } },
};

static void
given_edges(struct policy_fixture *f)
{
	f->iface[DMZ].addresses = edges;
	f->iface[DMZ].n_addresses = 4;
	given(f, "pipelines: {inside: [route: main]}\nroutes: {main: []}\n");
}

static void
expect(struct policy_fixture *f, const char *packet, const char *program)
{
	evaluate(f, "inside", LAN, packet);
	expect_program(f, program);
}

static void
a_subnet_of_two_has_no_broadcast(void **state)
{
	struct policy_fixture *f = *state;

	given_edges(f);
	expect(f, "udp 10.0.0.2:1 > 192.0.2.0:2", "local");
	expect(f, "udp 10.0.0.2:1 > 192.0.2.1:2", "ttl; output dmz");
	expect(f, "udp 10.0.0.2:1 > 192.0.2.2:2", "reject no_route");
	expect(f, "udp [2001:db8:1::2]:1 > [2001:db8:7::]:2", "local");
	expect(f, "udp [2001:db8:1::2]:1 > [2001:db8:7::1]:2", "ttl; output dmz");
}

static void
a_single_address_is_our_own_and_nothing_else(void **state)
{
	struct policy_fixture *f = *state;

	given_edges(f);
	expect(f, "udp 10.0.0.2:1 > 192.0.2.9:2", "local");
	expect(f, "udp 10.0.0.2:1 > 192.0.2.8:2", "reject no_route");
}

static void
a_subnet_of_four_has_two_hosts(void **state)
{
	struct policy_fixture *f = *state;

	given_edges(f);
	expect(f, "udp 10.0.0.2:1 > 192.0.2.16:2", "drop multicast");
	expect(f, "udp 10.0.0.2:1 > 192.0.2.17:2", "local");
	expect(f, "udp 10.0.0.2:1 > 192.0.2.18:2", "ttl; output dmz");
	expect(f, "udp 10.0.0.2:1 > 192.0.2.19:2", "drop multicast");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_subnet_of_two_has_no_broadcast),
		stage_test(a_single_address_is_our_own_and_nothing_else),
		stage_test(a_subnet_of_four_has_two_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
