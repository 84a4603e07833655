/* SPDX-License-Identifier: BSD-3-Clause */
/* Where each decoded field was written, so that later errors are reported at its place. */
#include <stdlib.h>
#include <string.h>

#include "schema/document_priv.h"

static size_t
slot_of(const struct places *places, const void *field)
{
	uint64_t hash = (uint64_t)(uintptr_t)field * 0x9e3779b97f4a7c15u;
	size_t slot = (size_t)(hash >> 32) & (places->size - 1);

	while (places->slots[slot].field != NULL && places->slots[slot].field != field)
		slot = (slot + 1) & (places->size - 1);
	return slot;
}

static bool
grow(struct places *places)
{
	struct places grown = { .size = places->size == 0 ? 1024 : places->size * 2 };

	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return false;
	for (size_t i = 0; i < places->size; i++)
		if (places->slots[i].field != NULL)
			grown.slots[slot_of(&grown, places->slots[i].field)] = places->slots[i];
	grown.count = places->count;
	free(places->slots);
	*places = grown;
	return true;
}

void
place_add(struct document *doc, const void *field, struct node *node)
{
	struct places *places = &doc->places;
	struct place *slot;

	if (doc->absent)
		return;
	if (places->count * 2 >= places->size && !grow(places)) {
		if (doc->arena.out_of_memory != NULL)
			longjmp(*doc->arena.out_of_memory, 1);
		return;
	}
	slot = &places->slots[slot_of(places, field)];
	places->count += slot->field == NULL;
	*slot = (struct place){ .field = field, .node = node };
}

void
place_fini(struct places *places)
{
	free(places->slots);
	*places = (struct places){ 0 };
}

static const struct node *
place_find(const struct cfg_head *head, const void *field)
{
	const struct places *places = head->document != NULL ? &head->document->places : NULL;

	if (places == NULL || places->size == 0 || field == NULL)
		return NULL;
	return places->slots[slot_of(places, field)].node;
}

struct loc
cfg_loc(const struct cfg_head *head, const void *field)
{
	const struct node *node = place_find(head, field);

	return node != NULL ? node->loc : head->loc;
}

bool
cfg_is_written(const struct cfg_head *head, const void *field)
{
	return place_find(head, field) != NULL;
}

/* Writes the dotted path of a node into buf; if it does not fit, its end is kept. */
static const char *
path_text(const struct node *node, char *buf, size_t bytes)
{
	char *at = buf + bytes - 1;

	*at = '\0';
	for (; node != NULL; node = node->parent) {
		size_t length = node->key != NULL ? strlen(node->key->text) : 0;
		size_t dot = *at != '\0';

		if (length == 0)
			continue;
		if ((size_t)(at - buf) < length + dot)
			break;
		if (dot)
			*--at = '.';
		at -= length;
		memcpy(at, node->key->text, length);
	}
	return at;
}

/* Returns the node at which to report an error; sets *quiet if it, or something in it, could not be
 * read. */
static const struct node *
complaint(const struct cfg_head *head, const void *field, bool *quiet)
{
	const struct node *node = place_find(head, field);

	*quiet = node != NULL && node->wrong;
	if (node != NULL)
		return node;
	/* Of a whole struct: when the key in question may be a misspelt one. */
	node = place_find(head, head);
	*quiet = node != NULL && node->refused;
	return node;
}

#define SENTENCE_MAX  512
#define PATH_MAX_TEXT 256

int
cfg_error(struct err *err, const struct cfg_head *head, const void *field, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX], buf[PATH_MAX_TEXT];
	const char *path;
	bool quiet;
	va_list ap;

	path = path_text(complaint(head, field, &quiet), buf, sizeof(buf));
	if (quiet)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return err_add(err, EINVAL, cfg_loc(head, field), "%s%s%s", path, *path != '\0' ? ": " : "",
		sentence);
}

void
cfg_warn(struct err *err, const struct cfg_head *head, const void *field, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX], buf[PATH_MAX_TEXT];
	const char *path;
	bool quiet;
	va_list ap;

	path = path_text(complaint(head, field, &quiet), buf, sizeof(buf));
	if (quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	err_warn(err, cfg_loc(head, field), "%s%s%s", path, *path != '\0' ? ": " : "", sentence);
}
