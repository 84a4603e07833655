/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the trie of prefixes from a sorted list, depth first, without an intermediate tree. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "table/prefixes.h"
#include "table/prefixes_priv.h"

#define HUGE_BYTES ((size_t)2 << 20)
#define ANY_NODE   -1

/* The arrays while they grow. */
struct builder {
	const struct entry *entries;
	struct node *nodes;
	uint32_t *leaves;
	size_t n_nodes, max_nodes;
	size_t n_leaves, max_leaves;
	bool failed;
};

/* The entries first..last-1, which all lie below depth bits of address, and what covers them. */
struct range {
	size_t first;
	size_t last;
	unsigned depth;
	uint32_t value;
};

static int
entry_compare(const void *a, const void *b)
{
	const struct entry *p = a, *q = b;

	if (p->address.high != q->address.high)
		return p->address.high < q->address.high ? -1 : 1;
	if (p->address.low != q->address.low)
		return p->address.low < q->address.low ? -1 : 1;
	if (p->length != q->length)
		return p->length < q->length ? -1 : 1;
	return (p->order > q->order) - (p->order < q->order);
}

static bool
entry_covers(const struct entry *outer, const struct entry *e)
{
	uint64_t high = outer->address.high ^ e->address.high;
	uint64_t low = outer->address.low ^ e->address.low;

	if (outer->length == 0)
		return true;
	if (outer->length <= 64)
		return high >> (64 - outer->length) == 0;
	return high == 0 && low >> (128 - outer->length) == 0;
}

static void
sort(struct entry entries[], size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (entry_compare(&entries[i - 1], &entries[i]) > 0) {
			qsort(entries, n, sizeof(*entries), entry_compare);
			return;
		}
	}
}

/* Drops what changes nothing: an entry that a later one repeats, or that says the same as the one
 * around it.  Returns how many are left. */
static size_t
thin(struct entry entries[], size_t n)
{
	struct entry around[129]; /* each covers the next */
	unsigned deep = 0;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct entry e = entries[i];

		if (i + 1 < n && entries[i + 1].length == e.length
			&& entry_covers(&e, &entries[i + 1]))
			continue;
		while (deep > 0 && !entry_covers(&around[deep - 1], &e))
			deep--;
		if (deep > 0 && around[deep - 1].value == e.value)
			continue;
		around[deep++] = e;
		entries[kept++] = e;
	}
	return kept;
}

/* Makes room for n more in an array that has used of *max; returns the array, or NULL. */
static void *
grow(void *array, size_t *max, size_t needed, size_t item_bytes)
{
	size_t wanted = *max * 2 > needed ? *max * 2 : needed + 64;
	void *new;

	if (needed <= *max)
		return array;
	if (wanted >= LEAF)
		return NULL;
	new = realloc(array, wanted * item_bytes);
	if (new != NULL)
		*max = wanted;
	return new;
}

static uint32_t
take_nodes(struct builder *b, unsigned n)
{
	size_t first = b->n_nodes;
	void *grown = grow(b->nodes, &b->max_nodes, first + n, sizeof(*b->nodes));

	if (grown == NULL) {
		b->failed = true;
		return 0;
	}
	b->nodes = grown;
	b->n_nodes += n;
	return (uint32_t)first;
}

static void
put_leaf(struct builder *b, uint32_t value)
{
	void *grown = grow(b->leaves, &b->max_leaves, b->n_leaves + 1, sizeof(*b->leaves));

	if (grown == NULL) {
		b->failed = true;
		return;
	}
	b->leaves = grown;
	b->leaves[b->n_leaves++] = value;
}

/* The bits [depth, depth + n) of an address, n at most 20. */
static uint32_t
slot_of(const struct bits *a, unsigned depth, unsigned n)
{
	unsigned __int128 wide = (unsigned __int128)a->high << 64 | a->low;

	return (uint32_t)(wide << depth >> 64 >> (64 - n));
}

