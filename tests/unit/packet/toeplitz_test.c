/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash of NICs by tables: as rte_softrss computes it, and as Microsoft's suite has it. */

#include "packet/toeplitz.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_byteorder.h>
#include <rte_thash.h>

static struct toeplitz t;
static _Alignas(8) uint8_t key[64];

static void
draw(void *to, size_t bytes)
{
	uint8_t *byte = to;

	for (size_t i = 0; i < bytes; i++)
		byte[i] = (uint8_t)rand();
}

static struct tuple
any_tuple(unsigned family)
{
	struct tuple tuple = { .family = (uint8_t)family };

	draw(&tuple.sport, 2);
	draw(&tuple.dport, 2);
	draw(&tuple.src, family == 4 ? 4 : 16);
	draw(&tuple.dst, family == 4 ? 4 : 16);
	return tuple;
}

static uint32_t
oracle(const struct tuple *tuple, bool ports)
{
	unsigned words = tuple->family == 4 ? 1 : 4, n = 0;
	uint32_t input[9];

	for (unsigned i = 0; i < 2 * words; i++) {
		const union address *a = i < words ? &tuple->src : &tuple->dst;

		memcpy(&input[n], a->bytes + i % words * 4, 4);
		input[n] = rte_be_to_cpu_32(input[n]);
		n++;
	}
	if (ports)
		input[n++] = (uint32_t)rte_be_to_cpu_16(tuple->sport) << 16
			| rte_be_to_cpu_16(tuple->dport);
	return rte_softrss(input, n, key);
}

static void
it_is_what_rte_softrss_computes(void **state)
{
	(void)state;
	srand(7);
	for (unsigned k = 0; k < 100; k++) {
		draw(key, sizeof(key));
		toeplitz_init(&t, key);
		for (unsigned i = 0; i < 200; i++) {
			struct tuple tuple = any_tuple(i % 2 == 0 ? 4 : 6), open = tuple;

			assert_int_equal(toeplitz_of_ports(&t, &tuple), oracle(&tuple, true));
			assert_int_equal(toeplitz_of_addresses(&t, &tuple), oracle(&tuple, false));
			open.dport = 0;
			assert_int_equal(toeplitz_of_ports(&t, &open)
					^ toeplitz_of_dport(
						&t, tuple.family, rte_be_to_cpu_16(tuple.dport)),
				oracle(&tuple, true));
		}
	}
}

static void
microsofts_first_example(void **state)
{
	static const uint8_t microsoft[40] = { 0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41,
		0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30,
		0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe,
		0xac, 0x01, 0xfa };
	struct tuple tuple = { .family = 4, .sport = RTE_BE16(2794), .dport = RTE_BE16(1766) };

	(void)state;
	tuple.src.v4 = RTE_BE32(0x420995bb); /* 66.9.149.187 */
	tuple.dst.v4 = RTE_BE32(0xa18e6450); /* 161.142.100.80 */
	toeplitz_init(&t, microsoft);
	assert_int_equal(toeplitz_of_ports(&t, &tuple), 0x51ccc178);
	assert_int_equal(toeplitz_of_addresses(&t, &tuple), 0x323e8fc2);
}

/* With the key of ports_start both directions have the same hash. */
static void
the_symmetric_key_is_symmetric(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = i % 2 == 0 ? 0x6d : 0x5a;
	toeplitz_init(&t, key);
	for (unsigned i = 0; i < 1000; i++) {
		struct tuple there = any_tuple(i % 2 == 0 ? 4 : 6), back = there;

		back.src = there.dst;
		back.dst = there.src;
		back.sport = there.dport;
		back.dport = there.sport;
		assert_int_equal(toeplitz_of_ports(&t, &there), toeplitz_of_ports(&t, &back));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_what_rte_softrss_computes),
		cmocka_unit_test(microsofts_first_example),
		cmocka_unit_test(the_symmetric_key_is_symmetric),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
