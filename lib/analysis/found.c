/* SPDX-License-Identifier: BSD-3-Clause */
/* The changes that a search has found: a set of their keys. */

#include <stdlib.h>

#include "analysis/explore_priv.h"

bool
explored_has(const struct explored *x, uint64_t key)
{
	for (unsigned i = (unsigned)(key >> 7); x->key_room > 0; i++) {
		uint64_t at = x->key[i & (x->key_room - 1)];

		if (at == key || at == 0)
			return at == key;
	}
	return false;
}

static void
put(struct explored *x, uint64_t key)
{
	unsigned i = (unsigned)(key >> 7);

	while (x->key[i & (x->key_room - 1)] != 0)
		i++;
	x->key[i & (x->key_room - 1)] = key;
	x->n_keys++;
}

void
explored_note(struct explored *x, uint64_t key)
{
	uint64_t *old = x->key;
	unsigned room = x->key_room;

	if (explored_has(x, key))
		return;
	if (2 * (x->n_keys + 1) > room) {
		x->key = calloc(room * 2 + 1024u - (room > 0 ? 1024 : 0), sizeof(*x->key));
		if (x->key == NULL) {
			x->key = old;
			x->cut++;
			return;
		}
		x->key_room = room > 0 ? room * 2 : 1024;
		x->n_keys = 0;
		for (unsigned i = 0; i < room; i++)
			if (old[i] != 0)
				put(x, old[i]);
		free(old);
	}
	put(x, key);
}
