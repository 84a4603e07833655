/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration file, read and decoded by the table of its sections.
 *
 * YAML 1.2 without anchors, aliases and tags.  The top-level key include takes more files, relative
 * to the file it stands in: sections of the same name are merged, what is defined twice is an
 * error.  All errors of all files are found in one go.
 *
 * Threads: one at a time while reading; a document is not changed afterwards.
 * Memory: one arena, with everything decoded, until document_free. */
#ifndef SCHEMA_DOCUMENT_H
#define SCHEMA_DOCUMENT_H

#include <stdio.h>

#include "schema/field.h"

struct document;

/* Bounds of what is read, all files together. */
#define DOCUMENT_BYTES_MAX (64u << 20)
#define DOCUMENT_DEPTH_MAX 32           /* of lists and maps in each other */
#define DOCUMENT_INCLUDE_DEPTH_MAX 8
#define DOCUMENT_FILES_MAX 256

/* Reads the file at path; root describes the whole of it.  Errors go to err.  NULL when there is
 * nothing to decode: the file cannot be read, or is no YAML.  Otherwise a document, even when
 * errors were found, so that the caller goes on checking: a value that could not be read is 0, and
 * cfg_error keeps quiet about it.  Look at err_count before using it. */
struct document *document_parse(const char *path, const struct cfg_table *root, struct err *err);

/* The same from memory; name stands for the path in errors, "<built-in>" for none. */
struct document *document_parse_text(const char *name, const char *text, size_t length,
	const struct cfg_table *root, struct err *err);

void document_free(struct document *doc);       /* NULL is fine */

/* The struct of the root table. */
void *document_root(const struct document *doc);

enum document_presets {
	DOCUMENT_PRESETS_OUT,           /* values that equal their preset are left out */
	DOCUMENT_PRESETS_IN,            /* everything is written */
};

/* Writes the decoded configuration as YAML.  Reading that gives an equal configuration. */
void document_print(const struct document *doc, enum document_presets presets, FILE *out);

/* Writes a decoded struct of a table as YAML. */
void cfg_print(const struct cfg_table *table, const void *config, enum document_presets presets,
	FILE *out);

/* Writes what the tables say: a JSON schema (draft 2020-12) of the file; a Markdown reference. */
void document_json_schema(const struct cfg_table *root, FILE *out);
void document_reference(const struct cfg_table *root, FILE *out);

/* Calls one for each reference in a decoded struct of a table: the section that the name is of (.refers of its row; of
 * .refers_too, too), and the name. */
void document_each_reference(const struct cfg_table *table, const void *config,
	void (*one)(void *arg, const char *section, const char *name), void *arg);

#endif
