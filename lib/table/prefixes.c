/* SPDX-License-Identifier: BSD-3-Clause */
/* Longest prefix match: the look-up, and what stands around the trie. */

#include "table/prefixes.h"

#include <stdlib.h>
#include <string.h>

#include "table/prefixes_priv.h"

/* One step down: the entry for the next 6 bits, as root has it. */
static inline uint32_t
node_entry(const struct trie *t, uint32_t node, unsigned slot)
{
	const struct node *n = &t->nodes[node];
	uint64_t upto = (2ull << slot) - 1;     /* slots 0..slot; all of them for 63 */

	if ((n->children >> slot & 1) != 0)
		return n->first_child + (uint32_t)__builtin_popcountll(n->children & upto) - 1;
	return LEAF | t->leaves[n->first_leaf +
		(uint32_t)__builtin_popcountll(n->leaves & upto) - 1];
}

static inline uint32_t
lookup4_one(const struct trie *t, rte_be32_t address)
{
	uint32_t a = rte_be_to_cpu_32(address);
	uint32_t entry = t->root[a >> (32 - t->root_bits)];

	a <<= t->root_bits;
	while ((entry & LEAF) == 0) {
		entry = node_entry(t, entry, a >> (32 - STRIDE));
		a <<= STRIDE;
	}
	return entry & ~LEAF;
}

static inline uint32_t
lookup6_one(const struct trie *t, const union address *address)
{
	uint64_t high = rte_be_to_cpu_64(address->words[0]);
	uint64_t low = rte_be_to_cpu_64(address->words[1]);
	uint32_t entry = t->root[high >> (64 - t->root_bits)];

	high = high << t->root_bits | low >> (64 - t->root_bits);
	low <<= t->root_bits;
	while ((entry & LEAF) == 0) {
		entry = node_entry(t, entry, (unsigned)(high >> (64 - STRIDE)));
		high = high << STRIDE | low >> (64 - STRIDE);
		low <<= STRIDE;
	}
	return entry & ~LEAF;
}

void
prefixes_lookup4(const struct prefixes *p, const rte_be32_t address[], uint32_t value[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		value[i] = lookup4_one(&p->ip4, address[i]);
}

void
prefixes_lookup6(const struct prefixes *p, const union address address[], uint32_t value[],
	unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		value[i] = lookup6_one(&p->ip6, &address[i]);
}

uint32_t
prefixes_find(const struct prefixes *p, unsigned family, const union address *a)
{
	return family == 4 ? lookup4_one(&p->ip4, a->v4) : lookup6_one(&p->ip6, a);
}

/* Copies the entries of one family as the builder wants them; returns how many. */
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
	return (sizeof(*t->root) << t->root_bits) + t->n_nodes * sizeof(*t->nodes) +
		t->n_leaves * sizeof(*t->leaves);
}

size_t
prefixes_bytes(const struct prefixes *p)
{
	return sizeof(*p) + trie_bytes(&p->ip4) + trie_bytes(&p->ip6);
}
