/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that must be defined elsewhere in the document, and suggestions for misspelt ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "schema/document_priv.h"

bool
words_find(const struct cfg_word *words, const char *text, uint32_t *value)
{
	for (; words != NULL && words->word != NULL; words++) {
		if (strcmp(words->word, text) == 0) {
			*value = words->value;
			return true;
		}
	}
	return false;
}

#define SUGGESTIONS_MAX 100 /* each one searches all names: not for every error */

static const char *
nearest(struct document *doc, const char *word, struct right_words right)
{
	struct suggestion s = suggestion_of(word);
	const char *candidate;

	if (doc->suggestions >= SUGGESTIONS_MAX)
		return NULL;
	doc->suggestions++;
	for (unsigned i = 0; (candidate = right.next(right.words, i)) != NULL; i++)
		suggestion_offer(&s, candidate);
	return s.best;
}

#define LISTED_MAX 8 /* words that an error lists */

/* Writes "a, b or c"; false: there are too many. */
static bool
list_words(char *out, size_t bytes, struct right_words right)
{
	unsigned n = 0;
	size_t at = 0;

	while (right.next(right.words, n) != NULL)
		n++;
	if (n == 0 || n > LISTED_MAX)
		return false;
	for (unsigned i = 0; i < n && at < bytes; i++)
		at += (size_t)snprintf(out + at, bytes - at, "%s%s",
			i == 0               ? ""
				: i == n - 1 ? " or "
					     : ", ",
			right.next(right.words, i));
	return at < bytes;
}

void
unknown_word(struct document *doc, struct node *node, const char *kind, const char *word,
	struct right_words right)
{
	const char *best = nearest(doc, word, right);
	char list[160];

	if (best != NULL)
		node_error(doc, node, "unknown %s '%.60s'; did you mean '%s'?", kind, word, best);
	else if (right.alone && list_words(list, sizeof(list), right))
		node_error(doc, node, "unknown %s '%.60s': it is %s", kind, word, list);
	else
		node_error(doc, node, "unknown %s '%.60s'", kind, word);
}

void
unknown_key(struct document *doc, struct node *in, struct node *key, struct right_words right)
{
	const char *best = nearest(doc, key->text, right);

	if (best != NULL)
		node_error_in(
			doc, in, key, "unknown key '%.60s'; did you mean '%s'?", key->text, best);
	else
		node_error_in(doc, in, key, "unknown key '%.60s'", key->text);
}

const char *
next_word(const void *words, unsigned i)
{
	const struct cfg_word *w = words;

	return w != NULL ? w[i].word : NULL;
}

static const struct section *
section_index(struct document *doc, const char *name)
{
	struct section *s;
	struct node *node;

	for (s = doc->sections; s != NULL; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s;
	s = arena_alloc(&doc->arena, sizeof(*s));
	s->name = name;
	s->next = doc->sections;
	doc->sections = s;
	node = node_find(doc->tree, name);
	if (node != NULL && node->kind == NODE_MAP) {
		s->values = node_sort(doc, node);
		s->count = node->count;
	}
	return s;
}

static int
compare_name(const void *name, const void *value)
{
	return strcmp(name, (*(struct node *const *)value)->key->text);
}

static const char *
next_name(const void *section, unsigned i)
{
	const struct section *s = section;

	return i < s->count ? s->values[i]->key->text : NULL;
}

/* The sections that a row refers to; the second may be NULL. */
struct section_pair {
	const struct section *first, *second;
};

static const char *
next_of_pair(const void *sections, unsigned i)
{
	const struct section_pair *pair = sections;

	if (i < pair->first->count)
		return next_name(pair->first, i);
	return pair->second != NULL ? next_name(pair->second, i - pair->first->count) : NULL;
}

static bool
section_has(const struct section *s, const char *name)
{
	return s != NULL && s->count > 0
		&& bsearch(name, s->values, s->count, sizeof(*s->values), compare_name) != NULL;
}

bool
name_is_known(struct document *doc, const struct cfg_field *f, struct node *node, const char *name)
{
	struct section_pair pair = { NULL, NULL };
	uint32_t value;

	if (f->refers == NULL || doc->absent || words_find(f->words, name, &value))
		return true;
	pair.first = section_index(doc, f->refers);
	if (f->refers_too != NULL)
		pair.second = section_index(doc, f->refers_too);
	if (section_has(pair.first, name) || section_has(pair.second, name))
		return true;
	unknown_word(doc, node, f->kind != NULL ? f->kind : "name", name,
		(struct right_words){ next_of_pair, &pair });
	return false;
}
