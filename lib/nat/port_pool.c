/* SPDX-License-Identifier: BSD-3-Clause */
/* Public ports: a bitmap of free ones with a summary. */

#include "nat/port_pool.h"

#include <string.h>

#include <rte_common.h>

#include "nat/slice.h"

#define WANTED_WORDS 16u /* words searched for a wanted port */

/* Words that are filled at once. */
struct fill {
	uint64_t own; /* ports of each that are this worker's */
	unsigned first, end;
};

static void
set_free(struct port_pool *p, uint16_t port)
{
	unsigned bit = port >> 1, word = bit / 64;

	p->word[port & 1][word].free |= 1ull << bit % 64;
	p->some[port & 1][word / 64] |= 1ull << word % 64;
	p->n_free++;
}

static void
set_taken(struct port_pool *p, uint16_t port)
{
	unsigned bit = port >> 1, word = bit / 64;

	p->word[port & 1][word].free &= ~(1ull << bit % 64);
	p->word[port & 1][word].taken |= 1ull << bit % 64;
	if (p->word[port & 1][word].free == 0)
		p->some[port & 1][word / 64] &= ~(1ull << word % 64);
	p->n_free--;
}

static bool
is_free(const struct port_pool *p, uint16_t port)
{
	return p->word[port & 1][port / 128].free >> (port >> 1) % 64 & 1;
}

/* Returns a word with every n-th bit, from the lowest on. */
static uint64_t
every(unsigned n)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < 64; i += n)
		bits |= 1ull << i;
	return bits;
}

/* Returns the place of this worker's first bit in a word, below the number of workers; the same for
 * both parities. */
static unsigned
first_own(const struct port_pool_slice *slice, unsigned word)
{
	unsigned first = slice_worker((uint16_t)(word * 128), slice->workers);

	return (slice->worker + slice->workers - first) % slice->workers;
}

/* Returns the bits of a word whose ports of a parity are in the range; port 0 is not. */
static uint64_t
range_bits(unsigned low, int high, unsigned word, unsigned parity)
{
	int first = (int)word * 128 + (int)parity, lowest = low > 0 ? (int)low : 1;
	int from = (lowest - first + 1) / 2, to = (high - first) / 2;

	if (lowest > first + 126 || high < first)
		return 0;
	return (from > 0 ? ~0ull << from : ~0ull) & (to < 63 ? ~(~0ull << (to + 1)) : ~0ull);
}

void
port_mask_range(struct port_mask *m, uint16_t low, uint16_t high)
{
	for (unsigned word = 0; word < PORT_POOL_WORDS; word++) {
		m->word[0][word] = range_bits(low, high, word, 0);
		m->word[1][word] = range_bits(low, high, word, 1);
	}
}

void
port_mask_except(struct port_mask *m, uint16_t low, uint16_t high)
{
	for (unsigned word = low / 128; word <= high / 128u; word++) {
		m->word[0][word] &= ~range_bits(low, high, word, 0);
		m->word[1][word] &= ~range_bits(low, high, word, 1);
	}
}

/* Fills the words of one parity from first to end; own: this worker's ports of each word.  Returns
 * the number of free ports. */
static uint32_t
fill_words(struct port_pool *p, unsigned parity, const uint64_t *may, const struct fill *f)
{
	uint32_t n = 0;

	for (unsigned word = f->first; word < f->end;) {
		unsigned end = RTE_MIN(f->end, (word / 64 + 1) * 64);
		uint64_t with = 0;

		for (; word < end; word++) {
			uint64_t bits = f->own & may[word] & ~p->word[parity][word].taken;

			p->word[parity][word].free = bits;
			with |= (uint64_t)(bits != 0) << word % 64;
			n += (uint32_t)__builtin_popcountll(bits);
		}
		p->some[parity][(end - 1) / 64] |= with;
	}
	return n;
}

static void
clear_free(struct port_pool *p)
{
	for (unsigned word = 0; word < PORT_POOL_WORDS; word++)
		p->word[0][word].free = p->word[1][word].free = 0;
	memset(p->some, 0, sizeof(p->some));
	p->n_free = 0;
}

