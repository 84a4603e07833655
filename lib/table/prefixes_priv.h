/* SPDX-License-Identifier: BSD-3-Clause */
/* The layout of the trie of table/prefixes.h, for its builder and its look-up.
 *
 * An address is left-aligned in 128 bits.  Its first root_bits index root; each node after that
 * takes 6 more bits.  With 8, 14 or 20 bits of root the nodes end at bit 32 and at bit 128. */
#ifndef TABLE_PREFIXES_PRIV_H
#define TABLE_PREFIXES_PRIV_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRIDE 6u
#define SLOTS  (1u << STRIDE)

/* An entry of root: a node's index, or LEAF | value. */
#define LEAF 0x80000000u

/* A node of one of two kinds.
 *
 * Branch: a slot whose bit is set in children continues in another node; the node's children lie
 * side by side in the order of their slots.  The other slots have values; a run of slots with the
 * same one, children between them not counted, shares a leaf, and its first slot has its bit in
 * leaves.  So a branch without children has bit 0 of leaves.
 *
 * Skip: without children and without bit 0 of leaves.  All prefixes below begin with the same 6 to
 * 42 bits: they are the upper bits of leaves, their number is 6 times bits 1 to 3.  An address that
 * has them continues in first_child, another has the value first_leaf. */
struct node {
	uint64_t children;
	uint64_t leaves;
	uint32_t first_child;
	uint32_t first_leaf;
};
static_assert(sizeof(struct node) == 24, "sets of a million prefixes have millions of them");

#define SKIP_STRIDES 7u

static inline bool
node_is_skip(const struct node *n)
{
	return n->children == 0 && (n->leaves & 1) == 0;
}

static inline unsigned
skip_bits(const struct node *n)
{
	return (unsigned)(n->leaves & 0xe) * (STRIDE / 2);
}

struct trie {
	uint32_t *root;
	struct node *nodes;
	uint32_t *leaves;
	unsigned root_bits;
	size_t n_nodes;
	size_t n_leaves;
};

struct prefixes {
	struct trie ip4;
	struct trie ip6;
};

/* A left-aligned address. */
struct bits {
	uint64_t high;
	uint64_t low;
};

/* A prefix in the builder's form. */
struct entry {
	struct bits address;
	uint32_t value;
	uint32_t order; /* its place in the caller's list */
	uint8_t length;
};

/* Builds t from the n entries, which it sorts and thins.  Returns 0 or -ENOMEM; then t is empty. */
int trie_build(struct trie *t, struct entry entries[], size_t n);
void trie_fini(struct trie *t);

#endif
