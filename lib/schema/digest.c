/* SPDX-License-Identifier: BSD-3-Clause */
/* A digest of what was written: of keys, values and their order, without comments, layout and
 * places. */

#include <string.h>

#include "base/hash.h"
#include "schema/document_priv.h"

/* Not secret: nobody gains by choosing a configuration. */
static const struct hash_key hash_key = { 0x646f63756d656e74, 0x646967657374 };

static uint64_t
mix_text(uint64_t digest, const char *text)
{
	uint64_t words[2] = { digest, hash_bytes(&hash_key, text, strlen(text)) };

	return hash_bytes(&hash_key, words, sizeof(words));
}

static bool
is_key(const struct node *node, const char *key)
{
	return key != NULL && node->key != NULL && strcmp(node->key->text, key) == 0;
}

/* Mixes a node with all below it; without: a key that is not mixed, or NULL. */
static uint64_t
mix_node(uint64_t digest, const struct node *node, const char *without)
{
	const uint64_t shape[2] = { (uint64_t)node->kind, node->count };

	digest ^= hash_bytes(&hash_key, shape, sizeof(shape));
	digest = mix_text(digest, node->text);
	node_each(child, node)
	{
		if (is_key(child, without))
			continue;
		if (child->key != NULL)
			digest = mix_text(digest, child->key->text);
		digest = mix_node(digest, child, NULL);
	}
	return digest;
}

/* Mixes the elements of a section without a key of theirs; of one that is written as the value of
 * that key alone, its name. */
static uint64_t
mix_section(uint64_t digest, const struct node *section, const char *without)
{
	node_each(element, section)
	{
		if (element->key != NULL)
			digest = mix_text(digest, element->key->text);
		if (element->kind != NODE_LIST)
			digest = mix_node(digest, element, without);
	}
	return digest;
}

uint64_t
document_digest(const struct document *doc, const char *section, const char *key)
{
	uint64_t digest = 0;

	node_each(child, doc->tree)
	{
		if (child->key != NULL)
			digest = mix_text(digest, child->key->text);
		digest = is_key(child, section) ? mix_section(digest, child, key)
						: mix_node(digest, child, NULL);
	}
	return digest;
}
