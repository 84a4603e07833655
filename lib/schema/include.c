/* SPDX-License-Identifier: BSD-3-Clause */
/* Merges files and the files that they include to one tree.
 *
 * Two sections of the same name become one: maps and lists are joined, and a name that both maps
 * define is an error.  A scalar, such as version, may be repeated with the same value. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "schema/document_priv.h"

struct document_file {
	struct document_file *next;
	const char *name;
	const struct document_file *included_by;
	dev_t device;
	ino_t inode;
};

static const struct loc nowhere;

/* Adds an error about a file as a whole: at the include line that names it, if there is one. */
#define FILE_ERROR(doc, asked, ...) \
	err_add((doc)->err, EINVAL, (asked) != NULL ? (asked)->loc : nowhere, __VA_ARGS__)

static struct document_file *
file_add(struct document *doc, const char *name, const struct document_file *included_by)
{
	struct document_file *file = arena_alloc(&doc->arena, sizeof(*file));

	file->name = name;
	file->included_by = included_by;
	file->next = doc->files;
	doc->files = file;
	doc->file_count++;
	return file;
}

/* Returns true if the file was read before, and adds an error that says so. */
static bool
is_repeated(struct document *doc, const struct document_file *file, const struct node *asked)
{
	const struct document_file *other = file->next;

	while (other != NULL && (other->inode != file->inode || other->device != file->device))
		other = other->next;
	if (other == NULL)
		return false;
	for (const struct document_file *f = file->included_by; f != NULL; f = f->included_by) {
		if (f != other)
			continue;
		FILE_ERROR(doc, asked, "include: '%s' includes itself", file->name);
		return true;
	}
	FILE_ERROR(doc, asked, "include: '%s' is included twice", file->name);
	return true;
}

/* Reads the file to its end into *text, which grows by malloc.  Returns the number of bytes, or
 * -errno. */
static ssize_t
read_stream(FILE *in, size_t max, char **text)
{
	size_t room = 0, length = 0;

	for (;;) {
		char *grown;

		if (length == room) {
			room = room == 0 ? 65536 : room * 2;
			grown = realloc(*text, room);
			if (grown == NULL)
				return -ENOMEM;
			*text = grown;
		}
		length += fread(*text + length, 1, room - length, in);
		if (ferror(in))
			return -errno;
		if (length > max)
			return -EFBIG;
		if (feof(in))
			return (ssize_t)length;
	}
}

/* Opens the file and reads it into *text; returns false after an error.  The caller frees *text in
 * any case. */
static bool
read_file(struct document *doc, struct document_file *file, const struct node *asked, char **text,
	size_t *length)
{
	const char *why = "";
	FILE *in = asked != NULL ? file_open(file->name, &why) : fopen(file->name, "re");
	struct stat st;
	ssize_t bytes;

	if (in == NULL || fstat(fileno(in), &st) < 0) {
		FILE_ERROR(doc, asked, "cannot open %s: %s", file->name,
			asked != NULL ? why : strerror(errno));
		if (in != NULL)
			fclose(in);
		return false;
	}
	file->device = st.st_dev;
	file->inode = st.st_ino;
	if (is_repeated(doc, file, asked)) {
		fclose(in);
		return false;
	}
	bytes = read_stream(in, DOCUMENT_BYTES_MAX - doc->read_bytes, text);
	fclose(in);
	if (bytes < 0) {
		FILE_ERROR(doc, asked, "cannot read %s: %s", file->name, strerror((int)-bytes));
		return false;
	}
	*length = (size_t)bytes;
	doc->read_bytes += *length;
	return true;
}

static void
join(struct document *doc, struct node *into, struct node *from)
{
	if (from->refused || into->refused)
		return;
	if (into->kind == NODE_SCALAR && from->kind == NODE_SCALAR
		&& strcmp(into->text, from->text) == 0)
		return;
	if (from->kind == NODE_EMPTY)
		return;
	if (into->kind != from->kind || into->kind == NODE_SCALAR) {
		node_error_in(doc, from, from->key, "is %s here and %s at %s:%u:%u",
			node_what(doc, from), node_what(doc, into), into->key->loc.file,
			into->key->loc.line, into->key->loc.column);
		return;
	}
	for (struct node *child = from->first, *next; child != NULL; child = next) {
		next = child->next;
		node_append(into, child);
	}
	node_refuse_duplicates(doc, into);
}

