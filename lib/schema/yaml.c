/* SPDX-License-Identifier: BSD-3-Clause */
/* From text to a tree, by the events of libfyaml.
 *
 * Anchors, aliases, tags and second documents are refused during the events, before anything is
 * expanded; depth is bounded here, size by the caller. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <libfyaml.h>

#include "schema/document_priv.h"

struct reader {
	struct document *doc;
	const char *file;
	struct fy_token_iter *iterator;
	struct fy_event *event; /* being read */
	struct node *root;
	struct node *open; /* innermost list or map that has not ended */
	struct loc last;   /* place of the last token, for what has none of its own */
	unsigned depth;
	unsigned documents;
	bool stop;
};

static struct loc
mark_loc(const struct reader *r, const struct fy_mark *start, const struct fy_mark *end)
{
	struct loc loc = { .file = r->file, .width = 1 };

	loc.line = (unsigned)start->line + 1;
	loc.column = (unsigned)start->column + 1;
	if (end != NULL && end->line == start->line && end->column > start->column)
		loc.width = (unsigned)(end->column - start->column);
	return loc;
}

/* Returns the place of an event; quotes belong to the text that they quote. */
static struct loc
event_loc(struct reader *r, struct fy_event *event)
{
	const struct fy_mark *start = fy_event_start_mark(event), *end = fy_event_end_mark(event);
	enum fy_node_style style = fy_event_get_node_style(event);
	struct loc loc = r->last;

	/* A value that is not written is at its key: libfyaml 0.7 gives it no mark, 0.8 an empty
	 * one. */
	if (start == NULL
		|| (style == FYNS_PLAIN && end != NULL && start->input_pos == end->input_pos))
		return loc;
	loc = mark_loc(r, start, end);
	if ((style == FYNS_SINGLE_QUOTED || style == FYNS_DOUBLE_QUOTED) && loc.column > 1) {
		loc.column--;
		loc.width += start->line == end->line ? 2 : 0;
		if (start->line == end->line && start->column == end->column)
			loc.width = 2;
	}
	r->last = loc;
	return loc;
}

static bool
is_null(const char *text)
{
	return text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0
		|| strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0;
}

static void
refuse(struct reader *r, struct node *node, const char *sentence)
{
	node_error(r->doc, node, "%s", sentence);
	node->refused = true;
}

static void
attach(struct reader *r, struct node *node)
{
	struct node *parent = r->open;

	if (parent == NULL) {
		r->root = node;
	} else if (parent->kind == NODE_MAP && parent->open_key == NULL) {
		node->parent = parent;
		parent->open_key = node;
		if (node->kind != NODE_SCALAR)
			refuse(r, node, "a key is a word");
	} else {
		node->key = parent->open_key;
		parent->open_key = NULL;
		node_append(parent, node);
	}
}

static void
open_node(struct reader *r, struct node *node, bool flow)
{
	attach(r, node);
	/* A block begins on the line below its key: the key is the better place for an error. */
	if (!flow && node->key != NULL)
		node->loc = node->key->loc;
	if (r->depth++ == DOCUMENT_DEPTH_MAX) {
		node_error(r->doc, node, "lists and maps are nested deeper than %d",
			DOCUMENT_DEPTH_MAX);
		r->stop = true;
	}
	r->open = node;
}

static void
close_node(struct reader *r)
{
	r->open = r->open->parent;
	r->depth--;
}

/* Returns the text of a scalar, in the arena.  By chunks: fy_token_get_text of 0.7.12 leaks memory
 * for texts in single quotes with five or more doubled quotes. */
static const char *
scalar_text_of(struct reader *r, struct fy_token *token, size_t *length)
{
	const struct fy_iter_chunk *chunk;
	char *text, *end;

	*length = 0;
	fy_token_iter_start(token, r->iterator);
	for (chunk = NULL; (chunk = fy_token_iter_chunk_next(r->iterator, chunk, NULL)) != NULL;)
		*length += chunk->len;
	fy_token_iter_finish(r->iterator);

	text = end = arena_alloc(&r->doc->arena, *length + 1);
	fy_token_iter_start(token, r->iterator);
	for (chunk = NULL; (chunk = fy_token_iter_chunk_next(r->iterator, chunk, NULL)) != NULL;)
		end = mempcpy(end, chunk->str, chunk->len);
	fy_token_iter_finish(r->iterator);
	return text;
}

static void
read_scalar(struct reader *r, struct fy_event *event)
{
	struct fy_token *token = fy_event_get_token(event);
	struct node *node = node_create(r->doc, NODE_SCALAR, event_loc(r, event));
	bool plain = token == NULL || fy_token_scalar_style(token) == FYSS_PLAIN;
	size_t length = 0;

	if (token != NULL)
		node->text = scalar_text_of(r, token, &length);
	if (plain && is_null(node->text)) {
		node->kind = NODE_EMPTY;
		node->text = "";
	}
	attach(r, node);
	if (strlen(node->text) != length && node->kind == NODE_SCALAR)
		refuse(r, node, "text cannot hold a zero byte");
}

static void
refuse_extras(struct reader *r, struct node *node, struct fy_event *event)
{
	struct fy_token *token = fy_event_get_tag_token(event);
	const char *sentence = "tags are not used here; put a value that begins with ! in quotes";

	if (token == NULL) {
		token = fy_event_get_anchor_token(event);
		sentence = "anchors are not used here";
	}
	if (token == NULL)
		return;
	if (fy_token_start_mark(token) != NULL)
		node->loc = mark_loc(r, fy_token_start_mark(token), fy_token_end_mark(token));
	refuse(r, node, sentence);
}

