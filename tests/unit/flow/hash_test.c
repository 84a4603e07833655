/* SPDX-License-Identifier: BSD-3-Clause */
/* The keyed hash: the same however it is computed, spread evenly, unaffected by the interface. */

#include "flow/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
the_interface_does_not_count_and_everything_else_does(void **state)
{
	struct flow_secret s;
	struct key4 k = { .proto = 17, .iface = 1, .src = 2, .dst = 3, .sport = 4, .dport = 5 };
	uint64_t hash;

	flow_secret_draw(&s);
	hash = flow_hash4(&k, &s);
	k.iface = 2;
	assert_true(flow_hash4(&k, &s) == hash);
	for (unsigned bit = 0; bit < 128; bit++) {
		uint8_t *p = (uint8_t *)&k;

		if (bit >= 16 && bit < 26) /* the interface; its domain counts */
			continue;
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(flow_hash4(&k, &s) != hash);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
ip6_counts_every_bit_but_the_interface(void **state)
{
	struct flow_secret s;
	struct key6 k = { .proto = 6, .iface = 9 };
	uint64_t hash;

	flow_secret_draw(&s);
	hash = flow_hash6(&k, &s);
	k.iface = 77;
	assert_true(flow_hash6(&k, &s) == hash);
	for (unsigned bit = 0; bit < 320; bit++) {
		uint8_t *p = (uint8_t *)&k;

		if (bit / 8 == 2 || bit / 8 == 3)
			continue;
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(flow_hash6(&k, &s) != hash);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* Sequential tuples into 2^12 buckets, 16 each in the mean: chi-square within 6 sigma. */
static void
spread_is_even(uint64_t (*hash)(const struct key4 *, const struct flow_secret *))
{
	static unsigned load[4096];
	struct flow_secret s;
	struct key4 k = { .proto = 17 };
	double chi = 0;

	memset(load, 0, sizeof(load));
	flow_secret_draw(&s);
	for (uint32_t n = 0; n < 65536; n++) {
		k.src = rte_cpu_to_be_32(0x0a000000 + n);
		load[hash(&k, &s) & 4095]++;
	}
	for (unsigned i = 0; i < 4096; i++)
		chi += (load[i] - 16.0) * (load[i] - 16.0) / 16.0;
	assert_true(chi > 4095 - 6 * 90.5 && chi < 4095 + 6 * 90.5);
}

static uint64_t
sip4(const struct key4 *k, const struct flow_secret *s)
{
	return flow_hash_sip(k, sizeof(*k), s);
}

static void
sequential_tuples_spread_evenly(void **state)
{
	spread_is_even(flow_hash4);
	spread_is_even(sip4);
}

/* FIPS-197's cipher example has no four-round output, so the rounds are computed here from the
 * S-box's definition: inverse in GF(2^8) and the affine map. */
static uint8_t
gf_mul(uint8_t a, uint8_t b)
{
	uint8_t p = 0;

	for (unsigned i = 0; i < 8; i++) {
		p = (uint8_t)(p ^ ((b >> i & 1) ? a : 0));
		a = (uint8_t)(a << 1 ^ ((a & 0x80) ? 0x1b : 0));
	}
	return p;
}

static uint8_t
sub_byte(uint8_t x)
{
	uint8_t inv = 0, out = 0x63;

	for (unsigned y = 1; y < 256; y++) {
		if (gf_mul(x, (uint8_t)y) == 1)
			inv = (uint8_t)y;
	}
	for (unsigned r = 0; r < 5; r++)
		out = (uint8_t)(out ^ (uint8_t)(inv << r | inv >> (8 - r)));
	return out;
}

static void
plain_round(uint8_t s[16], const uint8_t key[16])
{
	static const uint8_t m[4] = { 2, 3, 1, 1 };
	uint8_t t[16];

	for (unsigned c = 0; c < 4; c++)
		for (unsigned r = 0; r < 4; r++)
			t[4 * c + r] = sub_byte(s[4 * ((c + r) % 4) + r]);
	for (unsigned c = 0; c < 4; c++) {
		for (unsigned r = 0; r < 4; r++) {
			uint8_t v = 0;

			for (unsigned k = 0; k < 4; k++)
				v ^= gf_mul(t[4 * c + k], m[(k + 4 - r) % 4]);
			s[4 * c + r] = v ^ key[4 * c + r];
		}
	}
}

static void
the_aes_hash_is_four_aes_rounds(void **state)
{
	struct flow_secret s;
	struct key4 k = {
		.proto = 6, .src = 0x01020304, .dst = 0x0a0b0c0d, .sport = 7, .dport = 8
	};
	uint8_t block[16];
	uint64_t expect;

	if (!flow_hash_has_aes())
		skip();
	flow_secret_draw(&s);
	memcpy(block, &k, 16);
	for (unsigned i = 0; i < 16; i++)
		block[i] ^= s.round[0][i];
	for (unsigned r = 1; r <= FLOW_HASH_ROUNDS; r++)
		plain_round(block, s.round[r]);
	memcpy(&expect, block, 8);
	assert_true(flow_hash4(&k, &s) == expect);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interface_does_not_count_and_everything_else_does),
		cmocka_unit_test(ip6_counts_every_bit_but_the_interface),
		cmocka_unit_test(sequential_tuples_spread_evenly),
		cmocka_unit_test(the_aes_hash_is_four_aes_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
