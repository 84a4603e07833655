/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of maps, and of sets of several fields, as conditions. */
#include <string.h>

#include "migrate/nft_priv.h"

/* Returns the key of an element of a set or a map. */
static json_t *
key_of(json_t *element)
{
	json_t *key = json_is_array(element) ? json_array_get(element, 0) : element;
	json_t *inner = json_object_get(json_object_get(key, "elem"), "val");

	return inner != NULL ? inner : key;
}

/* "*" stands for the keys that no other element has. */
static bool
is_rest(json_t *key)
{
	return json_is_string(key) && strcmp(json_string_value(key), "*") == 0;
}

static void
match_rest(
	struct nft *x, const struct nft_place *at, json_t *left, json_t *elements, struct words *w)
{
	json_t *others = json_array(), *element, *set;
	size_t i;

	json_array_foreach(elements, i, element)
		if (!is_rest(key_of(element)))
			json_array_append(others, key_of(element));
	set = json_pack("{s:o}", "set", others);
	if (json_object_get(left, "concat") != NULL)
		words_cannot(w, "its map of several fields has a rest");
	else
		nft_equals(x, at, left, set, true, w);
	json_decref(set);
}

void
nft_key(struct nft *x, const struct nft_place *at, json_t *left, json_t *elements, size_t i,
	struct words *w)
{
	json_t *key = key_of(json_array_get(elements, i)), *values, *field;
	json_t *fields = json_object_get(left, "concat");
	size_t place;

	if (is_rest(key)) {
		match_rest(x, at, left, elements, w);
		return;
	}
	values = json_object_get(key, "concat");
	if (fields == NULL)
		nft_equals(x, at, left, key, false, w);
	json_array_foreach(fields, place, field)
		nft_equals(x, at, field, json_array_get(values, place), false, w);
}
