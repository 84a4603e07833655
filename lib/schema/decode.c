/* SPDX-License-Identifier: BSD-3-Clause */
/* Decodes the tree to structs, lists, maps and choices. */
#include <assert.h>
#include <string.h>

#include "schema/document_priv.h"
#include "schema/type.h"

#define FIELDS_MAX 128 /* rows of one table */

static const char *
next_field(const void *fields, unsigned i)
{
	return ((const struct cfg_field *)fields)[i].name;
}

static const char *
next_choice(const void *f, unsigned i)
{
	const struct cfg_table *table = ((const struct cfg_field *)f)->choices(i);

	return table != NULL ? table->name : NULL;
}

static void
begin_struct(struct document *doc, struct node *node, void *out)
{
	struct cfg_head *head = out;

	head->document = doc;
	head->made = node->origin != NULL;
	if (!doc->absent)
		head->loc = node->loc;
	place_add(doc, out, node);
}

/* Decodes the fields of a table that a map has; seen[i]: row i was written. */
static void
decode_keys(struct document *doc, const struct cfg_table *table, struct node *map, void *out,
	bool *seen)
{
	node_each(child, map)
	{
		const struct cfg_field *f = cfg_field_find(table, child->key->text);

		if (child->key->refused)
			continue;
		if (f == NULL) {
			/* Sections of the file that are read before the tables are known. */
			if (map->parent == NULL && strcmp(child->key->text, "include") == 0)
				continue;
			unknown_key(doc, map, child->key,
				(struct right_words){ next_field, table->fields });
			map->refused = true;
			continue;
		}
		seen[f - table->fields] = true;
		if (!child->refused)
			decode_field(doc, f, child, (char *)out + f->offset);
	}
}

static void
decode_bare(struct document *doc, const struct cfg_table *table, struct node *node, void *out,
	bool *seen)
{
	bool list = node->kind == NODE_LIST && table->bare_list != NULL;
	const struct cfg_field *f = cfg_field_find(table, list ? table->bare_list : table->bare);

	assert(f != NULL);
	seen[f - table->fields] = true;
	decode_field(doc, f, node, (char *)out + f->offset);
}

static void
decode_unwritten(struct document *doc, const struct cfg_table *table, struct node *node, void *out,
	const bool *seen)
{
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++) {
		if (seen[f - table->fields])
			continue;
		if (f->default_text != NULL) {
			decode_default(doc, f, (char *)out + f->offset);
			continue;
		}
		/* A misspelt key has been reported. */
		if (!doc->absent && !node->refused) {
			node_error(doc, node, "'%s' is missing", f->name);
			node->incomplete = true;
		}
	}
	node->refused |= node->incomplete;
}

void
decode_struct(struct document *doc, const struct cfg_table *table, struct node *node, void *out)
{
	bool seen[FIELDS_MAX] = { false };

	begin_struct(doc, node, out);
	if (node->kind == NODE_MAP)
		decode_keys(doc, table, node, out, seen);
	else if (table->bare != NULL && node->kind != NODE_EMPTY)
		decode_bare(doc, table, node, out, seen);
	else if (node->kind != NODE_EMPTY) {
		node_error(doc, node, "a map is expected, not %s", node_what(doc, node));
		node->refused = true;
	}
	decode_unwritten(doc, table, node, out, seen);
}

static const struct cfg_table *
find_choice(struct document *doc, const struct cfg_field *f, struct node *node, const char *tag)
{
	const struct cfg_table *table;

	for (unsigned i = 0; (table = f->choices(i)) != NULL; i++)
		if (strcmp(table->name, tag) == 0)
			return table;
	unknown_word(doc, node, f->kind != NULL ? f->kind : "choice", tag,
		(struct right_words){ next_choice, f });
	return NULL;
}

/* Decodes "track", or a map of one key. */
static void
decode_choice(
	struct document *doc, const struct cfg_field *f, struct node *node, struct cfg_choice *out)
{
	struct node *tag = node, *value = node;
	struct cfg_head *head;

	if (node->kind == NODE_MAP && node->count == 1) {
		value = node->first;
		tag = value->key;
	} else if (node->kind == NODE_SCALAR) {
		value = node_create(doc, NODE_EMPTY, node->loc);
		value->parent = node;
		value->key = node;
		value->origin = node->origin;
	} else {
		node_error(doc, node, "%s is expected, not %s", type_of(f)->wanted,
			node->kind == NODE_MAP ? "several keys" : node_what(doc, node));
		return;
	}
	if (tag->refused)
		return;
	out->loc = tag->loc;
	out->table = find_choice(doc, f, tag, tag->text);
	if (out->table == NULL)
		return;
	out->config = arena_alloc(&doc->arena, out->table->size);
	if (!value->refused)
		decode_struct(doc, out->table, value, out->config);
	head = out->config;
	head->name = tag->text;
	head->loc = tag->loc;
}

