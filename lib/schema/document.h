/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration file, read and decoded by the tables of its sections.
 *
 * YAML 1.2 without anchors, aliases and tags.  The top-level key include takes more files, relative
 * to the file it stands in: sections of the same name are merged, and a name that two of them
 * define is an error.  All errors of all files are found in one run.
 *
 * Threads: one at a time while reading; a document is not changed afterwards.
 * Memory: one arena, with everything decoded, until document_free. */
#ifndef SCHEMA_DOCUMENT_H
#define SCHEMA_DOCUMENT_H

#include <stdio.h>

#include "schema/field.h"

struct document;

/* Bounds of what is read, over all files. */
#define DOCUMENT_BYTES_MAX         (64u << 20)
#define DOCUMENT_DEPTH_MAX         32 /* nesting of lists and maps */
#define DOCUMENT_INCLUDE_DEPTH_MAX 8
#define DOCUMENT_FILES_MAX         256

/* Reads the file at path; root describes the whole file.  Errors go to err.  Returns NULL when
 * there is nothing to decode: the file cannot be read, or is not YAML. Otherwise returns a
 * document, even when errors were found, so that the caller can go on checking: a value that could
 * not be read is 0, and cfg_error ignores it.  Look at err_count before using it. */
struct document *document_parse(const char *path, const struct cfg_table *root, struct err *err);

/* Reads a document from memory; name stands for the path in errors, "<built-in>" for none. */
struct document *document_parse_text(const char *name, const char *text, size_t length,
	const struct cfg_table *root, struct err *err);

void document_free(struct document *doc); /* NULL is fine */

/* Returns the struct of the root table. */
void *document_root(const struct document *doc);

enum document_defaults {
	DOCUMENT_DEFAULTS_OUT, /* values that equal their default are left out */
	DOCUMENT_DEFAULTS_IN,  /* everything is written */
};

/* Writes the decoded configuration as YAML. Reading that text gives an equal configuration. */
void document_print(const struct document *doc, enum document_defaults defaults, FILE *out);

/* Writes a decoded struct of a table as YAML.  Returns 0, or -ENOMEM after a part of it. */
int cfg_print(const struct cfg_table *table, const void *config, enum document_defaults defaults,
	FILE *out);

/* Returns a digest of what was written: comments, layout and places do not count.  Without a key of
 * the elements of a section, and what is written as this key's value alone; NULL: of all. */
uint64_t document_digest(const struct document *doc, const char *section, const char *key);

/* Writes a JSON schema (draft 2020-12) of the file; a Markdown reference. */
void document_json_schema(const struct cfg_table *root, FILE *out);
void document_reference(const struct cfg_table *root, FILE *out);

/* Calls one for each reference in a decoded struct of a table: the section in which the name is
 * defined (.refers of its row; for .refers_too, that one, too), and the name. */
void document_each_reference(const struct cfg_table *table, const void *config,
	void (*one)(void *arg, const char *section, const char *name), void *arg);

#endif
