/* SPDX-License-Identifier: BSD-3-Clause */
/* The tree of a configuration as written, before it is decoded.
 *
 * For the files of this folder, and for what writes sections of its own into the tree
 * (cfg_table.expand).  All nodes live in the arena of their document. */
#ifndef SCHEMA_NODE_H
#define SCHEMA_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct document;

enum node_kind {
	NODE_EMPTY, /* nothing, null or ~ */
	NODE_SCALAR,
	NODE_LIST,
	NODE_MAP,
};

struct node {
	enum node_kind kind;
	bool refused;     /* it has an error itself: it is not decoded */
	bool incomplete;  /* a required field is missing */
	bool wrong;       /* an error was found in it or below */
	const char *text; /* of a scalar, else "" */
	struct loc loc;   /* of a list or map over several lines: that of its key */
	struct node *parent;
	struct node *key; /* of the value of a map, else NULL */
	struct node *next;
	struct node *first; /* values */
	struct node *last;
	struct node *open_key; /* of a map being read: the key without its value yet */
	unsigned count;
	unsigned order;      /* of creation */
	struct node *origin; /* of a node that was not written itself: what it was made from */
	struct node *told;   /* of what was written: that with its error, itself or a copy */
};

#define node_each(child, parent_node) \
	for (struct node *child = (parent_node)->first; child != NULL; child = child->next)

struct node *node_create(struct document *doc, enum node_kind kind, struct loc loc);
void node_append(struct node *parent, struct node *child);

/* Returns a new node, made from origin, whose place and path errors in it name. */
struct node *node_make(struct document *doc, enum node_kind kind, struct node *origin);
struct node *node_make_text(struct document *doc, const char *text, struct node *origin);

/* Returns text in the arena. */
const char *node_printf(struct document *doc, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Returns a copy of a node with all below it, made from it. */
struct node *node_copy(struct document *doc, struct node *from);

/* Appends a value to a map, under a new key. */
void node_set(struct document *doc, struct node *map, const char *key, struct node *value);

/* Returns the value called name in a map, or NULL. */
struct node *node_find(const struct node *map, const char *name);

/* Returns "interfaces.wan.mtu", in the arena; "" for the root. */
const char *node_path(struct document *doc, const struct node *node);

/* Adds an error at the node, with its path, and marks it and all above it as wrong. */
void node_error(struct document *doc, struct node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds an error about the map or list that contains the node, but at the place of the node. */
void node_error_in(struct document *doc, struct node *in, struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Refuses every second value of the same key, in node and below. */
void node_refuse_duplicates(struct document *doc, struct node *node);

/* Returns the values of a map sorted by key, equal ones in their order; count of them, in the
 * arena. */
struct node **node_sort(struct document *doc, const struct node *map);

/* Returns "a list", "a map", "nothing" or "'text'", for errors. */
const char *node_what(struct document *doc, const struct node *node);

#endif