/* The end of the run of entries from first that lie in the same slot. */
static size_t
run_end(const struct builder *b, const struct range *r, size_t first, unsigned n_bits)
{
	uint32_t slot = slot_of(&b->entries[first].address, r->depth, n_bits);
	size_t i = first + 1;

	while (i < r->last && slot_of(&b->entries[i].address, r->depth, n_bits) == slot)
		i++;
	return i;
}

/* Fills value[] with what the entries that end within n_bits of r's depth say, and calls child for
 * each slot that has longer ones.  In the order of the list, whatever covers a slot comes before
 * what lies inside it, so a slot's value is final when its child is met. */
static void
spread(struct builder *b, const struct range *r, unsigned n_bits, uint32_t value[],
	void (*child)(struct builder *b, uint32_t slot, const struct range *inside, void *arg),
	void *arg)
{
	unsigned end = r->depth + n_bits;
	size_t i = r->first;

	while (i < r->last && !b->failed) {
		const struct entry *e = &b->entries[i];
		uint32_t slot = slot_of(&e->address, r->depth, n_bits);

		if (e->length <= end) {
			for (uint32_t k = 0; k < 1u << (end - e->length); k++)
				value[slot + k] = e->value;
			i++;
		} else {
			struct range inside = { i, run_end(b, r, i, n_bits), end, value[slot] };

			child(b, slot, &inside, arg);
			i = inside.last;
		}
	}
}

/* The children of one node, by rising slot. */
struct children {
	uint64_t mask;
	unsigned n;
	struct range inside[SLOTS];
};

static void
collect(struct builder *b, uint32_t slot, const struct range *inside, void *arg)
{
	struct children *c = arg;

	(void)b;
	c->mask |= 1ull << slot;
	c->inside[c->n++] = *inside;
}

/* Writes the leaves of a node; returns the mask of the slots that begin one. */
static uint64_t
put_leaves(struct builder *b, const uint32_t value[SLOTS], uint64_t children)
{
	uint64_t starts = 0;
	uint32_t last = 0;

	for (unsigned slot = 0; slot < SLOTS; slot++) {
		if ((children >> slot & 1) != 0 || (starts != 0 && value[slot] == last))
			continue;
		starts |= 1ull << slot;
		last = value[slot];
		put_leaf(b, last);
	}
	return starts;
}

static void build_node(struct builder *b, uint32_t node, const struct range *r);

/* How many strides all prefixes of a range have in common, and none of them ends in.  The first one
 * and the last tell: one that ended there would be first. */
static unsigned
common_strides(const struct builder *b, const struct range *r)
{
	const struct entry *first = &b->entries[r->first], *last = &b->entries[r->last - 1];
	uint64_t high = first->address.high ^ last->address.high;
	uint64_t low = first->address.low ^ last->address.low;
	unsigned same = 128, strides;

	if (high != 0)
		same = (unsigned)__builtin_clzll(high);
	else if (low != 0)
		same = 64 + (unsigned)__builtin_clzll(low);
	if (same >= first->length)
		same = first->length - 1u;
	strides = (same - r->depth) / STRIDE;
	return strides < SKIP_STRIDES ? strides : SKIP_STRIDES;
}

static void
build_skip(struct builder *b, uint32_t node, const struct range *r, unsigned strides)
{
	struct range below = { r->first, r->last, r->depth + strides * STRIDE, r->value };
	const struct bits *a = &b->entries[r->first].address;
	unsigned __int128 wide = ((unsigned __int128)a->high << 64 | a->low) << r->depth;
	uint64_t bits = (uint64_t)(wide >> 64) & ~(~0ull >> strides * STRIDE);
	uint32_t first_leaf = (uint32_t)b->n_leaves, child = take_nodes(b, 1);

	put_leaf(b, r->value);
	if (b->failed)
		return;
	b->nodes[node] = (struct node){ 0, bits | strides << 1, child, first_leaf };
	build_node(b, child, &below);
}

