/* SPDX-License-Identifier: BSD-3-Clause */
/* A NAT of one pool, sessions from inside, and the endpoints that they take. */
#ifndef FLOW_NAT_POOL_FIXTURE_H
#define FLOW_NAT_POOL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "base/random.h"
#include "nat_fixture.h"

#define MAPPINGS 70000
#define INSIDE   0x0a000001u

static struct nat *n;
static struct session sessions[MAPPINGS];
static const rte_be32_t four[4] = {
	RTE_BE32(0xc6336401),
	RTE_BE32(0xc6336402),
	RTE_BE32(0xc6336403),
	RTE_BE32(0xc6336404),
};

static inline struct nat_pool_spec
spec_of(unsigned n_addresses, uint16_t low, uint16_t high)
{
	return (struct nat_pool_spec){
		.name = "uplink",
		.addresses = four,
		.n_addresses = n_addresses,
		.low = low,
		.high = high,
		.mapping = NAT_ENDPOINT_INDEPENDENT,
		.filtering = NAT_ADDRESS_AND_PORT_DEPENDENT,
	};
}

static inline void
use(const struct nat_pool_spec *spec)
{
	assert_int_equal(nat_configure(n, spec, 1), 0);
}

/* The session ends, at a tick of the clock. */
static inline void
release(struct nat *of, struct session *s, uint64_t now_tick)
{
	nat_release(of, s, SESSION_END_closed, now_tick << 20);
}

static inline int
setup(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);

	random_use_seed(7);
	memset(sessions, 0, sizeof(sessions));
	n = nat_create(MAPPINGS, 0, 1, -1);
	assert_non_null(n);
	use(&spec);
	return 0;
}

static inline int
teardown(void **state)
{
	struct nat_counts c;

	for (unsigned i = 0; i < MAPPINGS; i++)
		release(n, &sessions[i], 1000);
	for (unsigned i = 0; i < MAPPINGS; i++)
		nat_age(n, 1000 + NAT_REST_TICKS);
	nat_counts(n, 0, &c);
	assert_int_equal(c.mappings, 0); /* nothing has leaked, whatever the test did */
	assert_int_equal(c.resting, 0);
	assert_int_equal(c.ports_used, 0);
	nat_destroy(n);
	return 0;
}

static inline struct tuple
from(uint32_t host, uint16_t port, uint8_t proto)
{
	struct tuple t = { .family = 4, .proto = proto };

	t.src.v4 = rte_cpu_to_be_32(host);
	t.dst.v4 = RTE_BE32(0xcb007109);
	t.sport = rte_cpu_to_be_16(port);
	t.dport = RTE_BE16(53);
	return t;
}

static inline struct tuple
towards(const struct nat_endpoint *e, uint32_t host, uint8_t proto)
{
	struct tuple t = from(host, 53, proto);

	t.dst.v4 = e->address;
	if (proto == IPPROTO_ICMP)
		t.sport = e->port;
	else
		t.dport = e->port;
	return t;
}

/* Takes, as a session whose first packet leaves. */
static inline enum reason
take(unsigned i, const struct tuple *t, struct nat_endpoint *e)
{
	enum reason r = take_for(n, &sessions[i], t, e);

	nat_begin(n, &sessions[i], t->dst.v4, 0);
	return r;
}

static inline struct nat_endpoint
taken(unsigned i, const struct tuple *t)
{
	struct nat_endpoint e;

	assert_int_equal(take(i, t, &e), REASON_NONE);
	return e;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
