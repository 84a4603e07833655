/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of a document, for the files of this folder. */
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
	size_t size; /* a power of two, or 0 */
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
	struct err *err; /* while reading, else NULL */
	const struct cfg_table *table;
	void *root;
	struct node *tree;
	struct places places;
	struct section *sections;
	struct document_file *files;
	unsigned file_count;
	size_t read_bytes;
	unsigned node_count;
	unsigned suggestions; /* given so far, of names.c */
	bool absent;          /* decoding defaults: no places, nothing is missing */
};

/* yaml.c: returns the tree of one file's text, NULL after an error. name lives in the arena. */
struct node *yaml_read(struct document *doc, const char *name, const char *text, size_t length);

/* yaml_text.c: returns true if the text can be parsed; otherwise adds an error. */
bool yaml_check_text(struct document *doc, const char *file, const char *text, size_t length);

/* include.c: returns the merged tree of a file with its included files; NULL after an error. */
struct node *include_read(struct document *doc, const char *path);
struct node *include_read_text(
	struct document *doc, const char *name, const char *text, size_t length);

/* document.c: returns the path of a file that is named in another file. */
const char *document_resolve(struct document *doc, const char *file, const char *name);

/* decode.c: decodes the struct of a table from a node; decodes one field of it, out being the
 * field. */
void decode_struct(
	struct document *doc, const struct cfg_table *table, struct node *node, void *out);
void decode_field(struct document *doc, const struct cfg_field *f, struct node *node, void *out);

/* Sets the field to the row's default; without one it stays 0. */
void decode_default(struct document *doc, const struct cfg_field *f, void *out);

/* scalar.c: decodes one value from a scalar. */
void scalar_decode(struct document *doc, const struct cfg_field *f, struct node *node, void *out);

/* words.c: decodes flags from a scalar or a list; one word of a table. */
void flags_decode(
	struct document *doc, const struct cfg_field *f, struct node *node, uint32_t *out);
bool words_find(const struct cfg_word *words, const char *text, uint32_t *value);

/* match.c: decodes matches: ranges, addresses, MACs, names. */
void range_decode(
	struct document *doc, const struct cfg_field *f, struct node *node, struct cfg_range *out);
void match_address_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	struct cfg_match_address *out);
void match_mac_decode(struct document *doc, struct node *node, struct cfg_match_mac *out);
void match_name_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	struct cfg_match_name *out);

/* names.c: returns true if a name is defined in the section that the row refers to; otherwise adds
 * an error. */
bool name_is_known(
	struct document *doc, const struct cfg_field *f, struct node *node, const char *name);

/* Adds "unknown <kind> '<word>'; did you mean '...'?", or lists the words if they are all that is
 * valid, and few.  next gives the i-th valid word, NULL after the last. */
struct right_words {
	const char *(*next)(const void *words, unsigned i);
	const void *words;
	bool alone; /* nothing else is valid, such as a number */
};
void unknown_word(struct document *doc, struct node *node, const char *kind, const char *word,
	struct right_words right);
void unknown_key(struct document *doc, struct node *in, struct node *key, struct right_words right);
extern const char *next_word(const void *words, unsigned i); /* of struct cfg_word[] */

/* place.c */
void place_add(struct document *doc, const void *field, struct node *node);
void place_fini(struct places *places);

#endif
