/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds sets, and those of them that rules or the operator fill. */
#include <string.h>

#include "migrate/nft_priv.h"

#define SIZE_MIN_WEIR 64
#define SIZE_MAX_WEIR 1048576

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

json_t *
nft_find_set(struct nft *x, const struct nft_place *at, const char *name)
{
	json_t *object, *set;
	size_t i;

	json_array_foreach(x->list, i, object) {
		set = json_object_get(object, "set");
		if (set == NULL)
			set = json_object_get(object, "map");
		if (set != NULL
			&& strcmp(json_string_value(json_object_get(set, "name")), name) == 0
			&& strcmp(json_string_value(json_object_get(set, "table")), at->table) == 0
			&& strcmp(json_string_value(json_object_get(set, "family")), at->family)
				== 0)
			return set;
	}
	return NULL;
}

/* Does some rule of the table have a statement that adds to it? */
static bool
is_filled(json_t *value, const char *name)
{
	json_t *one, *statement = json_object_get(value, "set");
	const char *key, *set = nft_text(statement, "set");
	size_t i;

	if (set[0] == '@' && is(set + 1, name))
		return true;
	json_array_foreach(value, i, one)
		if (is_filled(one, name))
			return true;
	json_object_foreach(value, key, one)
		if (is_filled(one, name))
			return true;
	return false;
}

unsigned
nft_rules_that_fill(struct nft *x, const struct nft_place *at, const char *set)
{
	json_t *object;
	unsigned n = 0;
	size_t i;

	json_array_foreach(x->list, i, object) {
		json_t *rule = json_object_get(object, "rule");

		n += set[0] == '@' && is(nft_text(rule, "table"), at->table)
			&& is(nft_text(rule, "family"), at->family)
			&& is_filled(json_object_get(rule, "expr"), set + 1);
	}
	return n;
}

bool
nft_is_dynamic(struct nft *x, const struct nft_place *at, const char *name)
{
	json_t *set = nft_find_set(x, at, name), *flags = json_object_get(set, "flags"), *flag;
	size_t i;

	if (set == NULL)
		return false;
	if (json_object_get(set, "timeout") != NULL)
		return true;
	json_array_foreach(flags, i, flag)
		if (json_is_string(flag)
			&& (is(json_string_value(flag), "timeout")
				|| is(json_string_value(flag), "dynamic")))
			return true;
	return nft_rules_that_fill(x, at, arena_printf(&x->arena, "@%s", name)) > 0;
}

const char *
nft_dynamic_set(struct nft *x, const struct nft_place *at, const char *name)
{
	json_t *set = nft_find_set(x, at, name);
	json_int_t size = json_integer_value(json_object_get(set, "size"));
	json_int_t timeout = json_integer_value(json_object_get(set, "timeout"));
	const char *clean = nft_set_name(x, at, name), *text;

	size = size < SIZE_MIN_WEIR ? 65536 : size > SIZE_MAX_WEIR ? SIZE_MAX_WEIR : size;
	if (timeout > 0)
		text = arena_printf(&x->arena, "{timeout: %llds, size: %lld}", (long long)timeout,
			(long long)size);
	else
		text = arena_printf(&x->arena, "{size: %lld}", (long long)size);
	json_object_set_new(x->sets, clean, json_string(text));
	return clean;
}
