/* SPDX-License-Identifier: BSD-3-Clause */
/* Action lists in a hash table with chains.  The operator chooses the words, so the hash
 * needs no key. */

#include "program/action_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define LIST_FOR_RECORDS 64u
#define LISTS_MIN        1024u

static size_t
list_bytes(const struct action_lists *t)
{
	return ((size_t)t->capacity + 1) * sizeof(*t->list);
}

static size_t
chain_bytes(const struct action_lists *t)
{
	return ((size_t)t->mask + 1) * sizeof(*t->chain);
}

struct action_lists *
action_lists_create(uint32_t records, int numa_node)
{
	struct action_lists *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->capacity = records / LIST_FOR_RECORDS + LISTS_MIN;
	if (t->capacity > ACTION_LISTS_MAX)
		t->capacity = ACTION_LISTS_MAX;
	t->mask = 1;
	while (t->mask < t->capacity)
		t->mask = t->mask * 2 + 1;
	t->numa_node = numa_node;
	t->list = memory_take(list_bytes(t), numa_node);
	t->chain = memory_take(chain_bytes(t), numa_node);
	if (t->list == NULL || t->chain == NULL) {
		action_lists_destroy(t);
		return NULL;
	}
	return t;
}

void
action_lists_destroy(struct action_lists *t)
{
	if (t == NULL)
		return;
	memory_give(t->list, list_bytes(t));
	memory_give(t->chain, chain_bytes(t));
	free(t);
}

size_t
action_lists_bytes(const struct action_lists *t)
{
	return sizeof(*t) + list_bytes(t) + chain_bytes(t);
}

static uint32_t
hash_of(const uint32_t word[], unsigned n, uint32_t edition)
{
	uint64_t hash = edition;

	for (unsigned i = 0; i < n; i++)
		hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(hash >> 32);
}

static bool
is(const struct action_list *l, const uint32_t word[], unsigned n, uint32_t edition)
{
	for (unsigned i = 0; i < n; i++) {
		if (l->word[i] != word[i])
			return false;
	}
	return l->edition == edition && l->refs != 0
		&& (n == PROGRAM_ACTIONS_MAX || l->word[n] == 0);
}

static uint16_t
make(struct action_lists *t, const uint32_t word[], unsigned n, uint32_t edition)
{
	struct action_list *l;
	uint16_t i = t->vacant;

	if (i != 0)
		t->vacant = t->list[i].next;
	else if (t->high < t->capacity)
		i = (uint16_t)++t->high;
	else
		return 0;
	l = &t->list[i];
	memset(l, 0, sizeof(*l));
	memcpy(l->word, word, n * sizeof(word[0]));
	l->edition = edition;
	t->used++;
	t->owned[0]++;
	return i;
}

uint16_t
action_lists_take(struct action_lists *t, const uint32_t word[], unsigned n, uint32_t edition)
{
	uint16_t *head, i = t->last;
	uint32_t hash;

	if (is(&t->list[i], word, n, edition)) {
		t->list[i].refs++;
		return i;
	}
	hash = hash_of(word, n, edition);
	head = &t->chain[hash & t->mask];
	for (i = *head; i != 0; i = t->list[i].next) {
		if (t->list[i].hash == hash && is(&t->list[i], word, n, edition)) {
			t->list[i].refs++;
			t->last = i;
			return i;
		}
	}
	i = make(t, word, n, edition);
	if (i == 0)
		return 0;
	t->list[i].hash = hash;
	t->list[i].refs = 1;
	t->list[i].next = *head;
	*head = i;
	return i;
}

static void
forget(struct action_lists *t, uint16_t list)
{
	uint16_t *at = &t->chain[t->list[list].hash & t->mask];

	while (*at != list)
		at = &t->list[*at].next;
	*at = t->list[list].next;
	t->list[list].next = t->vacant;
	t->vacant = list;
	t->used--;
	t->owned[t->list[list].owner]--;
}

void
action_lists_own(struct action_lists *t, uint16_t list, uint16_t iface)
{
	struct action_list *l = &t->list[list];

	if (list == 0 || l->refs != 1 || l->owner != 0)
		return;
	t->owned[0]--;
	t->owned[iface]++;
	l->owner = iface;
}

uint16_t
action_lists_heaviest(const struct action_lists *t)
{
	unsigned heaviest = 0;

	for (unsigned i = 1; i < LEDGER_IFACES; i++)
		if (t->owned[i] > t->owned[heaviest])
			heaviest = i;
	return (uint16_t)heaviest;
}

void
action_lists_give(struct action_lists *t, uint16_t list)
{
	if (list != 0 && --t->list[list].refs == 0)
		forget(t, list);
}
