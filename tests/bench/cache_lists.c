/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys in lists. */

#include "cache_lists.h"

#include <stdlib.h>

void
cache_lists_init(struct cache_lists *l, uint32_t keys)
{
	*l = (struct cache_lists){ .mask = 1, .high = LISTS };
	while (l->mask < keys)
		l->mask = l->mask * 2 + 1;
	l->node = calloc(keys + LISTS + 1, sizeof(*l->node));
	l->first = calloc(l->mask + 1, sizeof(*l->first));
	if (l->node == NULL || l->first == NULL)
		abort();
	for (uint32_t head = 1; head <= LISTS; head++)
		l->node[head].before = l->node[head].after = head;
}

void
cache_lists_fini(struct cache_lists *l)
{
	free(l->node);
	free(l->first);
}

static uint32_t *
chain_of(const struct cache_lists *l, uint32_t key)
{
	return &l->first[(key * 2654435769u ^ key >> 15) & l->mask];
}

uint32_t
cache_lists_find(const struct cache_lists *l, uint32_t key)
{
	uint32_t n = *chain_of(l, key);

	while (n != 0 && l->node[n].key != key)
		n = l->node[n].chain;
	return n;
}

static void
unlink_node(struct cache_lists *l, uint32_t n)
{
	struct cache_node *node = &l->node[n];

	l->node[node->before].after = node->after;
	l->node[node->after].before = node->before;
	l->length[node->list]--;
}

static void
link_first(struct cache_lists *l, uint32_t n, unsigned list)
{
	uint32_t head = 1 + list, was = l->node[head].after;

	l->node[n].list = (uint8_t)list;
	l->node[n].before = head;
	l->node[n].after = was;
	l->node[was].before = n;
	l->node[head].after = n;
	l->length[list]++;
}

void
cache_lists_add(struct cache_lists *l, uint32_t key, unsigned list)
{
	uint32_t n = l->vacant != 0 ? l->vacant : ++l->high, *chain = chain_of(l, key);

	if (n == l->vacant)
		l->vacant = l->node[n].chain;
	l->node[n].key = key;
	l->node[n].chain = *chain;
	*chain = n;
	link_first(l, n, list);
}

void
cache_lists_move(struct cache_lists *l, uint32_t n, unsigned list)
{
	unlink_node(l, n);
	link_first(l, n, list);
}

uint32_t
cache_lists_last(const struct cache_lists *l, unsigned list)
{
	return l->length[list] != 0 ? l->node[1 + list].before : 0;
}

void
cache_lists_remove(struct cache_lists *l, uint32_t n)
{
	uint32_t *at = chain_of(l, l->node[n].key);

	while (*at != n)
		at = &l->node[*at].chain;
	*at = l->node[n].chain;
	unlink_node(l, n);
	l->node[n].chain = l->vacant;
	l->vacant = n;
}
