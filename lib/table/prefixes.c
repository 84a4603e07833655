/* SPDX-License-Identifier: BSD-3-Clause */
/* Longest prefix match: look-up, creation and release of the tables. */

#include "table/prefixes.h"

#include <stdbool.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_prefetch.h>

#include "table/prefixes_priv.h"

static inline struct bits
bits_of4(rte_be32_t address)
{
	return (struct bits){ (uint64_t)rte_be_to_cpu_32(address) << 32, 0 };
}

static inline struct bits
bits_of6(const union address *address)
{
	return (struct bits){ rte_be_to_cpu_64(address->words[0]),
		rte_be_to_cpu_64(address->words[1]) };
}

/* Shifts an address left by n bits; n is not 0. */
static inline void
bits_shift(struct bits *a, unsigned n)
{
	a->high = a->high << n | a->low >> (64 - n);
	a->low <<= n;
}

/* Goes one step down: returns the address's value, or shifts the address and sets *node to the next
 * node. */
static inline const uint32_t *
step(const struct trie *t, struct bits *a, uint32_t *node)
{
	const struct node *n = &t->nodes[*node];
	unsigned slot = (unsigned)(a->high >> (64 - STRIDE));
	uint64_t upto = (2ull << slot) - 1; /* slots 0..slot; all of them for 63 */

	if ((n->children >> slot & 1) != 0) {
		*node = n->first_child + (uint32_t)__builtin_popcountll(n->children & upto) - 1;
		bits_shift(a, STRIDE);
		return NULL;
	}
	if (!node_is_skip(n))
		return &t->leaves[n->first_leaf + (uint32_t)__builtin_popcountll(n->leaves & upto)
			- 1];
	if ((a->high ^ n->leaves) >> (64 - skip_bits(n)) != 0)
		return &t->leaves[n->first_leaf];
	*node = n->first_child;
	bits_shift(a, skip_bits(n));
	return NULL;
}

static inline uint32_t
lookup_one(const struct trie *t, struct bits a)
{
	uint32_t entry = t->root[a.high >> (64 - t->root_bits)];
	const uint32_t *leaf;

	if ((entry & LEAF) != 0)
		return entry & ~LEAF;
	bits_shift(&a, t->root_bits);
	do
		leaf = step(t, &a, &entry);
	while (leaf == NULL);
	return *leaf;
}

/* A large table is not in the cache: WAVE look-ups proceed side by side, each prefetching the
 * memory of its next step before the others take theirs. docs/performance/tables.md has the
 * cycles. */
#define WAVE 32u

static inline bool
trie_is_small(const struct trie *t)
{
	return t->root_bits < 20;
}

struct wave {
	struct bits address[WAVE];
	const uint32_t *leaf[WAVE];
	uint32_t entry[WAVE];
	unsigned n;
};

/* Does one step of one address; returns false at its end. */
static inline bool
wave_step(const struct trie *t, struct wave *w, unsigned i)
{
	const uint32_t *leaf = step(t, &w->address[i], &w->entry[i]);

	if (leaf == NULL) {
		rte_prefetch0(&t->nodes[w->entry[i]]);
		return true;
	}
	w->leaf[i] = leaf;
	rte_prefetch0(leaf);
	return false;
}

static inline void
wave_run(const struct trie *t, struct wave *w, uint32_t value[])
{
	uint8_t going[WAVE];
	unsigned n_going = 0;

	for (unsigned i = 0; i < w->n; i++)
		rte_prefetch0(&t->root[w->address[i].high >> (64 - t->root_bits)]);
	for (unsigned i = 0; i < w->n; i++) {
		w->entry[i] = t->root[w->address[i].high >> (64 - t->root_bits)];
		w->leaf[i] = &w->entry[i];
		if ((w->entry[i] & LEAF) != 0)
			continue;
		rte_prefetch0(&t->nodes[w->entry[i]]);
		bits_shift(&w->address[i], t->root_bits);
		going[n_going++] = (uint8_t)i;
	}
	while (n_going > 0) {
		unsigned left = 0;

		for (unsigned k = 0; k < n_going; k++) {
			going[left] = going[k];
			left += wave_step(t, w, going[k]);
		}
		n_going = left;
	}
	for (unsigned i = 0; i < w->n; i++)
		value[i] = *w->leaf[i] & ~LEAF;
}

