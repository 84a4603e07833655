/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that must be defined elsewhere in the document, and what was probably meant. */
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "schema/document_priv.h"

#define SUGGESTIONS_MAX 100             /* a search through all names each: not for every error */

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

void
unknown_word(struct document *doc, struct node *node, const char *kind, const char *word,
	struct right_words right)
{
	const char *best = nearest(doc, word, right);

	if (best != NULL)
		node_error(doc, node, "unknown %s '%.60s'; did you mean '%s'?", kind, word, best);
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

bool
name_is_known(struct document *doc, const struct cfg_field *f, struct node *node, const char *name)
{
	const struct section *s;
	uint32_t value;

	if (f->refers == NULL || doc->absent || words_find(f->words, name, &value))
		return true;
	s = section_index(doc, f->refers);
	if (s->count > 0 && bsearch(name, s->values, s->count, sizeof(*s->values), compare_name))
		return true;
	unknown_word(doc, node, f->kind != NULL ? f->kind : "name", name,
		(struct right_words){ next_name, s });
	return false;
}
