/* SPDX-License-Identifier: BSD-3-Clause */
/* Public ports by the hash of replies: rte_softrss says to which worker a device gives a reply. */

#include <rte_thash.h>

#include "nat/counts.h"
#include "nat/reply.h"
#include "nat/slice.h"
#include "nat_pool_fixture.h"

#define PUBLIC RTE_BE32(0xc6336401) /* 198.51.100.1 */

static struct toeplitz hash;
static _Alignas(8) uint8_t key[64];

static void
draw_key(bool symmetric)
{
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = symmetric ? (uint8_t)(i % 2 == 0 ? 0x6d : 0x5a) : (uint8_t)rand();
	toeplitz_init(&hash, key);
}

/* Returns the worker that the reply to a packet from inside comes to, by a public endpoint. */
static unsigned
worker_of_reply(
	const struct tuple *inside, const struct nat_endpoint *e, unsigned table, unsigned workers)
{
	const uint32_t input[3] = {
		rte_be_to_cpu_32(inside->dst.v4),
		rte_be_to_cpu_32(e->address),
		(uint32_t)rte_be_to_cpu_16(inside->dport) << 16 | rte_be_to_cpu_16(e->port),
	};

	return rte_softrss((uint32_t *)(uintptr_t)input, 3, key) % table % workers;
}

static struct tuple
any_tuple(uint8_t proto)
{
	struct tuple t = from((uint32_t)rand(), (uint16_t)rand(), proto);

	t.dst.v4 = (rte_be32_t)rand();
	t.dport = (rte_be16_t)rand();
	return t;
}

/* All 65,536 ports, for random keys, tables and workers. */
static void
wanted_are_those_whose_replies_come_here(void **state)
{
	static const uint16_t workers[] = { 2, 3, 4, 7, 64 };

	srand(11);
	for (unsigned i = 0; i < 60; i++) {
		struct nat_reply_setup setup = {
			.hash = &hash,
			.table = (uint16_t)(64u << i % 6),
			.tcp = true,
			.udp = true,
			.workers = workers[i % RTE_DIM(workers)],
		};
		struct tuple t = any_tuple(i % 2 == 0 ? IPPROTO_TCP : IPPROTO_UDP);
		struct nat_endpoint e = { .address = PUBLIC };
		struct nat_reply *r;
		struct nat_wish wish;

		draw_key(i % 4 == 3);
		setup.worker = (uint16_t)(i % setup.workers);
		r = nat_reply_create(&setup);
		assert_non_null(r);
		wish = nat_reply_wish(r, &t, e.address);
		for (unsigned port = i % 7; port < 65536; port += 7) {
			e.port = rte_cpu_to_be_16((uint16_t)port);
			assert_int_equal(nat_wish_has(&wish, (uint16_t)port),
				worker_of_reply(&t, &e, setup.table, setup.workers)
					== setup.worker);
		}
		nat_reply_destroy(r);
	}
}

static void
other_protocols_and_tables_have_no_wishes(void **state)
{
	struct nat_reply_setup setup = { .hash = &hash, .table = 128, .udp = true, .workers = 2 };
	struct tuple tcp = any_tuple(IPPROTO_TCP), udp = any_tuple(IPPROTO_UDP),
		     icmp = any_tuple(IPPROTO_ICMP), sctp = any_tuple(IPPROTO_SCTP);
	struct nat_reply *r = nat_reply_create(&setup);

	assert_null(nat_reply_wish(r, &tcp, PUBLIC).bits); /* the device hashes no ports of TCP */
	assert_non_null(nat_reply_wish(r, &udp, PUBLIC).bits);
	assert_null(nat_reply_wish(r, &icmp, PUBLIC).bits);
	assert_null(nat_reply_wish(r, &sctp, PUBLIC).bits);
	assert_null(nat_reply_wish(NULL, &udp, PUBLIC).bits);
	nat_reply_destroy(r);
	setup.table = 96;
	assert_null(nat_reply_create(&setup));
	setup.table = 0;
	assert_null(nat_reply_create(&setup));
}