void
prefixes_lookup4(const struct prefixes *p, const rte_be32_t address[], uint32_t value[], unsigned n)
{
	struct wave w;

	for (unsigned i = 0; trie_is_small(&p->ip4) && i < n; i++)
		value[i] = lookup_one(&p->ip4, bits_of4(address[i]));
	for (unsigned first = 0; !trie_is_small(&p->ip4) && first < n; first += WAVE) {
		w.n = RTE_MIN(n - first, WAVE);
		for (unsigned i = 0; i < w.n; i++)
			w.address[i] = bits_of4(address[first + i]);
		wave_run(&p->ip4, &w, &value[first]);
	}
}

void
prefixes_lookup6(
	const struct prefixes *p, const union address address[], uint32_t value[], unsigned n)
{
	struct wave w;

	for (unsigned i = 0; trie_is_small(&p->ip6) && i < n; i++)
		value[i] = lookup_one(&p->ip6, bits_of6(&address[i]));
	for (unsigned first = 0; !trie_is_small(&p->ip6) && first < n; first += WAVE) {
		w.n = RTE_MIN(n - first, WAVE);
		for (unsigned i = 0; i < w.n; i++)
			w.address[i] = bits_of6(&address[first + i]);
		wave_run(&p->ip6, &w, &value[first]);
	}
}

uint32_t
prefixes_find(const struct prefixes *p, unsigned family, const union address *a)
{
	return family == 4 ? lookup_one(&p->ip4, bits_of4(a->v4))
			   : lookup_one(&p->ip6, bits_of6(a));
}

/* Copies the entries of one family in the builder's form; returns their number. */
static size_t
take_family(struct entry out[], const struct prefix entries[], size_t n, unsigned family)
{
	size_t taken = 0;

	for (size_t i = 0; i < n; i++) {
		struct prefix trimmed = entries[i];

		if (trimmed.family != family)
			continue;
		prefix_trim(&trimmed);
		out[taken++] = (struct entry){
			.address.high = rte_be_to_cpu_64(trimmed.address.words[0]),
			.address.low = rte_be_to_cpu_64(trimmed.address.words[1]),
			.length = trimmed.length,
			.value = trimmed.value,
			.order = (uint32_t)i,
		};
	}
	return taken;
}

struct prefixes *
prefixes_build(const struct prefix entries[], size_t n)
{
	struct prefixes *p = calloc(1, sizeof(*p));
	struct entry *copy = malloc((n + 1) * sizeof(*copy));
	int rc = -1;

	if (p != NULL && copy != NULL) {
		rc = trie_build(&p->ip4, copy, take_family(copy, entries, n, 4));
		if (rc == 0)
			rc = trie_build(&p->ip6, copy, take_family(copy, entries, n, 6));
	}
	free(copy);
	if (rc == 0)
		return p;
	prefixes_discard(p);
	return NULL;
}

void
prefixes_discard(struct prefixes *p)
{
	if (p == NULL)
		return;
	trie_fini(&p->ip4);
	trie_fini(&p->ip6);
	free(p);
}

static size_t
trie_bytes(const struct trie *t)
{
	return (sizeof(*t->root) << t->root_bits) + t->n_nodes * sizeof(*t->nodes)
		+ t->n_leaves * sizeof(*t->leaves);
}

size_t
prefixes_bytes(const struct prefixes *p)
{
	return sizeof(*p) + trie_bytes(&p->ip4) + trie_bytes(&p->ip6);
}