static void
build_branch(struct builder *b, uint32_t node, const struct range *r)
{
	struct children c = { .mask = 0 };
	uint32_t value[SLOTS], first_child, first_leaf = (uint32_t)b->n_leaves;
	uint64_t leaves;

	for (unsigned slot = 0; slot < SLOTS; slot++)
		value[slot] = r->value;
	spread(b, r, STRIDE, value, collect, &c);
	leaves = put_leaves(b, value, c.mask);
	first_child = c.n > 0 ? take_nodes(b, c.n) : 0;
	if (b->failed)
		return;
	b->nodes[node] = (struct node){ c.mask, leaves, first_child, first_leaf };
	for (unsigned i = 0; i < c.n; i++)
		build_node(b, first_child + i, &c.inside[i]);
}

/* Recursion is bounded by depth: a path has at most 20 nodes. */
static void
build_node(struct builder *b, uint32_t node, const struct range *r)
{
	unsigned strides = common_strides(b, r);

	if (strides > 0)
		build_skip(b, node, r, strides);
	else
		build_branch(b, node, r);
}

static void
build_root_slot(struct builder *b, uint32_t slot, const struct range *inside, void *arg)
{
	uint32_t *root = arg, node = take_nodes(b, 1);

	if (b->failed)
		return;
	root[slot] = node | LEAF; /* told from values by the pass in build_root */
	build_node(b, node, inside);
}

/* root holds values while it is filled, and values have no LEAF bit: so the bit marks nodes until
 * the end, when all entries are inverted. */
static void
build_root(struct builder *b, const struct trie *t, size_t n)
{
	struct range all = { 0, n, 0, PREFIXES_NONE };

	for (size_t i = 0; i < (size_t)1 << t->root_bits; i++)
		t->root[i] = PREFIXES_NONE;
	spread(b, &all, t->root_bits, t->root, build_root_slot, t->root);
	for (size_t i = 0; i < (size_t)1 << t->root_bits; i++)
		t->root[i] ^= LEAF;
}

/* Returns the bytes to allocate for an array: whole huge pages when it is large. */
static size_t
array_bytes(size_t n, size_t item_bytes)
{
	size_t bytes = n * item_bytes + 1, page = bytes >= HUGE_BYTES ? HUGE_BYTES : 64;

	return (bytes + page - 1) / page * page;
}

/* Copies the result to arrays of its own size. */
static int
settle(struct trie *t, const struct builder *b)
{
	t->n_nodes = b->n_nodes;
	t->n_leaves = b->n_leaves;
	t->nodes = memory_take(array_bytes(b->n_nodes, sizeof(*t->nodes)), ANY_NODE);
	t->leaves = memory_take(array_bytes(b->n_leaves, sizeof(*t->leaves)), ANY_NODE);
	if (b->failed || t->nodes == NULL || t->leaves == NULL)
		return -ENOMEM;
	if (b->n_nodes > 0)
		memcpy(t->nodes, b->nodes, b->n_nodes * sizeof(*t->nodes));
	if (b->n_leaves > 0)
		memcpy(t->leaves, b->leaves, b->n_leaves * sizeof(*t->leaves));
	return 0;
}

static unsigned
root_bits_for(size_t n)
{
	if (n <= 128)
		return 8;
	return n <= 32768 ? 14 : 20;
}

int
trie_build(struct trie *t, struct entry entries[], size_t n)
{
	struct builder b = { .entries = entries };
	int rc;

	sort(entries, n);
	n = thin(entries, n);
	t->root_bits = root_bits_for(n);
	t->root = memory_take(array_bytes((size_t)1 << t->root_bits, sizeof(*t->root)), ANY_NODE);
	if (t->root == NULL)
		return -ENOMEM;
	build_root(&b, t, n);
	rc = settle(t, &b);
	free(b.nodes);
	free(b.leaves);
	if (rc < 0)
		trie_fini(t);
	return rc;
}

void
trie_fini(struct trie *t)
{
	memory_give(t->root, array_bytes((size_t)1 << t->root_bits, sizeof(*t->root)));
	memory_give(t->nodes, array_bytes(t->n_nodes, sizeof(*t->nodes)));
	memory_give(t->leaves, array_bytes(t->n_leaves, sizeof(*t->leaves)));
	memset(t, 0, sizeof(*t));
}