static void
read_alias(struct reader *r, struct fy_event *event)
{
	struct node *node = node_create(r->doc, NODE_EMPTY, event_loc(r, event));

	attach(r, node);
	if (!node->refused)
		refuse(r, node,
			"aliases are not used here; put a value that begins with * in quotes");
}

static void
begin_document(struct reader *r, struct fy_event *event)
{
	if (r->documents++ == 0)
		return;
	err_add(r->doc->err, EINVAL, event_loc(r, event), "a second document in the same file");
	r->stop = true;
}

/* Returns the node that an event has just made: the last one attached. */
static struct node *
newest(const struct reader *r)
{
	if (r->open == NULL)
		return r->root;
	return r->open->open_key != NULL ? r->open->open_key : r->open->last;
}

static void
read_event(struct reader *r, struct fy_event *event)
{
	enum fy_node_style style = fy_event_get_node_style(event);

	switch (event->type) {
	case FYET_DOCUMENT_START:
		begin_document(r, event);
		break;
	case FYET_MAPPING_START:
		open_node(
			r, node_create(r->doc, NODE_MAP, event_loc(r, event)), style == FYNS_FLOW);
		refuse_extras(r, r->open, event);
		break;
	case FYET_SEQUENCE_START:
		open_node(
			r, node_create(r->doc, NODE_LIST, event_loc(r, event)), style == FYNS_FLOW);
		refuse_extras(r, r->open, event);
		break;
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		close_node(r);
		break;
	case FYET_SCALAR:
		read_scalar(r, event);
		refuse_extras(r, newest(r), event);
		break;
	case FYET_ALIAS:
		read_alias(r, event);
		break;
	default:
		break;
	}
}

/* Returns the place of a syntax error.  For a missing bracket that is where it was opened, not the
 * end of the file. */
static struct loc
syntax_loc(const struct reader *r, const struct fy_diag_error *error)
{
	struct loc loc = { .file = r->file, .width = 1 };

	loc.line = error->line > 0 ? (unsigned)error->line : 1;
	loc.column = error->column > 0 ? (unsigned)error->column : 1;
	if (r->open != NULL && strstr(error->msg, "without a closing") != NULL)
		return r->open->loc;
	return loc;
}

/* Reports libfyaml's message, cut at the end of its first line; its line and column count from
 * 1. */
static void
report_syntax(struct reader *r, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	void *iterator = NULL;
	bool any = false;

	while ((error = fy_diag_errors_iterate(diag, &iterator)) != NULL) {
		err_add(r->doc->err, EINVAL, syntax_loc(r, error), "%.*s",
			(int)strcspn(error->msg, "\n"), error->msg);
		any = true;
	}
	if (!any)
		err_add(r->doc->err, EINVAL, r->last, "this is not YAML");
}

static void
read_events(struct reader *r, struct fy_parser *parser, struct fy_diag *diag)
{
	while (!r->stop && (r->event = fy_parser_parse(parser)) != NULL) {
		read_event(r, r->event);
		fy_parser_event_free(parser, r->event);
		r->event = NULL;
	}
	if (!r->stop && (fy_parser_get_stream_error(parser) || r->open != NULL)) {
		report_syntax(r, diag);
		r->stop = true;
	}
}

/* Reads the events; libfyaml's own memory is freed when the arena's memory runs out. */
static void
read_events_or_fail(struct reader *r, struct fy_parser *parser, struct fy_diag *diag)
{
	struct arena *arena = &r->doc->arena;
	jmp_buf *outer = arena->out_of_memory, here;

	arena->out_of_memory = &here;
	if (setjmp(here) == 0) {
		read_events(r, parser, diag);
		arena->out_of_memory = outer;
		return;
	}
	arena->out_of_memory = outer;
	if (r->event != NULL)
		fy_parser_event_free(parser, r->event);
	err_set(r->doc->err, ENOMEM, "%s: out of memory", r->file);
	r->stop = true;
}

static void
parse(struct reader *r, const char *text, size_t length)
{
	struct fy_diag_cfg diag_cfg;
	struct fy_parse_cfg cfg = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2
			| FYPCF_JSON_NONE,
	};
	struct fy_parser *parser = NULL;

	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.level = FYET_ERROR;
	cfg.diag = fy_diag_create(&diag_cfg);
	if (cfg.diag != NULL) {
		fy_diag_set_collect_errors(cfg.diag, true);
		parser = fy_parser_create(&cfg);
	}
	r->iterator = fy_token_iter_create(NULL);
	if (parser == NULL || r->iterator == NULL
		|| fy_parser_set_string(parser, text, length) != 0) {
		err_set(r->doc->err, ENOMEM, "%s: out of memory", r->file);
		r->stop = true;
	} else {
		read_events_or_fail(r, parser, cfg.diag);
	}
	fy_token_iter_destroy(r->iterator);
	fy_parser_destroy(parser);
	fy_diag_destroy(cfg.diag);
}

struct node *
yaml_read(struct document *doc, const char *name, const char *text, size_t length)
{
	struct reader r = { .doc = doc, .file = name };

	r.last = (struct loc){ .file = name, .line = 1, .column = 1, .width = 1 };
	if (!yaml_check_text(doc, name, text, length))
		return NULL;
	parse(&r, text, length);
	if (r.stop)
		return NULL;
	return r.root != NULL ? r.root : node_create(doc, NODE_EMPTY, r.last);
}
