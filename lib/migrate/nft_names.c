/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of the ruleset in Weir, where a rule stands, and what is said of it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

const char *
nft_text(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

unsigned
nft_family(const char *family)
{
	return strcmp(family, "ip") == 0 ? 4 : strcmp(family, "ip6") == 0 ? 6 : 0;
}

void
nft_tracks(struct nft *x, const struct nft_place *at)
{
	unsigned family = nft_family(at->family);

	x->tracks[0] |= family != 6;
	x->tracks[1] |= family != 4;
}

bool
nft_is_rule_of(json_t *object, const struct nft_place *at)
{
	json_t *rule = json_object_get(object, "rule");

	return rule != NULL && strcmp(nft_text(rule, "family"), at->family) == 0
		&& strcmp(nft_text(rule, "table"), at->table) == 0
		&& strcmp(nft_text(rule, "chain"), at->chain) == 0;
}

void
nft_missing(struct nft *x, const struct nft_place *at, const char *why)
{
	char *text = json_dumps(json_object_get(at->rule, "expr"), JSON_COMPACT);

	x->n_missing++;
	fprintf(x->o->notes, "%s %s %s, handle %d: %s\n    %s\n", at->family, at->table, at->chain,
		(int)json_integer_value(json_object_get(at->rule, "handle")), why,
		text != NULL ? text : "");
	free(text);
}

/* --- names --- */

/* A name that Weir takes: letters, digits, - _ and dots. */
const char *
nft_clean(struct nft *x, const char *name)
{
	char *copy = arena_text(&x->arena, name, strlen(name));

	for (char *c = copy; c != NULL && *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("-_.", *c) == NULL)
			*c = '-';
	return copy;
}

static bool
is_taken(json_t *names, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach(names, key, value)
		if (strcmp(json_string_value(value), name) == 0)
			return true;
	return false;
}

/* Returns the name in Weir of what a table calls so: tables may use a name for different things. */
static const char *
name_of(struct nft *x, json_t *names, const struct nft_place *at, const char *theirs)
{
	const char *key = arena_printf(&x->arena, "%s\n%s\n%s", at->family, at->table, theirs);
	json_t *known = json_object_get(names, key);
	const char *name = nft_clean(x, theirs);

	if (known != NULL)
		return json_string_value(known);
	if (is_taken(names, name))
		name = nft_clean(x, arena_printf(&x->arena, "%s-%s", at->table, theirs));
	for (unsigned i = 2; is_taken(names, name); i++)
		name = nft_clean(x, arena_printf(&x->arena, "%s-%s-%u", at->table, theirs, i));
	json_object_set_new(names, key, json_string(name));
	return name;
}

const char *
nft_list_name(struct nft *x, const struct nft_place *at, const char *chain)
{
	return name_of(x, x->lists, at, chain);
}

const char *
nft_set_name(struct nft *x, const struct nft_place *at, const char *set)
{
	return name_of(x, x->set_names, at, set);
}

const char *
nft_stand_in(struct nft *x, const char *name)
{
	unsigned number = 1;
	const char *key;
	json_t *unused;

	json_object_foreach(x->names, key, unused) {
		if (strcmp(key, name) == 0)
			break;
		number++;
	}
	json_object_set_new(x->names, name, json_true());
	return arena_printf(&x->arena, "192.0.2.%u", number % 255);
}
