/* SPDX-License-Identifier: BSD-3-Clause */
/* A document from the inside: for the files of this folder. */
#ifndef SCHEMA_DOCUMENT_PRIV_H
#define SCHEMA_DOCUMENT_PRIV_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "schema/document.h"
#include "schema/node.h"

/* Where each decoded field was written: open addressing, at most half full. */
struct place {
	const void *field;
	struct node *node;
};

struct places {
	struct place *slots;
	size_t size;                    /* a power of two, or 0 */
	size_t count;
};

/* The names of one top-level section, sorted. */
struct section {
	const char *name;
	struct node **values;
	unsigned count;
	struct section *next;
};

struct document_file;

struct document {
	struct arena arena;
	struct err *err;                /* while reading, else NULL */
	const struct cfg_table *table;
	void *root;
	struct node *tree;
	struct places places;
	struct section *sections;
	struct document_file *files;
	unsigned file_count;
	size_t read_bytes;
	unsigned node_count;
	unsigned suggestions;           /* given so far */
	bool absent;                    /* decoding presets: no places, nothing is missing */
};

/* yaml.c: the tree of one file's text, NULL after an error.  name lives in the arena. */
struct node *yaml_read(struct document *doc, const char *name, const char *text, size_t length);

/* yaml_text.c: whether the text is fit to be parsed; if not, an error. */
bool yaml_check_text(struct document *doc, const char *file, const char *text, size_t length);

/* include.c: the tree of a file with all it includes, merged; NULL after an error. */
struct node *include_read(struct document *doc, const char *path);
struct node *include_read_text(struct document *doc, const char *name, const char *text,
	size_t length);

/* document.c: a file name as one can open it, from where the file stands that names it. */
const char *document_resolve(struct document *doc, const char *file, const char *name);

/* decode.c: the struct of a table out of a node; one field of it, out being the field. */
void decode_struct(struct document *doc, const struct cfg_table *table, struct node *node,
	void *out);
void decode_field(struct document *doc, const struct cfg_field *f, struct node *node, void *out);

/* Puts the row's preset into the field; what has none is left 0. */
void decode_preset(struct document *doc, const struct cfg_field *f, void *out);

/* scalar.c: one value out of a scalar. */
void scalar_decode(struct document *doc, const struct cfg_field *f, struct node *node, void *out);

/* words.c: flags out of a scalar or a list; one word of a table. */
void flags_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	uint32_t *out);
bool words_find(const struct cfg_word *words, const char *text, uint32_t *value);

/* match.c: ranges, address matches, name matches. */
void range_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	struct cfg_range *out);
void match_address_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	struct cfg_match_address *out);
void match_name_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	struct cfg_match_name *out);

/* names.c: whether a name is defined in the section the row refers to; if not, an error. */
bool name_is_known(struct document *doc, const struct cfg_field *f, struct node *node,
	const char *name);

/* Adds "unknown <kind> '<word>'; did you mean '...'?".  next gives the i-th right word, NULL after
 * the last. */
struct right_words {
	const char *(*next)(const void *words, unsigned i);
	const void *words;
};
void unknown_word(struct document *doc, struct node *node, const char *kind, const char *word,
	struct right_words right);
void unknown_key(struct document *doc, struct node *in, struct node *key, struct right_words right);
extern const char *next_word(const void *words, unsigned i);    /* of struct cfg_word[] */

/* place.c */
void place_add(struct document *doc, const void *field, struct node *node);
void place_fini(struct places *places);

#endif
