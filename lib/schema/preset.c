/* SPDX-License-Identifier: BSD-3-Clause */
/* What a field is when nobody wrote it. */
#include <assert.h>
#include <string.h>

#include "schema/document_priv.h"
#include "schema/type.h"

static struct node *
preset_scalar(struct document *doc, const char *text, size_t bytes)
{
	struct node *node = node_create(doc, NODE_SCALAR, (struct loc){ 0 });

	node->text = arena_text(&doc->arena, text, bytes);
	if (bytes == 0)
		node->kind = NODE_EMPTY;
	return node;
}

/* "auto", or "[tcp, udp]". */
static struct node *
preset_node(struct document *doc, const char *text)
{
	struct node *list;

	if (text[0] != '[')
		return preset_scalar(doc, text, strlen(text));
	list = node_create(doc, NODE_LIST, (struct loc){ 0 });
	for (text++; *text != ']' && *text != '\0';) {
		size_t bytes = strcspn(text, ",]");

		node_append(list, preset_scalar(doc, text, bytes));
		text += bytes;
		text += strspn(text, ", ");
	}
	return list;
}

/* A struct that was not written consists of its rows' presets. */
void
decode_preset(struct document *doc, const struct cfg_field *f, void *out)
{
	bool absent = doc->absent;

	if (f->preset == CFG_OPTIONAL && f->type != CFG_STRUCT)
		return;
	doc->absent = true;
	decode_field(doc, f, preset_node(doc, f->preset), out);
	doc->absent = absent;
}
