/* SPDX-License-Identifier: BSD-3-Clause */
/* The tree of a configuration as written. */
#include "schema/node.h"

#include <stdlib.h>
#include <string.h>

#include "schema/document_priv.h"

#define TEXT_SHOWN 60 /* of a value in an error */

struct node *
node_create(struct document *doc, enum node_kind kind, struct loc loc)
{
	struct node *node = arena_alloc(&doc->arena, sizeof(*node));

	node->kind = kind;
	node->loc = loc;
	node->text = "";
	node->order = doc->node_count++;
	return node;
}

static void
mark_wrong(struct node *node)
{
	for (; node != NULL && !node->wrong; node = node->parent)
		node->wrong = true;
}

void
node_append(struct node *parent, struct node *child)
{
	child->parent = parent;
	child->next = NULL;
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->count++;
	if (child->wrong)
		mark_wrong(parent);
}

struct node *
node_make(struct document *doc, enum node_kind kind, struct node *origin)
{
	struct node *node = node_create(doc, kind, origin->loc);

	node->origin = origin;
	return node;
}

const char *
node_printf(struct document *doc, const char *fmt, ...)
{
	char *text = NULL;
	const char *kept;
	va_list ap;
	int bytes;

	va_start(ap, fmt);
	bytes = vasprintf(&text, fmt, ap);
	va_end(ap);
	kept = bytes < 0 ? "" : arena_text(&doc->arena, text, (size_t)bytes);
	free(text);
	return kept;
}

struct node *
node_make_text(struct document *doc, const char *text, struct node *origin)
{
	struct node *node = node_make(doc, NODE_SCALAR, origin);

	node->text = text;
	return node;
}

void
node_set(struct document *doc, struct node *map, const char *key, struct node *value)
{
	value->key = node_make_text(doc, key, value->origin);
	value->key->parent = map;
	node_append(map, value);
}

struct node *
node_copy(struct document *doc, struct node *from)
{
	struct node *copy = node_make(doc, from->kind, from);

	copy->text = from->text;
	copy->refused = from->refused;
	node_each(child, from)
	{
		struct node *below = node_copy(doc, child);

		if (child->key != NULL) {
			below->key = node_copy(doc, child->key);
			below->key->parent = copy;
		}
		node_append(copy, below);
	}
	return copy;
}

struct node *
node_find(const struct node *map, const char *name)
{
	if (map->kind != NODE_MAP)
		return NULL;
	node_each(child, map) if (strcmp(child->key->text, name) == 0) return child;
	return NULL;
}

/* Returns what was written in the file. */
static const struct node *
written(const struct node *node)
{
	while (node->origin != NULL)
		node = node->origin;
	return node;
}

const char *
node_path(struct document *doc, const struct node *node)
{
	const char *path = "";

	node = written(node);
	for (; node != NULL; node = node->parent)
		if (node->key != NULL)
			path = arena_printf(&doc->arena, "%.*s%s%s", TEXT_SHOWN, node->key->text,
				path[0] != '\0' ? "." : "", path);
	return path;
}

/* Returns true if the error of a copy, or of what it is a copy of, has been told. */
static bool
is_told(struct node *at)
{
	struct node *source = at;

	while (source->origin != NULL)
		source = source->origin;
	if (source->told != NULL && source->told != at)
		return true;
	source->told = at;
	return false;
}

static void
add_error(struct document *doc, const struct node *in, struct node *at, const char *sentence)
{
	const char *path = node_path(doc, in);

	if (is_told(at))
		return;
	err_add(doc->err, EINVAL, at->loc, "%s%s%s", path, path[0] != '\0' ? ": " : "", sentence);
}

/* One sentence must be enough for a value, and fit into the arena. */
#define SENTENCE_MAX 512

void
node_error(struct document *doc, struct node *node, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	add_error(doc, node, node, sentence);
	mark_wrong(node);
}

void
node_error_in(struct document *doc, struct node *in, struct node *at, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	add_error(doc, in, at, sentence);
	mark_wrong(in);
	at->wrong = true;
}

static int
by_key(const void *left, const void *right)
{
	const struct node *a = *(const struct node *const *)left;
	const struct node *b = *(const struct node *const *)right;
	int text = strcmp(a->key->text, b->key->text);

	if (text != 0)
		return text;
	return a->key->order < b->key->order ? -1 : 1;
}

struct node **
node_sort(struct document *doc, const struct node *map)
{
	struct node **sorted = arena_alloc(&doc->arena, map->count * sizeof(struct node *));
	unsigned count = 0;

	node_each(child, map) sorted[count++] = child;
	qsort(sorted, count, sizeof(struct node *), by_key);
	return sorted;
}

void
node_refuse_duplicates(struct document *doc, struct node *node)
{
	struct node **sorted;

	if (node->kind == NODE_LIST || node->kind == NODE_MAP)
		node_each(child, node) node_refuse_duplicates(doc, child);
	if (node->kind != NODE_MAP || node->count < 2)
		return;

	sorted = node_sort(doc, node);
	for (unsigned i = 1, first = 0; i < node->count; i++) {
		const struct loc *before = &sorted[first]->key->loc;

		if (strcmp(sorted[first]->key->text, sorted[i]->key->text) != 0) {
			first = i;
			continue;
		}
		if (sorted[i]->refused)
			continue;
		node_error_in(doc, node, sorted[i]->key,
			"'%.*s' is defined twice, first at %s:%u:%u", TEXT_SHOWN,
			sorted[i]->key->text, before->file, before->line, before->column);
		sorted[i]->refused = true;
	}
}

const char *
node_what(struct document *doc, const struct node *node)
{
	switch (node->kind) {
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a map";
	case NODE_EMPTY:
		return "nothing";
	default:
		return arena_printf(&doc->arena, "'%.*s'", TEXT_SHOWN, node->text);
	}
}