/* Moves the sections of an included file to the file that includes it. */
static void
merge(struct document *doc, struct node *into, struct node *from)
{
	struct node **mine = node_sort(doc, into), **theirs = node_sort(doc, from);
	unsigned mine_count = into->count, theirs_count = from->count;

	for (unsigned i = 0, j = 0; j < theirs_count; j++) {
		const char *name = theirs[j]->key->text;

		while (i < mine_count && strcmp(mine[i]->key->text, name) < 0)
			i++;
		if (strcmp(name, "include") == 0)
			continue;
		if (i < mine_count && strcmp(mine[i]->key->text, name) == 0) {
			if (mine[i]->kind == NODE_EMPTY) {
				mine[i]->refused = true;
				node_append(into, theirs[j]);
			} else {
				join(doc, mine[i], theirs[j]);
			}
		} else {
			node_append(into, theirs[j]);
		}
	}
}

static struct node *read_one(struct document *doc, const char *name, const struct node *asked,
	const struct document_file *included_by);

static unsigned
depth_of(const struct document_file *file)
{
	unsigned depth = 0;

	for (; file != NULL; file = file->included_by)
		depth++;
	return depth;
}

static void
include_one(
	struct document *doc, struct node *root, struct node *asked, const struct document_file *by)
{
	struct node *tree;

	if (asked->refused)
		return;
	if (asked->kind != NODE_SCALAR) {
		node_error(doc, asked, "a file name is expected, not %s", node_what(doc, asked));
		return;
	}
	if (depth_of(by) > DOCUMENT_INCLUDE_DEPTH_MAX || doc->file_count >= DOCUMENT_FILES_MAX) {
		node_error(doc, asked, "more than %d files, or nested deeper than %d",
			DOCUMENT_FILES_MAX, DOCUMENT_INCLUDE_DEPTH_MAX);
		return;
	}
	tree = read_one(doc, document_resolve(doc, by->name, asked->text), asked, by);
	if (tree != NULL)
		merge(doc, root, tree);
}

/* Returns the tree of the file at file->name, with the files that it includes. */
static struct node *
read_tree(struct document *doc, const struct document_file *file, const char *text, size_t length)
{
	struct node *tree = yaml_read(doc, file->name, text, length), *list;

	if (tree == NULL)
		return NULL;
	if (tree->kind == NODE_EMPTY)
		tree->kind = NODE_MAP;
	if (tree->kind != NODE_MAP) {
		node_error(
			doc, tree, "a map of sections is expected, not %s", node_what(doc, tree));
		return NULL;
	}
	node_refuse_duplicates(doc, tree);
	list = node_find(tree, "include");
	if (list == NULL)
		return tree;
	if (list->kind != NODE_LIST) {
		include_one(doc, tree, list, file);
		return tree;
	}
	node_each(asked, list) include_one(doc, tree, asked, file);
	return tree;
}

/* Frees the text, which is malloc's, when the arena's memory runs out. */
static struct node *
read_tree_or_fail(struct document *doc, struct document_file *file, const struct node *asked)
{
	jmp_buf *outer = doc->arena.out_of_memory, here;
	struct node *volatile tree = NULL;
	char *volatile text = NULL;
	size_t length = 0;

	doc->arena.out_of_memory = &here;
	if (setjmp(here) == 0) {
		if (read_file(doc, file, asked, (char **)&text, &length))
			tree = read_tree(doc, file, text, length);
	} else {
		tree = NULL;
		err_set(doc->err, ENOMEM, "%s: out of memory", file->name);
	}
	doc->arena.out_of_memory = outer;
	free(text);
	return tree;
}

static struct node *
read_one(struct document *doc, const char *name, const struct node *asked,
	const struct document_file *included_by)
{
	return read_tree_or_fail(doc, file_add(doc, name, included_by), asked);
}

struct node *
include_read(struct document *doc, const char *path)
{
	return read_one(doc, arena_text(&doc->arena, path, strlen(path)), NULL, NULL);
}

struct node *
include_read_text(struct document *doc, const char *name, const char *text, size_t length)
{
	struct document_file *file = file_add(
		doc, arena_text(&doc->arena, name, strlen(name)), NULL);

	if (length > DOCUMENT_BYTES_MAX) {
		FILE_ERROR(doc, (struct node *)NULL, "%s: larger than %u bytes", name,
			DOCUMENT_BYTES_MAX);
		return NULL;
	}
	doc->read_bytes += length;
	return read_tree(doc, file, text, length);
}

const char *
document_resolve(struct document *doc, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');

	if (name[0] == '/' || slash == NULL)
		return name;
	return arena_printf(&doc->arena, "%.*s/%s", (int)(slash - file), file, name);
}