static void
given_worker(unsigned worker, unsigned workers, const struct nat_pool_spec *spec, unsigned table)
{
	struct nat_reply_setup setup = {
		.hash = &hash, .table = (uint16_t)table, .tcp = true, .udp = true
	};

	nat_destroy(n);
	n = nat_create(MAPPINGS, worker, workers, -1);
	assert_int_equal(nat_expect_replies(n, &setup), 0);
	use(spec);
}

/* The ports are of the worker's slice and have the source's parity; each is drawn at random. */
static void
replies_come_to_the_worker(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	unsigned seen[64] = { 0 };

	draw_key(true);
	spec.mapping = NAT_ADDRESS_AND_PORT_DEPENDENT;
	for (unsigned worker = 0; worker < 4; worker++) {
		given_worker(worker, 4, &spec, 128);
		for (unsigned i = 0; i < 1000; i++) {
			struct tuple t = any_tuple(i % 2 == 0 ? IPPROTO_TCP : IPPROTO_UDP);
			struct nat_endpoint said, e;
			struct nat_request r;

			nat_prepare(n, 0, &t, &r);
			assert_int_equal(nat_foresee(n, &r, &said), REASON_NONE);
			assert_int_equal(take(i, &t, &e), REASON_NONE);
			assert_int_equal(said.port, e.port);
			assert_int_equal(worker_of_reply(&t, &e, 128, 4), worker);
			assert_int_equal(slice_worker(rte_be_to_cpu_16(e.port), 4), worker);
			assert_int_equal(
				rte_be_to_cpu_16(e.port) & 1, rte_be_to_cpu_16(t.sport) & 1);
			seen[rte_be_to_cpu_16(e.port) / 1024]++;
		}
		for (unsigned i = 0; i < 1000; i++)
			release(n, &sessions[i], 1000);
	}
	for (unsigned i = 1; i < 64; i++) /* 63 on average */
		assert_in_range(seen[i], 25, 130);
}

/* Every port of the slice is usable, wanted or not. */
static void
no_port_is_lost(void **state)
{
	struct nat_pool_spec spec = spec_of(1, 1024, 65535);
	unsigned here = 0;

	draw_key(true);
	given_worker(1, 2, &spec, 512);
	for (unsigned i = 0; i < 32256; i++) {
		struct tuple t = from(INSIDE + i, (uint16_t)rand(), IPPROTO_UDP);
		struct nat_endpoint e = taken(i, &t);

		here += worker_of_reply(&t, &e, 512, 2) == 1;
	}
	assert_in_range(here, 16100, 16200); /* to one peer, as many as there are */
	assert_int_equal(take(32256, &(struct tuple){ .family = 4, .proto = IPPROTO_UDP },
				 &(struct nat_endpoint){ 0 }),
		REASON_nat_no_port);
}

/* Returns how many replies of 1000 sessions come to the first of two workers, by a range of ports.
 */
static unsigned
come_here(uint16_t low, uint32_t ports)
{
	struct nat_pool_spec spec = spec_of(1, low, (uint16_t)(low + ports - 1));
	unsigned here = 0;

	draw_key(true);
	given_worker(0, 2, &spec, 128);
	for (unsigned i = 0; i < 1000; i++) {
		struct tuple t = any_tuple(IPPROTO_UDP);
		struct nat_endpoint e = taken(i, &t);

		here += worker_of_reply(&t, &e, 128, 2) == 0;
	}
	return here;
}

/* Where few ports would remain to draw from, all are drawn from. */
static void
a_small_range_is_drawn_from_whole(void **state)
{
	assert_in_range(come_here(2000, 2 * NAT_WANTED_MIN - 1), 400, 600);
}

static void
the_smallest_range_that_is_large_enough(void **state)
{
	assert_int_equal(come_here(2000, 2 * NAT_WANTED_MIN), 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wanted_are_those_whose_replies_come_here),
		TEST(other_protocols_and_tables_have_no_wishes),
		TEST(replies_come_to_the_worker),
		TEST(no_port_is_lost),
		TEST(a_small_range_is_drawn_from_whole),
		TEST(the_smallest_range_that_is_large_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
