/* SPDX-License-Identifier: BSD-3-Clause */
/* Collisions.  CRC32 and Toeplitz are linear: what leaves them unchanged is the kernel of a matrix
 * over GF(2), found by elimination.  jhash mixes by steps that can all be undone: run backwards
 * from one result it gives keys that lead there. */

#include "flood_collide.h"

#include <string.h>

#include <rte_common.h>
#include <rte_hash_crc.h>
#include <rte_jhash.h>
#include <rte_thash.h>

#define INPUT_BITS 96
#define CRC_BITS   0xfffffu /* buckets of a table of 2^20 */

static const uint8_t toeplitz_key[40] = {
	0x6d,
	0x5a,
	0x56,
	0xda,
	0x25,
	0x5b,
	0x0e,
	0xc2,
	0x41,
	0x67,
	0x25,
	0x3d,
	0x43,
	0xa3,
	0x8f,
	0xb0,
	0xd0,
	0xca,
	0x2b,
	0xcb,
	0xae,
	0x7b,
	0x30,
	0xb4,
	0x77,
	0xcb,
	0x2d,
	0xa3,
	0x80,
	0x30,
	0xf2,
	0x0c,
	0x6a,
	0x42,
	0xb7,
	0x3b,
	0xbe,
	0xac,
	0x01,
	0xfa,
};

/* Vectors of the kernel, as tuples to be added to any. */
static struct {
	struct collide_tuple vector[INPUT_BITS];
	unsigned n;
} kernel[COLLIDE_HASHES];

static uint64_t
scramble(uint64_t n)
{
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9ull;
	n = (n ^ n >> 27) * 0x94d049bb133111ebull;
	return n ^ n >> 31;
}

static struct collide_tuple
add(struct collide_tuple a, const struct collide_tuple *b)
{
	a.src ^= b->src;
	a.dst ^= b->dst;
	a.sport ^= b->sport;
	a.dport ^= b->dport;
	return a;
}

static struct collide_tuple
unit(unsigned bit)
{
	struct collide_tuple t = { 0 };

	if (bit < 32)
		t.src = 1u << bit;
	else if (bit < 48)
		t.sport = (uint16_t)(1u << (bit - 32));
	else if (bit < 80)
		t.dst = 1u << (bit - 48);
	else
		t.dport = (uint16_t)(1u << (bit - 80));
	return t;
}

static uint32_t
jhash_of(const struct collide_tuple *t)
{
	uint32_t k[4] = { t->src, t->dst, (uint32_t)t->sport << 16 | t->dport, 17 };

	return rte_jhash_32b(k, 4, 0);
}

uint32_t
collide_value(enum collide_hash hash, const struct collide_tuple *t)
{
	uint32_t k[3] = { t->src, t->dst, (uint32_t)t->sport << 16 | t->dport };

	switch (hash) {
	case COLLIDE_CRC32C:
		return rte_hash_crc(k, sizeof(k), 0) & CRC_BITS;
	case COLLIDE_TOEPLITZ:
		return rte_softrss(k, 3, toeplitz_key);
	case COLLIDE_JHASH:
		return jhash_of(t);
	default:
		return 0;
	}
}

/* Elimination: of the inputs' first `bits` bits, sums whose image is 0. */
static void
find_kernel(enum collide_hash hash, unsigned bits)
{
	static const struct collide_tuple zero;
	struct {
		uint32_t image;
		struct collide_tuple from;
	} row[INPUT_BITS];
	uint32_t at_zero = collide_value(hash, &zero);
	unsigned rank = 0;

	for (unsigned i = 0; i < bits; i++) {
		row[i].from = unit(i);
		row[i].image = collide_value(hash, &row[i].from) ^ at_zero;
	}
	for (unsigned bit = 0; bit < 32; bit++) {
		unsigned pivot = rank;

		while (pivot < bits && !(row[pivot].image >> bit & 1))
			pivot++;
		if (pivot == bits)
			continue;
		RTE_SWAP(row[rank], row[pivot]);
		for (unsigned i = 0; i < bits; i++) {
			if (i == rank || !(row[i].image >> bit & 1))
				continue;
			row[i].image ^= row[rank].image;
			row[i].from = add(row[i].from, &row[rank].from);
		}
		rank++;
	}
	for (unsigned i = rank; i < bits; i++)
		kernel[hash].vector[kernel[hash].n++] = row[i].from;
}

void
collide_prepare(enum collide_hash hash)
{
	kernel[hash].n = 0;
	if (hash == COLLIDE_CRC32C)
		find_kernel(hash, 48); /* source address and port alone */
	else if (hash == COLLIDE_TOEPLITZ)
		find_kernel(hash, INPUT_BITS);
}

static struct collide_tuple
from_kernel(enum collide_hash hash, uint32_t n)
{
	struct collide_tuple t = { 0x0a010203, 0xcb007109, 5203, 53 };
	uint64_t bits = n;

	/* The last vectors reach the high bits of addresses least. */
	for (unsigned i = 0; i < kernel[hash].n && bits != 0; i++, bits >>= 1)
		if (bits & 1)
			t = add(t, &kernel[hash].vector[i]);
	return t;
}

#define UNROT(x, k) ((x) >> (k) | (x) << (32 - (k)))
#define ROT(x, k)   ((x) << (k) | (x) >> (32 - (k)))

/* __rte_jhash_final, undone. */
static void
unfinal(uint32_t *a, uint32_t *b, uint32_t *c)
{
	*c += ROT(*b, 24);
	*c ^= *b;
	*b += ROT(*a, 14);
	*b ^= *a;
	*a += ROT(*c, 4);
	*a ^= *c;
	*c += ROT(*b, 16);
	*c ^= *b;
	*b += ROT(*a, 25);
	*b ^= *a;
	*a += ROT(*c, 11);
	*a ^= *c;
	*c += ROT(*b, 14);
	*c ^= *b;
}

/* __rte_jhash_mix, undone. */
static void
unmix(uint32_t *a, uint32_t *b, uint32_t *c)
{
	*b -= *a;
	*c ^= ROT(*b, 4);
	*c += *b;
	*a -= *c;
	*b ^= ROT(*a, 19);
	*b += *a;
	*c -= *b;
	*a ^= ROT(*c, 16);
	*a += *c;
	*b -= *a;
	*c ^= ROT(*b, 8);
	*c += *b;
	*a -= *c;
	*b ^= ROT(*a, 6);
	*b += *a;
	*c -= *b;
	*a ^= ROT(*c, 4);
	*a += *c;
}

/* The key whose last state is (x, y, 0): its hash is 0. */
static struct collide_tuple
from_result(uint64_t random)
{
	uint32_t a = (uint32_t)random, b = (uint32_t)(random >> 32), c = 0;
	uint32_t start = RTE_JHASH_GOLDEN_RATIO + 16;

	unfinal(&a, &b, &c);
	a -= 17;
	unmix(&a, &b, &c);
	c -= start;
	return (struct collide_tuple){ a - start, b - start, (uint16_t)(c >> 16), (uint16_t)c };
}

struct collide_tuple
collide_tuple(enum collide_hash hash, uint32_t n)
{
	uint64_t random = scramble(n + 1), more = scramble(random);

	if (hash == COLLIDE_RANDOM)
		return (struct collide_tuple){ (uint32_t)random, (uint32_t)more,
			(uint16_t)(random >> 32), (uint16_t)(more >> 32) };
	return hash == COLLIDE_JHASH ? from_result(random) : from_kernel(hash, n);
}