static void
decode_one(struct document *doc, const struct cfg_field *f, struct node *node, void *out)
{
	if (node->refused)
		return;
	switch (type_base(f)) {
	case CFG_STRUCT:
		decode_struct(doc, f->table, node, out);
		break;
	case CFG_CHOICE:
		decode_choice(doc, f, node, out);
		break;
	case CFG_FLAGS:
	case CFG_MATCH_FLAGS:
		flags_decode(doc, f, node, out);
		break;
	default:
		scalar_decode(doc, f, node, out);
		break;
	}
}

static void *
alloc_items(struct document *doc, const struct cfg_field *f, unsigned count, struct any_list *out)
{
	out->items = arena_alloc(&doc->arena, count * type_size(f));
	out->count = count;
	return out->items;
}

static void
decode_list(
	struct document *doc, const struct cfg_field *f, struct node *node, struct any_list *out)
{
	size_t size = type_size(f);
	char *item;

	if (node->kind == NODE_EMPTY)
		return;
	if (node->kind != NODE_LIST) {
		item = alloc_items(doc, f, 1, out);
		place_add(doc, item, node);
		decode_one(doc, f, node, item);
		return;
	}
	item = alloc_items(doc, f, node->count, out);
	node_each(child, node)
	{
		place_add(doc, item, child);
		decode_one(doc, f, child, item);
		item += size;
	}
}

static bool
key_is_right(struct document *doc, const struct cfg_field *f, struct node *key)
{
	const struct cfg_field row = { .type = f->key != 0 ? f->key : CFG_NAME };
	union {
		const char *name;
		struct ip_address address;
		struct ip_prefix prefix;
		struct cfg_mac mac;
	} value;

	if (!key->refused)
		scalar_decode(doc, &row, key, &value);
	return !key->wrong;
}

static void
decode_map(struct document *doc, const struct cfg_field *f, struct node *node, struct any_list *out)
{
	size_t size = type_size(f);
	char *item;

	if (node->kind == NODE_EMPTY)
		return;
	if (node->kind != NODE_MAP) {
		node_error(doc, node, "a map of names is expected, not %s", node_what(doc, node));
		return;
	}
	item = alloc_items(doc, f, node->count, out);
	out->count = 0;
	node_each(child, node)
	{
		struct cfg_head *head = (void *)item;

		if (!key_is_right(doc, f, child->key) || child->refused)
			continue;
		decode_struct(doc, f->table, child, item);
		head->name = child->key->text;
		head->loc = child->key->loc;
		out->count++;
		item += size;
	}
}

void
decode_field(struct document *doc, const struct cfg_field *f, struct node *node, void *out)
{
	place_add(doc, out, node);
	if (f->type & CFG_MAP)
		decode_map(doc, f, node, out);
	else if (f->type & CFG_LIST)
		decode_list(doc, f, node, out);
	else
		decode_one(doc, f, node, out);
}

/* --- fields that are not written --- */

static struct node *
default_scalar(struct document *doc, const char *text, size_t bytes)
{
	struct node *node = node_create(doc, NODE_SCALAR, (struct loc){ 0 });

	node->text = arena_text(&doc->arena, text, bytes);
	if (bytes == 0)
		node->kind = NODE_EMPTY;
	return node;
}

/* Returns the node of "auto", or of "[tcp, udp]". */
static struct node *
default_node(struct document *doc, const char *text)
{
	struct node *list;

	if (text[0] != '[')
		return default_scalar(doc, text, strlen(text));
	list = node_create(doc, NODE_LIST, (struct loc){ 0 });
	for (text++; *text != ']' && *text != '\0';) {
		size_t bytes = strcspn(text, ",]");

		node_append(list, default_scalar(doc, text, bytes));
		text += bytes;
		text += strspn(text, ", ");
	}
	return list;
}

/* Fills a field with its default; a struct that is not written has the defaults of its rows. */
void
decode_default(struct document *doc, const struct cfg_field *f, void *out)
{
	bool absent = doc->absent;

	if (f->default_text == CFG_OPTIONAL && f->type != CFG_STRUCT)
		return;
	doc->absent = true;
	decode_field(doc, f, default_node(doc, f->default_text), out);
	doc->absent = absent;
}
