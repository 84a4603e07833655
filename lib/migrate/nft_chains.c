/* SPDX-License-Identifier: BSD-3-Clause */
/* Chains that lead to each other: how deep. */
#include "migrate/nft_priv.h"

#define CALLS_MAX 8 /* lists of Weir that wait for each other */

static const char *
key_of(struct nft *x, const struct nft_place *at, const char *chain)
{
	return arena_printf(&x->arena, "%s\n%s\n%s", at->family, at->table, chain);
}

static json_int_t
height_of(struct nft *x, const char *key)
{
	return json_integer_value(json_object_get(x->heights, key));
}

/* Raises the height of a chain above the one that a verdict leads to, if it does; returns true if
 * that was higher. */
static bool
note_verdict(struct nft *x, const struct nft_place *at, json_t *verdict)
{
	const char *target = nft_text(json_object_iter_value(json_object_iter(verdict)), "target");
	const char *from = key_of(x, at, at->chain);
	json_int_t height;

	if (target[0] == '\0')
		return false;
	height = height_of(x, key_of(x, at, target)) + 1;
	if (height <= height_of(x, from))
		return false;
	json_object_set_new(x->heights, from, json_integer(height));
	return true;
}

static bool
note_rule(struct nft *x, const struct nft_place *at)
{
	json_t *statement, *map, *pair;
	bool higher = false;
	size_t i, k;

	json_array_foreach(json_object_get(at->rule, "expr"), i, statement) {
		higher |= note_verdict(x, at, statement);
		map = json_object_get(json_object_get(statement, "vmap"), "data");
		json_array_foreach(map != NULL ? nft_elements(x, at, map) : NULL, k, pair)
			higher |= note_verdict(x, at, json_array_get(pair, 1));
	}
	return higher;
}

void
nft_find_heights(struct nft *x)
{
	bool higher = true;
	json_t *object;
	size_t i;

	x->heights = json_object();
	for (unsigned pass = 0; pass <= CALLS_MAX && higher; pass++) {
		higher = false;
		json_array_foreach(x->list, i, object) {
			json_t *rule = json_object_get(object, "rule");
			const struct nft_place at = { nft_text(rule, "family"),
				nft_text(rule, "table"), nft_text(rule, "chain"), rule };

			if (rule != NULL)
				higher |= note_rule(x, &at);
		}
	}
}

bool
nft_may_call(struct nft *x, const struct nft_place *at, const char *chain)
{
	return height_of(x, key_of(x, at, chain)) < CALLS_MAX;
}
