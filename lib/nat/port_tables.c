/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of the port tables of public addresses.
 *
 * They are taken in blocks of some, each on a huge page: the ports of many addresses are used at
 * random, and on small pages each use would miss the TLB, and each first one fault.  Control makes
 * the first blocks with the layout; the worker makes one itself when those are used up. */

#include <errno.h>

#include "base/memory.h"
#include "nat/nat_priv.h"

#define BLOCK_BYTES     ((size_t)2 << 20)
#define TABLES_OF_BLOCK 7u
#define TABLES_RESERVED 256u /* are made with a layout, at most; 72 MiB */

struct nat_port_block {
	struct nat_port_block *next;
	struct nat_ports table[TABLES_OF_BLOCK];
};
static_assert(sizeof(struct nat_port_block) <= BLOCK_BYTES, "one huge page");
static_assert(
	sizeof(struct nat_port_block) + sizeof(struct nat_ports) > BLOCK_BYTES, "nearly full");

static struct nat_port_block *
make_block(struct nat *n)
{
	struct nat_port_block *b = memory_take(BLOCK_BYTES, n->numa_node);

	if (b != NULL)
		atomic_fetch_add_explicit(&n->n_blocks, 1, memory_order_relaxed);
	return b;
}

int
nat_ports_reserve(struct nat *n, uint32_t places)
{
	/* TCP and UDP; others are few. */
	unsigned tables = places < TABLES_RESERVED / 2 ? places * 2 : TABLES_RESERVED;
	unsigned wanted = (tables + TABLES_OF_BLOCK - 1) / TABLES_OF_BLOCK;
	/* Meanwhile the worker finds none, and would make one. */
	struct nat_port_block *spare = atomic_exchange_explicit(
		&n->spare_blocks, NULL, memory_order_acquire);

	while (atomic_load_explicit(&n->n_blocks, memory_order_relaxed) < wanted) {
		struct nat_port_block *b = make_block(n);

		if (b == NULL)
			break;
		b->next = spare;
		spare = b;
	}
	/* Pairs with the acquire in next_block. */
	atomic_store_explicit(&n->spare_blocks, spare, memory_order_release);
	return atomic_load_explicit(&n->n_blocks, memory_order_relaxed) < wanted ? -ENOMEM : 0;
}

/* Returns a block that nothing uses: the worker's own, those of control, or one more. */
static struct nat_port_block *
next_block(struct nat *n)
{
	struct nat_port_block *b;

	if (n->own_blocks == NULL)
		n->own_blocks = atomic_exchange_explicit(
			&n->spare_blocks, NULL, memory_order_acquire);
	b = n->own_blocks;
	if (b == NULL)
		return make_block(n);
	n->own_blocks = b->next;
	return b;
}

struct nat_ports *
nat_ports_take(struct nat *n)
{
	if (n->tables_left == 0) {
		struct nat_port_block *b = next_block(n);

		if (b == NULL)
			return NULL;
		b->next = n->used_blocks;
		n->used_blocks = b;
		n->tables_left = TABLES_OF_BLOCK;
	}
	return &n->used_blocks->table[TABLES_OF_BLOCK - n->tables_left--];
}

static void
give_list(struct nat_port_block *b)
{
	while (b != NULL) {
		struct nat_port_block *next = b->next;

		memory_give(b, BLOCK_BYTES);
		b = next;
	}
}

void
nat_ports_destroy(struct nat *n)
{
	give_list(n->used_blocks);
	give_list(n->own_blocks);
	give_list(atomic_load_explicit(&n->spare_blocks, memory_order_acquire));
}

size_t
nat_ports_bytes(const struct nat *n)
{
	return (size_t)atomic_load_explicit(&n->n_blocks, memory_order_relaxed) * BLOCK_BYTES;
}
