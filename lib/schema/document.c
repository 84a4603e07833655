/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration file, read and decoded by the tables of its sections. */
#include "schema/document.h"

#include <stdlib.h>
#include <string.h>

#include "schema/document_priv.h"

static struct document *
document_create(const struct cfg_table *root, struct err *err)
{
	struct document *doc = calloc(1, sizeof(*doc));

	if (doc == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	arena_init(&doc->arena);
	doc->table = root;
	doc->err = err;
	return doc;
}

void
document_free(struct document *doc)
{
	if (doc == NULL)
		return;
	place_fini(&doc->places);
	arena_fini(&doc->arena);
	free(doc);
}

/* Reads text, or the file called name if text is NULL. */
static struct document *
read_and_decode(struct document *doc, const char *name, const char *text, size_t length)
{
	jmp_buf out_of_memory;

	doc->arena.out_of_memory = &out_of_memory;
	if (setjmp(out_of_memory) != 0) {
		err_set(doc->err, ENOMEM, "%s: out of memory", name);
		document_free(doc);
		return NULL;
	}
	if (text != NULL)
		doc->tree = include_read_text(doc, name, text, length);
	else
		doc->tree = include_read(doc, name);
	if (doc->tree == NULL) {
		document_free(doc);
		return NULL;
	}
	if (doc->table->expand != NULL)
		doc->table->expand(doc, doc->tree);
	doc->root = arena_alloc(&doc->arena, doc->table->size);
	decode_struct(doc, doc->table, doc->tree, doc->root);
	doc->arena.out_of_memory = NULL;
	doc->err = NULL;
	return doc;
}

struct document *
document_parse(const char *path, const struct cfg_table *root, struct err *err)
{
	struct document *doc = document_create(root, err);

	return doc != NULL ? read_and_decode(doc, path, NULL, 0) : NULL;
}

struct document *
document_parse_text(const char *name, const char *text, size_t length, const struct cfg_table *root,
	struct err *err)
{
	struct document *doc = document_create(root, err);

	return doc != NULL ? read_and_decode(doc, name, text, length) : NULL;
}

void *
document_root(const struct document *doc)
{
	return doc->root;
}