void
port_pool_fill(
	struct port_pool *p, const struct port_pool_slice *slice, const struct port_mask *may)
{
	uint64_t share = every(slice->workers);
	unsigned step = 64 % slice->workers, end = slice->high / 128 + 1u, from;

	clear_free(p);
	p->first_word = slice->low / 128;
	p->words = (uint16_t)(end - p->first_word);
	from = first_own(slice, p->first_word);
	for (unsigned word = p->first_word; word < end;) {
		struct fill f = {
			.own = from < 64 ? share << from : 0,
			.first = word,
			.end = step == 0 ? end : word + 1, /* all words alike */
		};

		for (unsigned parity = 0; parity < 2; parity++)
			p->n_free += fill_words(p, parity, may->word[parity], &f);
		from = from >= step ? from - step : from + slice->workers - step;
		word = f.end;
	}
}

bool
port_pool_take_one(struct port_pool *p, uint16_t port)
{
	if (!is_free(p, port))
		return false;
	set_taken(p, port);
	return true;
}

/* Returns the first word at or behind `from`, in a circle, that has a free port; -1 if there is
 * none. */
static int
word_from(const struct port_pool *p, unsigned parity, unsigned from)
{
	for (unsigned i = 0; i <= PORT_POOL_WORDS / 64; i++) {
		unsigned at = (from / 64 + i) % (PORT_POOL_WORDS / 64);
		uint64_t some = p->some[parity][at];

		if (i == 0)
			some &= ~0ull << from % 64;
		else if (i == PORT_POOL_WORDS / 64)
			some &= ~(~0ull << from % 64);
		if (some != 0)
			return (int)(at * 64 + (unsigned)__builtin_ctzll(some));
	}
	return -1;
}

/* Takes one of the free ports of a word, the first behind a random bit. */
static uint16_t
take_of_word(struct port_pool *p, unsigned parity, unsigned word, uint64_t free, unsigned turn)
{
	unsigned bit;

	free = free >> turn | free << (64 - turn) % 64;
	bit = ((unsigned)__builtin_ctzll(free) + turn) % 64;
	bit += word * 64;
	set_taken(p, (uint16_t)(2 * bit + parity));
	return (uint16_t)(2 * bit + parity);
}

/* Returns a free port of one parity, in the random word or behind it, and in that word behind a
 * random bit. */
static uint16_t
take_parity(struct port_pool *p, unsigned parity, uint32_t random)
{
	int word = word_from(p, parity, port_pool_word(p, random));
	unsigned turn = port_pool_bit(p, random);

	if (word < 0)
		return 0;
	return take_of_word(p, parity, (unsigned)word, p->word[parity][word].free, turn);
}

uint16_t
port_pool_take_wanted(
	struct port_pool *p, unsigned parity, uint32_t random, const struct nat_wish *wish)
{
	unsigned from = port_pool_word(p, random), turn = port_pool_bit(p, random);

	for (unsigned i = 0; i < WANTED_WORDS; i++) {
		int word = word_from(p, parity, from);
		uint64_t free;

		if (word < 0)
			return 0;
		free = p->word[parity][word].free & nat_wish_bits(wish, parity, (unsigned)word);
		if (free != 0)
			return take_of_word(p, parity, (unsigned)word, free, turn);
		from = ((unsigned)word + 1) % PORT_POOL_WORDS;
	}
	return 0;
}

uint16_t
port_pool_take(struct port_pool *p, uint16_t like, uint32_t random)
{
	uint16_t port = take_parity(p, like & 1, random);

	return port != 0 ? port : take_parity(p, !(like & 1), random);
}

void
port_pool_forget(struct port_pool *p, uint16_t port)
{
	p->word[port & 1][port / 128].taken &= ~(1ull << (port >> 1) % 64);
}

void
port_pool_give(struct port_pool *p, uint16_t port)
{
	port_pool_forget(p, port);
	if (!is_free(p, port))
		set_free(p, port);
}
